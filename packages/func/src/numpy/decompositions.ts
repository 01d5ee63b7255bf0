/** Decompositions of matrices. Source: the jax.numpy.linalg functions of the same names; lu, luFactor: jax.scipy.linalg. */
import { boolean, oneOf, optionsOf, type OptionsOf } from '../options'
import { eigh as eighP, lu as luP, svd as svdP } from '../primitives/decompositions'
import { cholesky as choleskyP, qr as qrP } from '../primitives/linalg'
import type { Tensor } from '../tensor'
import { matmul } from './contraction'
import { add, divide } from './elementwise'
import { equal } from './logic'
import { matrix, squareMatrix } from './matrix'
import type { TensorLike } from './promote'
import { arange } from './creation'
import { eye, tril, triu } from './sequences'
import { expandDims, matrixTranspose } from './shape'

const symmetric = (x: Tensor): Tensor => divide(add(x, matrixTranspose(x)), 2)
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
  const l = choleskyP(symmetric(t))
  return upper ? matrixTranspose(l) : l
}
const eighOptions = optionsOf(
  {
    /** The triangle that is read where the input is not made symmetric first. */
    uplo: oneOf('L', 'U'),
    /** The mean of x and its transpose first (true). */
    symmetrizeInput: boolean,
  },
  { alone: 'uplo' },
)
/** Options of `eigh` and `eigvalsh`. */
export interface EighOptions extends OptionsOf<typeof eighOptions> {}
/**
 * Eigenvalues, ascending, and eigenvectors (columns, of any sign) of symmetric matrices `[..., n, n]`.
 *
 * NaN where a matrix has an entry that is not finite. Derivatives of vectors are not finite where eigenvalues repeat.
 * Errors: ShapeError for what is not square. Source: jax.numpy.linalg.eigh.
 */
export const eigh = (x: TensorLike, options?: 'L' | 'U' | EighOptions): [eigenvalues: Tensor, eigenvectors: Tensor] =>
  eighOf('linalg.eigh', x, options)
const eighOf = (where: string, x: TensorLike, options?: 'L' | 'U' | EighOptions): [Tensor, Tensor] => {
  const { uplo = 'L', symmetrizeInput = true } = eighOptions(where, options)
  const t = squareMatrix(where, x)
  const [v, w] = eighP(symmetrizeInput ? symmetric(t) : t, { lower: uplo === 'L' })
  return [w, v]
}
/** Eigenvalues of symmetric matrices, ascending. */
export const eigvalsh = (x: TensorLike, options?: 'L' | 'U' | EighOptions): Tensor => eighOf('linalg.eigvalsh', x, options)[0]
const svdOptions = optionsOf({
  /** Square u and v (true), or only as many columns as there are singular values. */
  fullMatrices: boolean,
  /** u and v too (true), or the singular values alone. */
  computeUv: boolean,
})
/** Options of `svd`. */
export interface SvdOptions extends OptionsOf<typeof svdOptions> {}
/**
 * u `[..., m, m]`, singular values `[..., k]`, descending, and the transpose of v `[..., n, n]`, with x = u diag(s) vᵀ; k = min(m, n). Signs of
 * the columns are any. NaN where a matrix has an entry that is not finite.
 *
 * Derivatives need `fullMatrices: false` unless x is square (RuleUnsupportedError), and those of u and v are not finite where singular values
 * repeat. Errors: ShapeError. Source: jax.numpy.linalg.svd.
 */
export function svd(x: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor
export function svd(x: TensorLike, options?: SvdOptions & { readonly computeUv?: true | undefined }): [u: Tensor, s: Tensor, vt: Tensor]
export function svd(x: TensorLike, options?: SvdOptions): Tensor | [u: Tensor, s: Tensor, vt: Tensor] {
  const { fullMatrices = true, computeUv = true } = svdOptions('linalg.svd', options)
  const [s, u, vt] = svdP(matrix('linalg.svd', x), { fullMatrices, computeUv })
  return computeUv ? [u!, s!, vt!] : s!
}
/** Singular values, descending. */
export const svdvals = (x: TensorLike): Tensor => svdP(matrix('linalg.svdvals', x), { fullMatrices: false, computeUv: false })[0]!
const luOptions = optionsOf({ permuteL: boolean })
/** Options of `lu`. */
export interface LuOptions extends OptionsOf<typeof luOptions> {}
/**
 * P, L and U with P L U = x: a permutation, unit lower triangular `[..., m, k]`, upper triangular `[..., k, n]`; with `permuteL` P L and U.
 *
 * Source: jax.scipy.linalg.lu.
 */
export function lu(x: TensorLike, options: LuOptions & { readonly permuteL: true }): [pl: Tensor, u: Tensor]
export function lu(x: TensorLike, options?: LuOptions & { readonly permuteL?: false | undefined }): [p: Tensor, l: Tensor, u: Tensor]
export function lu(x: TensorLike, options?: LuOptions): Tensor[] {
  const { permuteL = false } = luOptions('linalg.lu', options)
  const t = matrix('linalg.lu', x)
  const [packed, , permutation] = luP(t)
  const [m, n] = t.shape.slice(-2) as [number, number]
  const k = Math.min(m, n)
  const p = equal(expandDims(permutation, -2), expandDims(arange(m), -1)).astype(t.dtype)
  const l = add(tril(packed.at('...', `:${k}`), -1), eye(m, k, t.dtype))
  const u = triu(packed.at('...', `:${k}`, ':'))
  return permuteL ? [matmul(p, l), u] : [p, l, u]
}
/** L (below the diagonal, ones on it) and U in one matrix, and which row was exchanged with which: what `luSolve` takes. */
export const luFactor = (x: TensorLike): [lu: Tensor, pivots: Tensor] => {
  const [packed, pivots] = luP(squareMatrix('linalg.luFactor', x))
  return [packed, pivots]
}
