/** The normal distribution, error functions and Owen's T. Source: the jax.scipy.special functions of the same names; Cephes. */
import { ArgumentError } from '../error'
import { count, forTensors, readArgument } from '../options'
import * as E from '../numpy/elementwise'
import { isnan, where } from '../numpy/logic'
import type { TensorLike } from '../numpy/promote'
import { withSlopes, withTangent } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { operation, pointwise } from './program'
import { like, polynomial, type Rational, rational } from './series'

const rootOfTwoPi = Math.sqrt(2 * Math.PI)
const halfRoot = Math.SQRT1_2

/** The error function. */
export const erf = operation('erf', T.erf)
/** `1 - erf(x)`, exact for large x. */
export const erfc = operation('erfc', T.erfc)
/** The inverse of erf; NaN outside of [-1, 1]. */
export const erfinv = operation('erfinv', T.erfInv)

/** Of the expansion in 1 / x² for large x. */
const scaledTail = [7918.06640625, -1055.7421875, 162.421875, -29.53125, 6.5625, -1.875, 0.75, -0.5, 1]
/** `exp(x²) erfc(x)`, exact for large x. */
export const erfcx = pointwise(
  'erfcx',
  withTangent(
    (x: Tensor): Tensor => {
      const far = x.gt(x.dtype === 'float64' ? 20 : 5)
      const [near, large] = [where(far, 1, x), where(far, x, 1)]
      const tail = polynomial(scaledTail, E.reciprocal(large).square()).div(large.mul(Math.sqrt(Math.PI)))
      return where(far, tail, near.square().exp().mul(T.erfc(near)))
    },
    ([t], out, x) =>
      t.mul(
        x
          .mul(2)
          .mul(out)
          .sub(2 / Math.sqrt(Math.PI)),
      ),
  ),
)

const distribution = withTangent(
  (x: Tensor): Tensor => {
    const w = x.mul(halfRoot)
    const z = w.abs()
    const tail = T.erfc(z)
    return where(z.lt(halfRoot), T.erf(w).add(1), where(w.gt(0), like(x, 2).sub(tail), tail)).mul(0.5)
  },
  ([t], _out, x) => t.mul(x.square().mul(-0.5).exp().div(rootOfTwoPi)),
)
/** The distribution function of the standard normal distribution. */
export const ndtr = pointwise('ndtr', distribution)

const middle: Rational = [
  [-59.96335010141079, 98.00107541859997, -56.67628574690703, 13.931260938727968, -1.2391658386738125],
  [
    1, 1.9544885833814176, 4.676279128988815, 86.36024213908905, -225.46268785411937, 200.26021238006066, -82.03722561683334,
    15.90562251262117, -1.1833162112133,
  ],
]
const outer: Rational = [
  [
    4.0554489230596245, 31.525109459989388, 57.16281922464213, 44.08050738932008, 14.684956192885803, 2.1866330685079025,
    -0.1402560791713545, -0.03504246268278482, -0.0008574567851546854,
  ],
  [
    1, 15.779988325646675, 45.39076351288792, 41.3172038254672, 15.04253856929075, 2.504649462083094, -0.14218292285478779,
    -0.03808064076915783, -0.0009332594808954574,
  ],
]
const outermost: Rational = [
  [
    3.2377489177694603, 6.915228890689842, 3.9388102529247444, 1.3330346081580755, 0.20148538954917908, 0.012371663481782003,
    0.00030158155350823543, 2.6580697468673755e-6, 6.239745391849833e-9,
  ],
  [
    1, 6.02427039364742, 3.6798356385616087, 1.3770209948908132, 0.21623699359449663, 0.013420400608854318, 0.00032801446468212774,
    2.8924786474538068e-6, 6.790194080099813e-9,
  ],
]
/** The inverse of ndtr: infinite at 0 and 1, NaN outside. */
export const ndtri = pointwise(
  'ndtri',
  withTangent(
    (p: Tensor): Tensor => {
      const upper = p.gt(-Math.expm1(-2))
      const inside = p.gt(0).logicalAnd(p.lt(1))
      const q = where(inside, where(upper, like(p, 1).sub(p), p), 0.5)
      const w = q.sub(0.5)
      const central = w.add(w.mul(w.square()).mul(rational(middle, w.square()))).mul(-rootOfTwoPi)
      const z = q.log().mul(-2).sqrt()
      const y = E.reciprocal(z)
      const tail = z.sub(z.log().div(z)).sub(where(z.ge(8), rational(outermost, y), rational(outer, y)).mul(y))
      const x = where(q.gt(Math.exp(-2)), central, tail)
      const ends = where(p.eq(0), Number.NEGATIVE_INFINITY, where(p.eq(1), Number.POSITIVE_INFINITY, Number.NaN))
      return where(inside, where(upper, x, x.neg()), ends)
    },
    ([t], out) => t.mul(out.square().mul(0.5).exp().mul(rootOfTwoPi)),
  ),
)

const orders = { ...count, hint: forTensors('it is the length of a series: a number of JavaScript') }
/**
 * log ndtr(x), exact in both tails; `seriesOrder` is the length of the asymptotic series below -10 (float64: -20), 30 at most.
 * Errors: ArgumentError.
 */
