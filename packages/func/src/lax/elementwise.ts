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

export const neg = unary('lax.neg', A.neg)
export const add = binary('lax.add', A.add)
export const sub = binary('lax.sub', A.sub)
export const mul = binary('lax.mul', A.mul)
/** Integers: rounded toward zero. */
export const div = binary('lax.div', A.div)
/** The remainder with the sign of the dividend. */
export const rem = binary('lax.rem', A.rem)
export const square = unary('lax.square', A.square)
export const integerPow = (x: TensorLike, y: number): Tensor => {
  readArgument('lax.integerPow', 'y', integer, y)
  return A.integerPow(asTensor(x, 'lax.integerPow'), { y })
}
export const pow = binary('lax.pow', T.pow)
export const exp = unary('lax.exp', T.exp)
export const exp2 = unary('lax.exp2', T.exp2)
export const expm1 = unary('lax.expm1', T.expm1)
export const log = unary('lax.log', T.log)
export const log1p = unary('lax.log1p', T.log1p)
export const sqrt = unary('lax.sqrt', T.sqrt)
export const rsqrt = unary('lax.rsqrt', T.rsqrt)
export const cbrt = unary('lax.cbrt', T.cbrt)
export const sin = unary('lax.sin', T.sin)
export const cos = unary('lax.cos', T.cos)
export const tan = unary('lax.tan', T.tan)
export const asin = unary('lax.asin', T.asin)
export const acos = unary('lax.acos', T.acos)
export const atan = unary('lax.atan', T.atan)
export const atan2 = binary('lax.atan2', T.atan2)
export const sinh = unary('lax.sinh', T.sinh)
export const cosh = unary('lax.cosh', T.cosh)
export const tanh = unary('lax.tanh', T.tanh)
export const asinh = unary('lax.asinh', T.asinh)
export const acosh = unary('lax.acosh', T.acosh)
export const atanh = unary('lax.atanh', T.atanh)
export const logistic = unary('lax.logistic', T.logistic)
export const erf = unary('lax.erf', T.erf)
export const erfc = unary('lax.erfc', T.erfc)
export const erfInv = unary('lax.erfInv', T.erfInv)
export const lgamma = unary('lax.lgamma', T.lgamma)
export const digamma = unary('lax.digamma', T.digamma)
export const reciprocal = unary('lax.reciprocal', (x) => A.integerPow(x, { y: -1 }))
export const abs = unary('lax.abs', P.abs)
export const sign = unary('lax.sign', P.sign)
export const floor = unary('lax.floor', P.floor)
export const ceil = unary('lax.ceil', P.ceil)
/** Ties away from zero (0, the default) or to even (1). */
const methods = oneOf(0, 1)
export const round = (x: TensorLike, roundingMethod: 0 | 1 = 0): Tensor => {
  readArgument('lax.round', 'roundingMethod', methods, roundingMethod)
  return P.round(asTensor(x, 'lax.round'), { roundingMethod })
}
export const isFinite = unary('lax.isFinite', P.isFinite)
export const max = binary('lax.max', P.max)
export const min = binary('lax.min', P.min)
export const eq = binary('lax.eq', P.eq)
export const ne = binary('lax.ne', P.ne)
export const lt = binary('lax.lt', P.lt)
export const le = binary('lax.le', P.le)
export const gt = binary('lax.gt', P.gt)
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
export const bitwiseAnd = binary('lax.bitwiseAnd', B.and)
export const bitwiseOr = binary('lax.bitwiseOr', B.or)
export const bitwiseXor = binary('lax.bitwiseXor', B.xor)
export const bitwiseNot = unary('lax.bitwiseNot', B.not)
export const shiftLeft = binary('lax.shiftLeft', B.shiftLeft)
export const shiftRightLogical = binary('lax.shiftRightLogical', B.shiftRightLogical)
export const shiftRightArithmetic = binary('lax.shiftRightArithmetic', B.shiftRightArithmetic)
export const populationCount = unary('lax.populationCount', B.populationCount)
/** The number of leading zero bits. */
export const clz = unary('lax.clz', B.clz)
/** The same bits read as another dtype of equal width. */
export const bitcastConvertType = (x: TensorLike, newDtype: DType): Tensor =>
  B.bitcastConvertType(asTensor(x, 'lax.bitcastConvertType'), { newDtype: readDType('lax.bitcastConvertType', newDtype) })
export const convertElementType = (x: TensorLike, newDtype: DType): Tensor =>
  convert(asTensor(x, 'lax.convertElementType'), readDType('lax.convertElementType', newDtype))
/** A tree of tensors as it is, with derivative zero. */
export const stopGradient = <X>(tree: X): X =>
  mapTree((x: unknown) => (isTensor(x) && dtypes[x.dtype].kind === 'float' ? P.stopGradient(x) : x), tree) as X
