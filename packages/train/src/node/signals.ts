/** Ctrl-C and its like: the first stops a run cleanly, the second ends the process. */

/** A signal for `fit`, and how to listen no longer. */
export interface Stop extends Disposable {
  readonly signal: AbortSignal
}
const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const
const closed: readonly unknown[] = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']

/**
 * Listens to SIGINT, SIGTERM and SIGHUP, and to the end of who reads the output (`npm start | head -1`): the signal is aborted, so that `fit` saves and
 * returns. A second SIGINT or SIGTERM ends the process at once, as it would have without.
 */
export const stopOnSignals = (): Stop => {
  const controller = new AbortController()
  const stop = (name: (typeof names)[number]): void => {
    if (controller.signal.aborted && name !== 'SIGHUP') process.exit(128 + numbers[name])
    controller.abort(name)
  }
  const failed = (error: NodeJS.ErrnoException): void => {
    if (!closed.includes(error.code)) throw error
    controller.abort(error.code)
  }
  const streams = [process.stdout, process.stderr]
  for (const name of names) process.on(name, stop)
  for (const stream of streams) stream.on('error', failed)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, stop)
      for (const stream of streams) stream.off('error', failed)
    },
  }
}
