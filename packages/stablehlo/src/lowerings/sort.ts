/** Sorting by a comparator in JAX's total order: NaN last, the two zeros equal. */
import { isFloating, type SortParams } from '@heddle/func/backend'
import type { Call, Lowerings } from '../lower'
import type { Block, Body, Value } from '../text/block'
import { and, compare, generic, iota, like, or, select, slice } from '../text/ops'
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
  (numKeys: number, direction: 'LT' | 'GT'): Body =>
  (b, args) => {
    const keys = args.slice(0, 2 * numKeys).map((a) => key(b, a))
    let result: Value | undefined
    for (let i = numKeys - 1; i >= 0; i--) {
      const [x, y] = [keys[2 * i]!, keys[2 * i + 1]!]
      const first = compare(b, direction, x, y, order(x))
      result = result === undefined ? first : or(b, first, and(b, compare(b, 'EQ', x, y, order(x)), result))
    }
    return [result!]
  }
const sortBy = (b: Block, xs: readonly Value[], dimension: number, isStable: boolean, body: Body): readonly Value[] => {
  const pairs: Type[] = xs.flatMap((x) => [type([], x.dtype), type([], x.dtype)])
  return generic(b, 'sort', xs, { dimension: `${dimension} : i64`, is_stable: String(isStable) }, [b.region(pairs, body)], xs)
}
const topK = (b: Block, { params: { k, axis }, ins: [x] }: Call<SortParams['top_k']>): readonly Value[] => {
  const sorted = sortBy(b, [x!, iota(b, x!.shape, 'int32', axis)], axis, true, before(1, 'GT'))
  const start = x!.shape.map(() => 0)
  return sorted.map((s) => slice(b, s, start, s.shape.with(axis, k)))
}
export const sort: Lowerings<keyof SortParams> = {
  sort: (b, { params: { dimension, isStable, numKeys }, ins }) => sortBy(b, ins, dimension, isStable, before(numKeys, 'LT')),
  top_k: topK,
}
