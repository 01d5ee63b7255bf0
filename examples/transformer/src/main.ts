/** Trains a transformer on Shakespeare's sonnets, draws the curve, and lets it write. */
import { join } from 'node:path'
import { encode, frequencyLoss } from '@heddle/example-char-lm/text'
import { makeDecoder } from '@heddle/example-gpt2/decoder'
import { chooseBackend, countFlag, main, positiveFlag, program, UserError } from '@heddle/example-program'
import { type Tensor, tree } from '@heddle/func'
import { fit, history, logLines, plotSpec } from '@heddle/train'
import { stopOnSignals, writePlot } from '@heddle/train/node'
import type { Command } from 'commander'
import { Transformer } from './model'
import { makeTrainer, windows } from './train'

interface Flags {
  readonly steps: number
  readonly features: number
  readonly heads: number
  readonly layers: number
  readonly length: number
  readonly batch: number
  readonly learningRate: number
  readonly out: string
}
await main(async () => {
  const flags = program<Flags>('transformer', "Trains a transformer of characters on Shakespeare's sonnets.", (command: Command) =>
    command
      .option('--steps <n>', 'number of training steps', countFlag, 1000)
      .option('--features <n>', 'of each character', countFlag, 96)
      .option('--heads <n>', 'of attention; features are a multiple of twice as many', countFlag, 4)
      .option('--layers <n>', 'number of blocks', countFlag, 4)
      .option('--length <n>', 'characters in a window', countFlag, 96)
      .option('--batch <n>', 'windows in a step', countFlag, 16)
      .option('--learning-rate <x>', 'at its highest', positiveFlag, 2e-3)
      .option('--out <folder>', 'where the curve goes', 'runs/transformer'),
  )
  const { steps, features, heads, layers, length, batch, out, seed } = flags
  if (features % (2 * heads) !== 0) throw new UserError(`--features ${features} must be a multiple of twice --heads ${heads}`)
  console.log(`backend     ${await chooseBackend(flags.backend)}`)
  const trainer = makeTrainer(flags)
  const { corpus, settings } = trainer
  const start = trainer.start()
  const size = (tree.leaves(start.params) as Tensor[]).reduce((n, x) => n + x.size, 0)
  console.log(`parameters  ${size.toLocaleString('en')} in ${layers} layers`)

  using stop = stopOnSignals()
  const past = history()
  const every = Math.max(1, Math.floor(steps / 10))
  const { state, step } = await fit({
    state: start,
    step: trainer.step,
    data: windows(corpus.train, length, 1).shuffle(seed).repeat().batch(batch),
    steps,
    signal: stop.signal,
    learningRate: trainer.schedule,
    logEvery: every,
    evaluate: (s) => trainer.heldOut(s, length, batch),
    evaluateEvery: every,
    reporters: [past, logLines()],
  })
  const reached = past.evaluations.at(-1)?.metrics.loss
  console.log(
    `${step} steps: ${reached?.toFixed(3)} nats a held-out character (frequencies of characters: ${frequencyLoss(corpus).toFixed(3)})`,
  )

  const room = length
  const decoder = makeDecoder(new Transformer({ ...settings, room }), state.params, { window: 16, temperature: 0.7, seed })
  const prompt = 'Shall I compare '
  let text = prompt
  for await (const id of decoder.write([...encode(prompt, corpus.vocabulary)], { maxTokens: room - prompt.length }))
    text += corpus.vocabulary[id]
  console.log(`\n${text}\n`)
  const file = join(out, 'loss.svg')
  const curveOf = (rows: typeof past.steps): (readonly [step: number, loss: number])[] => rows.map((row) => [row.step, row.metrics.loss!])
  await writePlot(
    file,
    plotSpec('Loss, nats a character', {
      training: curveOf(past.steps),
      'held out': curveOf(past.evaluations),
      'character frequencies': frequencyLoss(corpus),
    }),
  )
  console.log(file)
})
