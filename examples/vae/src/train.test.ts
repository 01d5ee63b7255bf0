/** The divergence against its integral, and that a few steps teach something. */
import { digits, SIDE } from '@heddle/example-mnist/digits'
import { testBackends } from '@heddle/example-program/backends'
import { np, random, setDefaultBackend } from '@heddle/func'
import { evaluate, fit, fromArrays, history } from '@heddle/train'
import { describe, expect, it } from 'vitest'
import { divergence, makeTrainer } from './train'

/** The integral of q log(q / p), summed over a fine grid. */
const integral = (mean: number, variance: number): number => {
  const density = (x: number, m: number, v: number): number => Math.exp(-((x - m) ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v)
  let sum = 0
  for (let x = -12; x < 12; x += 0.001) {
    const q = density(x, mean, variance)
    if (q > 1e-300) sum += q * Math.log(q / density(x, 0, 1)) * 0.001
  }
  return sum
}
describe.each(testBackends)('on %s', (_, backend) => {
  it('measures how far codes are from what samples are drawn from', () => {
    setDefaultBackend(backend)
    const [mean, variance] = [
      [0.5, -1.5],
      [0.3, 2],
    ]
    const got = divergence({ mean: np.array([mean!]), logVariance: np.log(np.array([variance!])) }).item()
    expect(got).toBeCloseTo(integral(mean![0]!, variance![0]!) + integral(mean![1]!, variance![1]!), 4)
  })
  it('learns what digits look like', async () => {
    setDefaultBackend(backend)
    const { training, heldOut } = digits()
    const trainer = makeTrainer({ hidden: 32, latents: 4, learningRate: 0.01, seed: 0 })
    const past = history()
    const lookAt = fromArrays({ image: heldOut.image }).shuffle(0).take(100).batch(100)
    const { state, metrics } = await fit({
      state: trainer.start(),
      step: trainer.step,
      data: fromArrays({ image: training.image }).shuffle(0).batch(32),
      steps: 30,
      reporters: [past],
      evaluate: async (s) => ({ loss: await evaluate(trainer.metric, lookAt, (b) => trainer.measure(s, b)) }),
    })
    // an image of nothing but even grey has 784 log 2
    const grey = SIDE * SIDE * Math.LN2
    expect(past.steps[0]!.metrics.loss).toBeGreaterThan(grey * 0.9)
    expect(metrics!.loss).toBeLessThan(grey / 2)
    const { loss, reconstruction, divergence: far } = past.steps.at(-1)!.metrics
    expect(loss).toBeCloseTo(reconstruction! + far!, 2)
    const drawn = trainer.sample(state, random.key(3), 4)
    expect(drawn.shape).toEqual([4, SIDE, SIDE, 1])
    expect([np.min(drawn).item() >= 0, np.max(drawn).item() <= 1]).toEqual([true, true])
    // it begins at one digit and ends at the other
    const image = np.array(heldOut.image.data.slice(0, 2 * SIDE * SIDE)).reshape([2, SIDE, SIDE, 1])
    const [ends, path] = [trainer.reconstruct(state, image), trainer.between(state, image.at('0:1'), image.at('1:2'), 3)]
    expect(np.max(np.abs(path.at('::2').sub(ends))).item()).toBeLessThan(1e-5)
  })
})
