/** Exponential integrals. Source: the jax.scipy.special functions of the same names; Cephes (ei.c, expn.c). */
import { fullLike } from '../literal'
import * as E from '../numpy/elementwise'
import { isinf, isnan, where } from '../numpy/logic'
import { withSlopes, withTangent } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { pointwise } from './program'
import { like, rational, type Rational, repeat, notDifferentiated } from './series'

/** Of the powers of x up to 2, then of 1 / x up to 4, 8, 16, 32, 64 and beyond. */
const pieces: readonly Rational[] = [
  [
    [-5.350447357812543, 218.50491688166133, -4176.572384826693, 55411.76756393557, -331338.13311781443, 1592627.1633849454],
    [1, -52.505479591128626, 1259.6161867867906, -17565.495819735348, 149306.2117002726, -729494.9239640528, 1592627.1633849454],
  ],
  [
    [
      0.019818085032596897, -1.2716456259849176, -2.0881603356812284, 2.7555445091879367, -0.44095070487016, 0.046656238059358916,
      -0.0015450426796734852, 7.059980605299618e-5,
    ],
    [
      1, 1.4764986709149215, 0.5629177174822436, 0.16990178978793072, 0.02291647179034212, 0.0044501504397287525, 0.00017274396122065214,
      3.953167195549672e-5,
    ],
  ],
  [
    [
      -1.3732153758712087, -0.7084559133740839, 1.580806855547941, -0.2601500427425623, 0.029946746941137137, -0.001038086040188744,
      4.371064420753005e-5, 2.141783679522603e-6,
    ],
    [
      1, 0.8585231423622028, 0.4483285822873995, 0.07687932158124476, 0.024498682410218877, 0.0008832165941927797, 0.00045909522995113536,
      -4.729848351866523e-6, 2.66519553739071e-6,
    ],
  ],
  [
    [
      -2.1069346016919166, 1.7327338696646881, -0.2423619178935842, 0.02322724180937566, 0.00023728804404931798, -8.343219561192553e-5,
      1.3634087956052505e-5, -3.655412321999254e-7, 1.4649417339759612e-8, 6.17640786371036e-10,
    ],
    [
      1, -0.2298062239901678, 0.11050770414740378, -0.015665429666307924, 0.002761106850817353, -0.00020891480122840484,
      1.7085289388076754e-5, -4.4593117963566865e-7, 1.3946349303538475e-8, 6.150865933977338e-10,
    ],
  ],
  [
    [
      -0.24581193676740204, -0.14833822533220778, 0.07248291795735552, -0.013483156873809405, 0.001342775069788637, -7.942465637159712e-5,
      2.644179518984236e-6, -4.239473659313765e-8,
    ],
    [
      1, -0.10442259084438711, -0.26764531281014026, 0.09695000254621984, -0.01601745692712991, 0.001496414899205908, -8.462452563778485e-5,
      2.7289384034767266e-6, -4.239462431819542e-8,
    ],
  ],
  [
    [0.12125611181054567, -0.5823133179043894, 0.2348887314557017, -0.030400343181132484, 0.0015100821468651906, -2.5231370954995714e-5],
    [1, -1.002252150365854, 0.2928709694872224, -0.03337004338674008, 0.0015605448811273888, -2.5231370936032347e-5],
  ],
  [
    [
      -0.7657847078286127, 0.6886192415566705, -0.2132598113545206, 0.033461075523841935, -0.003076541477344756, 0.00017471193164549074,
      -6.1037116822741705e-6, 1.218032765428652e-7, -1.0860761027932903e-9,
    ],
    [
      1, -1.8888028686623086, 1.066691687211409, -0.27519159823063805, 0.039308526882338234, -0.003414684558602365, 0.00018668443707035555,
      -6.345146083130515e-6, 1.239754287483207e-7, -1.0860761027931265e-9,
    ],
  ],
]
const eulerGamma = 0.5772156649015329

