/**
 * The primitives that interpreters themselves use: layout, sum over axes, addition of cotangents, conversion of dtype.
 * They are closed: their rules use no others, so this file can stand below the interpreters.
 */
import { type Aval, aval, dropAxes, otherAxes, range, sameShape, sameType, type Shape, sizeOf } from '../aval'
import type { DType } from '../dtype'
import { isFloating } from '../dtype'
import { type BatchAxis, defineLeaf, type Dim, type Linear, type Primitive, type Tangent } from '../primitive'
import type { StructuralParams } from '../table'
import type { Tensor } from '../tensor'
import { bind, bind1 } from '../trace'

type P<N extends keyof StructuralParams> = StructuralParams[N]

/** Operand axis `i` becomes axis `broadcastDimensions[i]` of `shape`. Source: jax.lax.broadcast_in_dim. */
export const broadcastInDim = (x: Tensor, params: P<'broadcast_in_dim'>): Tensor =>
  sameShape(x.aval.shape, params.shape) && params.broadcastDimensions.every((d, i) => d === i) ? x : bind1(broadcastInDimP, [x], params)
/** Result axis `i` is operand axis `permutation[i]`. Source: jax.lax.transpose. */
export const transpose = (x: Tensor, params: P<'transpose'>): Tensor =>
  params.permutation.every((p, i) => p === i) && params.permutation.length === x.ndim ? x : bind1(transposeP, [x], params)
/** The same elements in row-major order. Source: jax.lax.reshape. */
export const reshape = (x: Tensor, params: P<'reshape'>): Tensor =>
  sameShape(x.aval.shape, params.newSizes) ? x : bind1(reshapeP, [x], params)
/** Without some axes of size 1. Source: jax.lax.squeeze. */
export const squeeze = (x: Tensor, params: P<'squeeze'>): Tensor => (params.dimensions.length === 0 ? x : bind1(squeezeP, [x], params))
/** Sum over axes, which are removed. Source: jax.lax.reduce_sum_p. */
export const reduceSum = (x: Tensor, params: P<'reduce_sum'>): Tensor => (params.axes.length === 0 ? x : bind1(reduceSumP, [x], params))
/** Sum of cotangents. Source: jax ad_util.add_any_p. */
export const addAny = (x: Tensor, y: Tensor): Tensor => bind1(addAnyP, [x, y], {})
/** Another element type. Source: jax.lax.convert_element_type. */
export const convertElementType = (x: Tensor, params: P<'convert_element_type'>): Tensor =>
  x.aval.dtype === params.newDtype && x.aval.weakType === params.weakType ? x : bind1(convertP, [x], params)
/** convertElementType to a dtype that is not weak. */
export const convert = (x: Tensor, dtype: DType): Tensor => convertElementType(x, { newDtype: dtype, weakType: false })

/** Axis `from` at `to`, the others in order. */
export const moveAxis = (x: Tensor, from: number, to: number): Tensor => {
  if (from === to) return x
  const permutation = otherAxes(x.ndim, [from])
  permutation.splice(to, 0, from)
  return transpose(x, { permutation })
}
/** New axes of size 1 at these places of the result. */
export const expandDims = (x: Tensor, axes: readonly number[]): Tensor => {
  if (axes.length === 0) return x
  const rank = x.ndim + axes.length
  const kept = otherAxes(rank, axes)
  const shape = new Array<number>(rank).fill(1)
  for (const [i, k] of kept.entries()) shape[k] = x.aval.shape[i]!
  return broadcastInDim(x, { shape, broadcastDimensions: kept })
}
/** Repeats `x` along a new axis. */
export const broadcastAxis = (x: Tensor, size: number, axis: number): Tensor => {
  const shape = [...x.aval.shape]
  shape.splice(axis, 0, size)
  return broadcastInDim(x, { shape, broadcastDimensions: otherAxes(shape.length, [axis]) })
}
/** The batch axis of an operand moved to `to`; an operand without one is repeated. */
export const batchAt = (size: number, x: Tensor, dim: Dim, to = 0): Tensor =>
  dim === null ? broadcastAxis(x, size, to) : moveAxis(x, dim, to)
