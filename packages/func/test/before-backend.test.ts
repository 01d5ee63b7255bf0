/** Tensors made before a backend is there: what a module makes at its top level while another one, beside it, still loads the backend. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ConcreteTensor, grad, jit, lax, np, random, setDefaultBackend, type Tensor, tidy, withBackend } from '../src/index'

const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

// no backend is set in this file until `beforeAll`
const given = np.array([1, 2, 3])
const sum = np.ones([3]).add(given)
const loss = jit((x: Tensor) => x.mul(x).sum())
const slope = grad(loss)(given)
const key = random.key(0)
const noise = random.normal(key, [4])
const [total, steps] = lax.scan((c: Tensor, x: Tensor) => [c.add(x), c] as const, np.array(0), np.arange(4)) as [Tensor, Tensor]
const count = Array.from({ length: 20_000 }).reduce((c: Tensor) => c.add(1), np.zeros([]))
const dropped = np.ones([2]).add(1)
dropped.dispose()
const elsewhere = np.ones([2]).add(1)
const ones = np.ones([2]).add(1)
const moving = np.ones([2]).add(1)
const early = [() => sum.dataSync(), () => np.sum(sum).item()].map((f) => {
  try {
    f()
    return ''
  } catch (e) {
    return (e as Error).message
  }
})
const late = sum.data().catch((e: unknown) => (e as Error).message)

describe('before a backend is set', () => {
  it('types are known, and values are refused with the way out', async () => {
    expect([sum.shape, sum.dtype]).toEqual([[3], 'float32'])
    for (const said of [...early, await late]) expect(said).toMatch(/no backend is set.*@heddle\/backend-tfjs\/auto/)
  })
})
describe('once one is set', () => {
  const backend = hostBackend()
  beforeAll(() => setDefaultBackend(backend))
  it('what was made before has its values', () => {
    expect(values(sum)).toEqual([2, 3, 4])
    expect(values(slope)).toEqual([2, 4, 6])
    expect(values(noise)).toEqual(values(random.normal(random.key(0), [4])))
    expect([values(total), values(steps)]).toEqual([[6], [0, 0, 1, 3]])
    expect(() => dropped.add(1)).toThrow(/disposed/)
  })
  it('a long chain too', () => {
    expect(count.item()).toBe(20_000)
  })
  it('it is computed where it is first needed', () => {
    const there = hostBackend()
    const out = withBackend(there, () => elsewhere.add(1))
    expect(values(out)).toEqual([3, 3])
    expect((elsewhere as ConcreteTensor).backend).toBe(there)
  })
  it('it moves to where it is needed next, as what was made from numbers does', () => {
    const [first, second] = [hostBackend(), hostBackend()]
    expect(values(withBackend(first, () => moving.add(1)))).toEqual([3, 3])
    expect(values(withBackend(second, () => moving.add(1)))).toEqual([3, 3])
    expect((moving as ConcreteTensor).backend).toBe(second)
    const there = withBackend(first, () => np.ones([2]).mul(5))
    expect(values(there.add(moving))).toEqual([7, 7])
    expect(values(jit((a: Tensor, b: Tensor) => a.add(b))(there, moving))).toEqual([7, 7])
    const chosen = withBackend(second, () => np.ones([2]).mul(5))
    expect(() => there.add(chosen)).toThrow(/devicePut/)
  })
  it('it belongs to no scope that needs it first', () => {
    const mean = withBackend(backend, () => tidy(() => np.mean(ones)))
    expect(mean.item()).toBe(2)
    expect(values(ones.add(1))).toEqual([3, 3])
  })
})

describe('tidy', () => {
  it('leaves what was made outside as it is, though it is uploaded inside', () => {
    const x = np.array([1, 2])
    const before = hostBackend()
    withBackend(before, () => tidy(() => x.add(1).dispose()))
    expect(before.storage.memory().buffers).toBe(0)
    expect(values(x.add(1))).toEqual([2, 3])
  })
})
