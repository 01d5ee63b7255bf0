/** gather and scatter-add, which are each other's transpose. */
import { aval } from '../aval'
import { type BatchAxis, defineLeaf, type Dim, isLinear } from '../primitive'
import type { IndexingParams, ScatterParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { batchGatherDims, batchScatterDims, gatherDimsOf, gatherShape, scatterDimsOf, scatterReason, windowOf } from './index-shapes'
import { zerosLike } from '../literal'
import { alignBatch, moveAxis } from './structural'
import { known } from './pointwise'

export type GatherParams = IndexingParams['gather']

/**
 * Windows of a tensor at places that are data: XLA's gather.
 *
 * Shapes: indices [..., k]; the result has the window's axes at `offsetDims` and those of indices but the last elsewhere.
 * Errors: ShapeError where dimension numbers, sizes and shapes do not fit.
 * Source: jax.lax.gather.
 */
export const gather = (x: Tensor, indices: Tensor, params: GatherParams): Tensor => bind1(gatherP, [x, indices], params)
/** Adds windows to a tensor at places that are data; places may repeat. Source: jax.lax.scatter_add. */
export const scatterAdd = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams): Tensor =>
  bind1(scatterAddP, [x, indices, updates], params)

/** The values of `x` where a scatter of `updates` would write; out of bounds 0. */
export const gatherLike = (x: Tensor, indices: Tensor, updates: Tensor | { readonly aval: Tensor['aval'] }, p: ScatterParams): Tensor =>
  gather(x, indices, {
    dimensionNumbers: gatherDimsOf(p.dimensionNumbers),
    sliceSizes: windowOf(x.ndim, updates.aval.shape, p.dimensionNumbers),
    mode: p.mode,
    fillValue: 0,
  })

/** gather of operands that may have a batch axis; the result has it in front. */
export const gatherBatched = (axis: BatchAxis, [x, indices]: readonly Tensor[], [dx, di]: readonly Dim[], p: GatherParams): Tensor => {
  const operand = dx !== null
  const index = di !== null
  const size = !operand ? [] : index ? [Math.min(1, axis.size)] : [axis.size]
  return gather(operand ? moveAxis(x!, dx!, 0) : x!, index ? moveAxis(indices!, di!, 0) : indices!, {
    ...p,
    dimensionNumbers: batchGatherDims(p.dimensionNumbers, operand, index),
    sliceSizes: [...size, ...p.sliceSizes],
  })
}
/** A scatter of operands that may have a batch axis; the result has it in front. */
export const scatterBatched = (
  scatter: (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams) => Tensor,
  axis: BatchAxis,
  [x, indices, updates]: readonly Tensor[],
  [dx, di, du]: readonly Dim[],
  p: ScatterParams,
): Tensor => {
  const [operand, windows] = alignBatch(axis.size, [x!, updates!], [dx!, du!])
  const index = di === null ? indices! : moveAxis(indices!, di!, 0)
  return scatter(operand!, index, windows!, { ...p, dimensionNumbers: batchScatterDims(p.dimensionNumbers, di !== null) })
}

const gatherP = defineLeaf('gather', {
  abstractEval: ([x, indices], p) => {
    const shape = gatherShape(x!, indices!, p)
    return typeof shape === 'string' ? shape : [aval(shape, x!.dtype, x!.weakType)]
  },
  jvp: ([x, indices], [t], p) => [[gather(x!, indices!, p)], [t ? gather(t, indices!, { ...p, fillValue: 0 }) : null]],
  transpose: ([ct], [x, indices], p) => [
    ct
      ? scatterAdd(zerosLike(x!), known(indices), ct, {
          dimensionNumbers: scatterDimsOf(p.dimensionNumbers),
          indicesAreSorted: false,
          uniqueIndices: false,
          mode: p.mode,
        })
      : null,
    null,
  ],
  batch: (axis, xs, dims, p) => [[gatherBatched(axis, xs, dims, p)], [0]],
  show: ({ fillValue, ...p }) => (fillValue === null ? p : { ...p, fillValue }),
})
const scatterAddP = defineLeaf('scatter-add', {
  abstractEval: ([x, indices, updates], p) => scatterReason(x!, indices!, updates!, p.dimensionNumbers) ?? [x!],
  jvp: ([x, indices, updates], [t, , u], p) => [
    [scatterAdd(x!, indices!, updates!, p)],
    [t || u ? scatterAdd(t ?? zerosLike(x!), indices!, u ?? zerosLike(updates!), p) : null],
  ],
  transpose: ([ct], [x, indices, updates], p) => [
    ct && isLinear(x!) ? ct : null,
    null,
    ct && isLinear(updates!) ? gatherLike(ct, known(indices), updates, p) : null,
  ],
  batch: (axis, xs, dims, p) => [[scatterBatched(scatterAdd, axis, xs, dims, p)], [0]],
})
