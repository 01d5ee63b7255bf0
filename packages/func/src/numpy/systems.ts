/** Systems of linear equations and inverses. Source: the jax.numpy.linalg functions of the same names; some are jax.scipy.linalg's. */
import { ArgumentError, ShapeError } from '../error'
import { sizeOf } from '../aval'
import { boolean, listOf, integer, oneOf, optionsOf, positive, readArgument, type OptionsOf } from '../options'
import { qr as qrP, triangularSolve as solveTriangularP } from '../primitives/linalg'
import { expandDims, squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { matmul } from './contraction'
import { cholesky } from './decompositions'
import { squareMatrix } from './matrix'
import { permutationOf } from './permutation'
import { asTensor, broadcastShapes, broadcastTo, promoteInexact, type TensorLike } from './promote'
import { eye } from './sequences'
import { matrixTranspose, moveaxis, ravel, reshape } from './shape'
import { argsort } from './sorting'
import { takeAlongAxis } from './take'

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
const luSolveOptions = optionsOf({ trans: oneOf(0, 1, 2) }, { alone: 'trans' })
/** Options of `luSolve`: `trans` 1 (or 2) solves with the transpose. */
export interface LuSolveOptions extends OptionsOf<typeof luSolveOptions> {}
/** A right-hand side as a matrix, and the way back. */
const asColumns = (b: Tensor): readonly [rhs: Tensor, back: (x: Tensor) => Tensor] =>
  b.ndim === 1 ? [expandDims(b, [1]), (x) => squeeze(x, { dimensions: [x.ndim - 1] })] : [b, (x) => x]
/** Matrices of which one is for many: with the same leading axes. */
const together = (where: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] => {
  const batch = broadcastShapes(
    where,
    [a, b].map((x) => ({ shape: x.shape.slice(0, -2), dtype: x.dtype })),
  )
  return [broadcastTo(a, [...batch, ...a.shape.slice(-2)], where), broadcastTo(b, [...batch, ...b.shape.slice(-2)], where)]
}
/** Solves a x = b by what `luFactor(a)` answered: b is `[n]` or `[..., n, m]`. Source: jax.scipy.linalg.lu_solve. */
export const luSolve = (
  factors: readonly [lu: TensorLike, pivots: TensorLike],
  b: TensorLike,
  options?: 0 | 1 | 2 | LuSolveOptions,
): Tensor => {
  const where = 'linalg.luSolve'
  const { trans = 0 } = luSolveOptions(where, options)
  if (!Array.isArray(factors) || factors.length !== 2) throw new ArgumentError(where, 'expected [lu, pivots], as luFactor answers them')
  const [given, v] = promoteInexact(where, [squareMatrix(where, factors[0]), b])
  const n = given.shape.at(-1)!
  const pivots = asTensor(factors[1], where)
  if (pivots.dtype !== 'int32' || pivots.shape.at(-1) !== n || pivots.ndim !== given.ndim - 1)
    throw new ShapeError(where, [given.aval, pivots.aval], 'pivots must be int32, one for each row, as luFactor answers them')
  const [rhs, back] = asColumns(v)
  if (rhs.shape.at(-2) !== n) throw new ShapeError(where, [given.aval, v.aval], `the right-hand side must have ${n} rows`)
  const [packed, y] = together(where, given, rhs)
  const order = (permutation: Tensor, x: Tensor): Tensor =>
    takeAlongAxis(x, broadcastTo(expandDims(permutation, [permutation.ndim]), x.shape, where), -2, { mode: 'clip' })
  const solved = (x: Tensor, lower: boolean, transposeA: boolean): Tensor =>
    solveTriangularP(packed, x, { leftSide: true, lower, transposeA, unitDiagonal: lower })
  const permutation = permutationOf(pivots, n)
  if (trans === 0) return back(solved(solved(order(permutation, y), true, false), false, false))
  return back(order(argsort(permutation), solved(solved(y, false, true), true, true)))
}
const choleskySolveOptions = optionsOf({ lower: boolean })
/** Options of `choFactor`. */
export interface ChoFactorOptions extends OptionsOf<typeof choleskySolveOptions> {}
/** The factor of Cholesky of a positive definite matrix, and whether it is the lower one (false by default): what `choSolve` takes. Source: jax.scipy.linalg.cho_factor. */
export const choFactor = (x: TensorLike, options?: ChoFactorOptions): [factor: Tensor, lower: boolean] => {
  const { lower = false } = choleskySolveOptions('linalg.choFactor', options)
  return [cholesky(x, { upper: !lower }), lower]
}
/** Solves a x = b by what `choFactor(a)` answered. Source: jax.scipy.linalg.cho_solve. */
export const choSolve = (factor: readonly [factor: TensorLike, lower: boolean], b: TensorLike): Tensor => {
  const where = 'linalg.choSolve'
  if (!Array.isArray(factor) || factor.length !== 2 || typeof factor[1] !== 'boolean')
    throw new ArgumentError(where, 'expected [factor, lower], as choFactor answers them')
  const lower = factor[1]
  const [given, v] = promoteInexact(where, [squareMatrix(where, factor[0]), b])
  const [rhs, back] = asColumns(v)
  const [c, y] = together(where, given, rhs)
  const solved = (x: Tensor, transposeA: boolean): Tensor =>
    solveTriangularP(c, x, { leftSide: true, lower, transposeA, unitDiagonal: false })
  return back(solved(solved(y, !lower), lower))
}
/** The inverse of a tensor as a map from the axes after the first `ind` (2) to those: a tensor that `tensordot` multiplies to the identity. */
export const tensorinv = (x: TensorLike, ind = 2): Tensor => {
  const t = asTensor(x, 'linalg.tensorinv')
  readArgument('linalg.tensorinv', 'ind', positive, ind)
  const [rows, columns] = [t.shape.slice(0, ind), t.shape.slice(ind)]
  const n = sizeOf(rows)
  if (n !== sizeOf(columns))
    throw new ShapeError('linalg.tensorinv', [t.aval], `the first ${ind} axes must have as many elements together as the others`)
  return reshape(inv(reshape(t, [n, n])), [...columns, ...rows])
}
const tensorsolveOptions = optionsOf({ axes: listOf(integer, 'a list of axes') }, { alone: 'axes' })
/** Options of `tensorsolve`: `axes` of a go to its end first. */
export interface TensorsolveOptions extends OptionsOf<typeof tensorsolveOptions> {}
/** x with `tensordot(a, x, x.ndim)` = b. */
export const tensorsolve = (a: TensorLike, b: TensorLike, options?: readonly number[] | TensorsolveOptions): Tensor => {
  const { axes = [] } = tensorsolveOptions('linalg.tensorsolve', options)
  const [m, v] = promoteInexact('linalg.tensorsolve', [a, b])
  const moved = moveaxis(
    m,
    axes,
    axes.map((_, i) => m.ndim - axes.length + i),
  )
  const [rows, columns] = [moved.shape.slice(0, v.ndim), moved.shape.slice(v.ndim)]
  if (rows.join() !== v.shape.join())
    throw new ShapeError('linalg.tensorsolve', [moved.aval, v.aval], 'the first axes of a must be those of b')
  if (sizeOf(rows) !== sizeOf(columns))
    throw new ShapeError('linalg.tensorsolve', [moved.aval, v.aval], 'the other axes of a must have as many elements together as b')
  return reshape(solve(reshape(moved, [sizeOf(rows), sizeOf(rows)]), ravel(v)), columns)
}
