/**
 * Singular values of one matrix, in doubles, by one-sided rotations of Jacobi: columns are turned until each is orthogonal to all others;
 * then their lengths are the values. Small values are as exact as great ones. Source: Demmel and Veselić 1992; LAPACK's gesvj.
 */
import { basisOf, reflect } from './householder'

const MAX_SWEEPS = 60

/** Columns as arrays. */
type Columns = readonly Float64Array[]
const inner = (x: Float64Array, y: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}
const turn = (x: Float64Array, y: Float64Array, c: number, s: number): void => {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i]!, y[i]!]
    x[i] = c * a - s * b
    y[i] = s * a + c * b
  }
}
/** Turns the columns until they are orthogonal, and those of `v` with them. */
const orthogonalize = (w: Columns, v: Columns): void => {
  const relative = Math.max(10, w[0]?.length ?? 0) * Number.EPSILON
  const absolute = Number.EPSILON ** 3 * w.reduce((sum, x) => sum + inner(x, x), 0)
  let turned = true
  for (let sweep = 0; turned && sweep < MAX_SWEEPS; sweep++) {
    turned = false
    for (let p = 0; p < w.length - 1; p++)
      for (let q = p + 1; q < w.length; q++) {
        const [x, y] = [w[p]!, w[q]!]
        const gamma = inner(x, y)
        const [alpha, beta] = [inner(x, x), inner(y, y)]
        if (Math.abs(gamma) <= Math.max(absolute, relative * Math.sqrt(alpha * beta))) continue
        turned = true
        const zeta = (beta - alpha) / (2 * gamma)
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
        const c = 1 / Math.hypot(1, t)
        turn(x, y, c, c * t)
        turn(v[p]!, v[q]!, c, c * t)
      }
  }
}
/** `known` orthonormal columns of length m, and more, so that they are `count`. */
const completed = (known: Columns, m: number, count: number): Columns => {
  if (known.length >= count) return known
  const r = known.length
  const matrix = new Float64Array(m * r)
  known.forEach((x, j) => x.forEach((value, i) => void (matrix[i * r + j] = value)))
  const basis = basisOf(reflect(matrix, m, r), m, count)
  const column = (j: number): Float64Array => Float64Array.from({ length: m }, (_, i) => basis[i * count + j]!)
  return [...known, ...Array.from({ length: count - r }, (_, j) => column(r + j))]
}

/** Singular values, descending, and the columns of u (as many as asked for) and of v, of a matrix of m >= n finite columns. */
export const singularOf = (given: Columns, m: number, count: number): { s: Float64Array; u: Columns; v: Columns } => {
  const n = given.length
  const unit = (j: number): Float64Array => Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0))
  const largest = given.reduce((a, x) => x.reduce((b, value) => Math.max(b, Math.abs(value)), a), 0)
  const scale = largest === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))))
  const w = given.map((x) => x.map((value) => value / scale))
  const v = w.map((_, j) => unit(j))
  orthogonalize(w, v)
  const lengths = w.map((x) => Math.sqrt(inner(x, x)))
  const order = lengths.map((_, j) => j).sort((i, j) => lengths[j]! - lengths[i]!)
  // of a column as small as its rounding the direction is chance: those of the others leave one
  const known = order.filter((j) => lengths[j]! > Number.EPSILON * lengths[order[0]!]!)
  const u = known.map((j) => w[j]!.map((value) => value / lengths[j]!))
  return { s: Float64Array.from(order, (j) => lengths[j]! * scale), u: completed(u, m, count), v: order.map((j) => v[j]!) }
}
