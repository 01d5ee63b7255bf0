/**
 * The derivative of a gamma draw by its shape: implicit differentiation of the distribution function P(a, x), whose value at a draw
 * stays, so that `dx/da = -(dP/da) / (dP/dx)`.
 *
 * Where x is at most 1 or at most a, P is its power series, else one minus Legendre's continued fraction, both with their derivatives
 * by a, until those change no more. Source: jax.lax.random_gamma_grad; Figurnov et al., "Implicit reparameterization gradients" (2018).
 */
import { dtypes, isFloating } from '../dtype'
import { range } from '../aval'
import { literal } from '../literal'
import * as E from '../numpy/elementwise'
import { finfo } from '../numpy/dtypes'
import { greater, greaterEqual, less, logicalAnd, logicalNot, notEqual, where } from '../numpy/logic'
import { reduceOr } from '../primitives/reduction'
import { convert } from '../primitives/structural'
import { digamma } from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { whileLoop } from '../transforms/while-loop'

/** Loops end here at the latest; a shape of some ten thousands needs so many steps. */
const most = 2000
const like = (x: Tensor, value: number): Tensor => literal(value, x.dtype)
const any = (x: Tensor): Tensor => reduceOr(x, { axes: range(x.ndim) })

/** `log x - digamma a`, without cancellation where x is near a large a. */
const logRatio = (a: Tensor, x: Tensor): Tensor => {
  const large = greaterEqual(a, 16)
  const [big, of] = [where(large, a, like(a, 16)), where(large, x, like(x, 16))]
  const w = E.reciprocal(E.square(big))
  // log a - digamma a: Abramowitz & Stegun 6.3.18.
  const tail = E.add(E.divide(0.5, big), E.multiply(w, E.subtract(1 / 12, E.multiply(w, E.subtract(1 / 120, E.divide(w, 252))))))
  const near = E.add(E.log1p(E.divide(E.subtract(of, big), big)), tail)
  return where(large, near, E.subtract(E.log(x), digamma(a)))
}

type Series = readonly [going: Tensor, step: Tensor, r: Tensor, term: Tensor, sum: Tensor, dTerm: Tensor, dSum: Tensor]
/** `dx/da` from the power series, where `enabled`. */
const bySeries = (a: Tensor, x: Tensor, enabled: Tensor, eps: number): Tensor => {
  const body = ([going, step, r, term, sum, dTerm, dSum]: Series): Series => {
    const next = E.add(r, 1)
    const ratio = E.divide(x, next)
    const dNext = E.subtract(E.multiply(dTerm, ratio), E.divide(E.multiply(term, ratio), next))
    const dTotal = E.add(dSum, dNext)
    const product = E.multiply(term, ratio)
    const kept = (value: Tensor, before: Tensor): Tensor => where(going, value, before)
    return [
      logicalAnd(going, greater(E.absolute(dNext), E.multiply(E.absolute(dTotal), eps))),
      E.add(step, 1),
      kept(next, r),
      kept(product, term),
      kept(E.add(sum, product), sum),
      kept(dNext, dTerm),
      kept(dTotal, dSum),
    ]
  }
  const [one, zero] = [E.add(E.multiply(a, 0), 1), E.multiply(a, 0)]
  const start: Series = [enabled, literal(0, 'int32'), a, one, one, zero, zero]
  const [, , , , sum, , dSum] = whileLoop(([going, step]) => logicalAnd(less(step, most), any(going)), body, start)
  // digamma(a + 1) = digamma(a) + 1 / a
  const slope = E.subtract(logRatio(a, x), E.reciprocal(a))
  return E.negative(E.divide(E.multiply(E.add(dSum, E.multiply(sum, slope)), x), a))
}

