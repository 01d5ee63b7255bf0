/**
 * Pointwise operations of jax.lax. Unlike numpy's they promote nothing: tensors must have equal dtypes, and equal shapes or be scalars;
 * JavaScript scalars take the dtype of the tensor beside them.
 */
import { map as mapTree } from '@heddle/tree'
import { type DType, dtypes } from '../dtype'
import { integer, oneOf, readArgument, readDType } from '../options'
import { literal } from '../literal'
import { asTensor, isScalar, type TensorLike } from '../numpy/promote'
import * as A from '../primitives/arithmetic'
import * as B from '../primitives/bitwise'
import * as P from '../primitives/piecewise'
import { convert } from '../primitives/structural'
import * as T from '../primitives/transcendental'
import { isTensor, type Tensor } from '../tensor'

/** Operands with JavaScript scalars in the dtype of the first tensor. */
const strict = (where: string, xs: readonly TensorLike[]): Tensor[] => {
  const tensor = xs.find(isTensor)
  return xs.map((x) => (tensor && isScalar(x) ? literal(x, tensor.dtype, tensor.weakType) : asTensor(x, where)))
}
const unary =
  (name: string, f: (x: Tensor) => Tensor) =>
  (x: TensorLike): Tensor =>
    f(asTensor(x, name))
const binary =
  (name: string, f: (x: Tensor, y: Tensor) => Tensor) =>
  (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = strict(name, [x, y])
    return f(a!, b!)
  }

/** `-x`. */
export const neg = unary('lax.neg', A.neg)
/** `x + y`. Source: `jax.lax.add`. */
export const add = binary('lax.add', A.add)
/** `x - y`. */
export const sub = binary('lax.sub', A.sub)
/** `x * y`. */
export const mul = binary('lax.mul', A.mul)
/** Integers: rounded toward zero. */
export const div = binary('lax.div', A.div)
/** The remainder with the sign of the dividend. */
export const rem = binary('lax.rem', P.rem)
/** `x * x`. */
export const square = unary('lax.square', A.square)
/** `x` to an integer power; negative powers need floats. Errors: ArgumentError where `y` is no integer. */
export const integerPow = (x: TensorLike, y: number): Tensor => {
  readArgument('lax.integerPow', 'y', integer, y)
  return A.integerPow(asTensor(x, 'lax.integerPow'), { y })
}
/** `x` to the power `y`, floats, or an integer power of floats. */
export const pow = binary('lax.pow', T.pow)
/** e to the power x; floats. */
export const exp = unary('lax.exp', T.exp)
/** 2 to the power x; floats. */
export const exp2 = unary('lax.exp2', T.exp2)
/** `exp(x) - 1`, exact for small x; floats. */
export const expm1 = unary('lax.expm1', T.expm1)
/** The natural logarithm; NaN below 0, -inf at 0; floats. */
export const log = unary('lax.log', T.log)
/** `log(1 + x)`, exact for small x; floats. */
export const log1p = unary('lax.log1p', T.log1p)
/** The square root; NaN below 0; floats. */
export const sqrt = unary('lax.sqrt', T.sqrt)
/** `1 / sqrt(x)`; floats. */
export const rsqrt = unary('lax.rsqrt', T.rsqrt)
/** The cube root, of negative numbers too; floats. */
export const cbrt = unary('lax.cbrt', T.cbrt)
/** The sine of radians; floats. */
export const sin = unary('lax.sin', T.sin)
/** The cosine of radians; floats. */
export const cos = unary('lax.cos', T.cos)
/** The tangent of radians; floats. */
export const tan = unary('lax.tan', T.tan)
/** The arc sine, in radians from -π/2 to π/2; NaN outside of [-1, 1]; floats. */
export const asin = unary('lax.asin', T.asin)
/** The arc cosine, in radians from 0 to π; NaN outside of [-1, 1]; floats. */
export const acos = unary('lax.acos', T.acos)
/** The arc tangent, in radians from -π/2 to π/2; floats. */
export const atan = unary('lax.atan', T.atan)
/** The angle of the point (y, x), in radians from -π to π: `atan2(y, x)`; floats. */
export const atan2 = binary('lax.atan2', T.atan2)
/** The hyperbolic sine; floats. */
export const sinh = unary('lax.sinh', T.sinh)
/** The hyperbolic cosine; floats. */
export const cosh = unary('lax.cosh', T.cosh)
/** The hyperbolic tangent; floats. */
export const tanh = unary('lax.tanh', T.tanh)
/** The inverse hyperbolic sine; floats. */
export const asinh = unary('lax.asinh', T.asinh)
/** The inverse hyperbolic cosine; NaN below 1; floats. */
export const acosh = unary('lax.acosh', T.acosh)
/** The inverse hyperbolic tangent; NaN outside of [-1, 1]; floats. */
export const atanh = unary('lax.atanh', T.atanh)
/** `1 / (1 + exp(-x))`; floats. */
export const logistic = unary('lax.logistic', T.logistic)
/** The error function; floats. */
export const erf = unary('lax.erf', T.erf)
/** `1 - erf(x)`, exact for large x; floats. */
export const erfc = unary('lax.erfc', T.erfc)
/** The inverse of erf; NaN outside of [-1, 1]; floats. */
export const erfInv = unary('lax.erfInv', T.erfInv)
/** The logarithm of |Γ(x)|; floats. */
export const lgamma = unary('lax.lgamma', T.lgamma)
/** The derivative of lgamma; floats. */
export const digamma = unary('lax.digamma', T.digamma)
/** `1 / x`; floats. */
export const reciprocal = unary('lax.reciprocal', (x) => A.integerPow(x, { y: -1 }))
/** |x|. */
export const abs = unary('lax.abs', P.abs)
/** -1, 0 or 1; NaN of NaN. */
export const sign = unary('lax.sign', P.sign)
/** The largest whole number at or below x; floats. */
export const floor = unary('lax.floor', P.floor)
/** The smallest whole number at or above x; floats. */
export const ceil = unary('lax.ceil', P.ceil)
/** Ties away from zero (0, the default) or to even (1). */
const methods = oneOf(0, 1)
/** The nearest whole number: halves away from zero (`roundingMethod` 0), or to the even one (1); floats. */
export const round = (x: TensorLike, roundingMethod: 0 | 1 = 0): Tensor => {
  readArgument('lax.round', 'roundingMethod', methods, roundingMethod)
  return P.round(asTensor(x, 'lax.round'), { roundingMethod })
}
/** Neither infinite nor NaN: a bool; floats. */
export const isFinite = unary('lax.isFinite', P.isFinite)
/** The larger of both; NaN where one is. */
export const max = binary('lax.max', P.max)
/** The smaller of both; NaN where one is. */
export const min = binary('lax.min', P.min)
/** `x == y`: a bool; NaN equals nothing. */
export const eq = binary('lax.eq', P.eq)
/** `x != y`: a bool. */
export const ne = binary('lax.ne', P.ne)
/** `x < y`: a bool. */
export const lt = binary('lax.lt', P.lt)
/** `x <= y`: a bool. */
export const le = binary('lax.le', P.le)
/** `x > y`: a bool. */
export const gt = binary('lax.gt', P.gt)
/** `x >= y`: a bool. */
export const ge = binary('lax.ge', P.ge)
/** `x` limited to [min, max]: scalars, or of the shape of `x`. */
export const clamp = (min_: TensorLike, x: TensorLike, max_: TensorLike): Tensor => {
  const t = asTensor(x, 'lax.clamp')
  const bound = (b: TensorLike): Tensor => (isScalar(b) ? literal(b, t.dtype, t.weakType) : asTensor(b, 'lax.clamp'))
  return P.clamp(bound(min_), t, bound(max_))
}
/** `onTrue` where `pred` holds, else `onFalse`: cases of equal shapes, a predicate of their shape or a scalar. */
export const select = (pred: TensorLike, onTrue: TensorLike, onFalse: TensorLike): Tensor => {
  const [t, f] = strict('lax.select', [onTrue, onFalse])
  return P.selectN(asTensor(pred, 'lax.select'), f!, t!)
}
/** The case that `which` numbers: bool with two cases (false, true), or int32. */
export const selectN = (which: TensorLike, ...cases: readonly TensorLike[]): Tensor =>
  P.selectN(asTensor(which, 'lax.selectN'), ...strict('lax.selectN', cases))
