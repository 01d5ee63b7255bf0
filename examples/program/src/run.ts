/** The frame of a program: mistakes of the user's are told in one line, all else as it comes. */

/** A mistake of the user's: told in one line, exit code 1. */
export class UserError extends Error {}

/** What users can do something about: their own mistakes, a backend that is not there, a file that is none. */
const told = (e: unknown): boolean =>
  e instanceof UserError || ['BackendError', 'CheckpointError'].includes((e as { readonly _tag?: string })._tag ?? '')

/** Runs a program. A mistake of the user's ends it with a line and exit code 1; what is wrong with the program itself is thrown. */
export const main = async (run: () => Promise<void>): Promise<void> => {
  // nobody reads any more (`npm run example NAME | head -1`)
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0)
  })
  try {
    await run()
  } catch (e) {
    if (!told(e)) throw e
    console.error((e as Error).message)
    // a timer, or a request that goes on, would keep the process alive
    process.exit(1)
  }
}
