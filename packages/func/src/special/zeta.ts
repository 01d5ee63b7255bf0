/** Hurwitz's zeta function and derivatives of digamma, by Euler and Maclaurin's formula. Source: jax.lax.zeta, polygamma; Cephes. */
import { range } from '../aval'
import { ArgumentError } from '../error'
import { isInteger } from '../dtype'
import { forTensors, integer, readArgument } from '../options'
import * as E from '../numpy/elementwise'
import { ofNumbers } from '../numpy/host-tensor'
import { isinf, isnan, where } from '../numpy/logic'
import { asTensor, type TensorLike } from '../numpy/promote'
import { withSlopes } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { jvp } from '../transforms/jvp'
import { pointwise } from './program'
import { epsilon, like, notDifferentiated } from './series'

/** So many terms are added up before the rest is an integral and corrections. */
const terms = 20
/** (2k)! / B(2k). */
const corrections = [
  12, -720, 30240, -1209600, 47900160, -1892437580.3183792, 74724249600, -2950130727918.164, 116467828143500.67, -4597978722407473,
  1.8152105401943546e17, -7.166165256175667e18,
]
const sumOf = (s: Tensor, q: Tensor): Tensor => {
  const power = (a: Tensor): Tensor => T.pow(a, s.neg())
  const first = range(terms).reduce<Tensor>((sum, k) => sum.add(power(q.add(k))), like(q, 0))
  const a = q.add(terms)
  const last = power(a)
  const inverse = E.reciprocal(a).square()
  const horner = corrections.reduceRight<Tensor>(
    (h, c, k) =>
      h
        .mul(s.add(2 * k + 1))
        .mul(s.add(2 * k + 2))
        .mul(inverse)
        .add(1 / c),
    like(q, 0),
  )
  const rest = last.mul(a.div(s.sub(1)).add(s.div(a).mul(horner)).add(0.5))
  return where(last.abs().lt(first.abs().mul(epsilon(q))), first, first.add(rest))
}
const zetaOf: (s: Tensor, q: Tensor) => Tensor = withSlopes<readonly [Tensor, Tensor]>(
  (s, q) => {
    const whole = s.eq(E.floor(s))
    const pole = q.le(0).logicalAnd(q.eq(E.floor(q)))
    const defined = [s.gt(1), q.gt(1 - terms / 2), isinf(q).logicalNot(), whole.logicalOr(q.gt(0)), pole.logicalNot()]
    const inside = defined.reduce((x, y) => x.logicalAnd(y))
    const value = sumOf(where(inside, s, 2), where(inside, q, 1))
    const infinite = s.eq(1).logicalOr(pole.logicalAnd(s.gt(1)).logicalAnd(E.mod(s, 2).eq(0)))
    const outside = where(infinite.logicalAnd(isnan(q).logicalNot()), like(q, Number.POSITIVE_INFINITY), like(q, Number.NaN))
    return where(inside, value, where(q.eq(Number.POSITIVE_INFINITY).logicalAnd(s.gt(1)), 0, outside))
  },
  [
    (_out, s, q) => {
      const defined = s.gt(1).logicalAnd(q.gt(0))
      const [at, from] = [where(defined, s, 2), where(defined, q, 1)]
      const [, slope] = jvp((x: Tensor) => sumOf(x, from), [at], [E.divide(at, at)])
      return where(defined, slope, like(q, Number.NaN))
    },
    (_out, s, q) => s.neg().mul(zetaOf(s.add(1), q)),
  ],
)
/** Hurwitz's zeta function, the sum of `(q + k) ** -x` for k = 0, 1, ...: NaN for x below 1, and for q below -9, where JAX's is wrong. */
export const zeta = pointwise('zeta', zetaOf)

/** The n-th derivative of digamma, n in floats. Errors: RuleUnsupportedError where it is differentiated by n. */
export const polygammaOf: (n: Tensor, x: Tensor) => Tensor = withSlopes<readonly [Tensor, Tensor]>(
  (n, x) => {
    const order = where(n.gt(0), n, 1)
    const size = T.lgamma(order.add(1))
      .exp()
      .mul(zetaOf(order.add(1), x))
    const value = where(E.mod(order, 2).eq(0), size.neg(), size)
    const defined = n.eq(E.floor(n)).logicalAnd(n.ge(0))
    return where(defined, where(n.eq(0), T.digamma(x), value), Number.NaN)
  },
  [() => notDifferentiated('polygamma', 'n'), (_out, n, x) => polygammaOf(n.add(1), x)],
)
const ofIntegers = pointwise('polygamma', polygammaOf)
/** The n-th derivative of digamma: `n` are integers. Errors: ArgumentError. */
export const polygamma = (n: TensorLike, x: TensorLike): Tensor => {
  const order = asTensor(n, 'special.polygamma')
  if (!isInteger(order.dtype))
    throw new ArgumentError('special.polygamma', `n is of integers, got ${order.dtype}; cast by .astype('int32')`)
  return ofIntegers(order, x)
}

const highest = { ...integer, hint: forTensors('it is the size of the result: a number of JavaScript') }
/** Bernoulli's numbers from B(0) to B(n), float32. Errors: ArgumentError. */
export const bernoulli = (n: number): Tensor => {
  readArgument('special.bernoulli', 'n', highest, n)
  if (n < 0) throw new ArgumentError('special.bernoulli', `n is not negative, got ${n}`)
  let half = 2
  const values = range(n + 1).map((k) => {
    if (k < 2) return k === 0 ? 1 : -0.5
    half *= k / (2 * Math.PI)
    if (k === 2) half /= 2 * Math.PI
    if (k % 2 === 1) return 0
    const sum = range(60).reduce((total, j) => total + (j + 1) ** -k, 60.5 ** (1 - k) / (k - 1))
    return (k % 4 === 0 ? -1 : 1) * half * (k === 2 ? Math.PI ** 2 / 6 : sum)
  })
  return ofNumbers(values, 'float32')
}
