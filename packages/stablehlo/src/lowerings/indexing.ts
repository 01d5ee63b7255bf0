/** Slices at indices known only at run time, gather and scatter. */
import { dtypes, type IndexingParams, isFloating, type ScatterParams, type Shape } from '@heddle/func/backend'
import { highest, type Lower, type Lowerings, lowest } from './row'
import type { Block, Body, Value } from '../text/block'
import type { Scalar } from '../text/constant'
import {
  and,
  binary,
  broadcast,
  compare,
  concatenate,
  dynamicSlice,
  dynamicUpdateSlice,
  generic,
  iota,
  like,
  reduce,
  select,
} from '../text/ops'
import { i64s, list, tensorType, type } from '../text/type'

type GatherParams = IndexingParams['gather']

const named = (entries: readonly (readonly [string, readonly number[]])[], vectorAxis: number): string =>
  [...entries.filter(([, xs]) => xs.length > 0).map(([k, xs]) => `${k} = ${list(xs)}`), `index_vector_dim = ${vectorAxis}`].join(', ')

/** For readers without batching dimensions: their places stand as counters before the others in each index vector. */
const counted = (b: Block, indices: Value, batchingDims: readonly number[]): Value => {
  const { shape, dtype } = indices
  const last = shape.length - 1
  const counters = batchingDims.map((axis) => iota(b, shape.with(last, 1), dtype, axis))
  return concatenate(b, [...counters, indices], last)
}
type GatherNumbers = GatherParams['dimensionNumbers']
const gatherCounted = (d: GatherNumbers): GatherNumbers => ({
  offsetDims: d.offsetDims,
  collapsedSliceDims: [...d.operandBatchingDims, ...d.collapsedSliceDims].toSorted((p, q) => p - q),
  startIndexMap: [...d.operandBatchingDims, ...d.startIndexMap],
  operandBatchingDims: [],
  startIndicesBatchingDims: [],
})
type ScatterNumbers = ScatterParams['dimensionNumbers']
const scatterCounted = (d: ScatterNumbers): ScatterNumbers => ({
  updateWindowDims: d.updateWindowDims,
  insertedWindowDims: [...d.operandBatchingDims, ...d.insertedWindowDims].toSorted((p, q) => p - q),
  scatterDimsToOperandDims: [...d.operandBatchingDims, ...d.scatterDimsToOperandDims],
  operandBatchingDims: [],
  scatterIndicesBatchingDims: [],
})

const gatherAt = (b: Block, x: Value, given: Value, { dimensionNumbers, sliceSizes }: GatherParams, out: Value['shape']): Value => {
  const old = b.module.reader !== 'current' && dimensionNumbers.operandBatchingDims.length > 0
  const d = old ? gatherCounted(dimensionNumbers) : dimensionNumbers
  const indices = old ? counted(b, given, dimensionNumbers.startIndicesBatchingDims) : given
  const numbers = named(
    [
      ['offset_dims', d.offsetDims],
      ['collapsed_slice_dims', d.collapsedSliceDims],
      ['operand_batching_dims', d.operandBatchingDims],
      ['start_indices_batching_dims', d.startIndicesBatchingDims],
      ['start_index_map', d.startIndexMap],
    ],
    indices.shape.length - 1,
  )
  const attributes = { dimension_numbers: `#stablehlo.gather<${numbers}>`, indices_are_sorted: 'false', slice_sizes: i64s(sliceSizes) }
  return generic(b, 'gather', [x, indices], attributes, [], [type(out, x.dtype)])[0]!
}
/** The greatest index of each component of an index vector, for all indices. */
const limits = (b: Block, indices: Value, last: readonly number[]): Value =>
  broadcast(b, b.integers(last, indices.dtype), indices.shape, [indices.shape.length - 1])

