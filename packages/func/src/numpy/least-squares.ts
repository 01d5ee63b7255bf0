/** What singular values are for: least squares, pseudoinverses, ranks. Source: the jax.numpy.linalg functions of the same names. */
import { ShapeError } from '../error'
import { finite, nullable, optionsOf, readArgument, type OptionsOf } from '../options'
import { customJvpCall } from '../primitives/call/custom-jvp'
import { svd as svdP } from '../primitives/decompositions'
import type { Tensor } from '../tensor'
import { matmul } from './contraction'
import { svdvals } from './decompositions'
import { diagonalOf } from './diagonal'
import { finfo } from './dtypes'
import { add, divide, multiply, subtract } from './elementwise'
import { greater, greaterEqual, isnan, logicalAnd, logicalNot, notEqual, where } from './logic'
import { matrix, squareMatrix } from './matrix'
import { norm, type NormOrder } from './norm'
import { asTensor, promoteInexact, type TensorLike } from './promote'
import { any, sum } from './reduce'
import { expandDims, matrixTranspose, squeeze } from './shape'
import { inv } from './systems'
import { square } from './elementwise'
import { zeros, zerosLike } from './creation'

/** Which singular values count, of all of a matrix. */
type IsKept = (s: Tensor) => Tensor
const parts = (x: Tensor): readonly [u: Tensor, s: Tensor, vt: Tensor] => {
  const [s, u, vt] = svdP(x, { fullMatrices: false, computeUv: true }) as [Tensor, Tensor, Tensor]
  return [u, s, vt]
}
/**
 * The pseudoinverse and the singular values. The derivative is that of matrices of one rank, which singular values that repeat do not
 * disturb. Source: Golub and Pereyra 1973.
 */
const inverseBy = (x: Tensor, isKept: IsKept): readonly [inverse: Tensor, s: Tensor] => {
  const self = (xs: readonly Tensor[]): readonly [Tensor, Tensor] => customJvpCall(xs, params) as unknown as readonly [Tensor, Tensor]
  const params = {
    fn: ([a]: readonly Tensor[]): readonly Tensor[] => {
      const [u, s, vt] = parts(a!)
      const scaled = divide(matrixTranspose(u), expandDims(where(isKept(s), s, Number.POSITIVE_INFINITY), -1))
      return [matmul(matrixTranspose(vt), scaled), s]
    },
    jvp: ([a]: readonly Tensor[], [da]: readonly Tensor[]): readonly [readonly Tensor[], readonly Tensor[]] => {
      const [p, s] = self([a!])
      const [u, , vt] = parts(a!)
      const ds = diagonalOf(matmul(matmul(matrixTranspose(u), da!), matrixTranspose(vt)), 0, -2, -1)
      const [pt, dt] = [matrixTranspose(p), matrixTranspose(da!)]
      const left = matmul(matmul(p, pt), dt)
      const right = matmul(dt, matmul(pt, p))
      const kept = subtract(add(left, right), matmul(matmul(p, da!), p))
      return [
        [p, s],
        [subtract(kept, add(matmul(matmul(left, a!), p), matmul(p, matmul(a!, right)))), ds],
      ]
    },
    numConsts: 0,
    selfContained: true,
  }
  return self([x])
}
const isEmpty = (x: Tensor): boolean => x.shape.at(-1) === 0 || x.shape.at(-2) === 0
const longest = (x: Tensor): number => Math.max(x.shape.at(-1)!, x.shape.at(-2)!)
const largestOf = (s: Tensor): Tensor => s.at('...', [0])

const pinvOptions = optionsOf(
  {
    /** Singular values up to this part of the greatest count as 0; 10 eps max(m, n) by default. */
    rtol: finite,
    /** An older name of rtol. */
    rcond: finite,
  },
  { alone: 'rtol' },
)
/** Options of `pinv`. */
export interface PinvOptions extends OptionsOf<typeof pinvOptions> {}
/** The pseudoinverse (Moore and Penrose's) `[..., n, m]` of matrices `[..., m, n]` of any rank, by singular values. */
export const pinv = (x: TensorLike, options?: number | PinvOptions): Tensor => {
  const t = matrix('linalg.pinv', x)
  const given = pinvOptions('linalg.pinv', options)
  if (isEmpty(t)) return zerosLike(matrixTranspose(t))
  const rtol = given.rtol ?? given.rcond ?? 10 * longest(t) * finfo(t.dtype).eps
  return inverseBy(t, (s) => greater(s, multiply(rtol, largestOf(s))))[0]
}
/**
 * `[x, residuals, rank, s]`: the x of least norm that makes |a x - b| least, for a `[m, n]` and b `[m]` or `[m, k]`; the squared distance of
 * each column; how many singular values count, those of at least `rcond` (eps max(m, n)) of the greatest; and all of them. Source: jax.numpy.linalg.lstsq.
 */
