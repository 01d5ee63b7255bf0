/** Who gets what at the least cost: the linear assignment problem. */
import { ArgumentError, lax, np, type Tensor } from '@heddle/func'
import { readArgument, tensor } from '@heddle/func/options'

/**
 * Costs with finite numbers for those that are none: infinity is more than all others can save, so that it is taken only where nothing
 * else is left; NaN counts as infinity.
 */
const finite = (costs: Tensor): Tensor => {
  const known = np.isfinite(costs)
  const size = np.max(np.abs(np.where(known, costs, 0)))
  const beyond = np.multiply(np.add(size, 1), 2 * costs.shape[0]! + 1)
  return np.where(known, costs, np.where(np.equal(costs, Number.NEGATIVE_INFINITY), np.negative(beyond), beyond))
}
interface Search {
  readonly u: Tensor
  readonly v: Tensor
  readonly used: Tensor
  readonly least: Tensor
  readonly path: Tensor
  readonly column: Tensor
}
/**
 * The row of each column, plus 1; 0 where it has none. `[rows, columns]`, no more rows than columns -> [columns]. Rows come in one by one,
 * each by the shortest path that frees a column; `u` and `v` are the dual variables. Column 0 stands for the row that comes in.
 */
const rowsOf = (costs: Tensor): Tensor => {
  const [rows, columns] = costs.shape as [number, number]
  const [number, places] = [np.arange(0, rows, { dtype: 'int32' }), np.arange(0, columns + 1, { dtype: 'int32' })]
  const one = (i: Tensor, size: number): Tensor => np.equal(np.arange(0, size, { dtype: 'int32' }), i)
  const start = { u: np.zeros([rows + 1]), v: np.zeros([columns + 1]), parent: np.zeros([columns + 1], 'int32') }
  const [{ parent: found }] = lax.scan(
    ({ u: rowPrices, v: columnPrices, parent: before }, row) => {
      const parent = np.where(np.equal(places, 0), np.add(row, 1), before)
      const parentOf = (column: Tensor): Tensor => np.take(parent, column)
      const search = lax.whileLoop(
        ({ column }) => np.notEqual(parentOf(column), 0),
        ({ u, v, used: usedBefore, least: leastBefore, path: pathBefore, column }): Search => {
          const used = np.logicalOr(usedBefore, one(column, columns + 1))
          const free = np.logicalNot(used.at('1:'))
          const at = parentOf(column)
          const reduced = np.subtract(np.subtract(np.take(costs, np.subtract(at, 1), { axis: 0 }), np.take(u, at)), v.at('1:'))
          const better = np.logicalAnd(free, np.less(reduced, leastBefore))
          const path = np.where(better, column, pathBefore)
          const least = np.where(better, reduced, leastBefore)
          const open = np.where(free, least, Number.POSITIVE_INFINITY)
          const delta = np.min(open)
          // the rows of used columns pay more, these columns less
          const paying = np.any(np.logicalAnd(np.equal(np.expandDims(np.arange(0, rows + 1, { dtype: 'int32' }), 1), parent), used), {
            axis: 1,
          })
          return {
            u: np.add(u, np.where(paying, delta, 0)),
            v: np.subtract(v, np.where(used, delta, 0)),
            used,
            least: np.where(free, np.subtract(least, delta), least),
            path,
            column: np.add(np.argmin(open), 1),
          }
        },
        {
          u: rowPrices,
          v: columnPrices,
          used: np.zeros([columns + 1], 'bool'),
          least: np.full([columns], Number.POSITIVE_INFINITY, 'float32'),
          path: np.zeros([columns], 'int32'),
          column: np.zeros([], 'int32'),
        } satisfies Search as Search,
      )
      const back = lax.whileLoop(
        ({ column }) => np.notEqual(column, 0),
        ({ parent: rowsNow, column }) => {
          const previous = np.take(search.path, np.subtract(column, 1))
          return { parent: np.where(one(column, columns + 1), np.take(rowsNow, previous), rowsNow), column: previous }
        },
        { parent, column: search.column },
      )
      return [{ u: search.u, v: search.v, parent: back.parent }, null]
    },
    start,
    number,
  )
  return found.at('1:')
}
const matrix = (where: string, costs: Tensor): void => {
  readArgument(where, 'costs', tensor, costs)
  if (costs.ndim !== 2) throw new ArgumentError(where, `costs are a matrix [rows, columns]; got shape [${costs.shape.join(',')}]`)
}
const nobody = (): [Tensor, Tensor] => [np.zeros([0], 'int32'), np.zeros([0], 'int32')]
/**
 * The pairs of rows and columns of least total cost, by the Hungarian algorithm: `costs.at(i, j)` are theirs.
 *
 * Shapes: [n, m] -> integers [min(n, m)] twice, no row and no column twice. An infinite cost is taken only where nothing else is left. Which
 * of several assignments of the same cost is answered is not said. Errors: ArgumentError. Source: optax.assignment.hungarian_algorithm;
 * Kuhn, 1955.
 */
export const hungarianAlgorithm = (costs: Tensor): [rows: Tensor, columns: Tensor] => {
  matrix('hungarianAlgorithm', costs)
  const [n, m] = costs.shape as [number, number]
  if (n === 0 || m === 0) return nobody()
  const wide = np.astype(n > m ? np.transpose(costs) : costs, 'float32')
  const rows = rowsOf(finite(wide))
  if (n === m) return [np.subtract(rows, 1), np.arange(0, n, { dtype: 'int32' })]
  const [there, columns] = lax.topK(rows, Math.min(n, m))
  const pair: [Tensor, Tensor] = [np.subtract(there, 1), columns]
  return n > m ? [pair[1], pair[0]] : pair
}
/** As `hungarianAlgorithm`, with rows in ascending order. Source: optax.assignment.base_hungarian_algorithm; Crouse, 2016. */
export const baseHungarianAlgorithm = (costs: Tensor): [rows: Tensor, columns: Tensor] => {
  matrix('baseHungarianAlgorithm', costs)
  const [rows, columns] = hungarianAlgorithm(costs)
  const order = np.argsort(rows)
  return [np.take(rows, order), np.take(columns, order)]
}
