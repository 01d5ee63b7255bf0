/** Sorting by a comparator in JAX's total order: NaN last, the two zeros equal. */
import { isFloating, type SortParams } from '@heddle/func/backend'
import type { Applied, Lowerings } from './row'
import type { Block, Body, Value } from '../text/block'
import { and, compare, generic, iota, like, or, select, slice, transpose } from '../text/ops'
import { type Type, type } from '../text/type'

/** A float as a key: one zero and one NaN, so that the order of their bits is the order of numbers. */
const key = (b: Block, x: Value): Value => {
  if (!isFloating(x.dtype)) return x
  const zero = like(b, x, 0)
  const number = select(b, compare(b, 'EQ', x, zero), zero, x)
  return select(b, compare(b, 'NE', x, x), like(b, x, Number.NaN), number)
}
const order = (x: Value): string | undefined => (isFloating(x.dtype) ? 'TOTALORDER' : undefined)

/** Whether one element comes before another, given as pairs (x, y) of each operand; by the first `numKeys` of them. */
const before =
  (numKeys: number): Body =>
  (b, args) => {
    const keys = args.slice(0, 2 * numKeys).map((a) => key(b, a))
    let result: Value | undefined
    for (let i = numKeys - 1; i >= 0; i--) {
      const [x, y] = [keys[2 * i]!, keys[2 * i + 1]!]
      const first = compare(b, 'LT', x, y, order(x))
      result = result === undefined ? first : or(b, first, and(b, compare(b, 'EQ', x, y, order(x)), result))
    }
    return [result!]
  }
const sortBy = (b: Block, xs: readonly Value[], dimension: number, isStable: boolean, body: Body): readonly Value[] => {
  const pairs: Type[] = xs.flatMap((x) => [type([], x.dtype), type([], x.dtype)])
  return generic(b, 'sort', xs, { dimension: `${dimension} : i64`, is_stable: String(isStable) }, [() => b.region(pairs, body)], xs)
}
/** XLA knows this sort, down to the comparator and what is cut from it, and does it as a selection along the last axis. */
const topK = (b: Block, { params: { k, axis }, ins: [x] }: Applied<SortParams['top_k']>): readonly Value[] => {
  const last = x!.shape.length - 1
  const swap = x!.shape.map((_, i) => (i === axis ? last : i === last ? axis : i))
  const rows = transpose(b, x!, swap)
  const greater: Body = (c, [p, q]) => [compare(c, 'GT', p!, q!, order(p!))]
  const sorted = sortBy(b, [rows, iota(b, rows.shape, 'int32', last)], last, true, greater)
  const start = rows.shape.map(() => 0)
  return sorted.map((s) => transpose(b, slice(b, s, start, s.shape.with(last, k)), swap))
}
export const sort: Lowerings<keyof SortParams> = {
  sort: (b, { params: { dimension, isStable, numKeys }, ins }) => sortBy(b, ins, dimension, isStable, before(numKeys)),
  top_k: topK,
}