export const lstsq = (
  a: TensorLike,
  b: TensorLike,
  rcond: number | null = null,
): [x: Tensor, residuals: Tensor, rank: Tensor, s: Tensor] => {
  const where_ = 'linalg.lstsq'
  const [m, v] = promoteInexact(where_, [matrix(where_, a), asTensor(b, where_)])
  readArgument(where_, 'rcond', nullable(finite), rcond)
  if (m.ndim !== 2 || v.ndim < 1 || v.ndim > 2 || v.shape[0] !== m.shape[0])
    throw new ShapeError(where_, [m.aval, v.aval], 'a must be a matrix [m, n], and b [m] or [m, k] (vmap is for several)')
  const rhs = v.ndim === 1 ? expandDims(v, 1) : v
  if (isEmpty(m)) {
    const x = zeros([m.shape[1]!, ...v.shape.slice(1)], m.dtype)
    return [x, sum(square(rhs), { axis: 0 }), asTensor(0), zeros([0], m.dtype)]
  }
  const { eps } = finfo(m.dtype)
  const least = rcond === null ? eps * longest(m) : rcond < 0 ? eps : rcond
  const isKept: IsKept = (s) => logicalAnd(greater(s, 0), greaterEqual(s, multiply(least, largestOf(s))))
  const [inverse, s] = inverseBy(m, isKept)
  const x = matmul(inverse, rhs)
  const residuals = sum(square(subtract(rhs, matmul(m, x))), { axis: 0 })
  return [v.ndim === 1 ? squeeze(x, 1) : x, residuals, sum(isKept(s), { axis: -1, dtype: 'int32' }), s]
}
const rankOptions = optionsOf(
  {
    /** Singular values up to this count as 0; the greatest times eps max(m, n) by default. */
    rtol: finite,
  },
  { alone: 'rtol' },
)
/** Options of `matrixRank`. */
export interface MatrixRankOptions extends OptionsOf<typeof rankOptions> {}
/** How many singular values are not 0 but for rounding: int32 `[...]`. */
export const matrixRank = (x: TensorLike, options?: number | MatrixRankOptions): Tensor => {
  const { rtol } = rankOptions('linalg.matrixRank', options)
  const given = asTensor(x, 'linalg.matrixRank')
  if (given.ndim < 2) return any(notEqual(given, 0)).astype('int32')
  const t = matrix('linalg.matrixRank', given)
  if (isEmpty(t)) return zeros(t.shape.slice(0, -2), 'int32')
  const s = svdvals(t)
  return sum(greater(s, rtol ?? multiply(longest(t) * finfo(t.dtype).eps, largestOf(s))), { axis: -1, dtype: 'int32' })
}
/** The condition number: the greatest singular value over the smallest, or of another norm that of x times that of its inverse. */
export const cond = (x: TensorLike, p: NormOrder | null = null): Tensor => {
  const t = matrix('linalg.cond', x)
  if (isEmpty(t)) throw new ShapeError('linalg.cond', [t.aval], 'an empty matrix has no condition number')
  if (p === null || p === 2 || p === -2) {
    const s = svdvals(t)
    const [first, last] = [s.at('...', 0), s.at('...', -1)]
    return p === -2 ? orInfinite(divide(last, first), t) : divide(first, last)
  }
  const square_ = squareMatrix('linalg.cond', t)
  const of = (y: Tensor): Tensor => norm(y, { ord: p, axis: [-2, -1] })
  return orInfinite(multiply(of(square_), of(inv(square_))), t)
}
/** Infinity in the place of a NaN that is not the matrix's. */
const orInfinite = (r: Tensor, x: Tensor): Tensor =>
  where(logicalAnd(isnan(r), logicalNot(any(isnan(x), { axis: [-2, -1] }))), Number.POSITIVE_INFINITY, r)
