/** qr, cholesky and triangular_solve of the last two axes, computed in doubles, batch by batch. */
import { type HostArray, type Kernels, sizeOf } from '@heddle/func/backend'
import { alloc, hostArray, type NumberData, viaFloat32 } from '../element'
import { basisOf, reflect } from './householder'

type Table = Pick<Kernels<HostArray>, 'qr' | 'cholesky' | 'triangular_solve'>

const qr: Table['qr'] = viaFloat32(({ params, ins, outs }) => {
  const [m, n] = ins[0]!.shape.slice(-2) as [number, number]
  const k = params.fullMatrices ? m : Math.min(m, n)
  const batches = sizeOf(ins[0]!.shape.slice(0, -2))
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const [q, r] = outs.map((o) => alloc(o.dtype, sizeOf(o.shape)) as NumberData) as [NumberData, NumberData]
    for (let b = 0; b < batches; b++) {
      const a = Float64Array.from(x.subarray(b * m * n, (b + 1) * m * n))
      const reflections = reflect(a, m, n)
      for (let i = 0; i < k; i++) for (let j = i; j < n; j++) r[(b * k + i) * n + j] = a[i * n + j]!
      q.set(basisOf(reflections, m, k), b * m * k)
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