/** E(n, x) for 0 < x <= 1 and n >= 1: the power series. */
const bySeries = (n: Tensor, x: Tensor): Tensor => {
  const start = where(n.eq(1), 0, E.reciprocal(like(x, 1).sub(where(n.eq(1), 2, n))))
  const [, sum] = repeat(x.dtype === 'float64' ? 20 : 12, [start.mul(0).add(1), start], (k, [power, total]) => {
    const next = power.mul(x.neg()).div(k)
    const below = k.add(1).sub(n)
    return [next, total.add(where(below.eq(0), 0, next.div(where(below.eq(0), 1, below))))] as const
  })
  const psi = T.digamma(n).sub(x.log())
  return T.pow(x.neg(), n.sub(1)).mul(psi).div(T.lgamma(n).exp()).sub(sum)
}
/** The same for x > 1: the continued fraction. */
const byFraction = (n: Tensor, x: Tensor): Tensor => {
  const b0 = x.add(n)
  const first = E.reciprocal(b0)
  const far = first.mul(0).add(1e30)
  const [, , h] = repeat(x.dtype === 'float64' ? 120 : 40, [far, first, first], (k, [c, d, value]) => {
    const an = k.mul(n.sub(1).add(k)).neg()
    const b = b0.add(k.mul(2))
    const [next, inverse] = [b.add(an.div(c)), E.reciprocal(an.mul(d).add(b))]
    return [next, inverse, value.mul(next.mul(inverse))] as const
  })
  return x.neg().exp().mul(h)
}
/** For n from 5000 on. */
const ofLarge = (n: Tensor, x: Tensor): Tensor => {
  const sum = x.add(n)
  const y = E.reciprocal(sum.square())
  const a = y.mul(n).mul(x.square().mul(6).sub(x.mul(n).mul(8)).add(n.square()))
  const b = y.mul(a.add(n.mul(n.sub(x.mul(2)))))
  return y.mul(b.add(n)).add(1).mul(x.neg().exp()).div(sum)
}
const integral = (n: Tensor, x: Tensor): Tensor => {
  const inside = x.gt(0).logicalAnd(n.ge(1)).logicalAnd(isinf(x).logicalNot())
  const [large, far] = [n.ge(5000), x.gt(1)]
  const [near, outer, last] = [inside.logicalAnd(far.logicalNot()), inside.logicalAnd(far), inside.logicalAnd(large)]
  const one = like(x, 1)
  const of = (where_: Tensor, f: typeof bySeries, at: number): Tensor => f(where(where_, n, one), where(where_, x, like(x, at)))
  const value = where(large, of(last, ofLarge, 1), where(far, of(outer, byFraction, 2), of(near, bySeries, 1)))
  const atZero = where(n.lt(2), like(x, Number.POSITIVE_INFINITY), E.reciprocal(where(n.lt(2), one, n.sub(1))))
  const ofZero = where(
    isinf(x),
    0,
    x
      .neg()
      .exp()
      .div(where(x.eq(0), 1, x)),
  )
  const edge = where(x.eq(0), atZero, where(isinf(x), like(x, 0), ofZero))
  const outside = [x.lt(0), n.lt(0), isnan(x), isnan(n)].reduce((p, q) => p.logicalOr(q))
  return where(outside, Number.NaN, where(inside, value, edge))
}
const ofOrder: (n: Tensor, x: Tensor) => Tensor = withSlopes<readonly [Tensor, Tensor]>(integral, [
  () => notDifferentiated('expn', 'n'),
  (_out, n, x) => {
    const ofZero = x.neg().exp().div(x).mul(E.reciprocal(x).add(1))
    return where(n.eq(0), ofZero, ofOrder(E.maximum(n.sub(1), 0), x)).neg()
  },
])
/** The exponential integral of order n: of `exp(-x t) / t ** n` for t from 1 on. n = 0, 1, ...; x is not negative. */
export const expn = pointwise('expn', ofOrder)
/** The exponential integral E1, of `exp(-t) / t` from x on; NaN below 0. */
export const exp1 = pointwise(
  'exp1',
  withTangent(
    (x: Tensor) => integral(fullLike(x, 1), x),
    ([t], _out, x) => t.mul(x.neg().exp().div(x).neg()),
  ),
)
/** The exponential integral Ei, of `exp(t) / t` up to x. */
export const expi = pointwise(
  'expi',
  withTangent(
    (x: Tensor): Tensor => {
      const positive = x.gt(0)
      const at = where(positive.logicalAnd(isinf(x).logicalNot()), x, 1)
      const w = E.reciprocal(E.maximum(at, 2))
      const small = E.minimum(at, 2)
      const near = small.mul(rational(pieces[0]!, small)).add(eulerGamma).add(small.log())
      const last = pieces.length - 1
      const far = pieces
        .slice(1, -1)
        .reduceRight<Tensor>((rest, piece, i) => where(at.le(4 * 2 ** i), rational(piece, w), rest), rational(pieces[last]!, w))
      const value = where(at.le(2), near, at.exp().mul(w).mul(w.mul(far).add(1)))
      const negative = integral(fullLike(x, 1), where(x.lt(0), x.neg(), 1)).neg()
      const ends = where(x.eq(0), like(x, Number.NEGATIVE_INFINITY), x)
      return where(x.lt(0), negative, where(positive.logicalAnd(isinf(x).logicalNot()), value, ends))
    },
    ([t], _out, x) => t.mul(x.exp().div(x)),
  ),
)
