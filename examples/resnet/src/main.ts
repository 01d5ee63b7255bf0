/** Trains a residual net to read digits. */
import { digits } from '@heddle/example-mnist/digits'
import { chooseBackend, countFlag, main, positiveFlag, program } from '@heddle/example-program'
import { type Tensor, tree } from '@heddle/func'
import { evaluate, fit, fromArrays, logLines } from '@heddle/train'
import { stopOnSignals } from '@heddle/train/node'
import type { Command } from 'commander'
import { makeTrainer } from './train'

interface Flags {
  readonly epochs: number
  readonly batch: number
  readonly features: number
  readonly blocks: number
  readonly learningRate: number
}
await main(async () => {
  const flags = program<Flags>('resnet', 'Trains a small residual net to read handwritten digits.', (command: Command) =>
    command
      .option('--epochs <n>', 'how often all digits are seen', countFlag, 8)
      .option('--batch <n>', 'digits in a step', countFlag, 100)
      .option('--features <n>', 'of the first of three stages; each has twice as many as the one before', countFlag, 16)
      .option('--blocks <n>', 'residual blocks of each stage', countFlag, 1)
      .option('--learning-rate <x>', 'at its highest', positiveFlag, 0.005),
  )
  const { epochs, batch, blocks, seed, backend } = flags
  console.log(`backend  ${await chooseBackend(backend)}`)
  const { training, heldOut } = digits()
  const perEpoch = Math.floor(training.label.length / batch)
  const lookAt = fromArrays(heldOut).batch(250)
  const trainer = makeTrainer({ ...flags, stages: [blocks, blocks, blocks] }, epochs * perEpoch)
  const first = trainer.start()
  const count = (tree.leaves(first.params) as Tensor[]).reduce((sum, { size }) => sum + size, 0)
  console.log(`numbers  ${count.toLocaleString('en')} that are learned`)
  using stop = stopOnSignals()
  const begin = performance.now()
  const { step } = await fit({
    state: first,
    step: trainer.step,
    data: fromArrays(training).shuffle(seed).repeat().batch(batch),
    steps: epochs * perEpoch,
    signal: stop.signal,
    logEvery: perEpoch,
    learningRate: trainer.schedule,
    reporters: [logLines()],
    evaluate: (s) => evaluate(trainer.metrics, lookAt, (b) => trainer.measure(s, b)),
    evaluateEvery: perEpoch,
  })
  console.log(`${((performance.now() - begin) / 1000 / (step / perEpoch)).toFixed(1)} s an epoch, evaluation included`)
})
