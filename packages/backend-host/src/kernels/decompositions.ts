/** eigh, svd and lu of the last two axes, computed in doubles, matrix by matrix. */
import { type HostArray, type Kernels, sizeOf } from '@heddle/func/backend'
import { alloc, hostArray, type NumberData, viaFloat32 } from '../element'
import { singularOf } from './singular'
import { eigenOf } from './symmetric'

type Table = Pick<Kernels<HostArray>, 'eigh' | 'svd' | 'lu'>

const eigh: Table['eigh'] = viaFloat32(({ params, ins, outs }) => {
  const n = ins[0]!.shape.at(-1)!
  const batches = sizeOf(ins[0]!.shape.slice(0, -2))
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const [vectors, values] = outs.map((o) => alloc(o.dtype, sizeOf(o.shape)) as NumberData) as [NumberData, NumberData]
    for (let b = 0; b < batches; b++) {
      const at = b * n * n
      const read = (i: number, j: number): number => x[at + (i >= j === params.lower ? i * n + j : j * n + i)]!
      const v = Float64Array.from({ length: n * n }, (_, i) => read(Math.floor(i / n), i % n))
      const isFinite = v.every(Number.isFinite)
      values.set(isFinite ? eigenOf(v, n) : new Float64Array(n).fill(Number.NaN), b * n)
      vectors.set(isFinite ? v : v.fill(Number.NaN), at)
    }
    return [hostArray(outs[0]!.shape, outs[0]!.dtype, vectors), hostArray(outs[1]!.shape, outs[1]!.dtype, values)]
  }
})

const svd: Table['svd'] = viaFloat32(({ params, ins, outs }) => {
  const [m, n] = ins[0]!.shape.slice(-2) as [number, number]
  const k = Math.min(m, n)
  const batches = sizeOf(ins[0]!.shape.slice(0, -2))
  const [uCount, vCount] = params.fullMatrices ? [m, n] : [k, k]
  const isTall = m >= n
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const [s, u, vt] = outs.map((o) => alloc(o.dtype, sizeOf(o.shape)) as NumberData) as [NumberData, NumberData?, NumberData?]
    for (let b = 0; b < batches; b++) {
      const a = x.subarray(b * m * n, (b + 1) * m * n)
      if (!a.every(Number.isFinite)) {
        s.fill(Number.NaN, b * k, (b + 1) * k)
        u?.fill(Number.NaN, b * m * uCount, (b + 1) * m * uCount)
        vt?.fill(Number.NaN, b * n * vCount, (b + 1) * n * vCount)
        continue
      }
      // what has more columns than rows is turned
      const columns = Array.from({ length: k }, (_, j) =>
        Float64Array.from({ length: Math.max(m, n) }, (__, i) => a[isTall ? i * n + j : j * n + i]!),
      )
      const found = singularOf(columns, Math.max(m, n), u === undefined ? 0 : isTall ? uCount : vCount)
      const [left, right] = isTall ? [found.u, found.v] : [found.v, found.u]
      s.set(found.s, b * k)
      if (u) left.forEach((c, j) => c.forEach((value, i) => void (u[(b * m + i) * uCount + j] = value)))
      if (vt) right.forEach((c, j) => vt.set(c, (b * vCount + j) * n))
    }
    return [s, u, vt].flatMap((data, i) => (data ? [hostArray(outs[i]!.shape, outs[i]!.dtype, data)] : []))
  }
})

/** Eliminates in place, with the greatest of each column exchanged to the diagonal. A column with NaN keeps its order. */
const eliminate = (a: Float64Array, m: number, n: number, pivots: Int32Array, order: Int32Array): void => {
  for (let k = 0; k < pivots.length; k++) {
    let pivot = k
    for (let i = k; i < m; i++) {
      const value = Math.abs(a[i * n + k]!)
      if (Number.isNaN(value)) {
        pivot = k
        break
      }
      if (value > Math.abs(a[pivot * n + k]!)) pivot = i
    }
    pivots[k] = pivot
    if (pivot !== k) {
      const row = a.slice(k * n, (k + 1) * n)
      a.copyWithin(k * n, pivot * n, (pivot + 1) * n)
      a.set(row, pivot * n)
      const place = order[k]!
      order[k] = order[pivot]!
      order[pivot] = place
    }
    const head = a[k * n + k]!
    if (head === 0) continue
    for (let i = k + 1; i < m; i++) {
      const factor = a[i * n + k]! / head
      a[i * n + k] = factor
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!
    }
  }
}
const lu: Table['lu'] = viaFloat32(({ ins, outs }) => {
  const [m, n] = ins[0]!.shape.slice(-2) as [number, number]
  const k = Math.min(m, n)
  const batches = sizeOf(ins[0]!.shape.slice(0, -2))
  return (inputs) => {
    const x = inputs[0]!.data as NumberData
    const packed = alloc(outs[0]!.dtype, x.length) as NumberData
    const [pivots, permutation] = [new Int32Array(batches * k), new Int32Array(batches * m)]
    for (let b = 0; b < batches; b++) {
      const a = Float64Array.from(x.subarray(b * m * n, (b + 1) * m * n))
      const order = permutation.subarray(b * m, (b + 1) * m)
      for (let i = 0; i < m; i++) order[i] = i
      eliminate(a, m, n, pivots.subarray(b * k, (b + 1) * k), order)
      packed.set(a, b * m * n)
    }
    return [packed, pivots, permutation].map((data, i) => hostArray(outs[i]!.shape, outs[i]!.dtype, data))
  }
})

export const decompositions: Table = { eigh, svd, lu }