/** Every operand with the batch axis first; an unbatched operand is repeated. */
export const alignBatch = (size: number, xs: readonly Tensor[], dims: readonly Dim[]): Tensor[] =>
  xs.map((x, i) => batchAt(size, x, dims[i] ?? null))

const up = (axes: readonly number[]): number[] => axes.map((a) => a + 1)
const first = (axis: BatchAxis, xs: readonly Tensor[], dims: readonly Dim[]): Tensor => batchAt(axis.size, xs[0]!, dims[0]!)
const inShape = (x: Tensor | Linear): Shape => x.aval.shape
const onlyTangent = (ts: readonly Tangent[], f: (t: Tensor) => Tensor): Tangent => (ts[0] ? f(ts[0]) : null)
const distinct = (axes: readonly number[], rank: number): boolean =>
  new Set(axes).size === axes.length && axes.every((a) => Number.isInteger(a) && a >= 0 && a < rank)
const like = (x: Aval, shape: Shape): Aval[] => [aval(shape, x.dtype, x.weakType)]

const broadcastInDimP = defineLeaf('broadcast_in_dim', {
  abstractEval: ([x], { shape, broadcastDimensions: dims }) =>
    dims.length !== x!.shape.length || !distinct(dims, shape.length) || dims.some((d, i) => i > 0 && d < dims[i - 1]!)
      ? `broadcastDimensions [${dims}] must give each operand axis one axis of [${shape}], in order (transpose first)`
      : dims.some((d, i) => shape[d] !== x!.shape[i] && x!.shape[i] !== 1)
        ? `operand axes can't stand at axes [${dims}] of [${shape}]: sizes must be equal or 1`
        : like(x!, shape),
  jvp: ([x], ts, p) => [[broadcastInDim(x!, p)], [onlyTangent(ts, (t) => broadcastInDim(t, p))]],
  transpose: ([ct], [x], { shape, broadcastDimensions: dims }) => {
    if (!ct) return [null]
    const sizes = inShape(x!)
    const stretched = dims.filter((d, i) => sizes[i] === 1 && shape[d] !== 1)
    const summed = reduceSum(ct, { axes: [...otherAxes(shape.length, dims), ...stretched].sort((a, b) => a - b) })
    const kept = dims.filter((d) => !stretched.includes(d))
    const sorted = [...kept].sort((a, b) => a - b)
    const ordered = transpose(summed, { permutation: kept.map((d) => sorted.indexOf(d)) })
    return [
      expandDims(
        ordered,
        range(dims.length).filter((i) => stretched.includes(dims[i]!)),
      ),
    ]
  },
  batch: (axis, xs, dims, { shape, broadcastDimensions }) => {
    const x = first(axis, xs, dims)
    return [[broadcastInDim(x, { shape: [axis.size, ...shape], broadcastDimensions: [0, ...up(broadcastDimensions)] })], [0]]
  },
})
const transposeP = defineLeaf('transpose', {
  abstractEval: ([x], { permutation }) =>
    permutation.length === x!.shape.length && distinct(permutation, x!.shape.length)
      ? like(
          x!,
          permutation.map((p) => x!.shape[p]!),
        )
      : `permutation [${permutation}] must name each axis of the operand once`,
  jvp: ([x], ts, p) => [[transpose(x!, p)], [onlyTangent(ts, (t) => transpose(t, p))]],
  transpose: ([ct], _xs, { permutation }) => [
    ct ? transpose(ct, { permutation: permutation.map((_, i) => permutation.indexOf(i)) }) : null,
  ],
  batch: (_axis, [x], [d], { permutation }) => {
    const rest = otherAxes(x!.ndim, [d!])
    return [[transpose(x!, { permutation: [d!, ...permutation.map((p) => rest[p]!)] })], [0]]
  },
})
const reshapeP = defineLeaf('reshape', {
  abstractEval: ([x], { newSizes }) =>
    newSizes.every((n) => Number.isInteger(n) && n >= 0) && sizeOf(newSizes) === sizeOf(x!.shape)
      ? like(x!, newSizes)
      : `${sizeOf(x!.shape)} elements can't take shape [${newSizes}]`,
  jvp: ([x], ts, p) => [[reshape(x!, p)], [onlyTangent(ts, (t) => reshape(t, p))]],
  transpose: ([ct], [x]) => [ct ? reshape(ct, { newSizes: inShape(x!) }) : null],
  batch: (axis, xs, dims, { newSizes }) => [[reshape(first(axis, xs, dims), { newSizes: [axis.size, ...newSizes] })], [0]],
})
const squeezeP = defineLeaf('squeeze', {
  abstractEval: ([x], { dimensions }) =>
    distinct(dimensions, x!.shape.length) && dimensions.every((d) => x!.shape[d] === 1)
      ? like(x!, dropAxes(x!.shape, dimensions))
      : `axes [${dimensions}] must exist and have size 1`,
  jvp: ([x], ts, p) => [[squeeze(x!, p)], [onlyTangent(ts, (t) => squeeze(t, p))]],
  transpose: ([ct], [x]) => [ct ? reshape(ct, { newSizes: inShape(x!) }) : null],
  batch: (axis, xs, dims, { dimensions }) => [[squeeze(first(axis, xs, dims), { dimensions: up(dimensions) })], [0]],
})
const reduceSumP = defineLeaf('reduce_sum', {
  abstractEval: ([x], { axes }) =>
    !distinct(axes, x!.shape.length)
      ? `axes [${axes}] must be axes of the operand, each once`
      : x!.dtype === 'bool'
        ? 'booleans can not be summed; convert to int32 first'
        : like(x!, dropAxes(x!.shape, axes)),
  jvp: ([x], ts, p) => [[reduceSum(x!, p)], [onlyTangent(ts, (t) => reduceSum(t, p))]],
  transpose: ([ct], [x], { axes }) => [
    ct ? broadcastInDim(ct, { shape: inShape(x!), broadcastDimensions: otherAxes(inShape(x!).length, axes) }) : null,
  ],
  batch: (_axis, [x], [d], { axes }) => {
    const rest = otherAxes(x!.ndim, [d!])
    const moved = axes.map((a) => rest[a]!)
    return [[reduceSum(x!, { axes: moved })], [d! - moved.filter((a) => a < d!).length]]
  },
})
const addAnyP = defineLeaf('add_any', {
  abstractEval: ([x, y]) => (sameType(x!, y!) ? [aval(x!.shape, x!.dtype, x!.weakType && y!.weakType)] : 'operands must have equal types'),
  jvp: ([x, y], [s, t]) => [[addAny(x!, y!)], [s && t ? addAny(s, t) : (s ?? t ?? null)]],
  transpose: ([ct]) => [ct ?? null, ct ?? null],
  batch: (axis, xs, dims) => {
    const [x, y] = alignBatch(axis.size, xs, dims)
    return [[addAny(x!, y!)], [0]]
  },
})
const convertP: Primitive<P<'convert_element_type'>> = defineLeaf('convert_element_type', {
  abstractEval: ([x], { newDtype, weakType }) => [aval(x!.shape, newDtype, weakType)],
  jvp: ([x], ts, p) => [
    [convertElementType(x!, p)],
    [isFloating(p.newDtype) ? onlyTangent(ts, (t) => convertElementType(t, { ...p, weakType: false })) : null],
  ],
  transpose: ([ct], [x]) => [ct ? convertElementType(ct, { newDtype: x!.aval.dtype, weakType: false }) : null],
  batch: (_axis, [x], [d], p) => [bind(convertP, [x!], p), [d!]],
})
