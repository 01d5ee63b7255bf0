/** Sorting by TensorFlow's selection of the largest, whose ties come lower index first: of the complement of a key that is stable. */
import { type SortParams, sizeOf } from '@heddle/func/backend'
import { attr } from '../graph-def'
import type { Block, Value, Values } from './block'
import type { Lowerings } from './lowering'
import { gatherRows, not, reshape, transpose, type, typed } from './ops'
import { sortKey } from './sort-key'

/** The indices along the last axis of the k largest keys [rows, n]. */
const largest = (b: Block, keys: Value, k: number): Value => {
  const shape = [keys.shape[0]!, k]
  const [, indices] = b.ops(
    'TopKV2',
    [keys, b.scalar(k, 'int32')],
    { ...typed('T', keys), sorted: attr.flag(true) },
    [type(shape, 'int32'), type(shape, 'int32')],
    ['values', 'indices'],
  )
  return indices!
}
/** Along one axis, as rows [outer, n]; and back. */
const rowsOf = (shape: readonly number[], axis: number) => {
  const last = shape.length - 1
  const swap = shape.map((_, i) => (i === axis ? last : i === last ? axis : i))
  const swapped = swap.map((i) => shape[i]!)
  const n = shape[axis]!
  const outer = sizeOf(swapped.slice(0, -1))
  return {
    n,
    enter: (b: Block, x: Value): Value => reshape(b, transpose(b, x, swap), [outer, n]),
    leave: (b: Block, x: Value): Value => transpose(b, reshape(b, x, [...swapped.slice(0, -1), x.shape[1]!]), swap),
  }
}
const sortBy = (b: Block, xs: Values, axis: number, numKeys: number): Values => {
  if (xs[0]!.shape.length === 0) return xs
  const { n, enter, leave } = rowsOf(xs[0]!.shape, axis)
  const rows = xs.map((x) => enter(b, x))
  let order: Value | undefined
  // the least significant key first: each sort keeps the order of the one before among its equals
  for (let i = numKeys - 1; i >= 0; i--) {
    const key = not(b, sortKey(b, rows[i]!, 'last'))
    const next: Value = largest(b, order ? gatherRows(b, key, order, 1, 1) : key, n)
    order = order ? gatherRows(b, order, next, 1, 1) : next
  }
  return rows.map((x) => leave(b, gatherRows(b, x, order!, 1, 1)))
}
export const sort: Lowerings<keyof SortParams> = {
  sort: (b, { params: { dimension, numKeys }, ins }) => sortBy(b, ins, dimension, numKeys),
  top_k: (b, { params: { k, axis }, ins: [x] }) => {
    const { enter, leave } = rowsOf(x!.shape, axis)
    const rows = enter(b, x!)
    const indices = largest(b, sortKey(b, rows, 'last'), k)
    return [leave(b, gatherRows(b, rows, indices, 1, 1)), leave(b, indices)]
  },
}
