/** Integrals of elementary functions: Dawson's, Fresnel's, sine, cosine, dilogarithm. Source: the jax.scipy.special functions; Cephes. */
import * as E from '../numpy/elementwise'
import { isinf, where } from '../numpy/logic'
import { withTangent } from '../numpy/with-tangent'
import { customJvpCall, type CustomJvpParams } from '../primitives/call/custom-jvp'
import type { Tensor } from '../tensor'
import { pointwise } from './program'
import { like, type Rational, rational } from './series'

type Pair = readonly [Tensor, Tensor]
/** Two results, with their derivatives. */
const pairOf = (f: (x: Tensor) => Pair, slopes: (x: Tensor) => Pair): ((x: Tensor) => Pair) => {
  const params: CustomJvpParams = {
    fn: ([x]) => f(x!),
    jvp: ([x], [t]) => {
      const [a, b] = slopes(x!)
      return [self(x!), [t!.mul(a), t!.mul(b)]]
    },
    numConsts: 0,
    selfContained: true,
  }
  const self = (x: Tensor): Pair => customJvpCall([x], params) as unknown as Pair
  return self
}

const dawson: readonly [Rational, Rational, Rational] = [
  [
    [
      1.1368149897175597e-11, 8.492622676674738e-10, 1.9443420417555306e-8, 9.531517412544844e-7, 3.078283098749132e-6,
      0.00035251336852028877, -0.0008501498467244109, 0.04226182230055466, -0.09174803717734524, 1,
    ],
    [
      2.403720730667626e-11, 1.488646813684934e-9, 5.212652810105416e-8, 1.2725847827318697e-6, 2.324902498207895e-5,
      0.00032552474182605793, 0.003488058146571626, 0.027944853119882897, 0.15887424196012057, 0.5749186294893204, 1,
    ],
  ],
  [
    [
      0.5089551564179009, -0.24475441814269785, 0.09415123353035344, -0.021871125514203903, 0.003662076123295692, -0.0004232091144603888,
      3.5964130479389666e-5, -2.1464035171996896e-6, 9.100107800763914e-8, -2.4027452082825098e-9, 3.592333854409284e-11,
    ],
    [
      1, -0.6318398698733682, 0.2367067882282487, -0.053180636700322324, 0.008480417185862954, -0.0009479967684866654, 7.810255929445524e-5,
      -4.558751532524426e-6, 1.8910035811142186e-7, -4.913246913319206e-9, 7.184664032357345e-11,
    ],
  ],
  [
    [-0.5905928605347732, 0.6292352427243688, -0.17285897538038814, 0.016483704782518965, -0.0004868276130204627],
    [1, -2.698200571975449, 1.7327079904594784, -0.3937085822819395, 0.03442789240412334, -0.0009736552260409412],
  ],
]
/** Of x² for |x| below 3.25, of 1 / x² from there and from 6.25 on: `2x D(x) - 1`. */
const dawsonTail = (size: Tensor): Tensor => {
  const t = E.reciprocal(size.square())
  return t.mul(where(size.lt(6.25), rational(dawson[1], where(size.lt(6.25), t, 0.1)), rational(dawson[2], where(size.lt(6.25), 0, t))))
}
/** Dawson's integral, exp(-x²) times that of exp(t²) from 0 to x. */
export const dawsn = pointwise(
  'dawsn',
  withTangent(
    (x: Tensor): Tensor => {
      const size = x.abs()
      const near = size.lt(3.25)
      const [small, large] = [where(near, size, 1), where(near, 4, size)]
      const inner = small.mul(rational(dawson[0], small.square()))
      return E.copysign(where(near, inner, dawsonTail(large).add(1).mul(like(x, 0.5).div(large))), x)
    },
    // far from 0, where both terms come close to each other, what is left of them
    ([t], out, x) => t.mul(where(x.abs().lt(3.25), like(x, 1).sub(x.mul(2).mul(out)), dawsonTail(E.maximum(x.abs(), 3.25)).neg())),
  ),
)

const dilogarithm: Rational = [
  [
    4.6512858607399003e-5, 0.007315890452380947, 0.13384763957830903, 0.8796913117545303, 2.7114985119655346, 4.256971560081218,
    3.297713409852251, 1,
  ],
  [
    0.0006909904889125533, 0.02540437639325444, 0.2829748606025681, 1.4117259775183106, 3.6380053334513707, 5.03278880143317,
    3.547713409852251, 1,
  ],
]
/** Spence's function, the dilogarithm of 1 - x: the integral of `log t / (1 - t)` from 1 to x; NaN below 0. */
export const spence = pointwise(
  'spence',
  withTangent(
    (x: Tensor): Tensor => {
      const positive = where(x.gt(0), x, 1)
      const large = positive.gt(2)
      const y = where(large, E.reciprocal(positive), positive)
      const [high, low] = [y.gt(1.5), y.lt(0.5)]
      const w = where(high, E.reciprocal(y).sub(1), where(low, y.neg(), y.sub(1)))
      const series = w.neg().mul(rational(dilogarithm, w))
      const log = y.log()
      const inner = where(
        low,
        like(x, Math.PI ** 2 / 6)
          .sub(log.mul(E.log1p(y.neg())))
          .sub(series),
        series,
      )
      const value = where(large.logicalOr(high), log.square().mul(-0.5).sub(inner), inner)
      const ends = where(x.eq(0), like(x, Math.PI ** 2 / 6), like(x, Number.NaN))
      return where(x.gt(0), where(isinf(x), Number.NEGATIVE_INFINITY, value), ends)
    },
    ([t], _out, x) => t.mul(where(x.eq(1), -1, x.log().div(like(x, 1).sub(where(x.eq(1), 0, x))))),
  ),
)

