/** Trains a variational autoencoder on digits, and draws some that nobody wrote. */
import { join } from 'node:path'
import { digits, fractions, SIDE } from '@heddle/example-mnist/digits'
import { inkOf, writePictures } from '@heddle/example-mnist/picture'
import { chooseBackend, countFlag, main, positiveFlag, program } from '@heddle/example-program'
import { np, random, type Tensor } from '@heddle/func'
import { evaluate, fit, fromArrays, logLines } from '@heddle/train'
import { stopOnSignals } from '@heddle/train/node'
import type { Command } from 'commander'
import { makeTrainer } from './train'

interface Flags {
  readonly epochs: number
  readonly batch: number
  readonly hidden: number
  readonly latents: number
  readonly learningRate: number
  readonly out: string
}
await main(async () => {
  const flags = program<Flags>('vae', 'Trains a variational autoencoder on handwritten digits.', (command: Command) =>
    command
      .option('--epochs <n>', 'how often all digits are seen', countFlag, 20)
      .option('--batch <n>', 'digits in a step', countFlag, 100)
      .option('--hidden <n>', 'features of the hidden layers', countFlag, 400)
      .option('--latents <n>', 'codes of a digit', countFlag, 16)
      .option('--learning-rate <x>', "Adam's", positiveFlag, 0.001)
      .option('--out <folder>', 'where pictures go', 'runs/vae'),
  )
  const { epochs, batch, out, seed, backend } = flags
  console.log(`backend  ${await chooseBackend(backend)}`)
  const { training, heldOut } = digits()
  const perEpoch = Math.floor(training.label.length / batch)
  const lookAt = fromArrays({ image: heldOut.image }).batch(250)
  const trainer = makeTrainer(flags)
  using stop = stopOnSignals()
  const begin = performance.now()
  const { state, step } = await fit({
    state: trainer.start(),
    step: trainer.step,
    data: fromArrays({ image: training.image }).shuffle(seed).repeat().batch(batch),
    steps: epochs * perEpoch,
    signal: stop.signal,
    logEvery: perEpoch,
    reporters: [logLines()],
    evaluate: async (s) => ({ loss: await evaluate(trainer.metric, lookAt, (b) => trainer.measure(s, b)) }),
    evaluateEvery: 5 * perEpoch,
  })
  console.log(`${((performance.now() - begin) / 1000 / (step / perEpoch)).toFixed(1)} s an epoch, evaluation included`)

  const draw = async (name: string, ink: readonly Tensor[], columns: number): Promise<void> => {
    const path = join(out, name)
    writePictures(path, (await Promise.all(ink.map((x) => inkOf(x)))).flat(), { side: SIDE, columns })
    console.log(path)
  }
  // the first of each digit that was held out
  const first = np.array(heldOut.image.data).reshape(heldOut.image.shape).at('::100')
  const at = (digit: number): Tensor => first.at(`${digit}:${digit + 1}`)
  await draw('samples.svg', [trainer.sample(state, random.key(seed + 2), 60)], 12)
  await draw('reconstructions.svg', [fractions(first), trainer.reconstruct(state, first)], 10)
  await draw(
    'between.svg',
    [0, 2, 4].map((digit) => trainer.between(state, at(digit), at(digit + 1), 10)),
    10,
  )
})
