/** Reflections of Householder, of one matrix in doubles: QR, and bases completed. */

interface Reflections {
  readonly vs: readonly Float64Array[]
  readonly taus: readonly number[]
}
/**
 * Householder's reflections of a (m x n, in place; the upper triangle becomes R), each with LAPACK's sign: the diagonal of
 * R is against the sign of what it replaces, and a column with nothing below its diagonal is left alone.
 */
export const reflect = (a: Float64Array, m: number, n: number): Reflections => {
  const vs: Float64Array[] = []
  const taus: number[] = []
  for (let k = 0; k < Math.min(m, n); k++) {
    const v = new Float64Array(m)
    let below = 0
    for (let i = k + 1; i < m; i++) below += a[i * n + k]! ** 2
    const alpha = a[k * n + k]!
    let tau = 0
    if (below !== 0) {
      const beta = -Math.sqrt(alpha * alpha + below) * (alpha < 0 || Object.is(alpha, -0) ? -1 : 1)
      tau = (beta - alpha) / beta
      for (let i = k + 1; i < m; i++) v[i] = a[i * n + k]! / (alpha - beta)
      v[k] = 1
      apply(a, m, n, v, tau, k)
      a[k * n + k] = beta
      for (let i = k + 1; i < m; i++) a[i * n + k] = 0
    }
    vs.push(v)
    taus.push(tau)
  }
  return { vs, taus }
}
/** `a = (1 - tau v v^T) a`, where v is zero before `k`. */
const apply = (a: Float64Array, m: number, n: number, v: Float64Array, tau: number, k: number): void => {
  if (tau === 0) return
  for (let j = 0; j < n; j++) {
    let sum = 0
    for (let i = k; i < m; i++) sum += v[i]! * a[i * n + j]!
    sum *= tau
    for (let i = k; i < m; i++) a[i * n + j]! -= sum * v[i]!
  }
}
/** The first k columns of the m x m product of the reflections. */
export const basisOf = ({ vs, taus }: Reflections, m: number, k: number): Float64Array => {
  const basis = new Float64Array(m * k)
  for (let i = 0; i < k; i++) basis[i * k + i] = 1
  for (let i = vs.length - 1; i >= 0; i--) apply(basis, m, k, vs[i]!, taus[i]!, i)
  return basis
}
