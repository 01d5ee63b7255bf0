/** Shapes and axes: reshaping, moving, adding, removing, repeating, flipping. Source: the jax.numpy functions of the same names. */
import { otherAxes, range, type Shape } from '../aval'
import { ArgumentError, ShapeError } from '../error'
import { concatenate as concatenateAxis, rev, sliceAxis } from '../primitives/layout'
import {
  expandDims as expand,
  moveAxis,
  reshape as reshapeTo,
  squeeze as squeezeAxes,
  transpose as permute,
} from '../primitives/structural'
import { axes as axesKind, either, integer, listOf, readArgument } from '../options'
import type { Tensor } from '../tensor'
import {
  asTensor,
  axesOf,
  axisOf,
  broadcastShapes as commonShape,
  broadcastTo as broadcast,
  inferShape,
  shapeOf,
  type TensorLike,
} from './promote'

/** The same elements in row-major order under another shape; one size may be -1. */
export const reshape = (x: TensorLike, shape: number | Shape): Tensor => {
  const t = asTensor(x, 'reshape')
  return reshapeTo(t, { newSizes: inferShape('reshape', t, shape) })
}
/** All elements as a vector. */
export const ravel = (x: TensorLike): Tensor => reshape(x, [-1])
/** The size of each axis. */
export const shape = (x: TensorLike): Shape => asTensor(x, 'shape').shape
/** How many axes. */
export const ndim = (x: TensorLike): number => asTensor(x, 'ndim').ndim
/** The number of elements, or of places along an axis. */
export const size = (x: TensorLike, axis?: number): number => {
  const t = asTensor(x, 'size')
  return axis === undefined ? t.size : t.shape[axisOf('size', axis, t.ndim)]!
}

/** Result axis `i` is operand axis `axes[i]`; without `axes` the order is reversed. */
export const transpose = (x: TensorLike, axes?: readonly number[] | null): Tensor => {
  const t = asTensor(x, 'transpose')
  const permutation = axes ? axesOf('transpose', axes, t.ndim, true) : range(t.ndim).reverse()
  if (permutation.length !== t.ndim)
    throw new ArgumentError('transpose', `axes [${permutation.join(',')}] must name each axis of shape [${t.shape.join(',')}] once`)
  return permute(t, { permutation })
}
export { transpose as permuteDims }
/** The last two axes exchanged. */
export const matrixTranspose = (x: TensorLike): Tensor => swapaxes(x, -1, -2)
/** `x` with two axes exchanged. */
export const swapaxes = (x: TensorLike, axis1: number, axis2: number): Tensor => {
  const t = asTensor(x, 'swapaxes')
  const [a, b] = [axisOf('swapaxes', axis1, t.ndim), axisOf('swapaxes', axis2, t.ndim)]
  return permute(t, { permutation: range(t.ndim).map((i) => (i === a ? b : i === b ? a : i)) })
}
/** Axes `source` at the places `destination`, the others in order. */
export const moveaxis = (x: TensorLike, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
  const t = asTensor(x, 'moveaxis')
  const from = axesOf('moveaxis', typeof source === 'number' ? [source] : source, t.ndim, true)
  const to = axesOf('moveaxis', typeof destination === 'number' ? [destination] : destination, t.ndim, true)
  if (from.length !== to.length)
    throw new ArgumentError('moveaxis', `source [${from.join(',')}] and destination [${to.join(',')}] must have equal lengths`)
  const rest = otherAxes(t.ndim, from)
  const permutation = range(t.ndim).map((i) => {
    const k = to.indexOf(i)
    return k >= 0 ? from[k]! : rest.shift()!
  })
  return permute(t, { permutation })
}
/** Axis `axis` moved before the place `start`. */
export const rollaxis = (x: TensorLike, axis: number, start = 0): Tensor => {
  const t = asTensor(x, 'rollaxis')
  readArgument('rollaxis', 'start', integer, start)
  const a = axisOf('rollaxis', axis, t.ndim)
  const to = start < 0 ? start + t.ndim : start
  return moveAxis(t, a, to > a ? to - 1 : to)
}
/** New axes of size 1 at these places of the result. */
export const expandDims = (x: TensorLike, axis: number | readonly number[]): Tensor => {
  const t = asTensor(x, 'expandDims')
  readArgument('expandDims', 'axis', axesKind, axis ?? undefined)
  const list = typeof axis === 'number' ? [axis] : axis
  return expand(t, axesOf('expandDims', list, t.ndim + list.length))
}
/** Without the axes of size 1, all or the named ones. Errors: ShapeError where a named axis has another size. */
export const squeeze = (x: TensorLike, axis: number | readonly number[] | null = null): Tensor => {
  const t = asTensor(x, 'squeeze')
  if (axis === null) return squeezeAxes(t, { dimensions: range(t.ndim).filter((i) => t.shape[i] === 1) })
  const dimensions = axesOf('squeeze', axis, t.ndim)
  const wrong = dimensions.find((d) => t.shape[d] !== 1)
  if (wrong !== undefined) throw new ShapeError('squeeze', [t.aval], `axis ${wrong} has size ${t.shape[wrong]}, not 1`)
  return squeezeAxes(t, { dimensions })
}
/** `x` with at least one axis. */
export const atleast1d = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'atleast1d')
  return t.ndim === 0 ? expand(t, [0]) : t
}
/** `x` with at least two axes; a vector is a row. */
export const atleast2d = (x: TensorLike): Tensor => {
  const t = asTensor(x, 'atleast2d')
  return t.ndim >= 2 ? t : expand(t, range(2 - t.ndim))
}
/** `x` with at least three axes: a vector becomes [1, n, 1], a matrix [m, n, 1]. */
export const atleast3d = (x: TensorLike): Tensor => {
  const t = atleast1d(x)
  return t.ndim >= 3 ? t : t.ndim === 2 ? expand(t, [2]) : expand(t, [0, 2])
}

