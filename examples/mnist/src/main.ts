/** Trains a net to read digits, says how many of those that it never saw it reads, and draws the ones that it gets wrong. */
import { join } from 'node:path'
import { chooseBackend, countFlag, main, positiveFlag, program, wholeFlag } from '@heddle/example-program'
import { evaluate, fit, fromArrays, history, plotSpec } from '@heddle/train'
import { progressBar, stopOnSignals, writePlot } from '@heddle/train/node'
import type { Command } from 'commander'
import { digits, SIDE } from './digits'
import { wronglyRead } from './mistakes'
import { writePictures } from './picture'
import { makeTrainer } from './train'

interface Flags {
  readonly epochs: number
  readonly batch: number
  readonly features: number
  readonly learningRate: number
  readonly shift: number
  readonly out: string
}
await main(async () => {
  const flags = program<Flags>('mnist', 'Trains a convolutional net to read handwritten digits.', (command: Command) =>
    command
      .option('--epochs <n>', 'how often all digits are seen', countFlag, 18)
      .option('--batch <n>', 'digits in a step', countFlag, 100)
      .option('--features <n>', 'of the first convolution; the others have more in proportion', countFlag, 16)
      .option('--learning-rate <x>', 'at the start; it falls to 0', positiveFlag, 0.002)
      .option('--shift <n>', 'by how many pixels digits are moved at most', wholeFlag(0), 2)
      .option('--out <folder>', 'where pictures go', 'runs/mnist'),
  )
  const { epochs, batch, out, backend } = flags
  const [curve, mistakes] = [join(out, 'accuracy.svg'), join(out, 'mistakes.svg')]
  console.log(`backend  ${await chooseBackend(backend)}`)
  const { training, heldOut } = digits()
  const [learnFrom, lookAt] = [fromArrays(training), fromArrays(heldOut).batch(250)]
  const perEpoch = Math.floor(training.label.length / batch)
  const steps = epochs * perEpoch
  console.log(`digits   ${training.label.length} to learn from, ${heldOut.label.length} held out`)

  const trainer = makeTrainer(flags, steps)
  const past = history()
  using stop = stopOnSignals()
  const begin = performance.now()
  const { state, step } = await fit({
    state: trainer.start(),
    step: trainer.step,
    data: learnFrom.shuffle(flags.seed).repeat().batch(batch),
    steps,
    signal: stop.signal,
    learningRate: trainer.schedule,
    reporters: [past, progressBar({ unit: 'digits', perStep: batch })],
    evaluate: (s) => evaluate(trainer.metrics, lookAt, (b) => trainer.measure(s, b)),
    evaluateEvery: perEpoch,
  })
  const seconds = (performance.now() - begin) / 1000
  for (const { step: at, metrics } of past.evaluations)
    console.log(
      `epoch ${String(at / perEpoch).padStart(2)}  held out: loss ${metrics.loss!.toFixed(4)}, ${(100 * metrics.accuracy!).toFixed(1)}% read rightly`,
    )
  console.log(`${((seconds * perEpoch) / step).toFixed(1)} s an epoch, evaluation included`)
  const wrong = await wronglyRead(heldOut, (image) => trainer.read(state, image))
  writePictures(
    mistakes,
    wrong.map(({ ink, label, taken }) => ({ ink, text: `${label}, not ${taken}` })),
    { side: SIDE, columns: 8 },
  )
  const accuracies = past.evaluations.map(({ step: at, metrics }) => [at, 100 * metrics.accuracy!] as const)
  await writePlot(curve, plotSpec('Held-out digits that are read rightly, %', { 'held out': accuracies }))
  console.log(`${wrong.length} of ${heldOut.label.length} read wrongly: ${mistakes}`)
  console.log(`curve: ${curve}`)
})
