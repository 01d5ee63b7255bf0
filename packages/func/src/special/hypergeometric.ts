/**
 * Hypergeometric functions, by their series where that converges well, after a transformation where not. Source: jax.scipy.special.hyp1f1,
 * hyp2f1; Pearson, Olver and Porter, "Numerical methods for the computation of the confluent and Gauss hypergeometric functions" (2015).
 */
import * as E from '../numpy/elementwise'
import { isnan, where } from '../numpy/logic'
import { withSlopes } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import { fullLike } from '../literal'
import type { Tensor } from '../tensor'
import { jvp } from '../transforms/jvp'
import { gammaOf } from './gamma-of'
import { pointwise } from './program'
import { epsilon, like, settle } from './series'

/** The derivative of an element-by-element function by one operand, in forward mode: loops on conditions have no other. */
const slopeBy = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => jvp(f, [x], [fullLike(x, 1)])[1]

/** The sum of 1, and of terms each of which is `ratio(k)` times the one before, where `enabled`; NaN where so many are too few. */
const summed = (x: Tensor, enabled: Tensor, most: number, ratio: (k: Tensor) => Tensor): Tensor => {
  const one = fullLike(x, 1)
  const large = (term: Tensor, sum: Tensor): Tensor => term.abs().gt(sum.abs().mul(epsilon(x) / 4))
  const [last, sum] = settle([one, one], enabled, (k, [term, total]) => {
    const next = term.mul(ratio(k.sub(1)))
    const now = total.add(next)
    return [large(next, now).logicalAnd(k.lt(most)), [next, now] as const]
  })
  return where(enabled.logicalAnd(large(last, sum)), Number.NaN, sum)
}
const isWhole = (x: Tensor): Tensor => x.eq(E.round(x))
const notPositive = (x: Tensor): Tensor => isWhole(x).logicalAnd(x.le(0))

/** From here on the asymptotic series is better. */
const far = 100
const confluentOf = (a: Tensor, b: Tensor, x: Tensor): Tensor => {
  // Kummer: M(a, b, x) = exp(x) M(b - a, b, -x), whose terms don't cancel each other
  const turned = x.lt(0).logicalAnd(notPositive(a).logicalNot())
  const [of, y] = [where(turned, b.sub(a), a), where(turned, x.neg(), x)]
  const large = y.gt(far).logicalAnd(notPositive(of).logicalNot())
  const near = where(large, 1, y)
  const sum = summed(x, large.logicalNot(), 1000, (k) => of.add(k).div(b.add(k)).mul(near).div(k.add(1)))
  const close = where(turned, x, 0).exp().mul(sum)
  const z = where(large, y, far)
  const from = where(large, of, 1)
  const tail = summed(x, large, 250, (k) => b.sub(from).add(k).mul(like(x, 1).sub(from).add(k)).div(k.add(1)).div(z))
  const asymptotic = gammaOf(b)
    .div(gammaOf(from))
    .mul(where(turned, 0, z).exp())
    .mul(T.pow(z, from.sub(b)))
    .mul(tail)
  return where(large, asymptotic, close)
}
const confluent: (a: Tensor, b: Tensor, x: Tensor) => Tensor = withSlopes<readonly [Tensor, Tensor, Tensor]>(
  (a, b, x) => {
    const pole = b.eq(0).logicalAnd(a.ne(0))
    return where(a.eq(0), 1, where(pole, Number.POSITIVE_INFINITY, where(a.eq(b), x.exp(), confluentOf(a, where(b.eq(0), 1, b), x))))
  },
  [
    (_out, a, b, x) => slopeBy((t) => confluentOf(t, b, x), a),
    (_out, a, b, x) => slopeBy((t) => confluentOf(a, t, x), b),
    (_out, a, b, x) => a.div(b).mul(confluent(a.add(1), b.add(1), x)),
  ],
)
/** The confluent hypergeometric function M(a, b, x). */
export const hyp1f1 = pointwise('hyp1f1', confluent)

/** The series, for |x| up to 0.9, and where it ends. */
const direct = (a: Tensor, b: Tensor, c: Tensor, x: Tensor, enabled: Tensor): Tensor =>
  summed(x, enabled, 15000, (k) => a.add(k).mul(b.add(k)).div(c.add(k)).div(k.add(1)).mul(x))
