/** The flags of the program, checked before anything is done. */
import { Command, InvalidArgumentError } from 'commander'

export interface Options {
  readonly backend: string | undefined
  readonly steps: number
  readonly hidden: number
  readonly layers: number
  readonly seq: number
  readonly batch: number
  readonly learningRate: number
  readonly seed: number
  readonly out: string
  readonly resume: string | undefined
}
/** A mistake of the user's: told in one line, exit code 1. */
export class UserError extends Error {}

const backends = ['wasm', 'cpu', 'node', 'node-gpu', 'pjrt'] as const

const integer =
  (least: number) =>
  (text: string): number => {
    const n = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(n) || n < least)
      throw new InvalidArgumentError(`it must be a whole number of at least ${least}.`)
    return n
  }
const positive = (text: string): number => {
  const x = Number(text)
  if (text.trim() === '' || !Number.isFinite(x) || x <= 0) throw new InvalidArgumentError('it must be a positive number.')
  return x
}
const backend = (text: string): string => {
  if (!(backends as readonly string[]).includes(text)) throw new InvalidArgumentError(`it must be one of ${backends.join(', ')}.`)
  return text
}

/** Errors: UserError for flags that make no sense. `--help` prints and exits. */
export const parseOptions = (argv: readonly string[]): Options => {
  const command = new Command('npm start --')
    .description("Trains a character model (embedding, LSTM scanned over time, dense) on Shakespeare's sonnets.")
    .option('--backend <name>', `what computes: ${backends.join(', ')} (default: the best that is there)`, backend)
    .option('--steps <n>', 'number of training steps', integer(1), 600)
    .option('--hidden <n>', 'features of the embedding and of each LSTM', integer(1), 128)
    .option('--layers <n>', 'number of LSTM layers', integer(1), 1)
    .option('--seq <n>', 'characters in a training sequence', integer(2), 64)
    .option('--batch <n>', 'sequences in a step', integer(1), 32)
    .option('--learning-rate <x>', 'of Adam', positive, 4e-3)
    .option('--seed <n>', 'of parameters, batches and the sample', integer(0), 0)
    .option('--out <dir>', 'folder for the results', 'runs/char-lm')
    .option('--resume <file>', 'go on from a saved file')
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
  return command.opts<Options>()
}
