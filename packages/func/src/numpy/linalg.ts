/** Linear algebra by qr, cholesky and triangular solves. Source: the jax.numpy.linalg functions of the same names. */
import { range } from '../aval'
import { ArgumentError, ShapeError } from '../error'
import { literal } from '../literal'
import { axes as axesKind, boolean, describe, either, list, number, oneOf, optionsOf, readArgument, type OptionsOf, of } from '../options'
import { iota } from '../primitives/layout'
import { cholesky as choleskyP, qr as qrP, triangularSolve as solveTriangularP } from '../primitives/linalg'
import { eq } from '../primitives/piecewise'
import { expandDims, squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { cross, matmul, outer, type ProductOptions, tensordot, trace, vecdot } from './contraction'
import { diagonalOf } from './diagonal'
import { absolute, add, divide, log, multiply, power, sign, sqrt, square, subtract } from './elementwise'
import { greater, notEqual, where } from './logic'
import { asTensor, axesOf, broadcastTo, floatOperand, promoteInexact, type TensorLike } from './promote'
import { argmax, max, min, prod, sum } from './reduce'
import { diagonal, eye } from './sequences'
import { matrixTranspose } from './shape'
import { takeAlongAxis } from './take'

const matrix = (where_: string, x: TensorLike): Tensor => {
  const t = floatOperand(where_, x)
  if (t.ndim < 2) throw new ShapeError(where_, [t.aval], 'expected a matrix (or several, in leading axes)')
  return t
}
const squareMatrix = (where_: string, x: TensorLike): Tensor => {
  const t = matrix(where_, x)
  if (t.shape.at(-1) !== t.shape.at(-2)) throw new ShapeError(where_, [t.aval], 'the last two axes must have equal sizes')
  return t
}

/** Which norm: a number, Infinity, or `fro` for matrices. */
export type NormOrder = number | 'fro'
const normOptions = optionsOf({
  ord: of<NormOrder | null>()(either(number, oneOf('fro', null))),
  /** One axis for vectors, two for matrices, none for all elements. */
  axis: axesKind,
  keepdims: boolean,
})
/** Options of `norm`. */
export interface NormOptions extends OptionsOf<typeof normOptions> {}
/** The norm of vectors: 2 by default, any p, 0 (how many are not 0), Infinity and -Infinity. */
export const vectorNorm = (x: TensorLike, given?: NormOptions): Tensor => {
  const { ord = 2, axis = null, keepdims = false } = normOptions('linalg.vectorNorm', given)
  const t = floatOperand('vectorNorm', x)
  const options = { axis, keepdims }
  if (ord === null || ord === 2 || ord === 'fro') return sqrt(sum(square(t), options))
  if (ord === Number.POSITIVE_INFINITY) return max(absolute(t), options)
  if (ord === Number.NEGATIVE_INFINITY) return min(absolute(t), options)
  if (ord === 0) return sum(notEqual(t, 0), { ...options, dtype: t.dtype })
  if (ord === 1) return sum(absolute(t), options)
  return power(sum(power(absolute(t), literal(ord, t.dtype)), options), literal(1 / ord, t.dtype))
}
/** The norm of matrices: Frobenius by default, 1 and Infinity (largest column and row sum), -1 and -Infinity (smallest). */
export const matrixNorm = (x: TensorLike, given?: NormOptions): Tensor => {
  const { ord = 'fro', axis = [-2, -1], keepdims = false } = normOptions('linalg.matrixNorm', given)
  const t = floatOperand('matrixNorm', x)
  const [rows, columns, ...more] = axesOf('matrixNorm', axis, t.ndim, true)
  if (columns === undefined || more.length > 0) throw new ArgumentError('linalg.matrixNorm', 'a matrix norm needs two axes')
  if (ord === null || ord === 'fro') return sqrt(sum(square(t), { axis: [rows!, columns!], keepdims }))
  if (Math.abs(ord) !== 1 && Math.abs(ord) !== Number.POSITIVE_INFINITY)
    throw new ArgumentError(
      'linalg.norm',
      `the order of a matrix norm may be 'fro', 1, -1, Infinity or -Infinity, got ${ord} (others need singular values)`,
    )
  const [summed, compared] = Math.abs(ord) === 1 ? [rows!, columns!] : [columns!, rows!]
  const sums = sum(absolute(t), { axis: summed, keepdims: true })
  const out = (ord > 0 ? max : min)(sums, { axis: compared, keepdims: true })
  return keepdims ? out : squeeze(out, { dimensions: [rows!, columns!].sort((a, b) => a - b) })
}
/** The norm of vectors (one axis), matrices (two axes and an order), or of all elements. */
export const norm = (x: TensorLike, given?: NormOptions): Tensor => {
  const options = normOptions('linalg.norm', given)
  const t = floatOperand('norm', x)
  const { ord = null, axis = null } = options
  if (ord === null) return sqrt(sum(square(t), { axis, keepdims: options.keepdims }))
  const count = axis === null ? t.ndim : typeof axis === 'number' ? 1 : axis.length
  if (count === 1) return vectorNorm(t, options)
  if (count === 2) return matrixNorm(t, { ...options, axis: axis ?? [0, 1] })
  throw new ArgumentError('linalg.norm', `an order needs one axis (vectors) or two (matrices), got ${count}`)
}
const qrOptions = optionsOf({ mode: oneOf('reduced', 'complete') }, { alone: 'mode' })
/** Options of `qr`. */
export interface QrOptions extends OptionsOf<typeof qrOptions> {}
/** Q (orthonormal columns) and R (upper triangular) with Q R = x; 'complete' gives a square Q. */
export const qr = (x: TensorLike, options?: QrOptions): [q: Tensor, r: Tensor] =>
  qrP(matrix('linalg.qr', x), { fullMatrices: qrOptions('linalg.qr', options).mode === 'complete' })
const choleskyOptions = optionsOf({ upper: boolean })
/** Options of `cholesky`. */
export interface CholeskyOptions extends OptionsOf<typeof choleskyOptions> {}
/** The lower triangular L with L Lᵀ = x (upper: U with Uᵀ U = x); NaN where x is not positive definite. */
export const cholesky = (x: TensorLike, options?: CholeskyOptions): Tensor => {
  const { upper = false } = choleskyOptions('linalg.cholesky', options)
  const t = squareMatrix('linalg.cholesky', x)
  const l = choleskyP(divide(add(t, matrixTranspose(t)), 2))
  return upper ? matrixTranspose(l) : l
}
const triangularOptions = optionsOf({ lower: boolean, unitDiagonal: boolean, transposeA: boolean })
/** Options of `solveTriangular`. */
export interface TriangularOptions extends OptionsOf<typeof triangularOptions> {}
/** Solves a x = b for a triangular a: b is `[..., n]` or `[..., n, m]`. */
export const solveTriangular = (a: TensorLike, b: TensorLike, options?: TriangularOptions): Tensor => {
  const { lower = false, unitDiagonal = false, transposeA = false } = triangularOptions('linalg.solveTriangular', options)
  const [m, v] = promoteInexact('linalg.solveTriangular', [a, b])
  const vector = v.ndim === m.ndim - 1
  const rhs = vector ? expandDims(v, [v.ndim]) : v
  const out = solveTriangularP(m, rhs, { leftSide: true, lower, unitDiagonal, transposeA })
  return vector ? squeeze(out, { dimensions: [out.ndim - 1] }) : out
}
/** Solves a x = b by QR: a is `[..., n, n]`, b `[n]` or `[..., n, m]`. */
export const solve = (a: TensorLike, b: TensorLike): Tensor => {
  const [m, v] = promoteInexact('linalg.solve', [squareMatrix('linalg.solve', a), b])
  const vector = v.ndim === 1
  const rhs = vector ? expandDims(v, [1]) : v
  const [q, r] = qrP(m, { fullMatrices: false })
  const projected = matmul(matrixTranspose(q), rhs)
  const batch = projected.shape.slice(0, -2)
  const full = broadcastTo(r, [...batch, ...r.shape.slice(-2)], 'linalg.solve')
  const out = solveTriangularP(full, projected, { leftSide: true, lower: false, transposeA: false, unitDiagonal: false })
  return vector ? squeeze(out, { dimensions: [out.ndim - 1] }) : out
}
/** The inverse of square matrices. */
export const inv = (x: TensorLike): Tensor => {
  const t = squareMatrix('linalg.inv', x)
  return solve(t, broadcastTo(eye(t.shape.at(-1)!, null, t.dtype), t.shape))
}

/** The x of least norm that makes |a x - b| least, for `a` `[m, n]` of full rank, by QR; NaN or infinities where the rank is not full. */
export const lstsq = (a: TensorLike, b: TensorLike): Tensor => {
  const [m, v] = promoteInexact('linalg.lstsq', [matrix('linalg.lstsq', a), asTensor(b)])
  const rhs = v.ndim === 1 ? expandDims(v, [1]) : v
  const tall = m.shape.at(-2)! >= m.shape.at(-1)!
  const [q, r] = qrP(tall ? m : matrixTranspose(m), { fullMatrices: false })
  const x = tall ? solveTriangular(r, matmul(matrixTranspose(q), rhs)) : matmul(q, solveTriangular(r, rhs, { transposeA: true }))
  return v.ndim === 1 ? squeeze(x, { dimensions: [x.ndim - 1] }) : x
}
/** The pseudoinverse of a matrix of full rank, by QR. */
export const pinv = (x: TensorLike): Tensor => {
  const t = matrix('linalg.pinv', x)
  const m = t.shape.at(-2)!
  return lstsq(t, broadcastTo(eye(m, null, t.dtype), [...t.shape.slice(0, -2), m, m]))
}

/** Gaussian elimination with pivots: the upper triangle, and the sign of the row exchanges. */
const eliminate = (x: Tensor): { diagonal: Tensor; sign: Tensor } => {
  const n = x.shape.at(-1)!
  const rowAxis = x.ndim - 2
  const rows = iota({ dtype: 'int32', shape: [n], dimension: 0 })
  let m = x
  let parity = literal(1, x.dtype)
  for (const k of range(n - 1)) {
    const column = m.at('...', k)
    const below = where(greater(k, rows), -1, absolute(column))
    const pivot = argmax(below, { axis: -1, keepdims: true })
    parity = multiply(parity, where(notEqual(squeeze(pivot, { dimensions: [pivot.ndim - 1] }), k), -1, 1).astype(x.dtype))
    const order = where(eq(rows, literal(k, 'int32')), pivot, where(eqTo(rows, pivot), k, rows))
    m = takeAlongAxis(m, broadcastTo(expandDims(order, [order.ndim]), m.shape), rowAxis, { mode: 'clip' })
    const top = m.at('...', [k], ':')
    const head = m.at('...', k, [k])
    const safe = where(notEqual(head, 0), head, 1)
    const factor = where(greater(rows, k), divide(m.at('...', k), safe), 0)
    m = subtract(m, multiply(expandDims(factor, [factor.ndim]), top))
  }
  return { diagonal: diagonalOf(m, 0, -2, -1), sign: parity }
}
const eqTo = (rows: Tensor, pivot: Tensor): Tensor => {
  const full = broadcastTo(rows, [...pivot.shape.slice(0, -1), rows.shape[0]!])
  return eq(full, broadcastTo(pivot, full.shape))
}
/** The determinant of square matrices, by elimination. */
export const det = (x: TensorLike): Tensor => {
  const { diagonal: d, sign: s } = eliminate(squareMatrix('linalg.det', x))
  return multiply(prod(d, { axis: -1 }), s)
}
/** Sign and logarithm of the absolute value of the determinant. */
export const slogdet = (x: TensorLike): [sign: Tensor, logabsdet: Tensor] => {
  const { diagonal: d, sign: s } = eliminate(squareMatrix('linalg.slogdet', x))
  return [multiply(prod(sign(d), { axis: -1 }), s), sum(log(absolute(d)), { axis: -1 })]
}
/** `x` multiplied with itself `n` times; negative powers are of the inverse. */
export const matrixPower = (x: TensorLike, n: number): Tensor => {
  const t = squareMatrix('linalg.matrixPower', x)
  if (!Number.isInteger(n)) throw new ArgumentError('linalg.matrixPower', `the power must be whole, got ${describe(n)}`)
  if (n < 0) return matrixPower(inv(t), -n)
  if (n === 0) return broadcastTo(eye(t.shape.at(-1)!, null, t.dtype), t.shape)
  if (n === 1) return t
  const half = matrixPower(t, Math.floor(n / 2))
  const twice = matmul(half, half)
  return n % 2 === 0 ? twice : matmul(twice, t)
}
/** The product of several matrices, from left to right. */
export const multiDot = (xs: readonly TensorLike[], options?: ProductOptions): Tensor => {
  readArgument('linalg.multiDot', 'matrices', list, xs)
  if (xs.length === 0) throw new ArgumentError('linalg.multiDot', 'expected at least one matrix')
  return xs.map((x) => asTensor(x)).reduce((a, b) => matmul(a, b, options))
}
export { cross, diagonal, matmul, matrixTranspose, outer, tensordot, trace, vecdot }
