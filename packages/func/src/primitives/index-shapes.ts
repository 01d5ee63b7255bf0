/**
 * Which dimension numbers of gather and scatter make sense, and what shapes they give. The rules are XLA's; an index vector
 * is always the last axis of the indices.
 */
import { type Aval, otherAxes, type Shape } from '../aval'
import type { GatherDimensionNumbers, IndexingParams, ScatterDimensionNumbers } from '../table'

type GatherParams = IndexingParams['gather']

const bad = (axes: readonly number[], rank: number): boolean => axes.some((a) => !Number.isInteger(a) || a < 0 || a >= rank)
const axesReason = (name: string, axes: readonly number[], rank: number, of: string): string | null =>
  bad(axes, rank)
    ? `${name} [${axes}] must be axes of the ${of} of rank ${rank}`
    : new Set(axes).size !== axes.length
      ? `${name} [${axes}] must not repeat`
      : null
const sortedReason = (name: string, axes: readonly number[], rank: number, of: string): string | null =>
  axesReason(name, axes, rank, of) ?? (axes.some((a, i) => i > 0 && a < axes[i - 1]!) ? `${name} [${axes}] must be sorted` : null)
const disjointReason = (a: string, as: readonly number[], b: string, bs: readonly number[]): string | null =>
  as.some((x) => bs.includes(x)) ? `${a} [${as}] and ${b} [${bs}] must be disjoint` : null
const at = (shape: Shape, axes: readonly number[]): number[] => axes.map((a) => shape[a]!)
const equal = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((x, i) => x === b[i])

/** The first reason that is one. */
const firstOf = (...checks: (() => string | null)[]): string | null => {
  for (const check of checks) {
    const reason = check()
    if (reason !== null) return reason
  }
  return null
}
const indicesReason = (indices: Aval): string | null =>
  indices.dtype !== 'int32' && indices.dtype !== 'uint32'
    ? `indices must be int32 or uint32, not ${indices.dtype} (convert them)`
    : indices.shape.length === 0
      ? 'indices must have an axis for the index vector'
      : null
/** What gather and scatter ask alike of batching axes. */
const batchingReason = (
  x: Aval,
  indices: Aval,
  operandDims: readonly number[],
  indexDims: readonly number[],
  indexName: string,
): string | null => {
  const k = indices.shape.length - 1
  return firstOf(
    () => sortedReason('operandBatchingDims', operandDims, x.shape.length, 'operand'),
    () => axesReason(indexName, indexDims, indices.shape.length, 'indices'),
    () => (indexDims.includes(k) ? `${indexName} [${indexDims}] must not hold the axis of the index vector, ${k}` : null),
    () =>
      equal(at(x.shape, operandDims), at(indices.shape, indexDims))
        ? null
        : `operandBatchingDims and ${indexName} must have equal sizes, but have [${at(x.shape, operandDims)}] and [${at(indices.shape, indexDims)}]`,
  )
}
const vectorReason = (name: string, map: readonly number[], x: Aval, indices: Aval): string | null => {
  const n = indices.shape[indices.shape.length - 1]!
  return map.length !== n
    ? `${name} [${map}] must have as many axes as the index vector has elements, ${n}`
    : axesReason(name, map, x.shape.length, 'operand')
}

const gatherReason = (x: Aval, indices: Aval, { dimensionNumbers: d, sliceSizes }: GatherParams): string | null => {
  const rank = x.shape.length
  const outRank = d.offsetDims.length + indices.shape.length - 1
  const empty = indices.shape.includes(0)
  return firstOf(
    () => indicesReason(indices),
    () => sortedReason('offsetDims', d.offsetDims, outRank, 'result'),
    () => vectorReason('startIndexMap', d.startIndexMap, x, indices),
    () => sortedReason('collapsedSliceDims', d.collapsedSliceDims, rank, 'operand'),
    () => batchingReason(x, indices, d.operandBatchingDims, d.startIndicesBatchingDims, 'startIndicesBatchingDims'),
    () => disjointReason('collapsedSliceDims', d.collapsedSliceDims, 'operandBatchingDims', d.operandBatchingDims),
    () => disjointReason('startIndexMap', d.startIndexMap, 'operandBatchingDims', d.operandBatchingDims),
    () => (sliceSizes.length !== rank ? `sliceSizes [${sliceSizes}] must have one size for each of ${rank} operand axes` : null),
    () =>
      rank !== d.offsetDims.length + d.collapsedSliceDims.length + d.operandBatchingDims.length
        ? `each operand axis must be one of offsetDims [${d.offsetDims}], collapsedSliceDims [${d.collapsedSliceDims}] or ` +
          `operandBatchingDims [${d.operandBatchingDims}], but the operand has ${rank} axes`
        : null,
    () =>
      !empty && sliceSizes.some((s, i) => !Number.isInteger(s) || s < 0 || s > x.shape[i]!)
        ? `sliceSizes [${sliceSizes}] must not be larger than the operand [${x.shape}]`
        : null,
    () =>
      d.collapsedSliceDims.some((a) => sliceSizes[a] !== 1) ? `collapsedSliceDims [${d.collapsedSliceDims}] must have slice size 1` : null,
    () =>
      d.operandBatchingDims.some((a) => sliceSizes[a]! > 1)
        ? `operandBatchingDims [${d.operandBatchingDims}] must have slice size 1 or 0`
        : null,
  )
}
/** The shape of a gather, or why there is none. */
export const gatherShape = (x: Aval, indices: Aval, params: GatherParams): Shape | string => {
  const reason = gatherReason(x, indices, params)
  if (reason !== null) return reason
  const { dimensionNumbers: d, sliceSizes } = params
  const window = sliceSizes.filter((_, i) => !d.collapsedSliceDims.includes(i) && !d.operandBatchingDims.includes(i))
  const outRank = d.offsetDims.length + indices.shape.length - 1
  const shape = new Array<number>(outRank)
  d.offsetDims.forEach((o, i) => (shape[o] = window[i]!))
  otherAxes(outRank, d.offsetDims).forEach((o, i) => (shape[o] = indices.shape[i]!))
  return shape
}

