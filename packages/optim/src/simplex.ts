/** The nearest probabilities to a vector: what projections to simplexes and sparsemax are made of. */
import { lax, nn, np, type Tensor } from '@heddle/func'

/**
 * The point of the unit simplex (non-negative, sum 1) nearest to each vector along the last axis, by sorting. Differentiable as the linear
 * function that it is among the entries that stay positive. Source: Duchi et al., Efficient Projections onto the l1-Ball, 2008.
 */
export const unitSimplex = (values: Tensor): Tensor => {
  // the nearest point does not change where all entries are moved alike: from the largest on, differences are exact
  const x = np.subtract(values, lax.stopGradient(np.max(values, { axis: -1, keepdims: true })))
  const known = lax.stopGradient(x)
  const sorted = np.sort(known, { axis: -1, descending: true })
  const rank = np.arange(1, x.shape.at(-1)! + 1, { dtype: x.dtype })
  const sums = np.cumsum(sorted, { axis: -1 })
  const stays = np.greater(np.add(np.divide(1, rank), np.subtract(sorted, np.divide(sums, rank))), 0)
  const count = np.sum(np.astype(stays, x.dtype), { axis: -1, keepdims: true })
  const total = np.sum(np.where(stays, sorted, 0), { axis: -1, keepdims: true })
  const positive = np.greater(np.add(np.divide(1, count), np.subtract(known, np.divide(total, count))), 0)
  // as the sum of those that stay, so that its derivative is theirs
  const sum = np.sum(np.where(positive, x, 0), { axis: -1, keepdims: true })
  const among = np.sum(np.astype(positive, x.dtype), { axis: -1, keepdims: true })
  return np.where(positive, nn.relu(np.add(np.divide(1, among), np.subtract(x, np.divide(sum, among)))), 0)
}
