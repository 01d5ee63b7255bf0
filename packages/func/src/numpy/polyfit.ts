/** Polynomials through points. Source: jax.numpy.polyfit. */
import { ArgumentError, ShapeError } from '../error'
import { boolean, count, either, finite, nullable, of, oneOf, optionsOf, readArgument, tensorLike, type OptionsOf } from '../options'
import { literal } from '../literal'
import type { Tensor } from '../tensor'
import { matmul, outer } from './contraction'
import { finfo } from './dtypes'
import { divide, multiply, sqrt, square } from './elementwise'
import { lstsq } from './least-squares'
import { floatOperand, promoteInexact, type TensorLike } from './promote'
import { sum } from './reduce'
import { vander } from './sequences'
import { atleast1d, expandDims, matrixTranspose } from './shape'
import { inv } from './systems'

const polyfitOptions = optionsOf({
  /** Singular values below this part of the greatest count as 0; the number of points times eps by default. */
  rcond: nullable(finite),
  /** Answers `[coefficients, residuals, rank, s, rcond]`. */
  full: boolean,
  /** A weight for each point. */
  w: of<TensorLike | null>()(nullable(tensorLike)),
  /** Answers `[coefficients, covariance]`; 'unscaled' for weights that are 1 / sigma. */
  cov: either(boolean, oneOf('unscaled')),
})
/** Options of `polyfit`. */
export interface PolyfitOptions extends OptionsOf<typeof polyfitOptions> {}
/**
 * The coefficients, the highest power first, of the polynomial of degree `deg` that comes nearest to the points (x, y): `[deg + 1]` for y `[n]`,
 * `[deg + 1, k]` for y `[n, k]`; with `full` or `cov` more.
 *
 * Errors: ShapeError where lengths differ; ArgumentError. Source: jax.numpy.polyfit.
 */
export function polyfit(
  x: TensorLike,
  y: TensorLike,
  deg: number,
  options: PolyfitOptions & ({ readonly full: true } | { readonly cov: true | 'unscaled' }),
): Tensor[]
export function polyfit(x: TensorLike, y: TensorLike, deg: number, options?: PolyfitOptions): Tensor
export function polyfit(x: TensorLike, y: TensorLike, deg: number, options?: PolyfitOptions): Tensor | Tensor[] {
  const { rcond: given = null, full = false, w = null, cov = false } = polyfitOptions('polyfit', options)
  readArgument('polyfit', 'deg', count, deg)
  const [xs, ys] = promoteInexact('polyfit', [x, y])
  const n = xs.shape[0]
  if (xs.ndim !== 1 || n === 0 || n === undefined || ys.ndim < 1 || ys.ndim > 2 || ys.shape[0] !== n)
    throw new ShapeError('polyfit', [xs.aval, ys.aval], 'x must be [n], not empty, and y [n] or [n, k]')
  const weights = w === null ? null : floatOperand('polyfit', w)
  if (weights !== null && (weights.ndim !== 1 || weights.shape[0] !== n))
    throw new ShapeError('polyfit', [weights.aval], `there must be a weight for each of ${n} points`)
  const rcond = given ?? n * finfo(xs.dtype).eps
  const weighted = (t: Tensor): Tensor => (weights === null ? t : multiply(t, t.ndim === 2 ? expandDims(weights, 1) : weights))
  const [powers, rhs] = [weighted(vander(xs, deg + 1)), weighted(ys)]
  const scale = sqrt(sum(square(powers), { axis: 0 }))
  const scaled = divide(powers, scale)
  const [c, residuals, rank, s] = lstsq(scaled, rhs, rcond)
  const coefficients = divide(c, c.ndim === 2 ? expandDims(scale, 1) : scale)
  if (full) return [coefficients, residuals, rank, s, literal(rcond, xs.dtype)]
  if (cov === false) return coefficients
  if (cov === true && n <= deg + 1)
    throw new ArgumentError(
      'polyfit',
      `${n} points are too few to scale the covariance of ${deg + 1} coefficients: more are needed, or cov: 'unscaled'`,
    )
  const base = divide(inv(matmul(matrixTranspose(scaled), scaled)), outer(scale, scale))
  const factor = atleast1d(cov === 'unscaled' ? literal(1, xs.dtype) : divide(residuals, n - deg - 1))
  return [coefficients, ys.ndim === 1 ? multiply(base, factor) : multiply(expandDims(base, 2), factor)]
}
