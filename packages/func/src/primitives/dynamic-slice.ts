/** Slices whose place is data: dynamic_slice and dynamic_update_slice. Starts are clamped so that the slice lies inside. */
import { type Aval, aval, range, type Shape } from '../aval'
import { literal, zerosLike } from '../literal'
import { type BatchAxis, defineLeaf, type Dim, isLinear } from '../primitive'
import type { IndexingParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { gatherBatched, scatterBatched } from './gather'
import { concatenate } from './layout'
import { known, noParams } from './pointwise'
import { scatter } from './scatter'
import { alignBatch, broadcastInDim, moveAxis } from './structural'

export type DynamicSliceParams = IndexingParams['dynamic_slice']

/** The part of `x` of size `sliceSizes` that begins at `starts` (int32 scalars, one an axis). Source: jax.lax.dynamic_slice. */
export const dynamicSlice = (x: Tensor, starts: readonly Tensor[], params: DynamicSliceParams): Tensor =>
  bind1(dynamicSliceP, [x, ...starts], params)
/** `x` with `update` in place of the part that begins at `starts`. Source: jax.lax.dynamic_update_slice. */
export const dynamicUpdateSlice = (x: Tensor, update: Tensor, starts: readonly Tensor[]): Tensor =>
  bind1(dynamicUpdateSliceP, [x, update, ...starts], noParams)

const startsReason = (x: Aval, starts: readonly Aval[]): string | null =>
  starts.length !== x.shape.length
    ? `needs one start index for each of ${x.shape.length} operand axes, got ${starts.length}`
    : starts.some((s) => s.shape.length !== 0 || s.dtype !== 'int32')
      ? 'start indices must be int32 scalars'
      : null
const fits = (shape: Shape, sizes: Shape): boolean =>
  sizes.length === shape.length && sizes.every((s, i) => Number.isInteger(s) && s >= 0 && s <= shape[i]!)

/** Start indices of a batch as index vectors [size, rank]. */
const indexVectors = (size: number, starts: readonly Tensor[], dims: readonly Dim[]): Tensor =>
  concatenate(
    starts.map((s, i) => broadcastInDim(s, { shape: [size, 1], broadcastDimensions: dims[i] === null ? [] : [0] })),
    { dimension: 1 },
  )
const zeroStart = (): Tensor => literal(0, 'int32')

const sliceBatched = (axis: BatchAxis, [x, ...starts]: readonly Tensor[], [dx, ...ds]: readonly Dim[], sliceSizes: Shape): Tensor => {
  if (ds.every((d) => d === null))
    return dynamicSlice(moveAxis(x!, dx!, 0), [zeroStart(), ...starts], { sliceSizes: [axis.size, ...sliceSizes] })
  const axes = range(starts.length)
  return gatherBatched(axis, [x!, indexVectors(axis.size, starts, ds)], [dx!, 0], {
    dimensionNumbers: {
      offsetDims: axes,
      collapsedSliceDims: [],
      startIndexMap: axes,
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes,
    mode: 'clip',
    fillValue: null,
  })
}
const updateBatched = (axis: BatchAxis, [x, update, ...starts]: readonly Tensor[], [dx, du, ...ds]: readonly Dim[]): Tensor => {
  if (ds.every((d) => d === null)) {
    const [operand, windows] = alignBatch(axis.size, [x!, update!], [dx!, du!])
    return dynamicUpdateSlice(operand!, windows!, [zeroStart(), ...starts])
  }
  const axes = range(starts.length)
  return scatterBatched(scatter, axis, [x!, indexVectors(axis.size, starts, ds), update!], [dx!, 0, du!], {
    dimensionNumbers: {
      updateWindowDims: axes,
      insertedWindowDims: [],
      scatterDimsToOperandDims: axes,
      operandBatchingDims: [],
      scatterIndicesBatchingDims: [],
    },
    indicesAreSorted: true,
    uniqueIndices: true,
    mode: 'clip',
  })
}

const dynamicSliceP = defineLeaf('dynamic_slice', {
  abstractEval: ([x, ...starts], { sliceSizes }) =>
    startsReason(x!, starts) ??
    (fits(x!.shape, sliceSizes)
      ? [aval(sliceSizes, x!.dtype, x!.weakType)]
      : `sliceSizes [${sliceSizes}] must fit into the operand [${x!.shape}]`),
  jvp: ([x, ...starts], [t], p) => [[dynamicSlice(x!, starts, p)], [t ? dynamicSlice(t, starts, p) : null]],
  transpose: ([ct], [x, ...starts]) => [ct ? dynamicUpdateSlice(zerosLike(x!), ct, starts.map(known)) : null, ...starts.map(() => null)],
  batch: (axis, xs, dims, { sliceSizes }) => [[sliceBatched(axis, xs, dims, sliceSizes)], [0]],
})
const dynamicUpdateSliceP = defineLeaf('dynamic_update_slice', {
  abstractEval: ([x, update, ...starts]) =>
    startsReason(x!, starts) ??
    (x!.dtype !== update!.dtype
      ? 'operand and update must have equal dtypes'
      : fits(x!.shape, update!.shape)
        ? [aval(x!.shape, x!.dtype, x!.weakType && update!.weakType)]
        : 'update must have the rank of the operand and fit into it'),
  jvp: ([x, update, ...starts], [t, u]) => [
    [dynamicUpdateSlice(x!, update!, starts)],
    [t || u ? dynamicUpdateSlice(t ?? zerosLike(x!), u ?? zerosLike(update!), starts) : null],
  ],
  transpose: ([ct], [x, update, ...starts]) => {
    const none = starts.map(() => null)
    if (!ct) return [null, null, ...none]
    const at = starts.map(known)
    return [
      isLinear(x!) ? dynamicUpdateSlice(ct, zerosLike(update!), at) : null,
      isLinear(update!) ? dynamicSlice(ct, at, { sliceSizes: update.aval.shape }) : null,
      ...none,
    ]
  },
  batch: (axis, xs, dims) => [[updateBatched(axis, xs, dims)], [0]],
})
