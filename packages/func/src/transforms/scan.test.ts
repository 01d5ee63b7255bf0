import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { getDefaultBackend, grad, jit, lax, np, setDefaultBackend, type Tensor, TypeMismatchError } from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('scan', () => {
  it('carries, stacks, reverses, and takes trees', () => {
    const xs = {
      a: np.array([1, 2, 3]),
      b: np.array([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    }
    const [carry, ys] = lax.scan((c: Tensor, x: typeof xs) => [c.mul(2).add(x.a), { sum: x.b.sum().add(c) }] as const, np.array(0), xs)
    expect(carry.item()).toBe(11)
    expect(values(ys.sum)).toEqual([2, 5, 10])
    const [back] = lax.scan((c: Tensor, x: typeof xs) => [c.mul(2).add(x.a), null] as const, np.array(0), xs, { reverse: true })
    expect(back.item()).toBe(17)
  })
  it('works with no slices and with length 0', () => {
    expect(lax.scan((c: Tensor) => [c.add(1), c] as const, np.array(0), null, { length: 4 })[1].shape).toEqual([4])
    const [c, ys] = lax.scan((c: Tensor, x: Tensor) => [c.add(x), x] as const, np.array(5), np.zeros([0]))
    expect(c.item()).toBe(5)
    expect(ys.shape).toEqual([0])
  })
  it('strengthens weak carries, and refuses those that change', () => {
    expect(
      lax.scan((c: Tensor | number, x: Tensor) => [np.add(c, x), null] as const, 0 as Tensor | number, np.array([0.5, 1]))[0],
    ).toBeDefined()
    const bad = (): unknown => lax.scan((c: Tensor, x: Tensor) => [np.stack([c, x]), null] as const, np.array(0), np.array([1, 2]))
    expect(bad).toThrow(TypeMismatchError)
    expect(bad).toThrow(/f32\[\] and came out as f32\[2\]/)
    expect(() => lax.scan((c: Tensor) => [c, c] as const, np.array(0), null)).toThrow(/`length` must be given/)
    expect(() => lax.scan((c: Tensor) => [c, c] as const, np.array(0), [np.zeros([2]), np.zeros([3])])).toThrow(/one size.*2, 3/)
  })
  it('keeps memory as it was', () => {
    const f = (w: Tensor): Tensor =>
      lax.scan((c: Tensor, x: Tensor) => [c.mul(w).add(x).tanh(), c] as const, np.array(0), np.array([1, 2, 3]))[1].sum()
    const g = jit(grad(f))
    const w = np.array(0.5)
    g(w).dispose()
    const before = getDefaultBackend().storage.memory().buffers
    for (let i = 0; i < 20; i++) g(w).dispose()
    expect(getDefaultBackend().storage.memory().buffers).toBe(before)
  })
})
