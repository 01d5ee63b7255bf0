/** `lax.linalg`: decompositions and triangular solves. Source: jax.lax.linalg. */
import { asTensor, type TensorLike } from '../numpy/promote'
import { cholesky as choleskyP, qr as qrP, triangularSolve as triangularSolveP } from '../primitives/linalg'
import { add, mul } from '../primitives/arithmetic'
import { literal } from '../literal'
import { matrixTranspose } from '../numpy/shape'
import type { Tensor } from '../tensor'

/** The lower triangular L with L Lᵀ = x; `symmetrizeInput` (true) takes the mean of x and its transpose first. */
export const cholesky = (x: TensorLike, { symmetrizeInput = true }: { readonly symmetrizeInput?: boolean } = {}): Tensor => {
  const t = asTensor(x, 'lax.linalg.cholesky')
  return choleskyP(symmetrizeInput ? mul(add(t, matrixTranspose(t)), literal(0.5, t.dtype)) : t)
}
/** Q and R with Q R = x; Q square when `fullMatrices` (true). */
export const qr = (x: TensorLike, { fullMatrices = true }: { readonly fullMatrices?: boolean } = {}): [q: Tensor, r: Tensor] =>
  qrP(asTensor(x, 'lax.linalg.qr'), { fullMatrices })
export interface TriangularSolveOptions {
  /** Solve a x = b (true), or x a = b; false by default, as in JAX. */
  readonly leftSide?: boolean
  readonly lower?: boolean
  readonly transposeA?: boolean
  readonly unitDiagonal?: boolean
}
/** Solves for x with a triangular `a`. */
export const triangularSolve = (a: TensorLike, b: TensorLike, options: TriangularSolveOptions = {}): Tensor =>
  triangularSolveP(asTensor(a, 'lax.linalg.triangularSolve'), asTensor(b, 'lax.linalg.triangularSolve'), {
    leftSide: false,
    lower: false,
    transposeA: false,
    unitDiagonal: false,
    ...options,
  })