const sine: readonly [Rational, Rational] = [
  [
    [-8.391678279103039e-11, 4.625917144270128e-8, -9.757593038436328e-6, 0.0009769454381704354, -0.04134703162294066, 1],
    [2.0326926619595193e-12, 1.279978911799433e-9, 4.418278428012189e-7, 9.964121220438756e-5, 0.01420852393261499, 1],
  ],
  [
    [2.0252400238910228e-11, -1.3524950491579076e-8, 3.593250514199931e-6, -0.0004740072068734079, 0.028915965260755523, -1],
    [4.077460400618806e-12, 3.067809975818878e-9, 1.2321035568588342e-6, 0.00031744202477503275, 0.051002805623644606, 4],
  ],
]
/** Of 1 / x², for x from 4 to 8 and from there on. */
const auxiliary: readonly [readonly [Rational, Rational], readonly [Rational, Rational]] = [
  [
    [
      [
        4.236128628922166, 5.4593771716181285, 1.6208328770153833, 0.16700661183132304, 0.006810201324725182, 0.00010893658065032867,
        5.489002234213736e-7,
      ],
      [
        1, 8.16496634205391, 7.308288225055645, 1.867922579501842, 0.1787920529631499, 0.007017106683227897, 0.00011003435715391573,
        5.489002527562557e-7,
      ],
    ],
    [
      [
        0.08710016989731142, 0.6113791099522193, 0.3971802963923375, 0.07485277376284691, 0.005388686814621773, 0.00016199979459893403,
        1.9796387414096365e-6, 7.825790407440903e-9,
      ],
      [
        1, 1.6440220241335535, 0.666296701268988, 0.09887717612776888, 0.006223963454417684, 0.0001732210814741771, 2.0265918208634397e-6,
        7.825792189335346e-9,
      ],
    ],
  ],
  [
    [
      [
        0.4558808734704653, 0.7137152741001467, 0.16030015822231947, 0.01160642294081244, 0.00034955644244785906, 4.8621543082645475e-6,
        3.200927900910049e-8, 9.41779576128513e-11, 9.70507110881952e-14,
      ],
      [
        1, 0.9174636118736841, 0.17868554533207454, 0.012225359477197129, 0.00035869648188185157, 4.924350643178815e-6, 3.21956939101046e-8,
        9.437205903502767e-11, 9.70507110881952e-14,
      ],
    ],
    [
      [
        0.6973599534432762, 0.33041097930563207, 0.03848787676499743, 0.001717182390523479, 3.4894116550227946e-5, 3.471311670841167e-7,
        1.7040445278204452e-9, 3.859459254302766e-12, 3.1404009894636335e-15,
      ],
      [
        1, 1.6854889881101165, 0.48785225869530496, 0.04679131942596258, 0.0019028442667439953, 3.684755044425611e-5, 3.5704322344374083e-7,
        1.7269374896631615e-9, 3.878301660239547e-12, 3.1404009894636335e-15,
      ],
    ],
  ],
]
const sineAndCosine = (given: Tensor): Pair => {
  const x = given.abs()
  const near = x.le(4)
  const [small, large] = [where(near, x, 1), where(near, 5, x)]
  const t = small.square()
  const si = small.mul(rational(sine[0], t))
  const ci = where(small.gt(0), small, 1)
    .log()
    .add(0.5772156649015329)
    .add(t.mul(rational(sine[1], t)))
  const z = E.reciprocal(large.square())
  const closer = large.lt(8)
  const part = (at: 0 | 1): Tensor => where(closer, rational(auxiliary[0][at], where(closer, z, 0.04)), rational(auxiliary[1][at], z))
  const [f, g] = [part(0).div(large), part(1).mul(z)]
  const finite = where(isinf(large), 0, large)
  const [s, c] = [E.sin(finite), E.cos(finite)]
  const far = [
    like(x, Math.PI / 2)
      .sub(f.mul(c))
      .sub(g.mul(s)),
    f.mul(s).sub(g.mul(c)),
  ] as const
  const atZero = where(x.eq(0), Number.NEGATIVE_INFINITY, ci)
  const cosine = where(near, atZero, where(given.eq(Number.NEGATIVE_INFINITY), Number.NaN, far[1]))
  return [E.copysign(where(near, si, far[0]), given), cosine]
}
/** The sine integral of `sin t / t` from 0 to x, and the cosine integral, of `-cos t / t` from |x| on. */
export const sici = pointwise(
  'sici',
  pairOf(sineAndCosine, (x) => [E.sinc(x.div(Math.PI)), E.cos(x).div(x)]),
)

