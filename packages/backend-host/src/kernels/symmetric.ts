/**
 * Eigenvalues and eigenvectors of one symmetric matrix, in doubles: Householder's reduction to three diagonals, then implicit QL.
 * Source: tred2 and tql2 of Bowdler, Martin, Reinsch and Wilkinson, as in EISPACK and JAMA.
 */

/** Turns that one eigenvalue may take; LAPACK's limit. What has not converged is NaN. */
const MAX_TURNS = 30

/** v (n x n, symmetric) becomes the basis, d the diagonal, e what stands below it, from 1 on. */
const reduce = (v: Float64Array, n: number, d: Float64Array, e: Float64Array): void => {
  for (let j = 0; j < n; j++) d[j] = v[(n - 1) * n + j]!
  for (let i = n - 1; i > 0; i--) {
    let scale = 0
    let h = 0
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]!)
    if (scale === 0) {
      e[i] = d[i - 1]!
      for (let j = 0; j < i; j++) {
        d[j] = v[(i - 1) * n + j]!
        v[i * n + j] = 0
        v[j * n + i] = 0
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k]! /= scale
        h += d[k]! * d[k]!
      }
      const f = d[i - 1]!
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h)
      e[i] = scale * g
      h -= f * g
      d[i - 1] = f - g
      e.fill(0, 0, i)
      for (let j = 0; j < i; j++) {
        const at = d[j]!
        v[j * n + i] = at
        let sum = e[j]! + v[j * n + j]! * at
        for (let k = j + 1; k <= i - 1; k++) {
          sum += v[k * n + j]! * d[k]!
          e[k]! += v[k * n + j]! * at
        }
        e[j] = sum
      }
      let along = 0
      for (let j = 0; j < i; j++) {
        e[j]! /= h
        along += e[j]! * d[j]!
      }
      const half = along / (h + h)
      for (let j = 0; j < i; j++) e[j]! -= half * d[j]!
      for (let j = 0; j < i; j++) {
        const [p, q] = [d[j]!, e[j]!]
        for (let k = j; k <= i - 1; k++) v[k * n + j]! -= p * e[k]! + q * d[k]!
        d[j] = v[(i - 1) * n + j]!
        v[i * n + j] = 0
      }
    }
    d[i] = h
  }
  for (let i = 0; i < n - 1; i++) {
    v[(n - 1) * n + i] = v[i * n + i]!
    v[i * n + i] = 1
    const h = d[i + 1]!
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[k * n + i + 1]! / h
      for (let j = 0; j <= i; j++) {
        let g = 0
        for (let k = 0; k <= i; k++) g += v[k * n + i + 1]! * v[k * n + j]!
        for (let k = 0; k <= i; k++) v[k * n + j]! -= g * d[k]!
      }
    }
    for (let k = 0; k <= i; k++) v[k * n + i + 1] = 0
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[(n - 1) * n + j]!
    v[(n - 1) * n + j] = 0
  }
  if (n > 0) v[n * n - 1] = 1
  e[0] = 0
}

/** d becomes the eigenvalues and v their basis; false where one does not converge. */
const iterate = (v: Float64Array, n: number, d: Float64Array, e: Float64Array): boolean => {
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!
  e[n - 1] = 0
  let [shift, greatest] = [0, 0]
  for (let l = 0; l < n; l++) {
    greatest = Math.max(greatest, Math.abs(d[l]!) + Math.abs(e[l]!))
    let m = l
    while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * greatest) m++
    let turns = 0
    const isCoupled = (): boolean => m > l && Math.abs(e[l]!) > Number.EPSILON * greatest
    while (isCoupled()) {
      if (turns++ === MAX_TURNS) return false
      let g = d[l]!
      let p = (d[l + 1]! - g) / (2 * e[l]!)
      let r = Math.hypot(p, 1) * (p < 0 ? -1 : 1)
      d[l] = e[l]! / (p + r)
      d[l + 1] = e[l]! * (p + r)
      const next = d[l + 1]!
      let h = g - d[l]!
      for (let i = l + 2; i < n; i++) d[i]! -= h
      shift += h
      p = d[m]!
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0]
      const below = e[l + 1]!
      for (let i = m - 1; i >= l; i--) {
        c3 = c2
        c2 = c
        s2 = s
        g = c * e[i]!
        h = c * p
        r = Math.hypot(p, e[i]!)
        e[i + 1] = s * r
        s = e[i]! / r
        c = p / r
        p = c * d[i]! - s * g
        d[i + 1] = h + s * (c * g + s * d[i]!)
        for (let k = 0; k < n; k++) {
          const at = k * n + i
          const [left, right] = [v[at]!, v[at + 1]!]
          v[at + 1] = s * left + c * right
          v[at] = c * left - s * right
        }
      }
      p = (-s * s2 * c3 * below * e[l]!) / next
      e[l] = s * p
      d[l] = c * p
    }
    d[l]! += shift
    e[l] = 0
  }
  return true
}

/** The eigenvalues, ascending, and the eigenvectors as columns of v, which was the matrix (symmetric, finite). */
export const eigenOf = (v: Float64Array, n: number): Float64Array => {
  const [d, e] = [new Float64Array(n), new Float64Array(n)]
  if (n === 0) return d
  // the greatest entry becomes about 1, by a power of two, so that no square overflows
  const largest = v.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  const scale = largest === 0 ? 1 : 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))))
  for (let i = 0; i < n * n; i++) v[i]! /= scale
  reduce(v, n, d, e)
  if (!iterate(v, n, d, e)) {
    v.fill(Number.NaN)
    return d.fill(Number.NaN)
  }
  const order = Array.from(d.keys()).sort((i, j) => d[i]! - d[j]!)
  const [values, columns] = [d.slice(), v.slice()]
  order.forEach((from, to) => {
    d[to] = values[from]! * scale
    for (let k = 0; k < n; k++) v[k * n + to] = columns[k * n + from]!
  })
  return d
}
