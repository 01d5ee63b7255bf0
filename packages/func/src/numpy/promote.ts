/**
 * What functions of numpy and nn take as operands, and how operands come to one dtype and one shape.
 *
 * JavaScript scalars are weak: an integral number is a weak int32, another number a weak float32, so they follow the dtype of
 * the tensor beside them. Scalars stay scalars (pointwise primitives take them beside full shapes); others are broadcast.
 */
import { ConcreteTensor } from '../array'
import { type Aval, sameShape, type Shape, sizeOf } from '../aval'
import { type DType, dtypes, isFloating, isInteger, type Promotable, promote, type TypedArray } from '../dtype'
import { ArgumentError, ShapeError } from '../error'
import { literal } from '../literal'
import { axes as axesKind, describe, forTensors, readArgument, sizeOrShape } from '../options'
import { broadcastInDim, convert, convertElementType } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { checkBigint, hostOf, isTypedArray, type NestedArray } from './host-data'

/** A JavaScript value that stands for a tensor without axes. */
export type Scalar = number | bigint | boolean
export type { NestedArray }
/** Anything that stands for a tensor. */
export type TensorLike = Tensor | Scalar | TypedArray | NestedArray

const limits = (dtype: DType): readonly [low: number, high: number] => {
  const { kind, bits } = dtypes[dtype]
  return kind === 'uint' ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
}
const fits = (x: number | bigint, dtype: DType): boolean => {
  const [low, high] = limits(dtype)
  return x >= low && x <= high
}

/** The dtype that a JavaScript scalar has in promotion. Whole numbers beyond 32 bits are floats, bigints int64. */
export const scalarType = (x: Scalar): Promotable => {
  if (typeof x === 'boolean') return { dtype: 'bool', weakType: false }
  if (typeof x === 'bigint') return { dtype: fits(x, 'int32') ? 'int32' : 'int64', weakType: true }
  if (!Number.isInteger(x) || Object.is(x, -0)) return { dtype: 'float32', weakType: true }
  return { dtype: fits(x, 'int32') ? 'int32' : fits(x, 'uint32') ? 'uint32' : 'float32', weakType: true }
}
export const isScalar = (x: unknown): x is Scalar => typeof x === 'number' || typeof x === 'boolean' || typeof x === 'bigint'

/**
 * The tensor that a value stands for: scalars are weak, nested arrays of numbers are float32, typed arrays keep their dtype.
 * Errors: ArgumentError for ragged arrays and for what stands for no tensor.
 */
export const asTensor = (x: TensorLike, where = 'array'): Tensor => {
  if (isTensor(x)) return x
  if (isScalar(x)) {
    if (typeof x === 'bigint') checkBigint(where, x)
    const { dtype, weakType } = scalarType(x)
    return literal(x, dtype, weakType)
  }
  if (isTypedArray(x) || Array.isArray(x)) return ConcreteTensor.ofHost(hostOf(x as NestedArray | TypedArray, where))
  throw new ArgumentError(where, `expected a tensor, a number, a typed array or nested arrays of numbers, got ${describe(x)}`)
}

/** A JavaScript scalar. Errors: ArgumentError, also for a bigint that 64 bits can't hold. */
export const readScalar = (where: string, x: Scalar): Scalar => {
  if (!isScalar(x)) throw new ArgumentError(where, `expected a number, bigint or boolean, got ${describe(x)}`)
  if (typeof x === 'bigint') checkBigint(where, x)
  return x
}
type Operand = Tensor | Scalar
const operandOf = (x: TensorLike, where: string): Operand => (isScalar(x) ? x : asTensor(x, where))
const promotable = (x: Operand): Promotable => (isTensor(x) ? x.aval : scalarType(x))
/** A scalar as a literal. Errors: ArgumentError for a whole number that an integer dtype can't hold. */
const scalarAs = (where: string, x: Scalar, dtype: DType, weakType = false): Tensor => {
  if (typeof x !== 'boolean' && isInteger(dtype) && !fits(x, dtype) && Number.isInteger(Number(x)))
    throw new ArgumentError(where, `${x} does not fit ${dtype} (${limits(dtype).join(' to ')}); convert the tensor first`)
  return literal(x, dtype, weakType)
}
/** A scalar as a literal of the dtype; a tensor converted, unless it has the dtype already. */
const toType = (where: string, x: Operand, { dtype, weakType }: Promotable): Tensor =>
  isTensor(x) ? (x.aval.dtype === dtype ? x : convertElementType(x, { newDtype: dtype, weakType })) : scalarAs(where, x, dtype, weakType)

