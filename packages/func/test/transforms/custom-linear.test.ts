// Rules of derivatives that call functions with rules on tangents: what stands in a linear program is transposed as what it is made of.
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkpoint, customJvp, customVjp, grad, jit, lax, linearize, np, setDefaultBackend, type Tensor, vjp, vmap } from '../../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

type F = (x: Tensor) => Tensor
type One = readonly [Tensor]
type Two = readonly [Tensor, Tensor]
/** A function that is its own derivative. */
const triple = customJvp((x: Tensor) => x.mul(3))
triple.defjvp(([x]: One, [dx]: One) => [triple(x), triple(dx)])
const scaled = customJvp((x: Tensor, s: Tensor) => x.mul(s))
scaled.defjvp(([x, s]: Two, [dx, ds]: Two) => [scaled(x, s), scaled(dx, s).add(scaled(x, ds))])
/** Of which the rule uses that of another. */
const sine = customJvp((x: Tensor) => np.sin(x))
sine.defjvp(([x]: One, [dx]: One) => [sine(x), triple(dx.mul(np.cos(x))).div(3)])
/** Of which the rule has a function with a backward pass. */
const doubled = customVjp((x: Tensor) => x.mul(2)).defvjp(
  (x) => [x.mul(2), null] as const,
  (_: null, ct: Tensor) => [ct.mul(2)],
)
const half = customJvp((x: Tensor) => x.mul(2))
half.defjvp(([x]: One, [dx]: One) => [half(x), doubled(dx)])

const functions: readonly (readonly [string, F, first: F, second: F])[] = [
  ['its own', (x) => triple(x).mul(x), (x) => x.mul(6), () => np.array(6)],
  [
    'its own, of two',
    (x) => scaled(x, np.sin(x)),
    (x) => np.sin(x).add(x.mul(np.cos(x))),
    (x) =>
      np
        .cos(x)
        .mul(2)
        .sub(x.mul(np.sin(x))),
  ],
  ["another's", sine, np.cos, (x) => np.sin(x).neg()],
  ['a backward pass', half, () => np.array(2), () => np.array(0)],
]
const at = 2.5
const close = (x: Tensor, y: Tensor): void => expect(x.item()).toBeCloseTo(y.item() as number, 4)

describe.each(functions)('a rule that calls %s', (_, f, first, second) => {
  const want = first(np.array(at))
  const ways: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    grad: (x) => grad(f)(x),
    'jit of grad': (x) => jit(grad(f))(x),
    'grad of jit': (x) => grad(jit(f))(x),
    'grad of checkpoint': (x) => grad(checkpoint(f))(x),
    'vmap of grad': (x) => np.sum(vmap(grad(f))(np.stack([x, x]))).div(2),
    'grad of vmap': (x) => grad((y: Tensor) => np.sum(vmap(f)(np.stack([y, y]))).div(2))(x),
    'grad of map': (x) => grad((y: Tensor) => np.sum(lax.map(f, np.stack([y, y]))).div(2))(x),
    'grad of cond': (x) => grad((y: Tensor) => lax.cond(np.array(true), f, f, y))(x),
    'vjp of linearize': (x) => (vjp(linearize(f, x)[1], x)[1](np.array(1)) as readonly Tensor[])[0]!,
    'grad of scan': (x) => grad((y: Tensor) => lax.scan((c: Tensor) => [f(c), null], y, null, { length: 1 })[0])(x),
  }
  for (const [name, way] of Object.entries(ways)) test(name, () => close(way(np.array(at)), want))
  test('grad of grad', () => close(grad(grad(f))(np.array(at)), second(np.array(at))))
})
