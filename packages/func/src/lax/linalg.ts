/** `lax.linalg`: decompositions and triangular solves. Source: jax.lax.linalg. */
import { asTensor, type TensorLike } from '../numpy/promote'
import { cholesky as choleskyP, qr as qrP, triangularSolve as triangularSolveP } from '../primitives/linalg'
import { add, mul } from '../primitives/arithmetic'
import { literal } from '../literal'
import { boolean, optionsOf, type OptionsOf } from '../options'
import { matrixTranspose } from '../numpy/shape'
import type { Tensor } from '../tensor'

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
  return choleskyP(symmetrizeInput ? mul(add(t, matrixTranspose(t)), literal(0.5, t.dtype)) : t)
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
