/** Special functions as arithmetic, in float32 or float64: the approximations that XLA uses. */
import type { Block, Value } from '../text/block'
import { abs, add, and, compare, div, exp, floor, like, log, log1p, mul, neg, select, sqrt, sub, unary } from '../text/ops'

/** Coefficients of a polynomial, the highest power first. */
type Coefficients = readonly number[]

const polynomial = (b: Block, x: Value, [first, ...rest]: Coefficients): Value =>
  rest.reduce((p, c) => add(b, mul(b, p, x), like(b, x, c)), like(b, x, first!))
/** The same of a known highest coefficient 1. */
const monic = (b: Block, x: Value, [first, ...rest]: Coefficients): Value =>
  rest.reduce((p, c) => add(b, mul(b, p, x), like(b, x, c)), add(b, x, like(b, x, first!)))
const below = (b: Block, x: Value, bound: number): Value => compare(b, 'LT', x, like(b, x, bound))

/**
 * Rational and polynomial approximations of erf and erfc. Source: S. Moshier, Cephes (ndtr.c, ndtrf.c), whose names these are.
 */
const single = {
  near: [7.85386146e-5, -0.000801019371, 0.00518832775, -0.0268538129, 0.112835854, -0.37612626, 1.12837911],
  middle: [0.0232682, -0.138703942, 0.368742466, -0.582473278, 0.621000469, -0.494451523, 0.340488, -0.274112701, 0.563825965],
  far: [-10.477664, 12.9772, -7.49551868, 2.92101908, -1.01526523, 0.42184633, -0.282076746, 0.564189494],
}
const double = {
  t: [9.60497373987051638749, 90.0260197203842689217, 2232.00534594684319226, 7003.32514112805075473, 55592.3013010394962768],
  u: [33.5617141647503099647, 521.357949780152679795, 4594.32382970980127987, 22629.0000613890934246, 49267.3942608635921086],
  p: [
    2.46196981473530512524e-10, 0.564189564831068821977, 7.46321056442269912687, 48.6371970985681366614, 196.520832956077098242,
    526.445194995477358631, 934.528527171957607540, 1027.55188689515710272, 557.535335369399327526,
  ],
  q: [
    13.2281951154744992508, 86.7072140885989742329, 354.937778887819891062, 975.708501743205489753, 1823.90916687909736289,
    2246.33760818710981792, 1656.66309194161350182, 557.535340817727675546,
  ],
  r: [
    0.564189583547755073984, 1.27536670759978104416, 5.01905042251180477414, 6.16021097993053585195, 7.40974269950448939160, 2.97886665372100240670,
  ],
  s: [
    2.26052863220117276590, 9.39603524938001434673, 12.0489539808096656605, 17.0814450747565897222, 9.60896809063285878198, 3.36907645100081516050,
  ],
}
/** erf of |x| < 1. */
const erfNear = (b: Block, x: Value): Value => {
  const square = mul(b, x, x)
  if (x.dtype === 'float32') return mul(b, x, polynomial(b, square, single.near))
  return div(b, mul(b, x, polynomial(b, square, double.t)), monic(b, square, double.u))
}
/** erfc of |x| >= 1. */
const erfcFar = (b: Block, x: Value): Value => {
  const size = abs(b, x)
  const exponent = neg(b, mul(b, x, x))
  const zero = like(b, x, 0)
  const isSingle = x.dtype === 'float32'
  const tail = isSingle ? tailSingle(b, x, size, exponent) : tailDouble(b, size, exponent)
  const positive = select(b, below(b, exponent, isSingle ? -88.7228394 : -709.782712893384), zero, tail)
  return select(b, compare(b, 'LT', x, zero), sub(b, like(b, x, 2), positive), positive)
}
const tailSingle = (b: Block, x: Value, size: Value, exponent: Value): Value => {
  const one = like(b, x, 1)
  const inverse = div(b, one, mul(b, x, x))
  const scale = mul(b, exp(b, exponent), div(b, one, size))
  return mul(b, scale, select(b, below(b, size, 2), polynomial(b, inverse, single.middle), polynomial(b, inverse, single.far)))
}
const tailDouble = (b: Block, size: Value, exponent: Value): Value => {
  const scale = exp(b, exponent)
  const middle = div(b, mul(b, scale, polynomial(b, size, double.p)), monic(b, size, double.q))
  const far = div(b, mul(b, scale, polynomial(b, size, double.r)), monic(b, size, double.s))
  return select(b, below(b, size, 8), middle, far)
}
export const erfc = (b: Block, x: Value): Value => {
  const one = like(b, x, 1)
  return select(b, below(b, abs(b, x), 1), sub(b, one, erfNear(b, x)), erfcFar(b, x))
}