export const logNdtr = (x: TensorLike, seriesOrder = 3): Tensor => {
  readArgument('special.logNdtr', 'seriesOrder', orders, seriesOrder)
  if (seriesOrder > 30) throw new ArgumentError('special.logNdtr', `seriesOrder is 30 at most, got ${seriesOrder}`)
  return logDistributions(seriesOrder)(x)
}
/** What ndtr is at a low x, in parts of `density(x) / -x`. */
const lowSeries = (x: Tensor, order: number): Tensor => {
  const inverse = E.reciprocal(x.square())
  let [sum, term]: [Tensor, Tensor] = [like(x, 1), like(x, 1)]
  for (let n = 1; n <= order; n++) {
    term = term.mul(inverse).mul(1 - 2 * n)
    sum = sum.add(term)
  }
  return sum
}
const logDensity = (x: Tensor): Tensor => x.square().mul(-0.5).sub(Math.log(rootOfTwoPi))
const logDistribution = (order: number): ((x: Tensor) => Tensor) => {
  const lower = (x: Tensor): number => (x.dtype === 'float64' ? -20 : -10)
  return withTangent(
    (x: Tensor): Tensor => {
      const [low, high] = [x.le(lower(x)), x.gt(0)]
      const far = E.minimum(x, lower(x))
      const p = distribution(E.maximum(x.abs().neg(), lower(x)))
      const tail = logDensity(far).sub(far.neg().log()).add(lowSeries(far, order).log())
      return where(high, E.log1p(distribution(where(high, x.neg(), -1)).neg()), where(low, tail, p.log()))
    },
    ([t], out, x) => {
      const low = x.le(lower(x))
      const far = E.minimum(x, lower(x))
      return t.mul(
        where(
          low,
          far.neg().div(lowSeries(far, order)),
          logDensity(x)
            .sub(where(low, 0, out))
            .exp(),
        ),
      )
    },
  )
}
const kept = new Map<number, (x: TensorLike) => Tensor>()
const logDistributions = (order: number): ((x: TensorLike) => Tensor) => {
  const known = kept.get(order) ?? pointwise('logNdtr', logDistribution(order))
  kept.set(order, known)
  return known
}

const points = [
  0.0035082039676451716, 0.031279042338030756, 0.08526682628321945, 0.16245071730812277, 0.25851196049125436, 0.3680755384069753,
  0.485010929056047, 0.6027751415261857, 0.7147788421775323, 0.814755109887601, 0.8971102975594897, 0.9572380808594426, 0.991788329746297,
]
const weights = [
  0.018831438115323503, 0.01856708624397765, 0.018042093461223385, 0.017263829606398752, 0.016243219975989858, 0.014994592034116705,
  0.013535474469662087, 0.011886351605820165, 0.010070377242777432, 0.008113054574229958, 0.006041900952847024, 0.0038862217010742057,
  0.001679303108454609,
]
/** By 13 points of a quadrature, for a from 0 to 1. Source: Patefield and Tandy (2000), method T5. */
const byQuadrature = (h: Tensor, a: Tensor): Tensor => {
  const [half, square] = [h.square().mul(-0.5), a.square()]
  const term = (point: number, weight: number): Tensor => {
    const r = square.mul(point).add(1)
    return half.mul(r).exp().div(r).mul(weight)
  }
  return a.mul(points.map((point, i) => term(point, weights[i]!)).reduce((sum, x) => sum.add(x)))
}
/** Owen's T: the probability of X > h and 0 < Y < a X, of independent standard normal X and Y. */
export const owensT = pointwise(
  'owensT',
  withSlopes<readonly [Tensor, Tensor]>(
    (given, a) => {
      const [h, size] = [given.abs(), a.abs()]
      const steep = size.gt(1)
      const slope = where(steep, E.reciprocal(where(steep, size, 1)), size)
      const scaled = size.mul(h)
      const at = where(steep, scaled, h)
      const [tail, steepTail] = [T.erfc(h.mul(halfRoot)), T.erfc(scaled.mul(halfRoot))]
      const unit = T.erfc(at.mul(-halfRoot))
        .mul(T.erfc(at.mul(halfRoot)))
        .mul(0.125)
      const base = where(slope.eq(1), unit, byQuadrature(at, slope))
      const near = like(h, 0.25).sub(
        T.erf(h.mul(halfRoot))
          .mul(T.erf(scaled.mul(halfRoot)))
          .mul(0.25),
      )
      const far = tail.add(steepTail).sub(tail.mul(steepTail)).mul(0.25)
      const result = where(steep, where(scaled.le(0.67), near, far).sub(base), base)
      return where(isnan(given).logicalOr(isnan(a)), Number.NaN, a.sign().mul(result))
    },
    [
      (_out, h, a) =>
        h
          .square()
          .mul(-0.5)
          .exp()
          .mul(T.erf(a.mul(h).mul(halfRoot)))
          .div(-2 * rootOfTwoPi),
      (_out, h, a) => {
        const more = a.square().add(1)
        return h
          .square()
          .mul(-0.5)
          .mul(more)
          .exp()
          .div(more.mul(2 * Math.PI))
      },
    ],
  ),
)
