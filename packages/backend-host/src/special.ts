/**
 * Special functions of one number, in doubles: erf, erfc, erf_inv, lgamma, digamma.
 *
 * Each is good to about 1e-14 of its value (lgamma and digamma: of 1, near their zeros).
 */

/**
 * Chebyshev coefficients of `ln(erfc(x) / t) + x^2` over `t = 2 / (2 + x)` in (0, 1], x >= 0; computed with 40 digits.
 * The form is that of W. J. Cody's and of Numerical Recipes' erfc.
 */
const erfcSeries = [
  -1.3026537197817094, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632, -0.0009465953444820369, 0.00036683949785276145,
  0.00004252332480690777, -0.000020278578112534242, -0.0000016242900046470256, 0.0000013036558355805232, 1.5626441722066142e-8,
  -8.523809591492654e-8, 6.5290544390988515e-9, 5.059343495551469e-9, -9.91364156493033e-10, -2.273651222931836e-10, 9.646791102015527e-11,
  2.394038083039113e-12, -6.886027526497552e-12, 8.944879273090707e-13, 3.130921399342977e-13, -1.1270822361367437e-13,
  3.810905255207432e-16, 7.106097613607442e-15, -1.5230282014553353e-15, -9.457494571465448e-17, 1.2102371892414214e-16,
  -2.816663087915714e-17,
]
/** How much of a series a result of float32 (relative error below 1e-8) or float64 needs. */
const short = 12
const full = erfcSeries.length

/** erfc of x >= 0 from the first `terms` of its series. */
const erfcTail = (x: number, terms: number): number => {
  const t = 2 / (2 + x)
  const y = 4 * t - 2
  let a = 0
  let b = 0
  for (let i = terms - 1; i > 0; i--) {
    const next = y * a - b + erfcSeries[i]!
    b = a
    a = next
  }
  return t * Math.exp(-x * x + 0.5 * (erfcSeries[0]! + y * a) - b)
}
/** erf of |x| < 1/2 by its power series. */
const erfNear = (x: number): number => {
  const q = -x * x
  let term = x
  let sum = x
  for (let n = 1; n < 14; n++) {
    term *= q / n
    sum += term / (2 * n + 1)
  }
  return (sum * 2) / Math.sqrt(Math.PI)
}
const erfcOf =
  (terms: number) =>
  (x: number): number =>
    x < 0 ? (x > -0.5 ? 1 + erfNear(-x) : 2 - erfcTail(-x, terms)) : x < 0.5 ? 1 - erfNear(x) : erfcTail(x, terms)
const erfOf =
  (terms: number) =>
  (x: number): number =>
    Math.abs(x) < 0.5 ? erfNear(x) : x < 0 ? erfcTail(-x, terms) - 1 : 1 - erfcTail(x, terms)

/** The error function; the second answers float32. */
export const erf = erfOf(full)
export const erf32 = erfOf(short)
/** Its complement, `1 - erf(x)` without cancellation. */
export const erfc = erfcOf(full)
export const erfc32 = erfcOf(short)

/** Coefficients of the float32 polynomials, highest power first: around the center and in the tails. */
const center = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
].map(Math.fround)
const tails = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
].map(Math.fround)
const fround = Math.fround

/**
 * The inverse of erf as float32, rounded step by step as XLA's (multiplications fused with additions), so that normal random
 * numbers have its bits nearly always.
 * Source: M. Giles, Approximating the erfinv function (2012), single precision.
 */
export const erfInv32 = (x: number): number => {
  if (x === 1 || x === -1) return x * Number.POSITIVE_INFINITY
  const w = fround(-Math.log1p(fround(-x * x)))
  const near = w < 5
  const v = near ? fround(w - 2.5) : fround(fround(Math.sqrt(w)) - 3)
  const c = near ? center : tails
  let p = c[0]!
  for (let i = 1; i < 9; i++) p = fround(c[i]! + p * v)
  return fround(p * x)
}
/** The inverse of erf: the approximation of float32, or for the far tail the asymptote, then steps of Halley's method. */
export const erfInv = (x: number): number => {
  const size = Math.abs(x)
  if (!(size < 1)) return size === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN
  const rest = 1 - size
  let y = Math.abs(erfInv32(fround(size) < 1 ? size : 1 - 2 ** -24))
  if (rest < 1e-6) {
    y = Math.sqrt(-Math.log(rest))
    for (let i = 0; i < 4; i++) y = Math.sqrt(-Math.log(rest * Math.sqrt(Math.PI) * y))
  }
  if (size < 1e-8) return (x * Math.sqrt(Math.PI)) / 2
  for (let i = 0; i < 3; i++) {
    const error = size < 0.5 ? erf(y) - size : rest - erfc(y)
    const step = error / ((2 / Math.sqrt(Math.PI)) * Math.exp(-y * y))
    y -= step / (1 + y * step)
  }
  return x < 0 ? -y : y
}

/** C. Lanczos' approximation of gamma with g = 7 and nine terms. */
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
  0.000009984369578019572, 1.5056327351493116e-7,
]
/** The distance to the nearest integer, with sign. */
const fraction = (x: number): number => x - Math.round(x)

/** The logarithm of |gamma(x)|; infinite at 0, -1, -2 ... */
export const lgamma = (x: number): number => {
  if (Number.isNaN(x)) return x
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY
  if (x === 1 || x === 2) return 0
  if (x < 0.5) {
    const s = Math.abs(Math.sin(Math.PI * fraction(x)))
    return s === 0 ? Number.POSITIVE_INFINITY : Math.log(Math.PI / s) - lgamma(1 - x)
  }
  const z = x - 1
  let sum = 0.9999999999998099
  for (let i = 0; i < lanczos.length; i++) sum += lanczos[i]! / (z + i + 1)
  const t = z + 7.5
  return (Math.log(t) - 1) * (z + 0.5) - 7 + 0.5 * Math.log(2 * Math.PI) + Math.log(sum)
}

/** B(2k) / 2k of the asymptotic series, k = 1, 2 ... */
const bernoulli = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12]

/** The derivative of lgamma; NaN at 0, -1, -2 ... */
export const digamma = (x: number): number => {
  if (x <= 0) {
    const f = fraction(x)
    return f === 0 ? Number.NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * f)
  }
  let shift = 0
  for (; x < 10; x++) shift -= 1 / x
  const r = 1 / (x * x)
  let series = 0
  for (let i = bernoulli.length - 1; i >= 0; i--) series = (series + bernoulli[i]!) * r
  return shift + Math.log(x) - 0.5 / x - (Number.isFinite(x) ? series : 0)
}
