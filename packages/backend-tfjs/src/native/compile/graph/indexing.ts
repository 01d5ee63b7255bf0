/**
 * Indexing. TensorFlow fails where an index is out of bounds, so indices are moved inside first; what a scatter is to drop goes to a
 * place behind the array's end, which is cut off.
 */
import { BackendError, type IndexingParams, type ScatterParams, type Shape, sizeOf, stridesOf } from '@heddle/func/backend'
import { rowsOfGather, rowsOfScatter } from '../../../rows'
import { attr } from '../graph-def'
import type { Block, Value, Values } from './block'
import type { Lower, Lowerings } from './lowering'
import {
  add,
  and,
  binary,
  broadcast,
  compare,
  concatenate,
  flipped,
  full,
  gatherRows,
  iota,
  mul,
  pack,
  reshape,
  select,
  slice,
  type,
  typed,
} from './ops'

/** Between 0 and `high`, as int32. */
const clampInts = (b: Block, x: Value, high: Value): Value => {
  const signed: Value = { ...x, dtype: 'int32' }
  // a uint32 that is no int32 is large
  const known =
    x.dtype === 'uint32' ? select(b, compare(b, 'Less', signed, b.scalar(0, 'int32')), b.scalar(0x7fffffff, 'int32'), signed) : signed
  return binary(b, 'Minimum', binary(b, 'Maximum', known, b.scalar(0, 'int32')), high)
}
const startsOf = (b: Block, starts: Values, shape: Shape, window: Shape): Value =>
  pack(
    b,
    starts.map((s, i) => clampInts(b, s, b.scalar(shape[i]! - window[i]!, 'int32'))),
  )
const dynamicSlice: Lower<IndexingParams['dynamic_slice']> = (b, { params: { sliceSizes }, ins: [x, ...starts] }) => {
  if (starts.length === 0) return [x!]
  const from = startsOf(b, starts, x!.shape, sliceSizes)
  return [b.op('Slice', [x!, from, b.ints(sliceSizes)], { ...typed('T', x!), Index: attr.type('int32') }, type(sliceSizes, x!.dtype))]
}
const dynamicUpdateSlice: Lower<IndexingParams['dynamic_update_slice']> = (b, { ins: [x, update, ...starts] }) => {
  if (starts.length === 0) return [update!]
  if (update!.shape.includes(0)) return [x!]
  const from = startsOf(b, starts, x!.shape, update!.shape)
  const to = add(b, from, b.ints(update!.shape))
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask']
  return [
    b.op(
      'TensorStridedSliceUpdate',
      [x!, from, to, b.ints(x!.shape.map(() => 1)), update!],
      { ...typed('T', x!), Index: attr.type('int32'), ...Object.fromEntries(masks.map((m) => [m, attr.int(0)])) },
      x!,
    ),
  ]
}

