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
  -1.302653719781709434, 0.6419697923564902603, 0.01947647320418583631, -0.009561514786808631642, -0.0009465953444820368663,
  0.0003668394978527614519, 0.00004252332480690777164, -0.00002027857811253424315, -1.624290004647025513e-6, 1.303655835580523202e-6,
  1.562644172206614318e-8, -8.523809591492654253e-8, 6.529054439098851498e-9, 5.05934349555146894e-9, -9.913641564930330848e-10,
  -2.273651222931835875e-10, 9.646791102015526997e-11, 2.394038083039112815e-12, -6.886027526497551489e-12, 8.944879273090706829e-13,
  3.130921399342976747e-13, -1.127082236136743676e-13, 3.810905255207432106e-16, 7.106097613607441946e-15, -1.523028201455335221e-15,
  -9.457494571465448154e-17, 1.210237189241421322e-16, -2.816663087915714255e-17,
]
/** How much of a series a result of float32 (relative error below 1e-9) or float64 needs. */
const short = 15
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
  676.520368121885098567, -1259.13921672240287047, 771.323428777653078849, -176.615029162140599066, 12.5073432786869048145,
  -0.138571095265720116896, 9.98436957801957085956e-6, 1.50563273514931155834e-7,
]
/** The distance to the nearest integer, with sign. */
const fraction = (x: number): number => x - Math.round(x)

/** The logarithm of |gamma(x)|; infinite at 0, -1, -2 ... */
export const lgamma = (x: number): number => {
  if (Number.isNaN(x)) return x
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY
  if (x < 0.5) {
    const s = Math.abs(Math.sin(Math.PI * fraction(x)))
    return s === 0 ? Number.POSITIVE_INFINITY : Math.log(Math.PI / s) - lgamma(1 - x)
  }
  const z = x - 1
  let sum = 0.99999999999980993227684700473478
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
