/** Shapes, parts and reductions with the signatures of jax.lax: all axes named, nothing promoted. */
import { otherAxes, range, type Shape, sizeOf } from '../aval'
import { type DType, dtypes } from '../dtype'
import { ArgumentError } from '../error'
import { fullOf } from '../literal'
import { iinfo } from '../numpy/dtypes'
import { asTensor, asType, axesOf, axisOf, readScalar, type Scalar, shapeOf, type TensorLike } from '../numpy/promote'
import { count, integer, listOf, list, nullable, oneOf, boolean, readArgument, readDType, shape as shapeKind } from '../options'
import * as A from '../primitives/arithmetic'
import * as B from '../primitives/bitwise'
import * as C from '../primitives/cumulative'
import * as L from '../primitives/layout'
import * as P from '../primitives/piecewise'
import * as R from '../primitives/reduction'
import * as S from '../primitives/structural'
import type { Tensor } from '../tensor'

/** Axes of a tensor, all counted from the first. */
const places = listOf(count, 'a list of axes')
/** Operand axis `i` becomes axis `broadcastDimensions[i]` of `shape`. */
export const broadcastInDim = (x: TensorLike, shape: Shape, broadcastDimensions: readonly number[]): Tensor => {
  readArgument('lax.broadcastInDim', 'shape', shapeKind, shape)
  readArgument('lax.broadcastInDim', 'broadcastDimensions', places, broadcastDimensions)
  return S.broadcastInDim(asTensor(x, 'lax.broadcastInDim'), { shape, broadcastDimensions })
}
/** New leading axes of these sizes. */
export const broadcast = (x: TensorLike, sizes: Shape): Tensor => {
  const t = asTensor(x, 'lax.broadcast')
  readArgument('lax.broadcast', 'sizes', shapeKind, sizes)
  return S.broadcastInDim(t, { shape: [...sizes, ...t.shape], broadcastDimensions: range(t.ndim, sizes.length) })
}
/** Leading axes of size 1 up to a rank. */
export const broadcastToRank = (x: TensorLike, rank: number): Tensor => {
  const t = asTensor(x, 'lax.broadcastToRank')
  readArgument('lax.broadcastToRank', 'rank', count, rank)
  return S.expandDims(t, range(Math.max(0, rank - t.ndim)))
}
/** Parts of these sizes along an axis. */
export const split = (x: TensorLike, sizes: Shape, axis = 0): Tensor[] => {
  const t = asTensor(x, 'lax.split')
  const at = axisOf('lax.split', axis, t.ndim)
  readArgument('lax.split', 'sizes', shapeKind, sizes)
  const total = sizes.reduce((a, b) => a + b, 0)
  if (total !== t.shape[at])
    throw new ArgumentError('lax.split', `sizes [${sizes.join(',')}] must add up to ${t.shape[at]}, the size of axis ${at}`)
  let end = 0
  return sizes.map((n) => {
    end += n
    return L.sliceAxis(t, at, end - n, end)
  })
}
/** The same elements under another shape; `dimensions` is a transposition before. */
export const reshape = (x: TensorLike, newSizes: Shape, dimensions?: readonly number[]): Tensor => {
  const t = asTensor(x, 'lax.reshape')
  readArgument('lax.reshape', 'newSizes', shapeKind, newSizes)
  return S.reshape(dimensions ? S.transpose(t, { permutation: dimensions }) : t, { newSizes })
}
/** Axes from `start` to before `stop` made one. */
export const collapse = (x: TensorLike, start: number, stop?: number): Tensor => {
  const t = asTensor(x, 'lax.collapse')
  const from = axisOf('lax.collapse', start, t.ndim)
  if (stop !== undefined) readArgument('lax.collapse', 'stop', integer, stop)
  const to = stop === undefined ? t.ndim : stop < 0 ? stop + t.ndim : stop
  return S.reshape(t, { newSizes: [...t.shape.slice(0, from), sizeOf(t.shape.slice(from, to)), ...t.shape.slice(to)] })
}
/** The axes in the order of `permutation`. */
export const transpose = (x: TensorLike, permutation: readonly number[]): Tensor => {
  readArgument('lax.transpose', 'permutation', places, permutation)
  return S.transpose(asTensor(x, 'lax.transpose'), { permutation })
}
/** `x` without axes of size 1. Errors: ShapeError where one has another size. */
export const squeeze = (x: TensorLike, dimensions: readonly number[]): Tensor => {
  const t = asTensor(x, 'lax.squeeze')
  return S.squeeze(t, { dimensions: axesOf('lax.squeeze', dimensions, t.ndim) })
}
/** `x` with axes of size 1, at these places of the result. */
export const expandDims = (x: TensorLike, dimensions: readonly number[]): Tensor => {
  const t = asTensor(x, 'lax.expandDims')
  readArgument('lax.expandDims', 'dimensions', listOf(integer, 'a list of axes'), dimensions)
  return S.expandDims(t, axesOf('lax.expandDims', dimensions, t.ndim + dimensions.length))
}
/** Tensors one after the other along an axis; all others have equal sizes. */
export const concatenate = (xs: readonly TensorLike[], dimension: number): Tensor => {
  readArgument('lax.concatenate', 'operands', list, xs)
  readArgument('lax.concatenate', 'dimension', count, dimension)
  return L.concatenate(
    xs.map((x) => asTensor(x, 'lax.concatenate')),
    { dimension },
  )
}
const paddings = listOf(
  { expected: '', is: (p) => Array.isArray(p) && p.length === 3 && p.every(Number.isInteger) },
  'a list of [low, high, interior], for each axis',
)
/** For each axis [low, high, interior]; negative low and high crop. */
export const pad = (x: TensorLike, value: TensorLike, paddingConfig: readonly (readonly [number, number, number])[]): Tensor => {
  const t = asTensor(x, 'lax.pad')
  readArgument('lax.pad', 'paddingConfig', paddings, paddingConfig)
  return L.pad(t, asType(value, t.dtype, 'lax.pad'), { paddingConfig })
}
/** `x` with these axes reversed. */
export const rev = (x: TensorLike, dimensions: readonly number[]): Tensor => {
  readArgument('lax.rev', 'dimensions', places, dimensions)
  return L.rev(asTensor(x, 'lax.rev'), { dimensions })
}
/** The box from `startIndices` up to `limitIndices` (excluded), every `strides`-th element. Errors: ShapeError outside of the shape. */
export const slice = (x: TensorLike, startIndices: Shape, limitIndices: Shape, strides: Shape | null = null): Tensor => {
  readArgument('lax.slice', 'startIndices', shapeKind, startIndices)
  readArgument('lax.slice', 'limitIndices', shapeKind, limitIndices)
  readArgument('lax.slice', 'strides', nullable(shapeKind), strides)
  return L.slice(asTensor(x, 'lax.slice'), { startIndices, limitIndices, strides })
}
/** Along one axis from `start` to before `limit`; null is an open end. */
export const sliceInDim = (x: TensorLike, start: number | null, limit: number | null, stride = 1, axis = 0): Tensor => {
  const t = asTensor(x, 'lax.sliceInDim')
  const at = axisOf('lax.sliceInDim', axis, t.ndim)
  readArgument('lax.sliceInDim', 'start', nullable(integer), start)
  readArgument('lax.sliceInDim', 'limit', nullable(integer), limit)
  readArgument('lax.sliceInDim', 'stride', integer, stride)
  const n = t.shape[at]!
  const place = (i: number | null, open: number): number => (i === null ? open : i < 0 ? i + n : i)
  return L.sliceAxis(t, at, place(start, 0), place(limit, n), stride)
}
/** The element at a known index along an axis. */
export const indexInDim = (x: TensorLike, index: number, axis = 0, keepdims = true): Tensor => {
  const t = asTensor(x, 'lax.indexInDim')
  const at = axisOf('lax.indexInDim', axis, t.ndim)
  const i = axisOf('lax.indexInDim', index, t.shape[at]!)
  const part = L.sliceAxis(t, at, i, i + 1)
  return keepdims ? part : S.squeeze(part, { dimensions: [at] })
}
/** 0, 1, ... size - 1. */
export const iota = (dtype: DType, size: number): Tensor => {
  readArgument('lax.iota', 'size', count, size)
  return L.iota({ dtype: readDType('lax.iota', dtype), shape: [size], dimension: 0 })
}
/** 0, 1, ... along one axis of a shape. */
export const broadcastedIota = (dtype: DType, shape: Shape, dimension: number): Tensor => {
  readArgument('lax.broadcastedIota', 'shape', shapeKind, shape)
  readArgument('lax.broadcastedIota', 'dimension', count, dimension)
  return L.iota({ dtype: readDType('lax.broadcastedIota', dtype), shape, dimension })
}
/** A tensor of one value. */
export const full = (shape: Shape, value: Scalar, dtype: DType = 'float32'): Tensor =>
  fullOf(readScalar('lax.full', value), shapeOf('lax.full', shape), readDType('lax.full', dtype))