const fresnelSmall: readonly [Rational, Rational] = [
  [
    [-2991.8191940101983, 708840.0452577386, -62974148.62058625, 2548908805.7337637, -44297951805.96978, 318016297876.5678],
    [1, 281.3762688899943, 45584.78108065326, 5173438.887700964, 419320245.8981112, 22441179564.534092, 607366389490.0846],
  ],
  [
    [-4.9884311457357354e-8, 9.504280628298596e-6, -0.0006451914356839651, 0.018884331939670384, -0.20552590095501388, 1],
    [
      3.99982968972496e-12, 9.154392157746574e-10, 1.2500186247959882e-7, 1.2226278902417902e-5, 0.0008680295429417843, 0.04121420907221998,
      1,
    ],
  ],
]
const fresnelLarge: readonly [Rational, Rational] = [
  [
    [
      0.4215435550436775, 0.1434079197807589, 0.011522095507358577, 0.000345017939782574, 4.6361374928786735e-6, 3.055689837902576e-8,
      1.0230451416490724e-10, 1.7201074326816183e-13, 1.3428327623306275e-16, 3.763297112699879e-20,
    ],
    [
      1, 0.7515863983533789, 0.11688892585919138, 0.0064405152650885865, 0.00015593440916415301, 1.8462756734893055e-6,
      1.1269922476399903e-8, 3.6014002958937136e-11, 5.887545336215784e-14, 4.5200143407412973e-17, 1.2544323709001127e-20,
    ],
  ],
  [
    [
      0.5044420736433832, 0.1971028335255234, 0.018764858409257526, 0.0006840793809153931, 1.1513882611188428e-5, 9.828524436884223e-8,
      4.4534441586175015e-10, 1.0826804113902088e-12, 1.375554606332618e-15, 8.363544356306774e-19, 1.8695871016278324e-22,
    ],
    [
      1, 1.4749575992512833, 0.33774898912002, 0.02536037414203388, 0.0008146791071843061, 1.2754507566772912e-5, 1.0431458965757199e-7,
      4.6068072814652043e-10, 1.1027321506624028e-12, 1.3879653125957886e-15, 8.391588162831187e-19, 1.8695871016278324e-22,
    ],
  ],
]
/** Sine and cosine of `π x² / 2`, of x within its period: exact for large x. */
const ofHalfSquare = (x: Tensor): Pair => {
  const size = x.abs()
  const s = E.fmod(size, 2)
  const r = E.fmod(s.mul(size.sub(s.div(2))), 2)
  const sinpi = (y: Tensor): Tensor => E.sin(y.mul(Math.PI))
  const sin = where(r.lt(0.5), sinpi(r), where(r.gt(1.5), sinpi(r.sub(2)), sinpi(r.sub(1)).neg()))
  const cos = where(r.eq(0.5), 0, where(r.lt(1), sinpi(r.sub(0.5)).neg(), sinpi(r.sub(1.5))))
  return [sin, cos]
}
const fresnelOf = (given: Tensor): Pair => {
  const infinite = isinf(given)
  const x = where(infinite, 1e4, given.abs())
  const near = x.square().lt(2.5625)
  const [small, large] = [where(near, x, 1), where(near, 2, x)]
  const t = small.square().square()
  const inner = [small.mul(small.square()).mul(rational(fresnelSmall[0], t)), small.mul(rational(fresnelSmall[1], t))] as const
  const [sin, cos] = ofHalfSquare(large)
  const inverse = E.reciprocal(large.square().mul(Math.PI))
  const u = inverse.square()
  const f = like(x, 1).sub(u.mul(rational(fresnelLarge[0], u)))
  const g = inverse.mul(rational(fresnelLarge[1], u))
  const over = large.mul(Math.PI)
  const outer = [like(x, 0.5).sub(f.mul(cos).add(g.mul(sin)).div(over)), like(x, 0.5).add(f.mul(sin).sub(g.mul(cos)).div(over))] as const
  const value = (at: 0 | 1): Tensor => E.copysign(where(infinite, 0.5, where(near, inner[at], outer[at])), given)
  return [value(0), value(1)]
}
/** The Fresnel integrals of `sin(π t² / 2)` and `cos(π t² / 2)` from 0 to x. */
export const fresnel = pointwise('fresnel', pairOf(fresnelOf, ofHalfSquare))
