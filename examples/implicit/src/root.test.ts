/** Roots with known derivatives, under the transformations, and gradients against those through the unrolled loop. */
import { testBackends } from '@heddle/example-program/backends'
import { grad, jit, lax, np, setDefaultBackend, type Tensor, vmap } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import { rootOf } from './root'

describe.each(testBackends)('on %s', (_, backend) => {
  const sqrt = rootOf((z: Tensor, a: Tensor) => z.square().sub(a))
  const root = (a: Tensor): Tensor => sqrt(a, np.ones([1])).at(0)
  const numbers = (x: Tensor): number[] => x.toArray() as number[]
  it('finds a root and its derivative, by vmap and jit too', () => {
    setDefaultBackend(backend)
    const a = np.array([0.25, 2, 9, 100])
    numbers(vmap(root)(a)).forEach((x, i) => expect(x).toBeCloseTo([0.5, Math.SQRT2, 3, 10][i]!, 4))
    const slopes = numbers(jit(vmap(grad(root)))(a))
    slopes.forEach((x, i) => expect(x).toBeCloseTo([1, 0.5 / Math.SQRT2, 1 / 6, 1 / 20][i]!, 4))
  })
  it('has the gradient that a loop of known length has', () => {
    setDefaultBackend(backend)
    // two equations that hang together, with a tree of parameters
    interface Bend {
      readonly shift: Tensor
      readonly scale: Tensor
    }
    const mixed = np.array([
      [0.1, 0.3],
      [-0.2, 0.2],
    ])
    const f = (z: Tensor, { shift, scale }: Bend): Tensor => np.tanh(np.matmul(mixed, z).add(shift)).mul(scale)
    const solve = rootOf((z: Tensor, a: Bend) => z.sub(f(z, a)))
    const zero = np.zeros([2])
    const implicit = (a: Bend): Tensor => np.sum(solve(a, zero).mul(np.array([1, -2])))
    const unrolled = (a: Bend): Tensor => {
      const [z] = lax.scan((x: Tensor): [Tensor, null] => [f(x, a), null], zero, null, { length: 25 })
      return np.sum(z.mul(np.array([1, -2])))
    }
    const at: Bend = { shift: np.array([0.4, -0.7]), scale: np.array(1.5) }
    expect(implicit(at).item()).toBeCloseTo(Number(unrolled(at).item()), 4)
    const [got, want] = [jit(grad(implicit))(at), jit(grad(unrolled))(at)]
    numbers(got.shift).forEach((x, i) => expect(x).toBeCloseTo(numbers(want.shift)[i]!, 4))
    expect(got.scale.item()).toBeCloseTo(Number(want.scale.item()), 4)
  })
  it('ends where there is no root', () => {
    setDefaultBackend(backend)
    const none = rootOf((z: Tensor, a: Tensor) => z.square().add(a), { tolerance: 1e-5, most: 7 })
    expect(
      Math.abs(
        Number(
          none(np.array(1), np.array([0.5]))
            .at(0)
            .item(),
        ),
      ),
    ).toBeGreaterThan(0)
  })
})
