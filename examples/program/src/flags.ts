/** Flags of a program, checked before anything is done. */
import { Command, InvalidArgumentError } from 'commander'
import { UserError } from './run'

const backends = ['wasm', 'cpu', 'node', 'node-gpu', 'pjrt'] as const

/** A whole number of at least so much. */
export const wholeFlag =
  (least: number) =>
  (text: string): number => {
    const n = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(n) || n < least)
      throw new InvalidArgumentError(`it must be a whole number of at least ${least}.`)
    return n
  }
/** 1, 2, ... */
export const countFlag = wholeFlag(1)
/** A number from `least` to `most`. */
export const numberFlag =
  (least: number, most = Infinity) =>
  (text: string): number => {
    const x = Number(text)
    if (text.trim() === '' || !Number.isFinite(x) || x < least || x > most)
      throw new InvalidArgumentError(`it must be a number ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}.`)
    return x
  }
/** A number above 0. */
export const positiveFlag = (text: string): number => {
  const x = Number(text)
  if (text.trim() === '' || !Number.isFinite(x) || x <= 0) throw new InvalidArgumentError('it must be a positive number.')
  return x
}
/** What each program has. */
export interface ProgramFlags {
  readonly backend?: string
  readonly seed: number
}

/** `--backend`, the same in all programs. */
export const backendOption = (command: Command): Command =>
  command.option('--backend <name>', `what computes: ${backends.join(', ')} (default: the best that is there)`, backendFlag)
const backendFlag = (text: string): string => {
  if (!(backends as readonly string[]).includes(text)) throw new InvalidArgumentError(`it must be one of ${backends.join(', ')}.`)
  return text
}

/** Reads the flags that a command declares. `--help` prints and exits. Errors: UserError for flags that make no sense. */
export const readFlags = <O>(command: Command, argv: readonly string[] = process.argv.slice(2)): O => {
  command
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
  try {
    command.parse(argv, { from: 'user' })
  } catch (e) {
    const { code, message } = e as { readonly code?: string; readonly message: string }
    if (code === 'commander.helpDisplayed') process.exit(0)
    throw new UserError(`${message.replace(/^error: /, '').replaceAll('\n', ' ')} (--help shows all flags)`)
  }
  return command.opts() as O
}

/** A program's flags: those that `declare` adds, `--backend` and `--seed`. `--help` prints and exits. Errors: UserError for flags that make no sense. */
export const program = <O>(
  name: string,
  description: string,
  declare: (command: Command) => Command,
  argv?: readonly string[],
): O & ProgramFlags =>
  readFlags(
    backendOption(declare(new Command(`npm run example ${name} --`).description(description))).option(
      '--seed <n>',
      'of all that is drawn',
      wholeFlag(0),
      0,
    ),
    argv,
  )
