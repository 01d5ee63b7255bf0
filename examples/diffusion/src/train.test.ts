/** Paths that are known, and that a few steps teach something. */
import { digits, SIDE } from '@heddle/example-mnist/digits'
import { testBackends } from '@heddle/example-program/backends'
import { np, random, setDefaultBackend } from '@heddle/func'
import { fit, fromArrays, history } from '@heddle/train'
import { describe, expect, it } from 'vitest'
import { squaresApart } from './model'
import { between, follow, makeTrainer } from './train'

describe.each(testBackends)('on %s', (_, backend) => {
  it('follows a velocity', () => {
    setDefaultBackend(backend)
    // x' = x t has the solution x0 exp(t^2 / 2)
    const path = follow((x, time) => x.mul(time), np.array([1, -2]), 20)
    expect(path.shape).toEqual([21, 2])
    const end = path.at(-1).toArray() as number[]
    expect(end[0]).toBeCloseTo(Math.exp(0.5), 2)
    expect(end[1]).toBeCloseTo(-2 * Math.exp(0.5), 2)
  })
  it('puts squares of pixels where they belong', () => {
    setDefaultBackend(backend)
    const x = np.arange(16).reshape([1, 2, 2, 4])
    expect(squaresApart(x).at(0, '...', 0).toArray()).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
      [8, 9, 12, 13],
      [10, 11, 14, 15],
    ])
  })
  it('goes from noise to images', () => {
    setDefaultBackend(backend)
    const [noise, images] = [np.zeros([3, 2, 2, 1]), np.ones([3, 2, 2, 1])]
    expect(
      between(noise, images, np.array([0, 0.25, 1]))
        .at(':', 0, 0, 0)
        .toArray(),
    ).toEqual([0, 0.25, 1])
  })
  it('learns which way it goes', async () => {
    setDefaultBackend(backend)
    const trainer = makeTrainer({ features: 4, learningRate: 0.03, seed: 0 }, 16)
    const past = history()
    const { state } = await fit({
      state: trainer.start(),
      step: trainer.step,
      data: fromArrays(digits().training).shuffle(0).batch(16),
      steps: 16,
      reporters: [past],
    })
    const mean = (at: number): number => past.steps.slice(at, at + 5).reduce((sum, { metrics }) => sum + metrics.loss!, 0) / 5
    expect(mean(11)).toBeLessThan(mean(0) * 0.9)
    const ink = trainer.sample(state, random.key(1), np.array([3, 7], 'int32'), 1.5, 2)
    expect(ink.shape).toEqual([3, 2, SIDE, SIDE, 1])
    expect([np.min(ink).item() >= 0, np.max(ink).item() <= 1]).toEqual([true, true])
  })
})