/** Each index vector's component `k`, without the last axis. */
const component = (b: Block, indices: Value, k: number): Value => {
  const batch = indices.shape.slice(0, -1)
  const start = [...batch.map(() => 0), k]
  return reshape(b, slice(b, indices, start, [...batch, 1]), batch)
}
interface Numbers {
  /** The operand's axis of each component of an index vector. */
  readonly indexed: readonly number[]
  /** Axes of the operand that go along with axes of the indices. */
  readonly batching: readonly (readonly [operand: number, indices: number])[]
  /** Axes of the operand that windows extend over, and where they stand in the windows' array. */
  readonly window: readonly (readonly [operand: number, at: number])[]
  /** Where the axes of the indices stand in it. */
  readonly batch: readonly number[]
  /** The windows' sizes by the operand's axes. */
  readonly sizes: Shape
}
const others = (rank: number, used: readonly number[]): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter((i) => !used.includes(i))
/** Where each element of the windows' array lies in the flattened operand; and which windows lie inside. */
const places = (b: Block, shape: Shape, indices: Value, windows: Shape, n: Numbers): { readonly flat: Value; readonly inside: Value } => {
  const strides = stridesOf(shape)
  const batchShape = indices.shape.slice(0, -1)
  let start = full(b, 0, 'int32', batchShape)
  let inside = full(b, true, 'bool', batchShape)
  n.indexed.forEach((axis, k) => {
    const raw = component(b, indices, k)
    const high = b.scalar(shape[axis]! - n.sizes[axis]!, 'int32')
    const within = clampInts(b, raw, high)
    inside = and(b, inside, compare(b, 'Equal', { ...raw, dtype: 'int32' }, within))
    start = add(b, start, mul(b, within, b.scalar(strides[axis]!, 'int32')))
  })
  for (const [axis, at] of n.batching) start = add(b, start, mul(b, iota(b, batchShape, at), b.scalar(strides[axis]!, 'int32')))
  let flat = broadcast(b, start, windows, n.batch)
  for (const [axis, at] of n.window)
    if (windows[at]! > 1) flat = add(b, flat, mul(b, iota(b, windows, at), b.scalar(strides[axis]!, 'int32')))
  return { flat, inside }
}
const fillValue = (p: IndexingParams['gather'], x: Value): number | boolean => {
  if (p.fillValue !== null) return x.dtype === 'bool' ? p.fillValue !== 0 : p.fillValue
  return x.dtype === 'bool' ? true : x.dtype === 'float32' ? Number.NaN : x.dtype === 'uint32' ? -1 : -0x80000000
}
const gather: Lower<IndexingParams['gather']> = (b, { params: p, ins: [x, indices], outs: [out] }) => {
  const d = p.dimensionNumbers
  const windowed = others(x!.shape.length, [...d.collapsedSliceDims, ...d.operandBatchingDims])
  const batch = others(out!.shape.length, d.offsetDims)
  const filled = (taken: Value, inside: Value): Value =>
    p.mode === 'fill' ? select(b, broadcast(b, inside, out!.shape, batch), taken, b.scalar(fillValue(p, x!), x!.dtype)) : taken
  if (x!.shape.includes(0)) return [full(b, fillValue(p, x!), x!.dtype, out!.shape)]
  const known = { dtype: 'int32', weakType: false } as const
  const rows = rowsOfGather({ shape: x!.shape, ...known }, { shape: indices!.shape, ...known }, p)
  if (rows) {
    const raw = reshape(b, indices!, indices!.shape.slice(0, -1))
    const within = clampInts(b, raw, b.scalar(rows.size - 1, 'int32'))
    const inside = compare(b, 'Equal', { ...raw, dtype: 'int32' }, within)
    return [filled(reshape(b, gatherRows(b, x!, within, rows.axis), out!.shape), inside)]
  }
  const { flat, inside } = places(b, x!.shape, indices!, out!.shape, {
    indexed: d.startIndexMap,
    batching: d.operandBatchingDims.map((axis, i) => [axis, d.startIndicesBatchingDims[i]!] as const),
    window: windowed.map((axis, i) => [axis, d.offsetDims[i]!] as const),
    batch,
    sizes: p.sliceSizes,
  })
  return [filled(gatherRows(b, reshape(b, x!, [sizeOf(x!.shape)]), flat, 0), inside)]
}

/** Replaces, adds or compares rows of [n, inner] at [count] places. */
type Put = (b: Block, rows: Value, at: Value, updates: Value) => Value
const scattered =
  (op: string): Put =>
  (b, rows, at, updates) =>
    b.op(op, [rows, reshape(b, at, [...at.shape, 1]), updates], { ...typed('T', rows), Tindices: attr.type('int32') }, rows)
const flippedAround =
  (put: Put): Put =>
  (b, rows, at, updates) =>
    rows.dtype === 'uint32'
      ? { ...flipped(b, put(b, flipped(b, rows), at, flipped(b, updates))), dtype: 'uint32' }
      : put(b, rows, at, updates)
