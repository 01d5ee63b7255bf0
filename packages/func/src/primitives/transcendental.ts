/**
 * Exponentials, logarithms, trigonometric and special functions of floats.
 *
 * Derivatives are written so that they are exact in the tails too, where the value itself is at its limit (1 - tanh(10)² is 0, but the
 * derivative there is 8e-9), overflows or vanishes. There they differ from JAX's.
 */
import type { TranscendentalParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { add, div, integerPow, mul, neg, square, sub } from './arithmetic'
import { abs, eq, lt, max, min, round, selectN, stopGradient } from './piecewise'
import { binary, constant, floats, noParams, type UnaryDerivative, unary } from './pointwise'

/** e ** x. Source: jax.lax.exp. */
export const exp = (x: Tensor): Tensor => bind1(expP, [x], noParams)
/** 2 ** x. Source: jax.lax.exp2. */
export const exp2 = (x: Tensor): Tensor => bind1(exp2P, [x], noParams)
/** e ** x - 1, exact near 0. Source: jax.lax.expm1. */
export const expm1 = (x: Tensor): Tensor => bind1(expm1P, [x], noParams)
/** The natural logarithm. Source: jax.lax.log. */
export const log = (x: Tensor): Tensor => bind1(logP, [x], noParams)
/** log(1 + x), exact near 0. Source: jax.lax.log1p. */
export const log1p = (x: Tensor): Tensor => bind1(log1pP, [x], noParams)
/** The square root. Source: jax.lax.sqrt. */
export const sqrt = (x: Tensor): Tensor => bind1(sqrtP, [x], noParams)
/** 1 / sqrt(x). Source: jax.lax.rsqrt. */
export const rsqrt = (x: Tensor): Tensor => bind1(rsqrtP, [x], noParams)
/** The cube root. Source: jax.lax.cbrt. */
export const cbrt = (x: Tensor): Tensor => bind1(cbrtP, [x], noParams)
/** Sine, of radians. Source: jax.lax.sin. */
export const sin = (x: Tensor): Tensor => bind1(sinP, [x], noParams)
/** Cosine, of radians. Source: jax.lax.cos. */
export const cos = (x: Tensor): Tensor => bind1(cosP, [x], noParams)
/** Tangent, of radians. Source: jax.lax.tan. */
export const tan = (x: Tensor): Tensor => bind1(tanP, [x], noParams)
/** Inverse sine, in radians. Source: jax.lax.asin. */
export const asin = (x: Tensor): Tensor => bind1(asinP, [x], noParams)
/** Inverse cosine, in radians. Source: jax.lax.acos. */
export const acos = (x: Tensor): Tensor => bind1(acosP, [x], noParams)
/** Inverse tangent, in radians. Source: jax.lax.atan. */
export const atan = (x: Tensor): Tensor => bind1(atanP, [x], noParams)
/** Hyperbolic sine. Source: jax.lax.sinh. */
export const sinh = (x: Tensor): Tensor => bind1(sinhP, [x], noParams)
/** Hyperbolic cosine. Source: jax.lax.cosh. */
export const cosh = (x: Tensor): Tensor => bind1(coshP, [x], noParams)
/** Hyperbolic tangent. Source: jax.lax.tanh. */
export const tanh = (x: Tensor): Tensor => bind1(tanhP, [x], noParams)
/** Inverse hyperbolic sine. Source: jax.lax.asinh. */
export const asinh = (x: Tensor): Tensor => bind1(asinhP, [x], noParams)
/** Inverse hyperbolic cosine. Source: jax.lax.acosh. */
export const acosh = (x: Tensor): Tensor => bind1(acoshP, [x], noParams)
/** Inverse hyperbolic tangent. Source: jax.lax.atanh. */
export const atanh = (x: Tensor): Tensor => bind1(atanhP, [x], noParams)
/** 1 / (1 + e ** -x). Source: jax.lax.logistic. */
export const logistic = (x: Tensor): Tensor => bind1(logisticP, [x], noParams)
/** The error function. Source: jax.lax.erf. */
export const erf = (x: Tensor): Tensor => bind1(erfP, [x], noParams)
/** 1 - erf(x), exact for large x. Source: jax.lax.erfc. */
export const erfc = (x: Tensor): Tensor => bind1(erfcP, [x], noParams)
/** The inverse of erf. Source: jax.lax.erf_inv. */
export const erfInv = (x: Tensor): Tensor => bind1(erfInvP, [x], noParams)
/** log |gamma(x)|. Source: jax.lax.lgamma. */
export const lgamma = (x: Tensor): Tensor => bind1(lgammaP, [x], noParams)
/** The derivative of log gamma. Source: jax.lax.digamma. */
export const digamma = (x: Tensor): Tensor => bind1(digammaP, [x], noParams)
/** x ** y, NaN for negative x and y no integer. Source: jax.lax.pow. */
export const pow = (x: Tensor, y: Tensor): Tensor => bind1(powP, [x, y], noParams)
/** The angle of the point (y, x), in radians: `atan2(y, x)`. Source: jax.lax.atan2. */
export const atan2 = (y: Tensor, x: Tensor): Tensor => bind1(atan2P, [y, x], noParams)

const of = <N extends keyof TranscendentalParams>(name: N, derivative: UnaryDerivative<TranscendentalParams[N]>) =>
  unary(name, floats, derivative)
const one = (x: Tensor): Tensor => constant(x, 1)

const expP = of('exp', (t, z) => mul(t, z))
// of x - 1, as 2 ** x may overflow where the derivative does not
const exp2P = of('exp2', (t, _z, x) => mul(constant(x, 2 * Math.LN2), mul(t, exp2(sub(x, one(x))))))
const expm1P = of('expm1', (t, _z, x) => mul(t, exp(x)))
const logP = of('log', (t, _z, x) => div(t, x))
const log1pP = of('log1p', (t, _z, x) => div(t, add(x, one(x))))
const sqrtP = of('sqrt', (t, z, x) => mul(t, div(constant(x, 0.5), z)))
const rsqrtP = of('rsqrt', (t, z, x) => mul(t, mul(constant(x, -0.5), div(z, x))))
const cbrtP = of('cbrt', (t, z, x) => mul(t, mul(constant(x, 1 / 3), integerPow(z, { y: -2 }))))
const sinP = of('sin', (t, _z, x) => mul(t, cos(x)))
const cosP = of('cos', (t, _z, x) => neg(mul(t, sin(x))))
const tanP = of('tan', (t, z, x) => mul(t, add(one(x), square(z))))
const asinP = of('asin', (t, _z, x) => mul(t, rsqrt(mul(sub(one(x), x), add(one(x), x)))))
const acosP = of('acos', (t, _z, x) => mul(t, neg(rsqrt(mul(sub(one(x), x), add(one(x), x))))))
const atanP = of('atan', (t, _z, x) => div(t, add(one(x), square(x))))
const sinhP = of('sinh', (t, _z, x) => mul(t, cosh(x)))
const coshP = of('cosh', (t, _z, x) => mul(t, sinh(x)))
const tanhP = of('tanh', (t, _z, x) => {
  const twice = add(x, x)
  return mul(t, mul(constant(x, 4), mul(logistic(twice), logistic(neg(twice)))))
})
/** A large power of 2 of each dtype, so that to divide by it rounds nothing. */
const large = { float16: 2 ** 15, bfloat16: 2 ** 127, float32: 2 ** 127, float64: 2 ** 1023 } as const
/** What derivatives are scaled by: finite, where x is infinite too. */
const finite = (x: Tensor): Tensor => stopGradient(min(x, constant(x, large[x.dtype as keyof typeof large])))
const asinhP = of('asinh', (t, _z, x) => {
  const scale = finite(max(abs(x), one(x)))
  return div(mul(t, rsqrt(add(square(div(x, scale)), square(div(one(x), scale))))), scale)
})
const acoshP = of('acosh', (t, _z, x) => mul(t, mul(rsqrt(sub(x, one(x))), rsqrt(add(x, one(x))))))
const atanhP = of('atanh', (t, _z, x) => mul(div(one(x), add(one(x), x)), div(t, sub(one(x), x))))
const logisticP = of('logistic', (t, z, x) => mul(t, mul(z, logistic(neg(x)))))
const erfP = of('erf', (t, _z, x) => mul(constant(x, 2 / Math.sqrt(Math.PI)), mul(t, exp(neg(square(x))))))
const erfcP = of('erfc', (t, _z, x) => mul(constant(x, -2 / Math.sqrt(Math.PI)), mul(t, exp(neg(square(x))))))
const erfInvP = of('erf_inv', (t, z, x) => mul(constant(x, Math.sqrt(Math.PI) / 2), mul(t, exp(square(z)))))
const lgammaP = of('lgamma', (t, _z, x) => mul(t, digamma(x)))
const digammaP = of('digamma', (t, _z, x) => mul(t, trigamma(x)))

/** `v / (x² + y²)`, where v is one of them, without squares that overflow or vanish. */
const overSquares = (v: Tensor, x: Tensor, y: Tensor): Tensor => {
  const scale = finite(max(abs(x), abs(y)))
  const by = (w: Tensor): Tensor => div(w, scale)
  return div(by(v), mul(add(square(by(x)), square(by(y))), scale))
}
const atan2P = binary('atan2', floats, [(t, _z, y, x) => mul(t, overSquares(x, x, y)), (t, _z, y, x) => mul(t, neg(overSquares(y, x, y)))])
const withoutZero = (x: Tensor): Tensor => selectN(eq(x, constant(x, 0)), x, one(x))
const powP = binary('pow', floats, [
  (t, _z, x, y) => mul(t, mul(y, pow(x, sub(y, one(y))))),
  (t, z, x) => mul(t, mul(log(withoutZero(x)), z)),
])

/** From the recurrence, this many steps up to where the asymptotic series holds. */
const steps = 8
/** Coefficients of x^-3, x^-5, ... in the series of trigamma: Bernoulli numbers. Source: Abramowitz & Stegun 6.4.12. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66]
const trigammaOfLarge = (x: Tensor): Tensor => {
  const w = div(one(x), square(x))
  const tail = bernoulli.reduceRight<Tensor | null>((s, b) => mul(w, s ? add(constant(x, b), s) : constant(x, b)), null)!
  return add(div(add(one(x), tail), x), mul(constant(x, 0.5), w))
}
const trigammaOfPositive = (x: Tensor): Tensor => {
  let sum = trigammaOfLarge(add(x, constant(x, steps)))
  for (let k = steps - 1; k >= 0; k--) sum = add(sum, integerPow(k === 0 ? x : add(x, constant(x, k)), { y: -2 }))
  return sum
}
/**
 * The derivative of digamma, in other primitives: sum of 1 / (x + k)^2, by recurrence, asymptotic series, and reflection for
 * x < 1/2. Infinite at 0, -1, -2, ...
 */
const trigamma = (x: Tensor): Tensor => {
  const reflected = lt(x, constant(x, 0.5))
  const positive = trigammaOfPositive(selectN(reflected, x, sub(one(x), x)))
  const fraction = selectN(reflected, constant(x, 0.5), sub(x, round(x, { roundingMethod: 1 })))
  const poles = square(div(constant(x, Math.PI), sin(mul(constant(x, Math.PI), fraction))))
  return selectN(reflected, positive, sub(poles, positive))
}
