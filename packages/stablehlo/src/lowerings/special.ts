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
  t: [9.604973739870516, 90.02601972038427, 2232.005345946843, 7003.325141128051, 55592.30130103949],
  u: [33.56171416475031, 521.3579497801527, 4594.323829709801, 22629.000061389095, 49267.39426086359],
  p: [
    2.461969814735305e-10, 0.5641895648310689, 7.463210564422699, 48.63719709856814, 196.5208329560771, 526.4451949954773,
    934.5285271719576, 1027.5518868951572, 557.5353353693994,
  ],
  q: [
    13.228195115474499, 86.70721408859897, 354.9377788878199, 975.7085017432055, 1823.9091668790973, 2246.3376081871097, 1656.6630919416134,
    557.5353408177277,
  ],
  r: [0.5641895835477551, 1.275366707599781, 5.019050422511805, 6.160210979930536, 7.4097426995044895, 2.9788666537210022],
  s: [2.2605286322011726, 9.396035249380015, 12.048953980809666, 17.08144507475659, 9.608968090632859, 3.369076451000815],
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
  numerator: [0.00022905065861350646, 0.0034082910107109507, 0.05095569506238086, 0.18520832239976145, 1.128379143519084],
  denominator: [
    -1.1791602954361697e-7, 0.000023547966471313183, 0.0010179625278914884, 0.014070470171167667, 0.11098505178285362, 0.49746925110067536,
    1,
  ],
  bound: 3.7439211627767994,
}
const erfSingle = (b: Block, x: Value): Value => {
  const bound = like(b, x, rational.bound)
  const inside = b.op(`stablehlo.clamp ${neg(b, bound).name}, ${x.name}, ${bound.name} : tensor<${[...x.shape, 'f32'].join('x')}>`, x)
  const square = mul(b, inside, inside)
  return div(b, mul(b, inside, polynomial(b, square, rational.numerator)), polynomial(b, square, rational.denominator))
}
const erfDouble = (b: Block, x: Value): Value => select(b, below(b, abs(b, x), 1), erfNear(b, x), sub(b, like(b, x, 1), erfcFar(b, x)))
export const erf = (b: Block, x: Value): Value => (x.dtype === 'float32' ? erfSingle(b, x) : erfDouble(b, x))

/** The inverse of erf in terms of w = -log(1 - x^2). Source: M. Giles, Approximating the erfinv function (2012). */
const inverse = {
  single: {
    center: [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
    ],
    tail: [
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
    ],
  },
  double: {
    center: [
      -3.64441206401782e-21, -1.6850591381820166e-19, 1.28584807152564e-18, 1.1157877678025181e-17, -1.333171662854621e-16,
      2.0972767875968562e-17, 6.637638134358324e-15, -4.054566272975207e-14, -8.151934197605472e-14, 2.6335093153082323e-12,
      -1.2975133253453532e-11, -5.415412054294628e-11, 1.0512122733215323e-9, -4.112633980346984e-9, -2.9070369957882005e-8,
      4.2347877827932404e-7, -0.0000013654692000834679, -0.000013882523362786469, 0.00018673420803405714, -0.000740702534166267,
      -0.006033670871430149, 0.24015818242558962, 1.6536545626831027,
    ],
    middle: [
      2.2137376921775787e-9, 9.075656193888539e-8, -2.7517406297064545e-7, 1.8239629214389228e-8, 0.0000015027403968909828,
      -0.000004013867526981546, 0.0000029234449089955446, 0.000012475304481671779, -0.000047318229009055734, 0.00006828485145957318,
      0.000024031110387097894, -0.0003550375203628475, 0.0009532893797373805, -0.0016882755560235047, 0.002491442096107851,
      -0.003751208507569241, 0.005370914553590064, 1.0052589676941592, 3.0838856104922208,
    ],
    tail: [
      -2.7109920616438573e-11, -2.555641816996525e-10, 1.5076572693500548e-9, -3.789465440126737e-9, 7.61570120807834e-9,
      -1.496002662714924e-8, 2.914795345090108e-8, -6.771199775845234e-8, 2.2900482228026655e-7, -9.9298272942317e-7,
      0.000004526062597223154, -0.00001968177810553167, 0.00007599527703001776, -0.00021503011930044477, -0.00013871931833623122,
      1.0103004648645344, 4.849906401408584,
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
const base = 0.9999999999998099
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
  0.000009984369578019572, 1.5056327351493116e-7,
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
