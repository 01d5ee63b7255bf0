/** Draws against JAX's: bits exactly, floats to 1e-6. */
import { hostBackend } from '@heddle/backend-host'
import { type GoldenLeaf, golden } from '@heddle/testing'
import { expectClose } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { jit, np, random, setDefaultBackend, type Tensor, vmap } from '../../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))
const host = (x: Tensor) => ({ dtype: x.dtype, shape: x.shape, data: x.dataSync() as ArrayLike<number> })
const close = (x: Tensor, want: GoldenLeaf, at: string) => expectClose(host(x), want, { rtol: 1e-6, atol: 1e-6, at })

describe('keys', () => {
  const g = golden('random/keys')
  const k = random.key(0)
  it('are of seeds, splits and numbers folded in', () => {
    close(k, g.key('key0'), 'key0')
    close(random.key(42), g.key('key42'), 'key42')
    close(random.key(2 ** 31 + 5), g.key('key_big'), 'key_big')
    close(random.foldIn(k, 1), g.key('fold_1'), 'fold_1')
    close(random.foldIn(k, 123456789), g.key('fold_big'), 'fold_big')
    const two = np.unstack(random.split(k))
    const five = np.unstack(random.split(random.key(7), 5))
    two.forEach((x, i) => close(x, g.key('split2', i), `split2/${i}`))
    five.forEach((x, i) => close(x, g.key('split5', i), `split5/${i}`))
  })
  it('of seeds beyond 32 bits have the lower 32 bits', () => {
    expect(random.key(-1).toArray()).toEqual([0, 4294967295])
    expect(random.key(2 ** 32 + 7).toArray()).toEqual([0, 7])
    expect(random.key(2n ** 62n + 9n).toArray()).toEqual([0, 9])
    expect(random.key(-(2 ** 33)).toArray()).toEqual([0, 0])
    expect(random.key(np.array(5, 'int32')).toArray()).toEqual([0, 5])
  })
  it('are refused when they are none', () => {
    expect(() => random.normal(random.split(random.key(0)))).toThrow(/one key of shape \[2\].*vmap/)
    expect(() => random.normal(np.zeros([2]))).toThrow(/uint32/)
    expect(() => random.key(1.5)).toThrow(/whole/)
  })
  it('are the same under jit and vmap', () => {
    const draw = (key: Tensor) => random.normal(key, [3])
    const ks = random.split(random.key(3), 4)
    const each = vmap(draw)(ks)
    ;[...ks].forEach((key, i) => {
      expect(each.at(i).toArray()).toEqual(draw(key).toArray())
      expect(jit(draw)(key).toArray()).toEqual(draw(key).toArray())
    })
    expect(vmap((i: Tensor) => random.foldIn(random.key(0), i))(np.arange(3)).toArray()).toEqual(
      [0, 1, 2].map((i) => random.foldIn(random.key(0), i).toArray()),
    )
  })
})

const draws: Readonly<Record<string, () => Tensor>> = {
  bits: () => random.bits(random.key(1), [7]),
  bits_2d: () => random.bits(random.key(1), [3, 5]),
  uniform: () => random.uniform(random.key(2), [9]),
  uniform_range: () => random.uniform(random.key(2), [4, 3], { minval: -2, maxval: 3 }),
  normal: () => random.normal(random.key(3), [11]),
  truncated_normal: () => random.truncatedNormal(random.key(4), -2, 2, [10]),
  bernoulli: () => random.bernoulli(random.key(5), 0.3, [20]),
  randint: () => random.randint(random.key(6), [12], -5, 17),
  gumbel: () => random.gumbel(random.key(7), [6]),
  categorical: () => random.categorical(random.key(8), np.log(np.tile(np.array([[0.1, 0.2, 0.7]]), [8, 1]))),
  permutation: () => random.permutation(random.key(9), 10),
  choice: () => random.choice(random.key(10), 20, [5], { replace: false }),
  exponential: () => random.exponential(random.key(11), [5]),
}
describe('draws', () => {
  const g = golden('random/samples')
  it.each(Object.keys(g.parts))('%s', (name) => {
    close(draws[name]!(), g.array(name), name)
  })
})
