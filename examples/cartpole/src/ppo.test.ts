/** The pieces of the algorithm by themselves, and that a few updates teach something. */
import { testBackends } from '@heddle/example-program/backends'
import { np, random, setDefaultBackend } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { advantages, defaults, makePpo } from './ppo'

describe.each(testBackends)('on %s', (_, backend) => {
  it('discounts what comes later, and nothing beyond the end of an episode', () => {
    setDefaultBackend(backend)
    const [value, reward, done] = [
      [1, 2, 3, 4],
      [1, 1, 5, 1],
      [false, true, false, false],
    ]
    const [discount, lambda, after] = [0.9, 0.8, 7]
    const expected: number[] = []
    let later = 0
    for (let t = 3; t >= 0; t--) {
      const next = done[t] === true ? 0 : (value[t + 1] ?? after)
      later = reward[t]! + discount * next - value[t]! + (done[t] === true ? 0 : discount * lambda * later)
      expected.unshift(later)
    }
    const column = (x: readonly (number | boolean)[]) => np.array([...x] as number[]).reshape([4, 1])
    const got = advantages({ value: column(value), reward: column(reward), done: column(done).astype('bool') }, np.array([after]), {
      discount,
      lambda,
    })
    ;(got.at(':', 0).toArray() as number[]).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 4))
  })
  it('learns to hold the pole up for longer', () => {
    setDefaultBackend(backend)
    const ppo = makePpo({ ...defaults, environments: 16, horizon: 32, hidden: 16, learningRate: 1e-2, epochs: 4, minibatches: 4 }, 12)
    const upright = (params: Parameters<typeof ppo.evaluate>[0]): number =>
      Number(np.mean(ppo.evaluate(params, random.key(9)).astype('float32')).item())
    let now = ppo.start(0)
    const before = upright(now.params)
    for (let i = 0; i < 12; i++) [now] = ppo.update(now)
    expect(upright(now.params)).toBeGreaterThan(2 * before)
  })
})
