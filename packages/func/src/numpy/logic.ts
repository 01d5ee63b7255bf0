/** Comparison, logic, bits and choice, element by element. Source: the jax.numpy functions of the same names. */
import { range, sameShape } from '../aval'
import { dtypes, isFloating } from '../dtype'
import { ArgumentError, DTypeError } from '../error'
import { literal } from '../literal'
import { boolean, type Kind, list, optionsOf, readArgument, type OptionsOf } from '../options'
import { add, mul, sub } from '../primitives/arithmetic'
import * as B from '../primitives/bitwise'
import * as P from '../primitives/piecewise'
import { reduceAnd } from '../primitives/reduction'
import { convert, reduceSum } from '../primitives/structural'
import type { Tensor } from '../tensor'
import {
  asTensor,
  axesOf,
  broadcastPointwise,
  broadcastShapes,
  broadcastTo,
  floatOperands,
  operands,
  promoteTypes,
  type TensorLike,
} from './promote'

type Binary = (x: TensorLike, y: TensorLike) => Tensor
const compare =
  (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  (x, y) => {
    const [a, b] = operands(name, [x, y])
    return f(a, b)
  }
/** `x == y`: a bool; NaN equals nothing. */
export const equal = compare('equal', P.eq)
/** `x != y`: a bool. */
export const notEqual = compare('notEqual', P.ne)
/** `x < y`: a bool. */
export const less = compare('less', P.lt)
/** `x <= y`: a bool. */
export const lessEqual = compare('lessEqual', P.le)
/** `x > y`: a bool. */
export const greater = compare('greater', P.gt)
/** `x >= y`: a bool. */
export const greaterEqual = compare('greaterEqual', P.ge)

/** As booleans: not zero. */
export const toBool = (x: TensorLike, where_ = 'array'): Tensor => convert(asTensor(x, where_), 'bool')
const logical =
  (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  (x, y) => {
    const [a, b] = operands(name, [toBool(x, name), toBool(y, name)])
    return f(a, b)
  }
/** Both are not 0: a bool. */
export const logicalAnd = logical('logicalAnd', B.and)
/** One is not 0: a bool. */
export const logicalOr = logical('logicalOr', B.or)
/** Just one is not 0: a bool. */
export const logicalXor = logical('logicalXor', B.xor)
/** It is 0: a bool. */
export const logicalNot = (x: TensorLike): Tensor => B.not(toBool(x, 'logicalNot'))

const bits =
  (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  (x, y) => {
    const [a, b] = operands(name, [x, y])
    if (isFloating(a.aval.dtype)) throw new DTypeError(name, `expected integers or booleans, got ${a.aval.dtype}`)
    return f(a, b)
  }
/** `x & y`, of integers or booleans. */
export const bitwiseAnd = bits('bitwiseAnd', B.and)
/** `x | y`, of integers or booleans. */
export const bitwiseOr = bits('bitwiseOr', B.or)
/** `x ^ y`, of integers or booleans. */
export const bitwiseXor = bits('bitwiseXor', B.xor)
/** `~x`, of integers; of booleans: not. */
export const bitwiseNot = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'bitwiseNot')
  if (isFloating(t.aval.dtype)) throw new DTypeError('bitwiseNot', `expected integers or booleans, got ${t.aval.dtype}`)
  return B.not(t)
}
export { bitwiseNot as bitwiseInvert, bitwiseNot as invert }
/** The same, with booleans as int32. */
const shift = (name: string, f: (x: Tensor, y: Tensor) => Tensor): Binary =>
  bits(name, (x, y) => (x.dtype === 'bool' ? f(convert(x, 'int32'), convert(y, 'int32')) : f(x, y)))
/** `x << y`, of integers; 0 where y is not from 0 to the width less 1. */
export const leftShift = shift('leftShift', B.shiftLeft)
/** Signed integers keep their sign. */
export const rightShift = shift('rightShift', (x, y) =>
  dtypes[x.aval.dtype].kind === 'uint' ? B.shiftRightLogical(x, y) : B.shiftRightArithmetic(x, y),
)
export { leftShift as bitwiseLeftShift, rightShift as bitwiseRightShift }
/** Number of bits of the absolute value that are 1. */
export const bitwiseCount = (x: TensorLike): Tensor => {
  const given = asTensor(x, 'bitwiseCount')
  const t = given.dtype === 'bool' ? convert(given, 'uint8') : given
  return convert(B.populationCount(dtypes[t.dtype].kind === 'int' ? P.abs(t) : t), 'uint8')
}

/**
 * `x` where the condition holds, `y` elsewhere; all three broadcast. The condition of numbers is "not zero".
 * Derivatives go to the chosen side only, but a NaN made on the other side's way still poisons them (0 · NaN).
 */
export const where = (condition: TensorLike, x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('where', [x, y])
  const [which, onTrue, onFalse] = broadcastPointwise('where', [toBool(condition, 'where'), a, b])
  return P.selectN(which, onFalse, onTrue)
}
/** The first of several choices whose condition holds, else `default`. */
export const select = (conditions: readonly TensorLike[], choices: readonly TensorLike[], fallback: TensorLike = 0): Tensor => {
  readArgument('select', 'conditions', list, conditions)
  readArgument('select', 'choices', list, choices)
  if (conditions.length !== choices.length)
    throw new ArgumentError('select', `${conditions.length} conditions for ${choices.length} choices`)
  return conditions.reduceRight<Tensor>((rest, condition, i) => where(condition, choices[i]!, rest), asTensor(fallback, 'select'))
}

const floatsOnly = (name: string, onInteger: boolean, f: (x: Tensor) => Tensor) => (x: TensorLike) => {
  const t = asTensor(x, name)
  return isFloating(t.aval.dtype) ? f(t) : broadcastTo(literal(onInteger, 'bool'), t.shape)
}
const infinity = (x: Tensor, sign: 1 | -1): Tensor => literal(sign * Number.POSITIVE_INFINITY, x.aval.dtype)
/** Is it NaN? A bool. */
export const isnan = floatsOnly('isnan', false, (x) => P.ne(x, x))
/** Neither infinite nor NaN: a bool. */
export const isfinite = floatsOnly('isfinite', true, P.isFinite)
/** Infinite, of either sign: a bool. */
export const isinf = floatsOnly('isinf', false, (x) => P.eq(P.abs(x), infinity(x, 1)))
/** Plus infinity: a bool. */
export const isposinf = floatsOnly('isposinf', false, (x) => P.eq(x, infinity(x, 1)))
/** Minus infinity: a bool. */
export const isneginf = floatsOnly('isneginf', false, (x) => P.eq(x, infinity(x, -1)))

const largest: Readonly<Record<string, number>> = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
}
/** A number, NaN too. */
const number: Kind<number> = { expected: 'a number', is: (x) => typeof x === 'number' }
const nanOptions = optionsOf({
  nan: number,
  /** Default: the largest finite number. */
  posinf: number,
  neginf: number,
})
export interface NanToNumOptions extends OptionsOf<typeof nanOptions> {}
/** NaN and the infinities replaced by finite numbers. */
export const nanToNum = (x: TensorLike, options?: NanToNumOptions): Tensor => {
  const { nan = 0, posinf, neginf } = nanOptions('nanToNum', options)
  const t = asTensor(x, 'nanToNum')
  const { dtype } = t.aval
  if (!isFloating(dtype)) return t
  const top = largest[dtype]!
  const known = where(P.ne(t, t), literal(nan, dtype), t)
  const below = where(P.eq(known, infinity(t, 1)), literal(posinf ?? top, dtype), known)
  return where(P.eq(below, infinity(t, -1)), literal(neginf ?? -top, dtype), below)
}
const closeOptions = optionsOf({ rtol: number, atol: number, equalNan: boolean })
/** Options of `isclose` and `allclose`. */
export interface CloseOptions extends OptionsOf<typeof closeOptions> {}
/** `|x - y| <= atol + rtol * |y|`; infinities equal themselves. */
export const isclose = (x: TensorLike, y: TensorLike, options?: CloseOptions): Tensor => {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = closeOptions('isclose', options)
  const [a, b] = floatOperands('isclose', [x, y])
  const allowed = add(mul(P.abs(b), literal(rtol, b.dtype)), literal(atol, b.dtype))
  const near = P.le(P.abs(sub(a, b)), allowed)
  const bothFinite = B.and(...operands('isclose', [P.isFinite(a), P.isFinite(b)]))
  const close = where(bothFinite, near, P.eq(a, b))
  return equalNan ? B.or(close, B.and(...operands('isclose', [P.ne(a, a), P.ne(b, b)]))) : close
}
/** Whether all elements are close. */
export const allclose = (x: TensorLike, y: TensorLike, options?: CloseOptions): Tensor => {
  const close = isclose(x, y, closeOptions('allclose', options))
  return reduceAnd(close, { axes: range(close.ndim) })
}
/** Whether shapes and all elements are equal. */
export const arrayEqual = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = [asTensor(x, 'arrayEqual'), asTensor(y, 'arrayEqual')]
  if (!sameShape(a.shape, b.shape)) return literal(false, 'bool')
  const same = equal(a, b)
  return reduceAnd(same, { axes: range(same.ndim) })
}
/** Whether all elements are equal after broadcasting; false where shapes don't fit. */
export const arrayEquiv = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = [asTensor(x, 'arrayEquiv'), asTensor(y, 'arrayEquiv')]
  try {
    broadcastShapes('arrayEquiv', [a.aval, b.aval])
  } catch {
    return literal(false, 'bool')
  }
  const same = equal(a, b)
  return reduceAnd(same, { axes: range(same.ndim) })
}
/** Number of elements that are not zero. */
export const countNonzero = (x: TensorLike, axis: number | readonly number[] | null = null): Tensor => {
  const t = convert(toBool(x, 'countNonzero'), 'int32')
  return reduceSum(t, { axes: axesOf('countNonzero', axis, t.ndim) })
}