/** `x & y`, of integers or bools. */
export const bitwiseAnd = binary('lax.bitwiseAnd', B.and)
/** `x | y`, of integers or bools. */
export const bitwiseOr = binary('lax.bitwiseOr', B.or)
/** `x ^ y`, of integers or bools. */
export const bitwiseXor = binary('lax.bitwiseXor', B.xor)
/** `~x`, of integers; of bools: not. */
export const bitwiseNot = unary('lax.bitwiseNot', B.not)
/** `x << y`, of integers; 0 where y is not from 0 to the width less 1. */
export const shiftLeft = binary('lax.shiftLeft', B.shiftLeft)
/** x shifted right by y bits, zeros coming in; integers. */
export const shiftRightLogical = binary('lax.shiftRightLogical', B.shiftRightLogical)
/** x shifted right by y bits, the sign bit coming in; integers. */
export const shiftRightArithmetic = binary('lax.shiftRightArithmetic', B.shiftRightArithmetic)
/** How many bits are set; integers. */
export const populationCount = unary('lax.populationCount', B.populationCount)
/** The number of leading zero bits. */
export const clz = unary('lax.clz', B.clz)
/** The same bits read as another dtype of equal width. */
export const bitcastConvertType = (x: TensorLike, newDtype: DType): Tensor =>
  B.bitcastConvertType(asTensor(x, 'lax.bitcastConvertType'), { newDtype: readDType('lax.bitcastConvertType', newDtype) })
/** `x` in another dtype: floats to integers toward zero and saturating, anything to bool by `!= 0`. */
export const convertElementType = (x: TensorLike, newDtype: DType): Tensor =>
  convert(asTensor(x, 'lax.convertElementType'), readDType('lax.convertElementType', newDtype))
/** A tree of tensors as it is, with derivative zero. */
export const stopGradient = <X>(tree: X): X =>
  mapTree((x: unknown) => (isTensor(x) && dtypes[x.dtype].kind === 'float' ? P.stopGradient(x) : x), tree) as X