/** `x` repeated to `shape`, its axes at the end. */
export const broadcastTo = (x: TensorLike, to: number | Shape): Tensor => broadcast(x, shapeOf('broadcastTo', to))
/** All operands in their common shape. */
export const broadcastArrays = (...xs: readonly TensorLike[]): Tensor[] => {
  const ts = xs.map((x) => asTensor(x, 'broadcastArrays'))
  const to = commonShape(
    'broadcastArrays',
    ts.map((t) => t.aval),
  )
  return ts.map((t) => broadcast(t, to, 'broadcastArrays'))
}
/** The shape that shapes are broadcast to. */
export const broadcastShapes = (...shapes: readonly Shape[]): Shape =>
  commonShape(
    'broadcastShapes',
    shapes.map((s) => ({ shape: shapeOf('broadcastShapes', s) })),
  )

/** Elements in reverse order along axes (all by default). */
export const flip = (x: TensorLike, axis: number | readonly number[] | null = null): Tensor => {
  const t = asTensor(x, 'flip')
  return rev(t, { dimensions: axesOf('flip', axis, t.ndim) })
}
/** The first axis reversed. */
export const flipud = (x: TensorLike): Tensor => flip(x, 0)
/** The second axis reversed. */
export const fliplr = (x: TensorLike): Tensor => flip(x, 1)
/** Rotated by `k` quarter turns from the first towards the second axis. */
export const rot90 = (x: TensorLike, k = 1, axes: readonly [number, number] = [0, 1]): Tensor => {
  const t = asTensor(x, 'rot90')
  readArgument('rot90', 'k', integer, k)
  if (axesOf('rot90', axes, t.ndim, true).length !== 2) throw new ArgumentError('rot90', `expected two axes, got [${axes.join(',')}]`)
  switch (((k % 4) + 4) % 4) {
    case 1:
      return swapaxes(flip(t, axes[1]), axes[0], axes[1])
    case 2:
      return flip(t, axes)
    case 3:
      return flip(swapaxes(t, axes[0], axes[1]), axes[1])
    default:
      return t
  }
}
const shiftKind = either(integer, listOf(integer, 'a list of integers'))
/** Elements shifted along axes; what falls off comes in again at the other end. Without an axis the flat order is shifted. */
export const roll = (x: TensorLike, shift: number | readonly number[], axis: number | readonly number[] | null = null): Tensor => {
  const t = asTensor(x, 'roll')
  readArgument('roll', 'shift', shiftKind, shift)
  readArgument('roll', 'axis', axesKind, axis)
  if (axis === null) return reshape(roll(ravel(t), shift, 0), t.shape)
  const axes = typeof axis === 'number' ? [axis] : axis
  const count = Math.max(axes.length, typeof shift === 'number' ? 1 : shift.length)
  const shiftAt = (i: number): number => (typeof shift === 'number' ? shift : (shift[i] ?? shift[0]!))
  return range(count).reduce((y, i) => rollOne(y, shiftAt(i), axisOf('roll', axes[i] ?? axes[0]!, t.ndim)), t)
}
const rollOne = (x: Tensor, shift: number, axis: number): Tensor => {
  const n = x.shape[axis]!
  const by = n === 0 ? 0 : ((shift % n) + n) % n
  if (by === 0) return x
  return concatenateAxis([sliceAxis(x, axis, n - by, n), sliceAxis(x, axis, 0, n - by)], { dimension: axis })
}
