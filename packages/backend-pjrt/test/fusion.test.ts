/** Operations that XLA makes one loop of answer what they answer alone. */
import { jit, lax, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, expect, it } from 'vitest'
import { backend, describeWithPlugin } from './under-test'

type Pointwise = (x: Tensor) => Tensor
const ones = (x: Tensor): Tensor => np.onesLike(x)
const angles: readonly (readonly [string, Pointwise])[] = [
  ['arctan', np.arctan],
  ['arctan2 of ones', (x) => np.arctan2(x, ones(x))],
  ['arcsin', np.arcsin],
]
const polynomials: readonly (readonly [string, Pointwise])[] = [
  ['erfc', lax.erfc],
  ['erfInv', lax.erfInv],
  ['lgamma', lax.lgamma],
  ['digamma', lax.digamma],
]

describeWithPlugin('one loop of an angle and a long polynomial', () => {
  beforeAll(async () => setDefaultBackend(await backend({ cache: null })))
  it.each(angles.flatMap(([a, f]) => polynomials.map(([b, g]) => [a, b, f, g] as const)))('%s and %s', (_, __, f, g) => {
    const [x, y] = [np.linspace(-0.9, 0.95, 8), np.linspace(-0.8, 0.9, 8)]
    const together = jit((s: Tensor, t: Tensor) => f(s).add(g(t)))(x, y)
    expect(Number(np.max(np.abs(together.sub(f(x).add(g(y))))).item())).toBeLessThan(1e-5)
  })
})
