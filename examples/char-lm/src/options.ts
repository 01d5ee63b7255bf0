/** The flags of the program, checked before anything is done. */
import { backendOption, countFlag, positiveFlag, readFlags, wholeFlag } from '@heddle/example-program'
import { Command } from 'commander'

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
/** Errors: UserError for flags that make no sense. `--help` prints and exits. */
export const parseOptions = (argv: readonly string[]): Options =>
  readFlags(
    backendOption(
      new Command('npm start --').description(
        "Trains a character model (embedding, LSTM scanned over time, dense) on Shakespeare's sonnets.",
      ),
    )
      .option('--steps <n>', 'number of training steps', countFlag, 600)
      .option('--hidden <n>', 'features of the embedding and of each LSTM', countFlag, 128)
      .option('--layers <n>', 'number of LSTM layers', countFlag, 1)
      .option('--seq <n>', 'characters in a training sequence', wholeFlag(2), 64)
      .option('--batch <n>', 'sequences in a step', countFlag, 32)
      .option('--learning-rate <x>', 'of Adam', positiveFlag, 4e-3)
      .option('--seed <n>', 'of parameters, batches and the sample', wholeFlag(0), 0)
      .option('--out <dir>', 'folder for the results', 'runs/char-lm')
      .option('--resume <file>', 'go on from a saved file'),
    argv,
  )