const gaussOf = (a: Tensor, given: Tensor, c: Tensor, x: Tensor): Tensor => {
  const ends = notPositive(a).logicalOr(notPositive(given))
  // Pfaff: z = x / (x - 1) is between 0 and 1 where x is negative
  const turned = x.lt(-0.5).logicalAnd(ends.logicalNot())
  const z = where(turned, x.div(x.sub(1)), x)
  const b = where(turned, c.sub(given), given)
  const front = where(turned, T.pow(where(turned, like(x, 1).sub(x), 1), a.neg()), 1)
  const d = c.sub(a).sub(b)
  const still = notPositive(a).logicalOr(notPositive(b))
  const nearOne = z.gt(0.9).logicalAnd(still.logicalNot())
  const whole = d
    .sub(E.round(d))
    .abs()
    .lt(epsilon(x) * 50)
  const flipped = nearOne.logicalAnd(whole.logicalNot())
  const plain = direct(a, b, c, where(flipped, 0, z), flipped.logicalNot())
  // in powers of 1 - z; not for whole c - a - b, where gamma functions are infinite
  const s = where(flipped, like(x, 1).sub(z), 0.1)
  const e = where(flipped, d, 0.5)
  const first = gammaOf(c)
    .mul(gammaOf(e))
    .div(gammaOf(c.sub(a)).mul(gammaOf(c.sub(b))))
  const second = gammaOf(c)
    .mul(gammaOf(e.neg()))
    .div(gammaOf(a).mul(gammaOf(b)))
    .mul(T.pow(s, e))
  const parts = first.mul(direct(a, b, like(x, 1).sub(e), s, flipped)).add(second.mul(direct(c.sub(a), c.sub(b), e.add(1), s, flipped)))
  return front.mul(where(flipped, parts, plain))
}
const gauss: (a: Tensor, b: Tensor, c: Tensor, x: Tensor) => Tensor = withSlopes<readonly [Tensor, Tensor, Tensor, Tensor]>(
  (a, b, c, x) => {
    const [inside, atOne] = [x.lt(1), x.eq(1)]
    const d = c.sub(a).sub(b)
    const ends = notPositive(a).logicalOr(notPositive(b))
    const early = notPositive(a)
      .logicalAnd(a.gt(c))
      .logicalOr(notPositive(b).logicalAnd(b.gt(c)))
    const pole = notPositive(c).logicalAnd(early.logicalNot())
    const regular = pole.logicalNot().logicalAnd(inside.logicalOr(ends))
    const at = where(regular, x, 0)
    const from = where(pole, 1, c)
    const power = (base: Tensor, to: Tensor): Tensor => T.pow(where(inside, like(x, 1).sub(base), 1), to.neg())
    const simple = where(b.eq(c), power(x, a), power(x, b))
    const value = where(b.eq(c).logicalOr(a.eq(c)).logicalAnd(inside), simple, gaussOf(a, b, from, at))
    const whole = where(d.gt(0), d, 1)
    const gaussSum = gammaOf(c)
      .mul(gammaOf(whole))
      .div(gammaOf(c.sub(a)).mul(gammaOf(c.sub(b))))
    const infinite = like(x, Number.POSITIVE_INFINITY)
    const outside = where(pole.logicalNot().logicalAnd(atOne).logicalAnd(d.gt(0)), gaussSum, infinite)
    const one = x.eq(0).logicalOr(a.eq(0)).logicalOr(b.eq(0)).logicalAnd(c.ne(0))
    const sum = where(regular, value, outside)
    return where(isnan(a.add(b).add(c).add(x)), Number.NaN, where(one, 1, sum))
  },
  [
    (_out, a, b, c, x) => slopeBy((t) => gaussOf(t, b, c, x), a),
    (_out, a, b, c, x) => slopeBy((t) => gaussOf(a, t, c, x), b),
    (_out, a, b, c, x) => slopeBy((t) => gaussOf(a, b, t, x), c),
    (_out, a, b, c, x) =>
      a
        .mul(b)
        .div(c)
        .mul(gauss(a.add(1), b.add(1), c.add(1), x)),
  ],
)
/** Gauss' hypergeometric function F(a, b; c; x); infinite for x above 1 where it is no polynomial, NaN where no series is short enough. */
export const hyp2f1 = pointwise('hyp2f1', gauss)