/** A rational function of x^2 for float32, within 2 units of the last place; constant beyond its bound. Source: Eigen, generic_fast_erf. */
const rational = {
  numerator: [0.00022905065861350646, 0.0034082910107109506, 0.050955695062380861, 0.18520832239976145, 1.128379143519084],
  denominator: [
    -1.1791602954361697e-7, 2.3547966471313185e-5, 0.0010179625278914885, 0.014070470171167667, 0.11098505178285362, 0.49746925110067538, 1,
  ],
  bound: 3.7439211627767994,
}
const erfSingle = (b: Block, x: Value): Value => {
  const bound = like(b, x, rational.bound)
  const inside = b.op(`stablehlo.clamp ${neg(b, bound).name}, ${x.name}, ${bound.name} : tensor<${[...x.shape, 'f32'].join('x')}>`, x)
  const square = mul(b, inside, inside)
  return div(b, mul(b, inside, polynomial(b, square, rational.numerator)), polynomial(b, square, rational.denominator))
}
const erfDouble = (b: Block, x: Value): Value =>
  select(b, below(b, abs(b, x), 1), erfNear(b, x), sub(b, like(b, x, 1), erfcFar(b, x)))
export const erf = (b: Block, x: Value): Value => (x.dtype === 'float32' ? erfSingle(b, x) : erfDouble(b, x))

/** The inverse of erf in terms of w = -log(1 - x^2). Source: M. Giles, Approximating the erfinv function (2012). */
const inverse = {
  single: {
    center: [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941],
    tail: [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682],
  },
  double: {
    center: [
      -3.6444120640178196996e-21, -1.685059138182016589e-19, 1.2858480715256400167e-18, 1.115787767802518096e-17, -1.333171662854620906e-16,
      2.0972767875968561637e-17, 6.6376381343583238325e-15, -4.0545662729752068639e-14, -8.1519341976054721522e-14, 2.6335093153082322977e-12,
      -1.2975133253453532498e-11, -5.4154120542946279317e-11, 1.051212273321532285e-9, -4.1126339803469836976e-9, -2.9070369957882005086e-8,
      4.2347877827932403518e-7, -1.3654692000834678645e-6, -1.3882523362786468719e-5, 0.0001867342080340571352, -0.00074070253416626697512,
      -0.0060336708714301490533, 0.24015818242558961693, 1.6536545626831027356,
    ],
    middle: [
      2.2137376921775787049e-9, 9.0756561938885390979e-8, -2.7517406297064545428e-7, 1.8239629214389227755e-8, 1.5027403968909827627e-6,
      -4.013867526981545969e-6, 2.9234449089955446044e-6, 1.2475304481671778723e-5, -4.7318229009055733981e-5, 6.8284851459573175448e-5,
      2.4031110387097893999e-5, -0.0003550375203628474796, 0.00095328937973738049703, -0.0016882755560235047313, 0.0024914420961078508066,
      -0.0037512085075692412107, 0.005370914553590063617, 1.0052589676941592334, 3.0838856104922207635,
    ],
    tail: [
      -2.7109920616438573243e-11, -2.5556418169965252055e-10, 1.5076572693500548083e-9, -3.7894654401267369937e-9, 7.6157012080783393804e-9,
      -1.4960026627149240478e-8, 2.9147953450901080826e-8, -6.7711997758452339498e-8, 2.2900482228026654717e-7, -9.9298272942317002539e-7,
      4.5260625972231537039e-6, -1.9681778105531670567e-5, 7.5995277030017761139e-5, -0.00021503011930044477347, -0.00013871931833623122026,
      1.0103004648645343977, 4.8499064014085844221,
    ],
  },
}
const inverseSingle = (b: Block, w: Value): Value => {
  const isCenter = below(b, w, 5)
  const y = select(b, isCenter, sub(b, w, like(b, w, 2.5)), sub(b, sqrt(b, w), like(b, w, 3)))
  const { center, tail } = inverse.single
  const coefficient = (i: number): Value => select(b, isCenter, like(b, w, center[i]!), like(b, w, tail[i]!))
  return center.slice(1).reduce((p, _, i) => add(b, coefficient(i + 1), mul(b, p, y)), coefficient(0))
}
const inverseDouble = (b: Block, w: Value): Value => {
  const { center, middle, tail } = inverse.double
  const root = sqrt(b, w)
  const near = polynomial(b, sub(b, w, like(b, w, 3.125)), center)
  const between = polynomial(b, sub(b, root, like(b, w, 3.25)), middle)
  const far = polynomial(b, sub(b, root, like(b, w, 5)), tail)
  return select(b, below(b, w, 6.25), near, select(b, below(b, w, 16), between, far))
}
export const erfInv = (b: Block, x: Value): Value => {
  const w = neg(b, log1p(b, mul(b, x, neg(b, x))))
  const p = x.dtype === 'float32' ? inverseSingle(b, w) : inverseDouble(b, w)
  const isEnd = compare(b, 'EQ', abs(b, x), like(b, x, 1))
  return select(b, isEnd, mul(b, x, like(b, x, Infinity)), mul(b, p, x))
}

