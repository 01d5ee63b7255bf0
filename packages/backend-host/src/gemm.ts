/**
 * Matrix products of strided operands: `out[i, j] = sum over k of a[i, k] * b[k, j]`.
 *
 * Floats: both operands are packed in doubles, in panels of four rows or columns, and a 4 x 4 tile of sums is kept in
 * registers, as GotoBLAS does. Thin products (a vector with a matrix) would not repay the packing and run plain loops.
 */
import { type DType, dtypes, type TypedArray } from '@heddle/func/backend'
import { type BigData, isBig, type NumberData } from './element'

/** A matrix inside an array: where it starts, and the steps to the next row and column. */
interface Matrix<D = TypedArray> {
  readonly data: D
  readonly offset: number
  readonly row: number
  readonly column: number
}
interface Sizes {
  readonly m: number
  readonly n: number
  readonly k: number
}
/** The result is dense and row-major from `offset` on. */
export type Gemm = (a: Matrix, b: Matrix, out: TypedArray, offset: number, sizes: Sizes) => void

/** Four lines (rows of a, or columns of b) of `k` elements side by side; lines past the last are zeros. */
const pack = (to: Float64Array, at: number, x: NumberData, from: number, line: number, step: number, lines: number, k: number): void => {
  if (lines === 4) {
    for (let p = 0, s = from; p < k; p++, s += step, at += 4) {
      to[at] = x[s]!
      to[at + 1] = x[s + line]!
      to[at + 2] = x[s + 2 * line]!
      to[at + 3] = x[s + 3 * line]!
    }
    return
  }
  for (let p = 0, s = from; p < k; p++, s += step, at += 4) for (let l = 0; l < 4; l++) to[at + l] = l < lines ? x[s + l * line]! : 0
}

const sums = new Float64Array(16)
/** The 16 sums of products of a packed panel of a with one of b. */
const tile = (a: Float64Array, p: number, b: Float64Array, k: number): void => {
  let c00 = 0
  let c01 = 0
  let c02 = 0
  let c03 = 0
  let c10 = 0
  let c11 = 0
  let c12 = 0
  let c13 = 0
  let c20 = 0
  let c21 = 0
  let c22 = 0
  let c23 = 0
  let c30 = 0
  let c31 = 0
  let c32 = 0
  let c33 = 0
  for (let q = 0, end = 4 * k; q < end; q += 4, p += 4) {
    const b0 = b[q]!
    const b1 = b[q + 1]!
    const b2 = b[q + 2]!
    const b3 = b[q + 3]!
    const a0 = a[p]!
    c00 += a0 * b0
    c01 += a0 * b1
    c02 += a0 * b2
    c03 += a0 * b3
    const a1 = a[p + 1]!
    c10 += a1 * b0
    c11 += a1 * b1
    c12 += a1 * b2
    c13 += a1 * b3
    const a2 = a[p + 2]!
    c20 += a2 * b0
    c21 += a2 * b1
    c22 += a2 * b2
    c23 += a2 * b3
    const a3 = a[p + 3]!
    c30 += a3 * b0
    c31 += a3 * b1
    c32 += a3 * b2
    c33 += a3 * b3
  }
  sums[0] = c00
  sums[1] = c01
  sums[2] = c02
  sums[3] = c03
  sums[4] = c10
  sums[5] = c11
  sums[6] = c12
  sums[7] = c13
  sums[8] = c20
  sums[9] = c21
  sums[10] = c22
  sums[11] = c23
  sums[12] = c30
  sums[13] = c31
  sums[14] = c32
  sums[15] = c33
}

const packed = (a: Matrix<NumberData>, b: Matrix<NumberData>, out: NumberData, offset: number, { m, n, k }: Sizes): void => {
  const panel = 4 * k
  const left = new Float64Array(Math.ceil(m / 4) * panel)
  for (let i = 0; i < m; i += 4) pack(left, i * k, a.data, a.offset + i * a.row, a.row, a.column, Math.min(4, m - i), k)
  const right = new Float64Array(panel)
  for (let j = 0; j < n; j += 4) {
    const columns = Math.min(4, n - j)
    pack(right, 0, b.data, b.offset + j * b.column, b.column, b.row, columns, k)
    for (let i = 0; i < m; i += 4) {
      tile(left, i * k, right, k)
      const rows = Math.min(4, m - i)
      for (let r = 0, at = offset + i * n + j; r < rows; r++, at += n) for (let c = 0; c < columns; c++) out[at + c] = sums[4 * r + c]!
    }
  }
}

/** One row or column at a time: along k where b's columns are dense, else sums of whole rows of b. */
const thin = (a: Matrix<NumberData>, b: Matrix<NumberData>, out: NumberData, offset: number, { m, n, k }: Sizes): void => {
  const x = a.data
  const y = b.data
  if (n > 1 && b.column === 1) {
    const row = new Float64Array(n)
    for (let i = 0; i < m; i++) {
      row.fill(0)
      for (let p = 0, s = a.offset + i * a.row, t = b.offset; p < k; p++, s += a.column, t += b.row) {
        const v = x[s]!
        for (let j = 0; j < n; j++) row[j]! += v * y[t + j]!
      }
      out.set(row, offset + i * n)
    }
    return
  }
  for (let i = 0, at = offset; i < m; i++)
    for (let j = 0; j < n; j++, at++) {
      let sum = 0
      for (let p = 0, s = a.offset + i * a.row, t = b.offset + j * b.column; p < k; p++, s += a.column, t += b.row) sum += x[s]! * y[t]!
      out[at] = sum
    }
}
const ofFloats = (a: Matrix<NumberData>, b: Matrix<NumberData>, out: NumberData, offset: number, sizes: Sizes): void =>
  (sizes.m < 3 || sizes.n < 3 ? thin : packed)(a, b, out, offset, sizes)

const ofInts = (a: Matrix<NumberData>, b: Matrix<NumberData>, out: NumberData, offset: number, { m, n, k }: Sizes): void => {
  for (let i = 0, at = offset; i < m; i++)
    for (let j = 0; j < n; j++, at++) {
      let sum = 0
      for (let p = 0, s = a.offset + i * a.row, t = b.offset + j * b.column; p < k; p++, s += a.column, t += b.row)
        sum = (sum + Math.imul(a.data[s]!, b.data[t]!)) | 0
      out[at] = sum
    }
}
const ofBigs = (a: Matrix<BigData>, b: Matrix<BigData>, out: BigData, offset: number, { m, n, k }: Sizes): void => {
  for (let i = 0, at = offset; i < m; i++)
    for (let j = 0; j < n; j++, at++) {
      let sum = 0n
      for (let p = 0, s = a.offset + i * a.row, t = b.offset + j * b.column; p < k; p++, s += a.column, t += b.row)
        sum += a.data[s]! * b.data[t]!
      out[at] = sum
    }
}
/** For bool, where a sum is whether any product is true. */
const ofBools = (a: Matrix<NumberData>, b: Matrix<NumberData>, out: NumberData, offset: number, sizes: Sizes): void => {
  const counts = new Int32Array(sizes.m * sizes.n)
  ofInts(a, b, counts, 0, sizes)
  for (let i = 0; i < counts.length; i++) out[offset + i] = counts[i] ? 1 : 0
}

/** The product for operands and result of one dtype (float32 in place of 16-bit floats). */
export const gemm = (dtype: DType): Gemm =>
  (isBig(dtype) ? ofBigs : dtypes[dtype].kind === 'float' ? ofFloats : dtype === 'bool' ? ofBools : ofInts) as Gemm