const multiplied: Put = (b, rows, at, updates) => {
  const n = rows.shape[0]!
  const products = b.op(
    'UnsortedSegmentProd',
    [updates, at, b.scalar(n, 'int32')],
    { ...typed('T', rows), Tindices: attr.type('int32'), Tnumsegments: attr.type('int32') },
    rows,
  )
  return mul(b, rows, products)
}
const scattering =
  (put: Put): Lower<ScatterParams> =>
  (b, { params: p, ins: [x, indices, updates], outs: [out] }) => {
    const d = p.dimensionNumbers
    if (updates!.shape.includes(0)) return [x!]
    const known = { dtype: 'int32', weakType: false } as const
    const types = [x!, indices!, updates!].map(({ shape }) => ({ shape, ...known }))
    const rows = rowsOfScatter(types[0]!, types[1]!, types[2]!, p)
    if (rows && rows.axis === 0 && d.updateWindowDims.every((at, i) => at === i + indices!.shape.length - 1)) {
      const raw = reshape(b, indices!, [rows.count])
      const target = reshape(b, x!, [rows.size, rows.inner])
      return [reshape(b, putRows(b, put, p, target, raw, reshape(b, updates!, [rows.count, rows.inner])), out!.shape)]
    }
    const windowed = others(x!.shape.length, [...d.insertedWindowDims, ...d.operandBatchingDims])
    const batch = others(updates!.shape.length, d.updateWindowDims)
    const sizes = x!.shape.map((_, axis) => (windowed.includes(axis) ? updates!.shape[d.updateWindowDims[windowed.indexOf(axis)]!]! : 1))
    const { flat, inside } = places(b, x!.shape, indices!, updates!.shape, {
      indexed: d.scatterDimsToOperandDims,
      batching: d.operandBatchingDims.map((axis, i) => [axis, d.scatterIndicesBatchingDims[i]!] as const),
      window: windowed.map((axis, i) => [axis, d.updateWindowDims[i]!] as const),
      batch,
      sizes,
    })
    const n = sizeOf(x!.shape)
    const count = sizeOf(updates!.shape)
    const target = reshape(b, x!, [n, 1])
    const values = reshape(b, updates!, [count, 1])
    if (p.mode === 'clip') return [reshape(b, put(b, target, reshape(b, flat, [count]), values), out!.shape)]
    const kept = select(b, broadcast(b, inside, updates!.shape, batch), flat, b.scalar(n, 'int32'))
    return [
      reshape(
        b,
        withSpare(b, target, (spare) => put(b, spare, reshape(b, kept, [count]), values)),
        out!.shape,
      ),
    ]
  }
/** With one more row, which is cut off again. */
const withSpare = (b: Block, rows: Value, f: (rows: Value) => Value): Value => {
  const [n, inner] = rows.shape as [number, number]
  const spare = full(b, rows.dtype === 'bool' ? false : 0, rows.dtype, [1, inner])
  return slice(b, f(concatenate(b, [rows, spare], 0)), [0, 0], [n, inner])
}
const putRows = (b: Block, put: Put, p: ScatterParams, target: Value, raw: Value, updates: Value): Value => {
  const n = target.shape[0]!
  const within = clampInts(b, raw, b.scalar(n - 1, 'int32'))
  if (p.mode === 'clip') return put(b, target, within, updates)
  const inside = compare(b, 'Equal', { ...raw, dtype: 'int32' }, within)
  return withSpare(b, target, (spare) => put(b, spare, select(b, inside, within, b.scalar(n, 'int32')), updates))
}
const numeric =
  (f: Put): Put =>
  (b, rows, at, updates) => {
    if (rows.dtype === 'bool') throw new BackendError('tfjs', 'TensorFlow scatters bool by replacing only')
    return f(b, rows, at, updates)
  }
export const indexing: Lowerings<keyof IndexingParams> = {
  dynamic_slice: dynamicSlice,
  dynamic_update_slice: dynamicUpdateSlice,
  gather,
  scatter: scattering(scattered('TensorScatterUpdate')),
  'scatter-add': scattering(numeric(scattered('TensorScatterAdd'))),
  'scatter-mul': scattering(numeric(multiplied)),
  'scatter-min': scattering(numeric(flippedAround(scattered('TensorScatterMin')))),
  'scatter-max': scattering(numeric(flippedAround(scattered('TensorScatterMax')))),
}