/** A tensor of one value, with shape and dtype of `x` where none are given. */
export const fullLike = (x: TensorLike, value: Scalar, dtype?: DType, shape?: Shape): Tensor => {
  const t = asTensor(x, 'lax.fullLike')
  return fullOf(readScalar('lax.fullLike', value), shapeOf('lax.fullLike', shape ?? t.shape), readDType('lax.fullLike', dtype ?? t.dtype))
}

const reduction =
  (name: string, f: (x: Tensor, params: { axes: readonly number[] }) => Tensor) =>
  (x: TensorLike, axes: readonly number[]): Tensor => {
    const t = asTensor(x, name)
    return f(t, { axes: axesOf(name, axes, t.ndim) })
  }
/** A reduction of bits: of booleans a primitive, of integers halves combined until one is left. */
const ofBits =
  (ofBooleans: (x: Tensor, params: { axes: readonly number[] }) => Tensor, combine: (x: Tensor, y: Tensor) => Tensor, none: 0 | -1) =>
  (x: Tensor, params: { axes: readonly number[] }): Tensor => {
    if (x.dtype === 'bool') return ofBooleans(x, params)
    const rest = otherAxes(x.ndim, params.axes)
    const sizes = rest.map((a) => x.shape[a]!)
    const count = sizeOf(params.axes.map((a) => x.shape[a]!))
    if (count === 0) return fullOf(none === 0 ? 0 : allBits(x.dtype), sizes, x.dtype)
    let rows = S.reshape(S.transpose(x, { permutation: [...params.axes, ...rest] }), { newSizes: [count, ...sizes] })
    while (rows.shape[0]! > 1) {
      const n = rows.shape[0]!
      const half = n >> 1
      const both = combine(L.sliceAxis(rows, 0, 0, half), L.sliceAxis(rows, 0, half, 2 * half))
      rows = n % 2 === 0 ? both : L.concatenate([both, L.sliceAxis(rows, 0, n - 1, n)], { dimension: 0 })
    }
    return S.reshape(rows, { newSizes: sizes })
  }