/** float32 in place of what is no float (float64 in place of 64-bit integers). */
export const inexact = (p: Promotable): Promotable =>
  isFloating(p.dtype) ? p : { dtype: p.dtype === 'int64' || p.dtype === 'uint64' ? 'float64' : 'float32', weakType: p.weakType }
/** The dtype that operands are promoted to. */
export const commonType = (xs: readonly TensorLike[]): Promotable => promote(xs.map((x) => promotable(operandOf(x, 'resultType'))))

export type Tensors<X extends readonly unknown[]> = { [K in keyof X]: Tensor }

/** Operands in their common dtype (JAX's lattice), shapes as they are. */
export const promoteTypes = <const X extends readonly TensorLike[]>(where: string, xs: X): Tensors<X> => {
  const operands = xs.map((x) => operandOf(x, where))
  const to = promote(operands.map(promotable))
  return operands.map((x) => toType(where, x, to)) as Tensors<X>
}
/** The same, in a float dtype. */
export const promoteInexact = <const X extends readonly TensorLike[]>(where: string, xs: X): Tensors<X> => {
  const operands = xs.map((x) => operandOf(x, where))
  const to = inexact(promote(operands.map(promotable)))
  return operands.map((x) => toType(where, x, to)) as Tensors<X>
}
/** Operands in their common dtype and broadcast against each other: what a pointwise primitive takes. */
export const operands = <const X extends readonly TensorLike[]>(where: string, xs: X): Tensors<X> =>
  broadcastPointwise(where, promoteTypes(where, xs))
/** The same, in a float dtype. */
export const floatOperands = <const X extends readonly TensorLike[]>(where: string, xs: X): Tensors<X> =>
  broadcastPointwise(where, promoteInexact(where, xs))
/** The operand of a function of floats; integers and booleans become float32. */
export const floatOperand = (where: string, x: TensorLike): Tensor => promoteInexact(where, [x])[0]
/** A tensor of the dtype; a scalar is made in it. */
export const asType = (x: TensorLike, dtype: DType, where = 'array'): Tensor =>
  isScalar(x) ? scalarAs(where, x, dtype) : convert(asTensor(x, where), dtype)

/** The shape that shapes are broadcast to, by numpy's rule. Errors: ShapeError that names all shapes. */
export const broadcastShapes = (where: string, types: readonly { readonly shape: Shape; readonly dtype?: DType }[]): Shape => {
  const first = types[0]
  if (first !== undefined && types.every((t) => sameShape(t.shape, first.shape))) return first.shape
  const rank = Math.max(0, ...types.map((t) => t.shape.length))
  const out = new Array<number>(rank).fill(1)
  for (const { shape } of types) {
    const shift = rank - shape.length
    for (let i = 0; i < shape.length; i++) {
      const n = shape[i]!
      if (n === 1) continue
      if (out[i + shift] !== 1 && out[i + shift] !== n) throw incompatible(where, types)
      out[i + shift] = n
    }
  }
  return out
}
const incompatible = (where: string, types: readonly { readonly shape: Shape; readonly dtype?: DType }[]): ShapeError =>
  new ShapeError(
    where,
    types.map((t): Aval => ({ shape: t.shape, dtype: t.dtype ?? 'float32', weakType: false })),
    'shapes can not be broadcast together: from the last axis on, sizes must be equal or 1',
  )

