/** Gaussian elimination with pivots, for stacks of matrices, in a loop over columns. The pivots are LAPACK's (getrf): the first of the greatest. */
import type { Block, Value } from '../text/block'
import {
  abs,
  add,
  and,
  broadcast,
  compare,
  div,
  dynamicSlice,
  dynamicUpdateSlice,
  iota,
  like,
  mul,
  reduce,
  reshape,
  select,
  sub,
} from '../text/ops'

/** [count, m, n] -> l and u in one, pivots [count, min(m, n)], permutation [count, m]. */
export const elimination = (b: Block, a: Value): readonly [lu: Value, pivots: Value, permutation: Value] => {
  const [count, m, n] = a.shape as [number, number, number]
  const steps = Math.min(m, n)
  const zero = (c: Block): Value => c.constant(0, 'int32')
  const [, lu, pivots, permutation] = b.while(
    [zero(b), a, b.constant(0, 'int32', [count, steps]), iota(b, [count, m], 'int32', 1)],
    (c, [k]) => compare(c, 'LT', k!, c.constant(steps, 'int32')),
    (c, [k, x, chosen, order]) => {
      const at = (shape: readonly number[]): Value => broadcast(c, k!, shape, [])
      const column = reshape(c, dynamicSlice(c, x!, [zero(c), zero(c), k!], [count, m, 1]), [count, m])
      const rows = iota(c, [count, m], 'int32', 1)
      const sizes = select(c, compare(c, 'GE', rows, at(rows.shape)), abs(c, column), like(c, column, -1))
      const greatest = reduce(c, 'maximum', sizes, Number.NEGATIVE_INFINITY, [1])
      const isGreatest = compare(c, 'EQ', sizes, broadcast(c, greatest, sizes.shape, [0]))
      const first = reduce(c, 'minimum', select(c, isGreatest, rows, like(c, rows, m)), m, [1])
      // none is the greatest where there is NaN: its column keeps its order
      const pivot = select(c, compare(c, 'EQ', first, like(c, first, m)), at([count]), first)
      const isTop = compare(c, 'EQ', rows, at(rows.shape))
      const isPivot = compare(c, 'EQ', rows, broadcast(c, pivot, rows.shape, [0]))
      const over = (mask: Value): Value => broadcast(c, mask, x!.shape, [0, 1])
      const top = reshape(c, dynamicSlice(c, x!, [zero(c), k!, zero(c)], [count, 1, n]), [count, n])
      const row = reduce(c, 'add', select(c, over(isPivot), x!, like(c, x!, 0)), 0, [1])
      const wide = (y: Value): Value => broadcast(c, y, x!.shape, [0, 2])
      const swapped = select(c, over(isTop), wide(row), select(c, over(isPivot), wide(top), x!))
      const place = reduce(c, 'add', select(c, isPivot, order!, like(c, order!, 0)), 0, [1])
      const here = reshape(c, dynamicSlice(c, order!, [zero(c), k!], [count, 1]), [count])
      const spread = (y: Value): Value => broadcast(c, y, rows.shape, [0])
      const nextOrder = select(c, isTop, spread(place), select(c, isPivot, spread(here), order!))

      const head = reshape(c, dynamicSlice(c, row, [zero(c), k!], [count, 1]), [count])
      const safe = select(c, compare(c, 'EQ', head, like(c, head, 0)), like(c, head, 1), head)
      const heads = reshape(c, dynamicSlice(c, swapped, [zero(c), zero(c), k!], [count, m, 1]), [count, m])
      const factors = div(c, heads, spread(safe))
      const columns = iota(c, x!.shape, 'int32', 2)
      const isBelow = over(compare(c, 'GT', rows, at(rows.shape)))
      const isRight = compare(c, 'GT', columns, at(columns.shape))
      const isColumn = compare(c, 'EQ', columns, at(columns.shape))
      const less = sub(c, swapped, mul(c, over(factors), wide(row)))
      const reduced = select(c, and(c, isBelow, isRight), less, swapped)
      return [
        add(c, k!, c.constant(1, 'int32')),
        select(c, and(c, isBelow, isColumn), over(factors), reduced),
        dynamicUpdateSlice(c, chosen!, reshape(c, pivot, [count, 1]), [zero(c), k!]),
        nextOrder,
      ]
    },
  )
  return [lu!, pivots!, permutation!]
}