const allBits = (dtype: DType): number | bigint => (dtypes[dtype].kind === 'uint' ? iinfo(dtype).max : -1)

/** The sum over `axes`. */
export const reduceSum = reduction('lax.reduceSum', S.reduceSum)
/** The product over `axes`. */
export const reduceProd = reduction('lax.reduceProd', R.reduceProd)
/** The maximum over `axes`; -inf, or the smallest integer, of none. */
export const reduceMax = reduction('lax.reduceMax', R.reduceMax)
/** The minimum over `axes`; inf, or the largest integer, of none. */
export const reduceMin = reduction('lax.reduceMin', R.reduceMin)
/** Of booleans: whether all are true; of integers: the bits that all have. */
export const reduceAnd = reduction('lax.reduceAnd', ofBits(R.reduceAnd, B.and, -1))
/** Of booleans: whether any is true; of integers: the bits that any has. */
export const reduceOr = reduction('lax.reduceOr', ofBits(R.reduceOr, B.or, 0))
const reducers = { add: reduceSum, mul: reduceProd, max: reduceMax, min: reduceMin, and: reduceAnd, or: reduceOr }
const combiners = { add: A.add, mul: A.mul, max: P.max, min: P.min, and: B.and, or: B.or }
const reducerKind = oneOf(...Object.keys(reducers))
/** Reduced over axes by a named operation, starting from `initValue`. Source: jax.lax.reduce. */
export const reduce = (x: TensorLike, initValue: TensorLike, reducer: keyof typeof reducers, axes: readonly number[]): Tensor => {
  const t = asTensor(x, 'lax.reduce')
  readArgument('lax.reduce', 'reducer', reducerKind, reducer)
  return combiners[reducer](reducers[reducer](t, axes), asType(initValue, t.dtype, 'lax.reduce'))
}
/** Where along `axis` the first maximum is; a NaN counts as the largest. */
export const argmax = (x: TensorLike, axis: number, indexDtype: DType = 'int32'): Tensor => {
  const t = asTensor(x, 'lax.argmax')
  return R.argmax(t, { axes: [axisOf('lax.argmax', axis, t.ndim)], indexDtype: readDType('lax.argmax', indexDtype) })
}
/** Where along `axis` the first minimum is; a NaN counts as the smallest. */
export const argmin = (x: TensorLike, axis: number, indexDtype: DType = 'int32'): Tensor => {
  const t = asTensor(x, 'lax.argmin')
  return R.argmin(t, { axes: [axisOf('lax.argmin', axis, t.ndim)], indexDtype: readDType('lax.argmin', indexDtype) })
}
const running =
  (name: string, f: (x: Tensor, params: { axis: number; reverse: boolean }) => Tensor) =>
  (x: TensorLike, axis = 0, reverse = false): Tensor => {
    const t = asTensor(x, name)
    readArgument(name, 'reverse', boolean, reverse)
    return f(t, { axis: axisOf(name, axis, t.ndim), reverse })
  }
/** Running sums along an axis. */
export const cumsum = running('lax.cumsum', C.cumsum)
/** Running products along an axis. */
export const cumprod = running('lax.cumprod', C.cumprod)
/** Running maxima along an axis. */
export const cummax = running('lax.cummax', C.cummax)
/** Running minima along an axis. */
export const cummin = running('lax.cummin', C.cummin)
/** Running logarithms of sums of exponentials along an axis. */
export const cumlogsumexp = running('lax.cumlogsumexp', C.cumlogsumexp)