const fillValue = (p: GatherParams, x: Value): Scalar => {
  if (p.fillValue !== null) return x.dtype === 'bool' ? p.fillValue !== 0 : p.fillValue
  if (isFloating(x.dtype)) return Number.NaN
  return dtypes[x.dtype].kind === 'int' ? lowest(x.dtype) : highest(x.dtype)
}
const gather: Lower<GatherParams> = (b, { params, ins: [x, indices], outs: [out] }) => {
  const { startIndexMap, offsetDims } = params.dimensionNumbers
  // StableHLO's own gather moves windows inside
  const taken = gatherAt(b, x!, indices!, params, out!.shape)
  if (params.mode !== 'fill') return [taken]
  const fill = like(b, taken, fillValue(params, x!))
  const last = startIndexMap.map((axis) => x!.shape[axis]! - params.sliceSizes[axis]!)
  const low = compare(b, 'GE', indices!, like(b, indices!, 0))
  const high = compare(b, 'LE', indices!, limits(b, indices!, last))
  const inside = reduce(b, 'and', and(b, low, high), true, [indices!.shape.length - 1])
  const batchAxes = out!.shape.map((_, i) => i).filter((i) => !offsetDims.includes(i))
  return [select(b, broadcast(b, inside, out!.shape, batchAxes), taken, fill)]
}

/** Windows moved inside, as `clip` wants; StableHLO's own scatter drops what is outside. */
const clipped = (b: Block, x: Value, indices: Value, updates: Value, { dimensionNumbers: d }: ScatterParams): Value => {
  const windowAxes = x.shape.map((_, i) => i).filter((i) => !d.insertedWindowDims.includes(i) && !d.operandBatchingDims.includes(i))
  const size = (axis: number): number => {
    const at = windowAxes.indexOf(axis)
    return at < 0 ? 1 : updates.shape[d.updateWindowDims[at]!]!
  }
  const last = limits(
    b,
    indices,
    d.scatterDimsToOperandDims.map((axis) => x.shape[axis]! - size(axis)),
  )
  return b.op(`stablehlo.clamp ${like(b, indices, 0).name}, ${indices.name}, ${last.name} : ${tensorType(indices)}`, indices)
}
const scattering =
  (combine: Body): Lower<ScatterParams> =>
  (b, { params, ins: [x, indices, updates] }) => {
    const { dimensionNumbers } = params
    const old = b.module.reader !== 'current' && dimensionNumbers.operandBatchingDims.length > 0
    const d = old ? scatterCounted(dimensionNumbers) : dimensionNumbers
    const inside = params.mode === 'clip' ? clipped(b, x!, indices!, updates!, params) : indices!
    const at = old ? counted(b, inside, dimensionNumbers.scatterIndicesBatchingDims) : inside
    const numbers = named(
      [
        ['update_window_dims', d.updateWindowDims],
        ['inserted_window_dims', d.insertedWindowDims],
        ['input_batching_dims', d.operandBatchingDims],
        ['scatter_indices_batching_dims', d.scatterIndicesBatchingDims],
        ['scatter_dims_to_operand_dims', d.scatterDimsToOperandDims],
      ],
      indices!.shape.length - 1,
    )
    const attributes = {
      indices_are_sorted: String(params.indicesAreSorted),
      scatter_dimension_numbers: `#stablehlo.scatter<${numbers}>`,
      unique_indices: String(params.uniqueIndices),
    }
    const scalar = type([], x!.dtype)
    return generic(b, 'scatter', [x!, at, updates!], attributes, [() => b.region([scalar, scalar], combine)], [x!])
  }
const combining =
  (name: string): Body =>
  (b, [x, y]) => [binary(b, name, x!, y!)]

/**
 * Starts moved inside, as StableHLO itself says: XLA adds the starts of a slice of a slice before it moves them, and so answers other
 * elements where one of them was outside.
 */
const within = (b: Block, x: Value, starts: readonly Value[], sizes: Shape): readonly Value[] =>
  starts.map((start, i) => {
    const last = like(b, start, x.shape[i]! - sizes[i]!)
    return b.op(`stablehlo.clamp ${like(b, start, 0).name}, ${start.name}, ${last.name} : ${tensorType(start)}`, start)
  })

export const indexing: Lowerings<keyof IndexingParams> = {
  dynamic_slice: (b, { params, ins: [x, ...starts] }) => [dynamicSlice(b, x!, within(b, x!, starts, params.sliceSizes), params.sliceSizes)],
  dynamic_update_slice: (b, { ins: [x, update, ...starts] }) => [dynamicUpdateSlice(b, x!, update!, within(b, x!, starts, update!.shape))],
  gather,
  scatter: scattering((_b, [, y]) => [y!]),
  'scatter-add': scattering(combining('add')),
  'scatter-mul': scattering(combining('multiply')),
  'scatter-min': scattering(combining('minimum')),
  'scatter-max': scattering(combining('maximum')),
}
