/**
 * The regularized incomplete gamma functions P(a, x) and Q(a, x): the power series where x is below 1 or a, else Legendre's continued
 * fraction, until they change no more. Source: jax.lax.igamma, igammac; Cephes.
 */
import * as E from '../numpy/elementwise'
import { isinf, isnan, where } from '../numpy/logic'
import { withSlopes } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import { gammaGrad } from '../random/gamma-grad'
import type { Tensor } from '../tensor'
import { epsilon, like, polynomial, settle } from './series'

/** Of Stirling's series, in 1 / a². */
const stirling = [(-1 / 360360) * 691, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12]
/** `log(x^a exp(-x) / Γ(a))`; for large a from the distance of x and a, as its parts are large and cancel. */
const logWeight = (a: Tensor, x: Tensor): Tensor => {
  const large = a.ge(16)
  const of = where(large, a, 16)
  const u = where(large, x.sub(of).div(of), 0)
  const rest = polynomial(stirling, E.reciprocal(of).square()).div(of)
  const byDistance = of
    .neg()
    .mul(u.sub(E.log1p(u)))
    .add(
      of
        .div(2 * Math.PI)
        .log()
        .mul(0.5),
    )
    .sub(rest)
  return where(large, byDistance, a.mul(x.log()).sub(x).sub(T.lgamma(a)))
}
/** Both, one of which is the other's complement. */
const both = (a: Tensor, x: Tensor): readonly [p: Tensor, q: Tensor] => {
  const eps = epsilon(x)
  const inside = a
    .gt(0)
    .logicalAnd(x.gt(0))
    .logicalAnd(isinf(a).logicalOr(isinf(x)).logicalNot())
  const far = x.ge(1).logicalAnd(x.gt(a))
  const [bySeries, byFraction] = [inside.logicalAnd(far.logicalNot()), inside.logicalAnd(far)]
  const weight = logWeight(where(inside, a, 1), where(inside, x, 1)).exp()

  const [a1, x1] = [where(bySeries, a, 1), where(bySeries, x, 1)]
  const one = where(bySeries, like(x, 1), like(x, 1))
  const [, sum] = settle([one, one], bySeries, (k, [term, total]) => {
    const next = term.mul(x1).div(a1.add(k))
    const now = total.add(next)
    return [next.gt(now.mul(eps)), [next, now] as const]
  })
  const p = weight.mul(sum).div(a1)

  const [a2, x2] = [where(byFraction, a, 1), where(byFraction, x, 2)]
  const [smallest, b0] = [like(x, x.dtype === 'float64' ? 1e-300 : 1e-30), x2.add(1).sub(a2)]
  const first = E.reciprocal(b0)
  const [, , h] = settle([E.reciprocal(smallest).add(x2.mul(0)), first, first], byFraction, (k, [c, d, value]) => {
    const an = k.mul(a2.sub(k))
    const b = b0.add(k.mul(2))
    const whole = (y: Tensor): Tensor => where(y.abs().lt(smallest), smallest, y)
    const [next, inverse] = [whole(b.add(an.div(c))), E.reciprocal(whole(an.mul(d).add(b)))]
    const change = next.mul(inverse)
    return [change.sub(1).abs().gt(eps), [next, inverse, value.mul(change)] as const]
  })
  const q = weight.mul(h)

  const below = x.eq(0).logicalOr(isinf(a))
  const outside = x
    .lt(0)
    .logicalOr(a.lt(0))
    .logicalOr(a.eq(0).logicalAnd(x.eq(0)))
    .logicalOr(isnan(a).logicalOr(isnan(x)))
    .logicalOr(isinf(a).logicalAnd(isinf(x)))
  const framed = (value: Tensor, low: number): Tensor =>
    where(outside, Number.NaN, where(inside, value, where(below, like(x, low), like(x, 1 - low))))
  return [framed(where(far, like(x, 1).sub(q), p), 0), framed(where(far, q, like(x, 1).sub(p)), 1)]
}
/** dP/dx, the density of the gamma distribution. */
const density = (a: Tensor, x: Tensor): Tensor => {
  const atZero = where(a.eq(1), like(x, 1), where(a.lt(1), like(x, Number.POSITIVE_INFINITY), like(x, 0)))
  const positive = where(x.gt(0), x, 1)
  const value = where(
    isinf(x),
    0,
    logWeight(a, where(isinf(x), 1, positive))
      .exp()
      .div(positive),
  )
  return where(x.gt(0), value, where(x.eq(0), atZero, like(x, Number.NaN)))
}
/** dP/da: that of a draw whose P stays, times the density there. */
export const gradientByShape = (a: Tensor, x: Tensor): Tensor => {
  const inside = x.gt(0).logicalAnd(isinf(x).logicalNot())
  const at = where(inside, x, 1)
  return where(inside, gammaGrad(a, at).mul(density(a, at)).neg(), where(x.ge(0), like(x, 0), like(x, Number.NaN)))
}
/** P(a, x). */
export const lower = withSlopes<readonly [Tensor, Tensor]>(
  (a, x) => both(a, x)[0],
  [(_out, a, x) => gradientByShape(a, x), (_out, a, x) => density(a, x)],
)
/** Q(a, x) = 1 - P(a, x). */
export const upper = withSlopes<readonly [Tensor, Tensor]>(
  (a, x) => both(a, x)[1],
  [(_out, a, x) => gradientByShape(a, x).neg(), (_out, a, x) => density(a, x).neg()],
)
