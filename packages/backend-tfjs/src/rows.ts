/**
 * Gathers and scatters that read or write whole slices along one axis: `take`, embedding lookups and their gradients.
 *
 * Recognised from XLA's dimension numbers; everything else is the general case.
 */
import { type Aval, type ParamsOf, sizeOf } from '@heddle/func/backend'

/** x [outer, size, inner] and indices [count]. */
export interface Rows {
  readonly axis: number
  readonly outer: number
  readonly size: number
  readonly inner: number
  readonly count: number
}
const rowsAlong = (shape: readonly number[], axis: number, indices: readonly number[]): Rows => ({
  axis,
  outer: sizeOf(shape.slice(0, axis)),
  size: shape[axis]!,
  inner: sizeOf(shape.slice(axis + 1)),
  count: sizeOf(indices.slice(0, -1)),
})
/** Whether window axes stand around the `batch` index axes as the axes of the array do around `axis`. */
const around = (window: readonly number[], rank: number, axis: number, batch: number): boolean =>
  window.length === rank - 1 && window.every((at, i) => at === (i < axis ? i : i + batch))

/** The rows that a gather takes, if that is what it does. */
export const rowsOfGather = (x: Aval, indices: Aval, { dimensionNumbers: d, sliceSizes }: ParamsOf['gather']): Rows | undefined => {
  const axis = d.startIndexMap[0]
  if (axis === undefined || d.startIndexMap.length !== 1 || d.operandBatchingDims.length > 0 || d.collapsedSliceDims.length !== 1)
    return undefined
  if (d.collapsedSliceDims[0] !== axis || !sliceSizes.every((s, i) => s === (i === axis ? 1 : x.shape[i]))) return undefined
  if (!around(d.offsetDims, x.shape.length, axis, indices.shape.length - 1)) return undefined
  return rowsAlong(x.shape, axis, indices.shape)
}
/** The rows that a scatter writes, if that is what it does. */
export const rowsOfScatter = (x: Aval, indices: Aval, updates: Aval, { dimensionNumbers: d }: ParamsOf['scatter']): Rows | undefined => {
  const axis = d.scatterDimsToOperandDims[0]
  if (
    axis === undefined ||
    d.scatterDimsToOperandDims.length !== 1 ||
    d.operandBatchingDims.length > 0 ||
    d.insertedWindowDims.length !== 1
  )
    return undefined
  if (d.insertedWindowDims[0] !== axis || !around(d.updateWindowDims, x.shape.length, axis, indices.shape.length - 1)) return undefined
  const rows = rowsAlong(x.shape, axis, indices.shape)
  return sizeOf(updates.shape) === rows.outer * rows.count * rows.inner ? rows : undefined
}
