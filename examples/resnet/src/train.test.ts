/** What residual blocks and their running averages are at first and after a few steps. */
import { digits, fractions, SIDE } from '@heddle/example-mnist/digits'
import { testBackends } from '@heddle/example-program/backends'
import { np, random, setDefaultBackend, type Tensor, tree } from '@heddle/func'
import { fit, fromArrays, history } from '@heddle/train'
import { describe, expect, it } from 'vitest'
import { ResidualBlock } from './model'
import { makeTrainer } from './train'

const numbers = (x: unknown): readonly number[] => (tree.leaves(x) as Tensor[]).flatMap((leaf) => leaf.reshape([-1]).toArray() as number[])

describe.each(testBackends)('on %s', (_, backend) => {
  it('begins with blocks that add nothing', () => {
    setDefaultBackend(backend)
    const x = np.abs(random.normal(random.key(0), [2, 4, 4, 3]))
    const block = new ResidualBlock({ features: 3, stride: 1 })
    const variables = block.init(random.key(1), [x, { train: false }])
    expect(np.max(np.abs(block.apply(variables, [x, { train: false }]).sub(x))).item()).toBe(0)
    const half = new ResidualBlock({ features: 6, stride: 2 })
    expect(half.apply(half.init(random.key(1), [x, { train: false }]), [x, { train: false }]).shape).toEqual([2, 2, 2, 6])
  })
  it('learns, and keeps averages of what it has seen', async () => {
    setDefaultBackend(backend)
    const { training, heldOut } = digits()
    const trainer = makeTrainer({ features: 8, stages: [1, 1], learningRate: 0.02, seed: 0 }, 40)
    const past = history()
    const { state } = await fit({
      state: trainer.start(),
      step: trainer.step,
      data: fromArrays(training).shuffle(0).batch(32),
      steps: 40,
      reporters: [past],
    })
    const mean = (at: number, to: number): number =>
      past.steps.slice(at, to).reduce((sum, { metrics }) => sum + metrics.loss!, 0) / (to - at)
    expect(mean(0, 5)).toBeGreaterThan(2)
    expect(mean(35, 40)).toBeLessThan(mean(0, 5) - 0.2)
    const [before, after] = [numbers(trainer.start().batch_stats), numbers(state.batch_stats)]
    expect(after.length).toBe(before.length)
    expect(after.every(Number.isFinite)).toBe(true)
    expect(after.filter((x, i) => x === before[i]).length).toBe(0)
    // measuring uses the averages: a batch of one digit is judged as it is among others
    const [few, one] = [10, 1].map((n) => ({
      image: np.array(heldOut.image.data.slice(0, n * SIDE * SIDE)).reshape([n, SIDE, SIDE, 1]),
      label: np.array(heldOut.label.slice(0, n)),
    }))
    const logitsOf = ({ image }: { readonly image: Tensor }): Tensor =>
      trainer.model.apply({ params: state.params, batch_stats: state.batch_stats }, [fractions(image), { train: false }])
    expect(np.max(np.abs(logitsOf(few!).at('0:1').sub(logitsOf(one!)))).item()).toBeLessThan(1e-3)
  })
})
