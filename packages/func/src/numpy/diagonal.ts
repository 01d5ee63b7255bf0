/** The diagonal of two axes, by reshaping: element `i * (n + 1)` of a flat `[n, n]`. */
import { otherAxes } from '../aval'
import { ArgumentError } from '../error'
import { integer, readArgument } from '../options'
import { slice } from '../primitives/layout'
import { reshape, transpose } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { axisOf } from './promote'

/** `x` without two axes, and their k-th diagonal (x[i, i + k]) as the last axis. */
export const diagonalOf = (x: Tensor, k = 0, axis1 = 0, axis2 = 1): Tensor => {
  readArgument('diagonal', 'k', integer, k)
  const [a, b] = [axisOf('diagonal', axis1, x.ndim), axisOf('diagonal', axis2, x.ndim)]
  if (a === b) throw new ArgumentError('diagonal', `axis1 and axis2 are the same axis, ${a}`)
  const rest = otherAxes(x.ndim, [a, b])
  const rows = transpose(x, { permutation: [...rest, a, b] })
  const [n, m] = [x.shape[a]!, x.shape[b]!]
  const length = Math.max(0, Math.min(k >= 0 ? n : n + k, k >= 0 ? m - k : m))
  const outer = rest.map((r) => x.shape[r]!)
  const flat = reshape(rows, { newSizes: [...outer, n * m] })
  const start = length === 0 ? 0 : k >= 0 ? k : -k * m
  const zeros = outer.map(() => 0)
  const limit = length === 0 ? 0 : start + (length - 1) * (m + 1) + 1
  return slice(flat, {
    startIndices: [...zeros, start],
    limitIndices: [...outer, limit],
    strides: [...outer.map(() => 1), Math.max(1, m + 1)],
  })
}