/** `x` repeated to `shape`, its axes at the end. Errors: ShapeError where a size is neither equal nor 1. */
export const broadcastTo = (x: TensorLike, shape: Shape, where = 'broadcastTo'): Tensor => {
  const t = asTensor(x, where)
  const from = t.aval.shape
  if (sameShape(from, shape)) return t
  const shift = shape.length - from.length
  if (shift < 0 || from.some((n, i) => n !== 1 && n !== shape[i + shift]))
    throw new ShapeError(where, [t.aval], `can not be broadcast to [${shape.join(',')}]: from the last axis on, sizes must be equal or 1`)
  return broadcastInDim(t, { shape, broadcastDimensions: from.map((_, i) => i + shift) })
}
/** For a pointwise primitive: scalars stay as they are, all others get the common shape. */
export const broadcastPointwise = <const X extends readonly Tensor[]>(where: string, xs: X): X => {
  const shape = broadcastShapes(
    where,
    xs.map((x) => x.aval),
  )
  return xs.map((x) => (x.aval.shape.length === 0 ? x : broadcastTo(x, shape, where))) as unknown as X
}

/** An axis of a rank, negative ones from the end. Errors: ArgumentError. */
export const axisOf = (where: string, axis: number, rank: number): number => {
  if (!Number.isInteger(axis)) throw new ArgumentError(where, `an axis is an integer, got ${describe(axis)}`)
  if (axis < -rank || axis >= rank)
    throw new ArgumentError(where, `axis ${axis} is out of range for a tensor of ${rank} ${rank === 1 ? 'axis' : 'axes'}`)
  return axis < 0 ? axis + rank : axis
}
/** Distinct axes of a rank, ascending unless `keepOrder`; null is all of them. */
export const axesOf = (where: string, axis: number | readonly number[] | null | undefined, rank: number, keepOrder = false): number[] => {
  if (axis === null || axis === undefined) return Array.from({ length: rank }, (_, i) => i)
  if (typeof axis !== 'number' && !Array.isArray(axis)) readArgument(where, 'axis', axesKind, axis)
  const axes = (typeof axis === 'number' ? [axis] : axis).map((a) => axisOf(where, a, rank))
  if (new Set(axes).size !== axes.length) throw new ArgumentError(where, `axes [${axes.join(',')}] name an axis twice`)
  return keepOrder ? axes : axes.sort((a, b) => a - b)
}
const shapeArgument = { ...sizeOrShape, hint: forTensors('the shape of a tensor is x.shape; its values are no sizes') }
const shown = (x: unknown): string => (typeof x === 'number' ? String(x) : describe(x))
/** A shape given as a number or a list. Errors: ArgumentError for what is no non-negative integer. */
export const shapeOf = (where: string, shape: number | Shape): Shape => {
  const list = typeof shape === 'number' ? [shape] : shape
  if (!Array.isArray(list)) readArgument(where, 'shape', shapeArgument, shape)
  for (const n of list)
    if (!Number.isInteger(n) || n < 0)
      throw new ArgumentError(where, `a shape is of non-negative integers, got [${list.map(shown).join(', ')}]`)
  return list
}
/** The shape of a reshape, with at most one -1 that is found from the number of elements. */
export const inferShape = (where: string, x: Tensor, shape: number | Shape): Shape => {
  const list = typeof shape === 'number' ? [shape] : shape
  if (!Array.isArray(list)) readArgument(where, 'shape', shapeArgument, shape)
  const unknown = list.filter((n) => n === -1).length
  if (unknown === 0) {
    const given = shapeOf(where, list)
    if (sizeOf(given) !== x.size) throw new ShapeError(where, [x.aval], `${x.size} elements can't take shape [${given.join(',')}]`)
    return given
  }
  const known = list.reduce((n, d) => (d === -1 ? n : n * d), 1)
  if (unknown > 1 || known === 0 || x.size % known !== 0)
    throw new ShapeError(
      where,
      [x.aval],
      `can not be reshaped to [${list.join(',')}]: one size may be -1, and the others must divide ${x.size}`,
    )
  return list.map((n) => (n === -1 ? x.size / known : n))
}
