/** qr, cholesky and triangular_solve of the last two axes, computed in doubles, batch by batch. */
import { type HostArray, type Kernels, sizeOf } from '@heddle/func/backend'
import { alloc, hostArray, type NumberData, viaFloat32 } from '../element'

type Table = Pick<Kernels<HostArray>, 'qr' | 'cholesky' | 'triangular_solve'>

/**
 * Householder's reflections of a (m x n, in place; the upper triangle becomes R), each with LAPACK's sign: the diagonal of
 * R is against the sign of what it replaces, and a column with nothing below its diagonal is left alone.
 */
const reflect = (a: Float64Array, m: number, n: number): { readonly vs: readonly Float64Array[]; readonly taus: readonly number[] } => {
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

const qr: Table['qr'] = viaFloat32(({ params, ins, outs }) => {
  const [m, n] = ins[0]!.shape.slice(-2) as [number, number]
  const k = params.fullMatrices ? m : Math.min(m, n)
  const batches = sizeOf(ins[0]!.shape.slice(0, -2))
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const [q, r] = outs.map((o) => alloc(o.dtype, sizeOf(o.shape)) as NumberData) as [NumberData, NumberData]
    for (let b = 0; b < batches; b++) {
      const a = Float64Array.from(x.subarray(b * m * n, (b + 1) * m * n))
      const { vs, taus } = reflect(a, m, n)
      for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r[(b * k + i) * n + j] = a[i * n + j]!
      const basis = new Float64Array(m * k)
      for (let i = 0; i < k; i++) basis[i * k + i] = 1
      for (let i = vs.length - 1; i >= 0; i--) apply(basis, m, k, vs[i]!, taus[i]!, i)
      q.set(basis, b * m * k)
    }
    return [hostArray(outs[0]!.shape, outs[0]!.dtype, q), hostArray(outs[1]!.shape, outs[1]!.dtype, r)]
  }
})

/** The lower factor of the n x n matrix at `x[at]`; false if it is not positive definite. */
const factor = (x: NumberData, at: number, n: number, out: Float64Array): boolean => {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = x[at + i * n + j]!
      for (let k = 0; k < j; k++) sum -= out[i * n + k]! * out[j * n + k]!
      if (i === j && !(sum > 0)) return false
      out[i * n + j] = i === j ? Math.sqrt(sum) : sum / out[j * n + j]!
    }
  return true
}
const cholesky: Table['cholesky'] = viaFloat32(({ ins }) => {
  const { shape, dtype } = ins[0]!
  const n = shape.at(-1)!
  const batches = sizeOf(shape.slice(0, -2))
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const out = alloc(dtype, x.length) as NumberData
    const lower = new Float64Array(n * n)
    for (let b = 0; b < batches; b++) {
      if (!factor(x, b * n * n, n, lower)) for (let i = 0; i < n; i++) lower.fill(Number.NaN, i * n, i * n + i + 1)
      out.set(lower, b * n * n)
    }
    return [hostArray(shape, dtype, out)]
  }
})

const triangularSolve: Table['triangular_solve'] = viaFloat32(({ params, ins }) => {
  const { leftSide, transposeA, unitDiagonal } = params
  const { shape, dtype } = ins[1]!
  const n = ins[0]!.shape.at(-1)!
  const [rows, columns] = shape.slice(-2) as [number, number]
  const batches = sizeOf(shape.slice(0, -2))
  // x op(a) = b is op(a)^T x^T = b^T: solve for rows of b with the other transposition
  const flipped = leftSide ? transposeA : !transposeA
  const [down, across] = flipped ? [1, n] : [n, 1]
  const forward = params.lower !== flipped
  const [count, line, step] = leftSide ? [columns, 1, columns] : [rows, columns, 1]
  return (inputs) => {
    const [a, b] = inputs.map((x) => x.data as NumberData) as [NumberData, NumberData]
    const out = alloc(dtype, b.length) as NumberData
    const x = new Float64Array(n)
    for (let batch = 0; batch < batches; batch++)
      for (let c = 0; c < count; c++) {
        const base = batch * rows * columns + c * line
        for (let s = 0; s < n; s++) {
          const i = forward ? s : n - 1 - s
          const row = batch * n * n + i * down
          let sum = b[base + i * step]!
          for (let t = 0; t < s; t++) {
            const j = forward ? t : n - 1 - t
            sum -= a[row + j * across]! * x[j]!
          }
          x[i] = unitDiagonal ? sum : sum / a[row + i * across]!
        }
        for (let i = 0; i < n; i++) out[base + i * step] = x[i]!
      }
    return [hostArray(shape, dtype, out)]
  }
})

export const linalg: Table = { qr, cholesky, triangular_solve: triangularSolve }