/** Lanczos' approximation of gamma with g = 7. Source: P. Godfrey's coefficients, as in XLA. */
const g = 7
const base = 0.99999999999980993227684700473478
const lanczos = [
  676.520368121885098567009190444019, -1259.13921672240287047156078755283, 771.3234287776530788486528258894, -176.61502916214059906584551354,
  12.507343278686904814458936853, -0.13857109526572011689554707, 9.984369578019570859563e-6, 1.50563273514931155834e-7,
]
/** What lgamma and digamma have in common: the argument reflected below 1/2, and log(z + g + 1/2). */
const reflected = (b: Block, x: Value) => {
  const isBelow = below(b, x, 0.5)
  const z = select(b, isBelow, neg(b, x), sub(b, x, like(b, x, 1)))
  const t = add(b, z, like(b, x, g + 0.5))
  const logT = add(b, log1p(b, div(b, z, like(b, x, g + 0.5))), like(b, x, Math.log(g + 0.5)))
  return { isBelow, z, t, logT }
}
/** log|gamma(x)|. */
export const lgamma = (b: Block, x: Value): Value => {
  const { isBelow, z, t, logT } = reflected(b, x)
  const series = lanczos.reduce((sum, c, i) => add(b, sum, div(b, like(b, x, c), add(b, z, like(b, x, i + 1)))), like(b, x, base))
  const power = mul(b, sub(b, add(b, z, like(b, x, 0.5)), div(b, t, logT)), logT)
  const above = add(b, add(b, power, like(b, x, Math.log(2 * Math.PI) / 2)), log(b, series))
  const size = abs(b, x)
  const fraction = sub(b, size, floor(b, size))
  const half = like(b, x, 0.5)
  const reduced = select(b, compare(b, 'LT', half, fraction), sub(b, like(b, x, 1), fraction), fraction)
  const logSine = log(b, unary(b, 'sine', mul(b, reduced, like(b, x, Math.PI))))
  const reflection = sub(b, sub(b, like(b, x, Math.log(Math.PI)), logSine), above)
  const isPole = compare(b, 'EQ', logSine, like(b, x, -Infinity))
  const value = select(b, isBelow, select(b, isPole, neg(b, logSine), reflection), above)
  const infinity = like(b, x, Infinity)
  return select(b, compare(b, 'EQ', size, infinity), infinity, value)
}
/** The derivative of lgamma. */
export const digamma = (b: Block, x: Value): Value => {
  const { isBelow, z, t, logT } = reflected(b, x)
  let numerator = like(b, x, 0)
  let denominator = like(b, x, base)
  lanczos.forEach((c, i) => {
    const d = add(b, z, like(b, x, i + 1))
    numerator = sub(b, numerator, div(b, like(b, x, c), mul(b, d, d)))
    denominator = add(b, denominator, div(b, like(b, x, c), d))
  })
  const above = sub(b, add(b, logT, div(b, numerator, denominator)), div(b, like(b, x, g), t))
  const pi = like(b, x, Math.PI)
  const nearest = floor(b, add(b, x, like(b, x, 0.5)))
  const angle = mul(b, add(b, x, abs(b, nearest)), pi)
  const cotangent = div(b, mul(b, unary(b, 'cosine', angle), pi), unary(b, 'sine', angle))
  const value = select(b, isBelow, sub(b, above, cotangent), above)
  const isPole = and(b, compare(b, 'LE', x, like(b, x, 0)), compare(b, 'EQ', x, floor(b, x)))
  return select(b, isPole, like(b, x, Number.NaN), value)
}
