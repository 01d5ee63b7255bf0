/** Teaches a net to make digits of noise, and draws the way from one to the other. */
import { join } from 'node:path'
import { digits, SIDE } from '@heddle/example-mnist/digits'
import { inkOf, writePictures } from '@heddle/example-mnist/picture'
import { chooseBackend, countFlag, main, numberFlag, positiveFlag, program } from '@heddle/example-program'
import { np, random } from '@heddle/func'
import { fit, fromArrays, logLines } from '@heddle/train'
import { stopOnSignals } from '@heddle/train/node'
import type { Command } from 'commander'
import { makeTrainer } from './train'

interface Flags {
  readonly epochs: number
  readonly batch: number
  readonly features: number
  readonly learningRate: number
  readonly steps: number
  readonly guidance: number
  readonly out: string
}
await main(async () => {
  const flags = program<Flags>('diffusion', 'Teaches a net to make handwritten digits of noise, by flow matching.', (command: Command) =>
    command
      .option('--epochs <n>', 'how often all digits are seen', countFlag, 11)
      .option('--batch <n>', 'digits in a step', countFlag, 50)
      .option('--features <n>', 'of the net where it is narrowest: a multiple of 4', countFlag, 24)
      .option('--learning-rate <x>', 'at its highest', positiveFlag, 0.003)
      .option('--steps <n>', 'from noise to a digit', countFlag, 18)
      .option('--guidance <x>', 'how much of the difference that it makes to know the digit', numberFlag(0), 1.5)
      .option('--out <folder>', 'where pictures go', 'runs/diffusion'),
  )
  const { epochs, batch, steps, guidance, out, seed, backend } = flags
  console.log(`backend  ${await chooseBackend(backend)}`)
  const { training } = digits()
  const perEpoch = Math.floor(training.label.length / batch)
  const trainer = makeTrainer(flags, epochs * perEpoch)
  using stop = stopOnSignals()
  const begin = performance.now()
  const { state, step } = await fit({
    state: trainer.start(),
    step: trainer.step,
    data: fromArrays(training).shuffle(seed).repeat().batch(batch),
    steps: epochs * perEpoch,
    signal: stop.signal,
    logEvery: Math.ceil(perEpoch / 2),
    learningRate: trainer.schedule,
    reporters: [logLines()],
  })
  console.log(`${((performance.now() - begin) / 1000 / (step / perEpoch)).toFixed(1)} s an epoch`)

  const each = 4
  const asked = np
    .arange(10 * each)
    .mod(10)
    .astype('int32')
  const path = trainer.sample(state, random.key(seed + 2), asked, guidance, steps)
  const draw = async (name: string, pictures: Awaited<ReturnType<typeof inkOf>>, columns: number): Promise<void> => {
    writePictures(join(out, name), pictures, { side: SIDE, columns })
    console.log(join(out, name))
  }
  await draw('digits.svg', await inkOf(path.at(-1)), 10)
  // one of each digit, each second or so step of its way
  const stride = Math.max(1, Math.floor(steps / 9))
  const ways = np.swapaxes(path.at(`::${stride}`, ':5'), 0, 1)
  await draw('steps.svg', await inkOf(ways.reshape([-1, SIDE, SIDE, 1])), ways.shape[1]!)
})
