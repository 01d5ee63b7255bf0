/** `lax.linalg`: decompositions and triangular solves. Source: jax.lax.linalg. */
import { asTensor, type TensorLike } from '../numpy/promote'
import { cholesky as choleskyP, qr as qrP, triangularSolve as triangularSolveP } from '../primitives/linalg'
import { add, mul } from '../primitives/arithmetic'
import { literal } from '../literal'
import { boolean, count, optionsOf, readArgument, type OptionsOf } from '../options'
import { eigh as eighP, lu as luP, svd as svdP } from '../primitives/decompositions'
import { ShapeError } from '../error'
import { permutationOf } from '../numpy/permutation'
import { matrixTranspose } from '../numpy/shape'
import type { Tensor } from '../tensor'

const symmetric = (x: Tensor): Tensor => mul(add(x, matrixTranspose(x)), literal(0.5, x.dtype))
const choleskyOptions = optionsOf({ symmetrizeInput: boolean })
/** Options of `cholesky`. */
export interface CholeskyOptions extends OptionsOf<typeof choleskyOptions> {}
const qrOptions = optionsOf({ fullMatrices: boolean })
/** Options of `qr`. */
export interface QrOptions extends OptionsOf<typeof qrOptions> {}
/** The lower triangular L with L Lᵀ = x; `symmetrizeInput` (true) takes the mean of x and its transpose first. */
export const cholesky = (x: TensorLike, options?: CholeskyOptions): Tensor => {
  const { symmetrizeInput = true } = choleskyOptions('lax.linalg.cholesky', options)
  const t = asTensor(x, 'lax.linalg.cholesky')
  return choleskyP(symmetrizeInput ? symmetric(t) : t)
}
/** Q and R with Q R = x; Q square when `fullMatrices` (true). */
export const qr = (x: TensorLike, options?: QrOptions): [q: Tensor, r: Tensor] => {
  const { fullMatrices = true } = qrOptions('lax.linalg.qr', options)
  return qrP(asTensor(x, 'lax.linalg.qr'), { fullMatrices })
}
const solveOptions = optionsOf({
  /** Solve a x = b (true), or x a = b; false by default, as in JAX. */
  leftSide: boolean,
  lower: boolean,
  transposeA: boolean,
  unitDiagonal: boolean,
})
/** Options of `triangularSolve`. */
export interface TriangularSolveOptions extends OptionsOf<typeof solveOptions> {}
/** Solves for x with a triangular `a`. */
export const triangularSolve = (a: TensorLike, b: TensorLike, options?: TriangularSolveOptions): Tensor => {
  const { leftSide = false, lower = false, transposeA = false, unitDiagonal = false } = solveOptions('lax.linalg.triangularSolve', options)
  const [m, rhs] = [asTensor(a, 'lax.linalg.triangularSolve'), asTensor(b, 'lax.linalg.triangularSolve')]
  return triangularSolveP(m, rhs, { leftSide, lower, transposeA, unitDiagonal })
}
const eighOptions = optionsOf({ lower: boolean, symmetrizeInput: boolean })
/** Options of `eigh`. */
export interface EighOptions extends OptionsOf<typeof eighOptions> {}
/** Eigenvectors (columns) and eigenvalues, ascending; `symmetrizeInput` (true) takes the mean of x and its transpose, else one triangle is read. */
export const eigh = (x: TensorLike, options?: EighOptions): [eigenvectors: Tensor, eigenvalues: Tensor] => {
  const { lower = true, symmetrizeInput = true } = eighOptions('lax.linalg.eigh', options)
  const t = asTensor(x, 'lax.linalg.eigh')
  return eighP(symmetrizeInput ? symmetric(t) : t, { lower })
}
const svdOptions = optionsOf({ fullMatrices: boolean, computeUv: boolean })
/** Options of `svd`. */
export interface SvdOptions extends OptionsOf<typeof svdOptions> {}
/** u, singular values, descending, and the transpose of v; the values alone when not `computeUv` (true). */
export function svd(x: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor
export function svd(x: TensorLike, options?: SvdOptions & { readonly computeUv?: true | undefined }): [u: Tensor, s: Tensor, vt: Tensor]
export function svd(x: TensorLike, options?: SvdOptions): Tensor | [u: Tensor, s: Tensor, vt: Tensor] {
  const { fullMatrices = true, computeUv = true } = svdOptions('lax.linalg.svd', options)
  const [s, u, vt] = svdP(asTensor(x, 'lax.linalg.svd'), { fullMatrices, computeUv })
  return computeUv ? [u!, s!, vt!] : s!
}
/** L (below the diagonal, ones on it) and U in one matrix `[..., m, n]`, the exchanges of rows `[..., k]`, and the order they make `[..., m]`. */
export const lu = (x: TensorLike): [lu: Tensor, pivots: Tensor, permutation: Tensor] => luP(asTensor(x, 'lax.linalg.lu'))
/** The order of `permutationSize` rows that exchanges make, one after the other. Errors: ShapeError where they are not int32. */
export const luPivotsToPermutation = (pivots: TensorLike, permutationSize: number): Tensor => {
  const t = asTensor(pivots, 'lax.linalg.luPivotsToPermutation')
  if (t.dtype !== 'int32' || t.ndim === 0)
    throw new ShapeError('lax.linalg.luPivotsToPermutation', [t.aval], 'expected int32 [..., k], as lu answers them')
  readArgument('lax.linalg.luPivotsToPermutation', 'permutationSize', count, permutationSize)
  if (permutationSize < t.shape.at(-1)!)
    throw new ShapeError('lax.linalg.luPivotsToPermutation', [t.aval], `${permutationSize} rows are less than there are exchanges`)
  return permutationOf(t, permutationSize)
}