/** Why a scatter of these types makes no sense; null if it does. */
export const scatterReason = (x: Aval, indices: Aval, updates: Aval, d: ScatterDimensionNumbers): string | null => {
  const rank = x.shape.length
  const scatterAxes = otherAxes(updates.shape.length, d.updateWindowDims)
  const windowed = otherAxes(rank, d.insertedWindowDims, d.operandBatchingDims)
  return firstOf(
    () => (x.dtype !== updates.dtype ? 'operand and updates must have equal dtypes' : null),
    () => indicesReason(indices),
    () =>
      updates.shape.length !== indices.shape.length - 1 + d.updateWindowDims.length
        ? `updates must have rank ${indices.shape.length - 1 + d.updateWindowDims.length}: the axes of indices but the last, and updateWindowDims [${d.updateWindowDims}]`
        : null,
    () => sortedReason('updateWindowDims', d.updateWindowDims, updates.shape.length, 'updates'),
    () => sortedReason('insertedWindowDims', d.insertedWindowDims, rank, 'operand'),
    () => batchingReason(x, indices, d.operandBatchingDims, d.scatterIndicesBatchingDims, 'scatterIndicesBatchingDims'),
    () => disjointReason('insertedWindowDims', d.insertedWindowDims, 'operandBatchingDims', d.operandBatchingDims),
    () => disjointReason('scatterDimsToOperandDims', d.scatterDimsToOperandDims, 'operandBatchingDims', d.operandBatchingDims),
    () =>
      windowed.length !== d.updateWindowDims.length
        ? `each operand axis must be one of updateWindowDims [${d.updateWindowDims}], insertedWindowDims [${d.insertedWindowDims}] or ` +
          `operandBatchingDims [${d.operandBatchingDims}], but the operand has ${rank} axes`
        : null,
    () => vectorReason('scatterDimsToOperandDims', d.scatterDimsToOperandDims, x, indices),
    () =>
      d.updateWindowDims.some((u, i) => updates.shape[u]! > x.shape[windowed[i]!]!)
        ? `windows of updates [${at(updates.shape, d.updateWindowDims)}] must fit into operand axes [${windowed}] of sizes [${at(x.shape, windowed)}]`
        : null,
    () =>
      equal(at(updates.shape, scatterAxes), indices.shape.slice(0, -1))
        ? null
        : `updates axes [${scatterAxes}] must be sized as the indices but the last axis: [${at(updates.shape, scatterAxes)}] and [${indices.shape.slice(0, -1)}]`,
  )
}

/** The gather that reads where a scatter writes. */
export const gatherDimsOf = (d: ScatterDimensionNumbers): GatherDimensionNumbers => ({
  offsetDims: d.updateWindowDims,
  collapsedSliceDims: d.insertedWindowDims,
  startIndexMap: d.scatterDimsToOperandDims,
  operandBatchingDims: d.operandBatchingDims,
  startIndicesBatchingDims: d.scatterIndicesBatchingDims,
})
/** The scatter that writes where a gather reads. */
export const scatterDimsOf = (d: GatherDimensionNumbers): ScatterDimensionNumbers => ({
  updateWindowDims: d.offsetDims,
  insertedWindowDims: d.collapsedSliceDims,
  scatterDimsToOperandDims: d.startIndexMap,
  operandBatchingDims: d.operandBatchingDims,
  scatterIndicesBatchingDims: d.startIndicesBatchingDims,
})
/** The window that a scatter writes: a size for each operand axis. */
export const windowOf = (rank: number, updates: Shape, d: ScatterDimensionNumbers): number[] => {
  const windowed = otherAxes(rank, d.insertedWindowDims, d.operandBatchingDims)
  const sizes = new Array<number>(rank).fill(1)
  windowed.forEach((a, i) => (sizes[a] = updates[d.updateWindowDims[i]!]!))
  return sizes
}

const up = (axes: readonly number[]): number[] => axes.map((a) => a + 1)
/**
 * Dimension numbers with one more axis in front: of the operand and, if `together`, of the indices, paired with it; or of
 * the operand or the indices alone.
 */
export const batchGatherDims = (d: GatherDimensionNumbers, operand: boolean, indices: boolean): GatherDimensionNumbers => {
  const together = operand && indices
  const shifted = (axes: readonly number[], by: boolean): readonly number[] => (by ? up(axes) : axes)
  return {
    offsetDims: operand && !indices ? [0, ...up(d.offsetDims)] : up(d.offsetDims),
    collapsedSliceDims: shifted(d.collapsedSliceDims, operand),
    startIndexMap: shifted(d.startIndexMap, operand),
    operandBatchingDims: [...(together ? [0] : []), ...shifted(d.operandBatchingDims, operand)],
    startIndicesBatchingDims: [...(together ? [0] : []), ...shifted(d.startIndicesBatchingDims, indices)],
  }
}
/** The same for scatter, whose operand always has the new axis. */
export const batchScatterDims = (d: ScatterDimensionNumbers, indices: boolean): ScatterDimensionNumbers =>
  scatterDimsOf(batchGatherDims(gatherDimsOf(d), true, indices))