type Fraction = readonly [going: Tensor, c: Tensor, y: Tensor, z: Tensor, p1: Tensor, q1: Tensor, p2: Tensor, q2: Tensor, ...Tensors6]
type Tensors6 = readonly [dp1: Tensor, dq1: Tensor, dp2: Tensor, dq2: Tensor, ratio: Tensor, dRatio: Tensor]
/** `dx/da` from the continued fraction, where `enabled`. */
const byFraction = (a: Tensor, x: Tensor, enabled: Tensor, eps: number): Tensor => {
  const body = ([going, count, y0, z0, p1, q1, p2, q2, dp1, dq1, dp2, dq2, ratio, dRatio]: Fraction): Fraction => {
    const c = E.add(count, 1)
    const [y, z] = [E.add(y0, 1), E.add(z0, 2)]
    const yc = E.multiply(y, c)
    const step = (one: Tensor, two: Tensor): Tensor => E.subtract(E.multiply(one, z), E.multiply(two, yc))
    const [p, q] = [step(p1, p2), step(q1, q2)]
    const dStep = (one: Tensor, two: Tensor, d1: Tensor, d2: Tensor): Tensor => E.add(E.subtract(step(d1, d2), one), E.multiply(two, c))
    const [dp, dq] = [dStep(p1, p2, dp1, dp2), dStep(q1, q2, dq1, dq2)]
    const valid = notEqual(q, 0)
    const next = where(valid, E.divide(p, where(valid, q, like(q, 1))), ratio)
    const dNext = where(valid, E.divide(E.subtract(dp, E.multiply(next, dq)), where(valid, q, like(q, 1))), dRatio)
    const change = where(valid, E.absolute(E.subtract(dNext, dRatio)), like(q, 1))
    const scale = where(greater(E.absolute(p), 1 / eps), like(p, eps), like(p, 1))
    const kept = (value: Tensor, before: Tensor): Tensor => where(going, value, before)
    const scaled = (value: Tensor, before: Tensor): Tensor => kept(E.multiply(value, scale), before)
    return [
      logicalAnd(going, greater(change, eps)),
      c,
      kept(y, y0),
      kept(z, z0),
      ...([scaled(p, p1), scaled(q, q1), scaled(p1, p2), scaled(q1, q2)] as const),
      ...([scaled(dp, dp1), scaled(dq, dq1), scaled(dp1, dp2), scaled(dq1, dq2), kept(next, ratio), kept(dNext, dRatio)] as const),
    ]
  }
  const [one, zero] = [E.add(E.multiply(x, 0), 1), E.multiply(x, 0)]
  const y = E.subtract(1, a)
  const z = E.add(E.add(x, y), 1)
  const [p1, q1] = [E.add(x, 1), E.multiply(z, x)]
  const ratio = E.divide(p1, q1)
  const dRatio = E.divide(E.multiply(ratio, x), q1)
  const start: Fraction = [enabled, like(x, 0), y, z, p1, q1, one, x, zero, E.negative(x), zero, zero, ratio, dRatio]
  const out = whileLoop(([going, c]) => logicalAnd(less(c, most), any(going)), body, start)
  return E.multiply(E.add(out[13], E.multiply(out[12], logRatio(a, x))), x)
}

/** `dx/da` of draws `x > 0` from the gamma distribution of shape `a`, both of one shape; 0 at 0, NaN outside of the domain. */
export const gammaGrad = (a: Tensor, x: Tensor): Tensor => {
  const { dtype } = a
  const work = isFloating(dtype) && dtypes[dtype].bits < 32 ? 'float32' : dtype
  const [of, at] = [convert(a, work), convert(x, work)]
  const { eps } = finfo(work)
  const inside = logicalAnd(greater(at, 0), greater(of, 0))
  const [shape, draw] = [where(inside, of, like(of, 1)), where(inside, at, like(at, 1))]
  const far = logicalAnd(greater(draw, 1), greater(draw, shape))
  const one = (t: Tensor, wanted: Tensor): Tensor => where(wanted, t, like(t, 1))
  const near = logicalNot(far)
  const two = where(far, draw, like(draw, 2))
  const grad = where(
    far,
    byFraction(one(shape, far), two, logicalAnd(inside, far), eps),
    bySeries(one(shape, near), one(draw, near), logicalAnd(inside, near), eps),
  )
  const outside = where(logicalAnd(greaterEqual(at, 0), greater(of, 0)), like(at, 0), like(at, Number.NaN))
  return convert(where(inside, grad, outside), dtype)
}

/** The same for the logarithm of a draw: `d(log x)/da`; exact where x itself would vanish. */
export const logGammaGrad = (a: Tensor, logDraw: Tensor): Tensor => {
  const work = dtypes[a.dtype].bits < 32 ? 'float32' : a.dtype
  const [of, log] = [convert(a, work), convert(logDraw, work)]
  // Below, P is x^a / gamma(a + 1), up to what is added to 1.
  const small = less(log, Math.log(finfo(work).eps) * 2)
  const draw = E.exp(where(small, like(log, 0), log))
  const limit = E.divide(E.subtract(digamma(E.add(of, 1)), log), of)
  return convert(where(small, limit, E.divide(gammaGrad(of, draw), draw)), a.dtype)
}
