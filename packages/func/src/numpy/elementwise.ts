/** Arithmetic and functions of numbers, element by element. Source: the jax.numpy functions of the same names. */
import { type DType, dtypes, isFloating, isInteger } from '../dtype'
import { literal } from '../literal'
import { integer, readArgument, readDType } from '../options'
import * as A from '../primitives/arithmetic'
import * as B from '../primitives/bitwise'
import * as P from '../primitives/piecewise'
import * as T from '../primitives/transcendental'
import { convert } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { where } from './logic'
import { withTangent } from './with-tangent'
import { asTensor, asType, floatOperand, floatOperands, isScalar, operands, type TensorLike } from './promote'

type Unary = (x: TensorLike) => Tensor
type Binary = (x: TensorLike, y: TensorLike) => Tensor
const floatUnary =
  (name: string, f: (x: Tensor) => Tensor): Unary =>
  (x) =>
    f(floatOperand(name, x))
const binary =
  (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  (x, y) => {
    const [a, b] = operands(name, [x, y])
    return f(a, b)
  }
const floatBinary =
  (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  (x, y) => {
    const [a, b] = floatOperands(name, [x, y])
    return f(a, b)
  }
/** The same, with booleans as int32. */
const numeric = (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  binary(name, (x, y) => (isBool(x) ? f(convert(x, 'int32'), convert(y, 'int32')) : f(x, y)))
const isBool = (x: Tensor): boolean => x.aval.dtype === 'bool'
/** A scalar of the dtype of `x`. */
const like = (x: Tensor, value: number): Tensor => literal(value, x.aval.dtype, x.aval.weakType)

/** `x + y`; booleans: or. */
export const add = binary('add', (x, y) => (isBool(x) ? B.or(x, y) : A.add(x, y)))
/** `x - y`; not of booleans. */
export const subtract = binary('subtract', (x, y) => A.sub(x, y))
/** `x * y`; booleans: and. */
export const multiply = binary('multiply', (x, y) => (isBool(x) ? B.and(x, y) : A.mul(x, y)))
/** `x / y` as floats. */
export const divide = floatBinary('divide', A.div)
/** `x / y` as floats: `divide`. */
export const trueDivide = divide
/** The largest integer at or below `x / y`, in the operands' dtype. */
export const floorDivide = numeric('floorDivide', (x, y) => {
  if (dtypes[x.aval.dtype].kind === 'uint') return A.div(x, y)
  if (isFloating(x.aval.dtype)) return floatDivmod(x, y)[0]
  const q = A.div(x, y)
  const inexact = P.ne(P.rem(x, y), like(x, 0))
  return P.selectN(B.and(inexact, P.ne(P.sign(x), P.sign(y))), q, A.sub(q, like(q, 1)))
})
/** Integers have no remainder by 0: that by 1, which is 0. */
const byOne = (y: Tensor): Tensor => (isInteger(y.aval.dtype) ? where(P.eq(y, like(y, 0)), like(y, 1), y) : y)
/** The remainder with the sign of the divisor; 0 of integers by 0. */
export const remainder = numeric('remainder', (x, given) => {
  const y = byOne(given)
  if (dtypes[x.aval.dtype].kind === 'uint') return P.rem(x, y)
  const r = P.rem(x, y)
  const zero = like(x, 0)
  const opposite = P.ne(P.lt(r, zero), P.lt(y, zero))
  return where(B.and(P.ne(r, zero), opposite), A.add(r, y), r)
})
/** The remainder with the sign of the divisor: `remainder`. */
export const mod = remainder
/** The remainder with the sign of the dividend. */
export const fmod = numeric('fmod', (x, y) => P.rem(x, byOne(y)))
const floatDivmod = (x: Tensor, y: Tensor): [Tensor, Tensor] => {
  const r = P.rem(x, y)
  const zero = like(x, 0)
  // By 0 as divide has it: infinite, not NaN.
  const q = A.div(where(P.eq(y, zero), x, A.sub(x, r)), y)
  const adjust = B.and(P.ne(r, zero), P.ne(P.sign(y), P.sign(r)))
  return [P.round(where(adjust, A.sub(q, like(q, 1)), q), { roundingMethod: 1 }), where(adjust, A.add(r, y), r)]
}
/** Both `floorDivide` and `remainder`. */
export const divmod = (x: TensorLike, y: TensorLike): [Tensor, Tensor] => [floorDivide(x, y), remainder(x, y)]

/** `x ** y`. A whole JavaScript number as exponent keeps the dtype of `x` and multiplies; else floats, or integers by squaring. */
export const power = (x: TensorLike, y: TensorLike): Tensor => {
  if (typeof y === 'number' && Number.isInteger(y) && !isScalar(x)) return integerPower(asTensor(x, 'power'), y)
  const [a, b] = operands('power', [x, y])
  if (isBool(a)) return powerBySquaring(convert(a, 'int32'), convert(b, 'int32'))
  if (isInteger(a.aval.dtype)) return powerBySquaring(a, b)
  const [f, g] = floatOperands('power', [a, b])
  return T.pow(f, g)
}
/** `x` to the power `y`: `power`. */
export const pow = power
const integerPower = (x: Tensor, y: number): Tensor => {
  const base = isBool(x) ? convert(x, 'int32') : x
  if (y < 0 && isInteger(base.aval.dtype)) return T.pow(floatOperand('power', base), literal(y, 'float32'))
  return y === 2 ? A.square(base) : A.integerPow(base, { y })
}
/** Integers wrap around. With a negative exponent the quotient is rounded toward zero: 0 but of 1 and -1. */
const powerBySquaring = (x: Tensor, y: Tensor): Tensor => {
  const [zero, one] = [like(y, 0), like(y, 1)]
  const { kind, bits } = dtypes[y.aval.dtype]
  let [result, base, rest] = [like(x, 1), x, y]
  for (let i = 0; i < (kind === 'uint' ? bits : bits - 1); i++) {
    result = where(P.ne(B.and(rest, one), zero), A.mul(result, base), result)
    base = A.mul(base, base)
    rest = B.shiftRightLogical(rest, one)
  }
  if (kind === 'uint') return result
  return where(B.and(P.lt(y, zero), P.ne(A.mul(x, x), like(x, 1))), like(x, 0), result)
}
/** `x` to the power `y`, as floats. */
export const floatPower = floatBinary('floatPower', T.pow)

/** `-x`. */
export const negative: Unary = (x) => A.neg(asTensor(x, 'negative'))
/** `+x`: x itself. */
export const positive: Unary = (x) => asTensor(x, 'positive')
/** |x|, in the dtype of x. */
export const absolute: Unary = (x) => {
  const t = asTensor(x, 'absolute')
  return isBool(t) || dtypes[t.aval.dtype].kind === 'uint' ? t : P.abs(t)
}
/** |x|, in the dtype of x. */
export const abs = absolute
/** |x|, as floats. */
export const fabs = floatUnary('fabs', P.abs)
/** -1, 0 or 1, in the dtype of x; NaN of NaN. */
export const sign: Unary = (x) => P.sign(asTensor(x, 'sign'))
/** Integers and booleans are their own floor. */
const rounding =
  (name: string, f: (x: Tensor) => Tensor): Unary =>
  (x) => {
    const t = asTensor(x, name)
    return isFloating(t.aval.dtype) ? f(t) : t
  }
/** The largest whole number at or below x; integers stay. */
export const floor = rounding('floor', P.floor)
/** The smallest whole number at or above x; integers stay. */
export const ceil = rounding('ceil', P.ceil)
/** Toward zero. */
export const trunc = rounding('trunc', P.trunc)
/** Toward zero to a whole number: `trunc`. */
export const fix = trunc
/** To the nearest integer, ties to even; always as a float. */
export const rint = floatUnary('rint', (x) => P.round(x, { roundingMethod: 1 }))
/** To so many decimals, ties to even; negative decimals round to tens. */
export const round = (x: TensorLike, decimals = 0): Tensor => {
  const t = asTensor(x, 'round')
  readArgument('round', 'decimals', integer, decimals)
  const floating = isFloating(t.aval.dtype)
  if (decimals === 0 || (!floating && decimals > 0)) return floating ? rint(t) : t
  const half = floating && dtypes[t.aval.dtype].bits === 16
  const work = half ? convert(t, 'float32') : floating ? t : floatOperand('round', t)
  const factor = like(work, 10 ** Math.abs(decimals))
  const scaled = decimals > 0 ? A.mul(work, factor) : A.div(work, factor)
  const whole = P.round(scaled, { roundingMethod: 1 })
  // what overflows when it is scaled has no decimals
  const back = decimals > 0 ? where(P.isFinite(scaled), A.div(whole, factor), P.stopGradient(work)) : A.mul(whole, factor)
  return work === t ? back : convert(back, t.aval.dtype)
}
/** `round`. */
export const around = round

/** e to the power x. */
export const exp = floatUnary('exp', T.exp)
/** 2 to the power x. */
export const exp2 = floatUnary('exp2', T.exp2)
/** `exp(x) - 1`, precise near 0. */
export const expm1 = floatUnary('expm1', T.expm1)
/** The natural logarithm; NaN below 0, -inf at 0. */
export const log = floatUnary('log', T.log)
/** `log(1 + x)`, precise near 0. */
export const log1p = floatUnary('log1p', T.log1p)
/** The logarithm to base 2. */
export const log2 = floatUnary('log2', (x) => A.div(T.log(x), like(x, Math.LN2)))
/** The logarithm to base 10. */
export const log10 = floatUnary('log10', (x) => A.div(T.log(x), like(x, Math.LN10)))
/** The square root; NaN below 0. */
export const sqrt = floatUnary('sqrt', T.sqrt)
/** The cube root, of negative numbers too. */
export const cbrt = floatUnary('cbrt', T.cbrt)
/** `x * x`, in the dtype of x. */
export const square: Unary = (x) => {
  const t = asTensor(x, 'square')
  return A.square(isBool(t) ? convert(t, 'int32') : t)
}
/** `1 / x`, as floats. */
export const reciprocal = floatUnary('reciprocal', (x) => A.integerPow(x, { y: -1 }))
/** The sine of radians. */
export const sin = floatUnary('sin', T.sin)
/** The cosine of radians. */
export const cos = floatUnary('cos', T.cos)
/** The tangent of radians. */
export const tan = floatUnary('tan', T.tan)
/** The arc sine, in radians from -π/2 to π/2; NaN outside of [-1, 1]. */
export const arcsin = floatUnary('arcsin', T.asin)
/** The arc cosine, in radians from 0 to π; NaN outside of [-1, 1]. */
export const arccos = floatUnary('arccos', T.acos)
/** The arc tangent, in radians from -π/2 to π/2. */
export const arctan = floatUnary('arctan', T.atan)
/** The hyperbolic sine. */
export const sinh = floatUnary('sinh', T.sinh)
/** The hyperbolic cosine. */
export const cosh = floatUnary('cosh', T.cosh)
/** The hyperbolic tangent. */
export const tanh = floatUnary('tanh', T.tanh)
/** The inverse hyperbolic sine. */
export const arcsinh = floatUnary('arcsinh', T.asinh)
/** The inverse hyperbolic cosine; NaN below 1. */
export const arccosh = floatUnary('arccosh', T.acosh)
/** The inverse hyperbolic tangent; NaN outside of [-1, 1]. */
export const arctanh = floatUnary('arctanh', T.atanh)
export { arccos as acos, arccosh as acosh, arcsin as asin, arcsinh as asinh, arctan as atan, arctanh as atanh }
/** The angle of the point (y, x) = (first, second operand). */
export const arctan2 = floatBinary('arctan2', T.atan2)
export { arctan2 as atan2 }
/** `sqrt(x² + y²)` without overflow; infinite if a side is, even beside NaN. */
export const hypot = floatBinary(
  'hypot',
  withTangent(
    (x, y) => {
      const [a, b] = [P.abs(x), P.abs(y)]
      const [small, large] = [P.min(a, b), P.max(a, b)]
      const zero = P.eq(large, like(large, 0))
      const ratio = A.div(small, where(zero, like(large, 1), large))
      const length = A.mul(large, T.sqrt(A.add(A.square(ratio), like(ratio, 1))))
      // an infinite side makes an infinite length, whatever the other is
      const infinity = like(large, Number.POSITIVE_INFINITY)
      return where(B.or(P.eq(a, infinity), P.eq(b, infinity)), infinity, where(zero, large, length))
    },
    ([s, t], _length, x, y) => {
      // sides in parts of the larger one; beside an infinite one a finite one is none
      const largest = P.max(P.abs(x), P.abs(y))
      const infinity = like(x, Number.POSITIVE_INFINITY)
      const [zero, infinite] = [P.eq(largest, like(x, 0)), P.eq(largest, infinity)]
      const over = where(B.or(zero, infinite), like(x, 1), largest)
      const part = (v: Tensor): Tensor => A.div(where(infinite, where(P.eq(P.abs(v), infinity), P.sign(v), like(v, 0)), v), over)
      const whole = T.sqrt(A.add(A.square(part(x)), A.square(part(y))))
      const share = (v: Tensor): Tensor => where(zero, like(x, 0.5), A.div(part(v), where(zero, like(x, 1), whole)))
      return A.add(A.mul(s, share(x)), A.mul(t, share(y)))
    },
  ),
)
/** Degrees as radians. */
export const deg2rad = floatUnary('deg2rad', (x) => A.mul(x, like(x, Math.PI / 180)))
/** Radians as degrees. */
export const rad2deg = floatUnary('rad2deg', (x) => A.mul(x, like(x, 180 / Math.PI)))
export { deg2rad as radians, rad2deg as degrees }
/** Coefficients of `sin(x) / x` in squares of x: exact for |x| < 1, as are the first ten derivatives. */
const sincSeries = Array.from({ length: 13 }, (_, k) => {
  let c = 1
  for (let i = 2; i <= 2 * k + 1; i++) c /= i
  return k % 2 === 0 ? c : -c
})
/** `sin(pi x) / (pi x)`, 1 at 0. */
export const sinc = floatUnary('sinc', (x) => {
  const angle = A.mul(x, like(x, Math.PI))
  const near = P.lt(P.abs(angle), like(x, 1))
  const w = A.square(where(near, angle, like(x, 0)))
  const series = sincSeries.reduceRight<Tensor>((sum, c) => A.add(A.mul(sum, w), like(x, c)), like(x, 0))
  const far = where(near, like(x, 1), angle)
  return where(near, series, A.div(T.sin(far), far))
})

/** Larger of two; NaN wins. */
export const maximum = binary('maximum', P.max)
/** Smaller of two; NaN wins. */
export const minimum = binary('minimum', P.min)
/** Larger of two; NaN loses. At a tie the derivative goes to the second. */
export const fmax = binary('fmax', (x, y) => where(B.or(P.gt(x, y), P.ne(y, y)), x, y))
/** Smaller of two; NaN loses. At a tie the derivative goes to the second. */
export const fmin = binary('fmin', (x, y) => where(B.or(P.lt(x, y), P.ne(y, y)), x, y))
/** `log(exp(x) + exp(y))` without overflow. */
export const logaddexp = floatBinary(
  'logaddexp',
  withTangent(
    (x, y) => {
      const top = P.max(x, y)
      const difference = A.sub(x, y)
      const usual = A.add(top, T.log1p(T.exp(A.sub(P.min(x, y), top))))
      return where(P.ne(difference, difference), A.add(x, y), usual)
    },
    ([s, t], _out, x, y) => {
      // equal infinities share evenly
      const lead = where(B.and(P.eq(x, y), B.not(P.isFinite(x))), like(x, 0), A.sub(x, y))
      return A.add(A.mul(s, T.logistic(lead)), A.mul(t, T.logistic(A.neg(lead))))
    },
  ),
)
/** `log2(2 ** x + 2 ** y)`, without overflow. */
export const logaddexp2 = floatBinary('logaddexp2', (x, y) => {
  const ln2 = like(x, Math.LN2)
  return A.div(logaddexp(A.mul(x, ln2), A.mul(y, ln2)), ln2)
})
/** 0 below 0, 1 above, `y` at 0. */
export const heaviside = floatBinary('heaviside', (x, y) =>
  where(P.lt(x, like(x, 0)), like(x, 0), where(P.gt(x, like(x, 0)), like(x, 1), where(P.eq(x, like(x, 0)), y, x))),
)
/** Whether the sign bit is set (-0 counts). */
export const signbit: Unary = (x) => {
  const t = asTensor(x, 'signbit')
  const { kind, bits } = dtypes[t.aval.dtype]
  const whole = kind !== 'float' ? t : B.bitcastConvertType(t, { newDtype: bits === 16 ? 'int16' : bits === 32 ? 'int32' : 'int64' })
  return P.lt(whole, like(whole, 0))
}
/** The magnitude of `x` with the sign of `y`. */
export const copysign = floatBinary('copysign', (x, y) => where(signbit(y), A.neg(P.abs(x)), P.abs(x)))
/** Fraction (with the sign of x) and whole part. */
export const modf = (x: TensorLike): [fraction: Tensor, whole: Tensor] => {
  const t = floatOperand('modf', x)
  const whole = trunc(t)
  return [A.sub(t, whole), whole]
}
/** The next float after `x` towards `y`. */
export const nextafter = floatBinary('nextafter', (x, y) => {
  const word = ({ 16: 'uint16', 32: 'uint32', 64: 'uint64' } as const)[dtypes[x.aval.dtype].bits as 16 | 32 | 64]
  const bits = B.bitcastConvertType(x, { newDtype: word })
  const one = literal(1, word)
  const zero = P.eq(x, like(x, 0))
  const grows = P.eq(P.gt(y, x), P.gt(x, like(x, 0)))
  const smallest = where(P.lt(y, like(y, 0)), B.or(one, B.shiftLeft(one, literal(dtypes[x.aval.dtype].bits - 1, word))), one)
  const next = B.bitcastConvertType(where(zero, smallest, where(grows, A.add(bits, one), A.sub(bits, one))), { newDtype: x.aval.dtype })
  return where(P.eq(x, y), y, where(B.or(P.ne(x, x), P.ne(y, y)), literal(Number.NaN, x.aval.dtype), next))
})
/** Exponents beyond which all finite numbers overflow or vanish. */
const MAX_EXPONENT = { float16: 42, bfloat16: 279, float32: 279, float64: 2100 } as const
/** `x * 2 ** exponent`, in three steps, of which none overflows where the result does not. */
export const ldexp = (x: TensorLike, exponent: TensorLike): Tensor => {
  const t = floatOperand('ldexp', x)
  const most = MAX_EXPONENT[t.aval.dtype as keyof typeof MAX_EXPONENT]
  const given = asTensor(exponent, 'ldexp')
  const { kind } = dtypes[given.aval.dtype]
  const e = kind === 'int' ? convert(clip(given, -most, most), t.aval.dtype) : clip(convert(given, t.aval.dtype), -most, most)
  const third = P.round(A.div(e, like(e, 3)), { roundingMethod: 1 })
  const factor = T.exp2(third)
  return multiply(multiply(multiply(t, factor), factor), T.exp2(A.sub(e, A.add(third, third))))
}
/** Elements limited to [min, max]; either may be left out (null). */
export const clip = (x: TensorLike, min: TensorLike | null = null, max: TensorLike | null = null): Tensor => {
  const t = asTensor(x, 'clip')
  const low = min === null ? t : maximum(min, t)
  return max === null ? low : minimum(max, low)
}
/** `x` converted to a dtype. */
export const astype = (x: TensorLike, dtype: DType): Tensor => asType(x, readDType('astype', dtype), 'astype')
