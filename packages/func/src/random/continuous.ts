/** Draws of real numbers from closed forms of uniform and normal draws. Source: the jax.random functions of the same names. */
import { ShapeError } from '../error'
import { literal } from '../literal'
import { count, dtype as dtypeKind, oneOf, optionsOf, type OptionsOf } from '../options'
import { diagonal } from '../numpy/sequences'
import { finfo } from '../numpy/dtypes'
import * as E from '../numpy/elementwise'
import { einsum } from '../numpy/einsum'
import { unstack } from '../numpy/join'
import { cholesky, norm, qr } from '../numpy/linalg'
import { greaterEqual, less, lessEqual, where } from '../numpy/logic'
import { asTensor, asType, broadcastShapes, broadcastTo, isScalar, promoteInexact, shapeOf, type TensorLike } from '../numpy/promote'
import { matrixTranspose } from '../numpy/shape'
import { mul, neg, sub } from '../primitives/arithmetic'
import { abs, sign, stopGradient } from '../primitives/piecewise'
import { erf, erfInv, log, log1p, sqrt, tan } from '../primitives/transcendental'
import { convert, expandDims } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { type DrawOptions, drawHint, drawOptions, floatDtype, type ShapeArg, uniform } from './bits'
import { rademacher } from './bernoulli'
import { nextAfter } from './next-after'
import { normalTail, tailFrom } from './normal-tail'
import { keys, parameters } from './parameters'
import { asProgram, keyArgument, shapeArgument, parameter } from './program'

/** Standard normal floats. */
export const normal = asProgram(
  'normal',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.normal', dtype)
    const u = uniform(key, shape, { dtype: to, minval: nextAfter(-1, true, to), maxval: 1 })
    return mul(erfInv(u), literal(Math.SQRT2, to))
  },
)
/** Standard normal floats on condition that they lie in (lower, upper); also where both are far from 0, where JAX's are coarse or stick to a bound. */
export const truncatedNormal = asProgram(
  'truncatedNormal',
  [keyArgument, parameter('lower'), parameter('upper'), shapeArgument, drawOptions],
  (key: Tensor, lower: TensorLike, upper: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.truncatedNormal', dtype, lower, upper)
    const { ts, sizes } = parameters('random.truncatedNormal', shape, to, [lower, upper])
    const root = literal(Math.SQRT2, to)
    const [a, b] = ts.map((t) => erf(E.divide(t, root))) as [Tensor, Tensor]
    const [low, high] = ts as [Tensor, Tensor]
    const share = uniform(key, sizes, { dtype: to, minval: a, maxval: b })
    // Beyond all digits of erf, 1 is rounded up: the largest number below stands for it.
    const most = 1 - finfo(to).eps / 2
    const within = [lower, upper].every((x) => isScalar(x) && Math.abs(Number(x)) <= tailFrom)
    const near = mul(erfInv(within ? share : E.clip(share, literal(-most, to), literal(most, to))), root)
    const tail = (far: boolean | Tensor, from: Tensor, end: Tensor): Tensor => {
      const safe = (t: Tensor, other: number): Tensor => (typeof far === 'boolean' ? t : where(far, t, other))
      return normalTail(uniform(key, sizes, { dtype: to }), safe(from, tailFrom), safe(end, tailFrom + 1))
    }
    const above = isScalar(lower) ? Number(lower) >= tailFrom : greaterEqual(low, tailFrom)
    const below = isScalar(upper) ? Number(upper) <= -tailFrom : lessEqual(high, -tailFrom)
    const right = pick(above, () => tail(above, low, high), near)
    const out = pick(below, () => E.negative(tail(below, E.negative(high), E.negative(low))), right)
    return E.clip(out, inward(lower, ts[0]!, true), inward(upper, ts[1]!, false))
  },
)
const pick = (condition: boolean | Tensor, yes: () => Tensor, no: Tensor): Tensor =>
  typeof condition === 'boolean' ? (condition ? yes() : no) : where(condition, yes(), no)
/** A bound moved by one float into the interval. */
const inward = (given: TensorLike, bound: Tensor, up: boolean): Tensor =>
  isScalar(given)
    ? literal(nextAfter(Number(given), up, bound.dtype), bound.dtype)
    : E.nextafter(stopGradient(bound), up ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)

/** Exponential floats of rate 1. */
export const exponential = asProgram(
  'exponential',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor =>
    neg(log1p(neg(uniform(key, shape, { dtype: floatDtype('random.exponential', dtype) })))),
)
/** Laplace floats of location 0 and scale 1. */
export const laplace = asProgram(
  'laplace',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.laplace', dtype)
    const u = uniform(key, shape, { dtype: to, minval: -1 + finfo(to).eps / 2, maxval: 1 })
    return mul(sign(u), log1p(neg(abs(u))))
  },
)
/** Standard logistic floats. */
export const logistic = asProgram(
  'logistic',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.logistic', dtype)
    const u = uniform(key, shape, { dtype: to, minval: finfo(to).tiny, maxval: 1 })
    return sub(log(u), log1p(neg(u)))
  },
)
/** Standard Cauchy floats. */
export const cauchy = asProgram(
  'cauchy',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.cauchy', dtype)
    const u = uniform(key, shape, { dtype: to, minval: finfo(to).eps, maxval: 1 })
    return tan(mul(sub(u, literal(0.5, to)), literal(Math.PI, to)))
  },
)
const gumbelOptions = optionsOf(
  {
    dtype: dtypeKind,
    /** 'high' draws two floats for one, and so reaches further into the tail. */
    mode: oneOf('low', 'high'),
  },
  { hint: drawHint },
)
/** Options of `gumbel`. */
export interface GumbelOptions extends OptionsOf<typeof gumbelOptions> {}
/** Standard Gumbel floats. */
export const gumbel = asProgram(
  'gumbel',
  [keyArgument, shapeArgument, gumbelOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype, mode = 'low' }: GumbelOptions = {}): Tensor => {
    const to = floatDtype('random.gumbel', dtype)
    const { tiny, nmant } = finfo(to)
    if (mode === 'low') return neg(log(neg(log(uniform(key, shape, { dtype: to, minval: tiny, maxval: 1 })))))
    const [high, low] = unstack(uniform(key, [2, ...shapeOf('random.gumbel', shape)], { dtype: to })) as [Tensor, Tensor]
    const x = where(less(high, 0.5), E.add(E.add(high, E.multiply(low, 2 ** -nmant)), tiny), high)
    return neg(log(neg(log1p(neg(x)))))
  },
)
/** Pareto floats of shape `b`, at least 1. */
export const pareto = asProgram(
  'pareto',
  [keyArgument, parameter('b'), shapeArgument, drawOptions],
  (key: Tensor, b: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.pareto', dtype, b)
    const { ts, sizes } = parameters('random.pareto', shape, to, [b])
    return E.exp(E.divide(exponential(key, sizes, { dtype: to }), ts[0]!))
  },
)
/** Rayleigh floats. */
export const rayleigh = asProgram(
  'rayleigh',
  [keyArgument, parameter('scale'), shapeArgument, drawOptions],
  (key: Tensor, scale: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.rayleigh', dtype, scale)
    const { ts, sizes } = parameters('random.rayleigh', shape, to, [scale])
    return E.multiply(ts[0]!, sqrt(mul(log(uniform(key, sizes, { dtype: to })), literal(-2, to))))
  },
)
/** Lengths of vectors of three normal floats. */
export const maxwell = asProgram(
  'maxwell',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor =>
    norm(normal(key, [...shapeOf('random.maxwell', shape), 3], { dtype }), { axis: -1 }),
)
/** Maxwell floats of either sign. */
export const doubleSidedMaxwell = asProgram(
  'doubleSidedMaxwell',
  [keyArgument, parameter('loc'), parameter('scale'), shapeArgument, drawOptions],
  (key: Tensor, loc: TensorLike, scale: TensorLike, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.doubleSidedMaxwell', dtype, loc, scale)
    const given = shapeOf('random.doubleSidedMaxwell', shape)
    const { ts, sizes } = parameters('random.doubleSidedMaxwell', null, to, [loc, scale])
    const full = [...(given.length === 0 ? sizes : given), ...sizes]
    const [k1, k2] = keys(key) as [Tensor, Tensor]
    const lengths = maxwell(k1, full, { dtype: to })
    return E.add(E.multiply(E.multiply(rademacher(k2, full, { dtype: to }), lengths), ts[1]!), ts[0]!)
  },
)
/** Weibull floats. */
export const weibullMin = asProgram(
  'weibullMin',
  [keyArgument, parameter('scale'), parameter('concentration'), shapeArgument, drawOptions],
  (key: Tensor, scale: TensorLike, concentration: TensorLike, shape: ShapeArg = [], { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.weibullMin', dtype, scale, concentration)
    const u = uniform(key, shape, { dtype: to })
    return E.multiply(E.power(neg(log1p(neg(u))), E.divide(literal(1, to), asType(concentration, to))), asType(scale, to))
  },
)
/** Floats from a triangular density. */
export const triangular = asProgram(
  'triangular',
  [keyArgument, parameter('left'), parameter('mode'), parameter('right'), shapeArgument, drawOptions],
  (key: Tensor, left: TensorLike, mode: TensorLike, right: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.triangular', dtype, left, mode, right)
    const { ts, sizes } = parameters('random.triangular', shape, to, [left, mode, right])
    const [l, m, r] = ts as [Tensor, Tensor, Tensor]
    const [rise, fall, width] = [E.subtract(m, l), E.subtract(r, m), E.subtract(r, l)]
    const u = uniform(key, sizes, { dtype: to })
    const below = E.add(l, E.sqrt(E.multiply(E.multiply(u, width), rise)))
    const above = E.subtract(r, E.sqrt(E.multiply(E.multiply(E.subtract(1, u), width), fall)))
    return where(less(u, E.divide(rise, width)), below, above)
  },
)
/** Exponentials of normal floats. */
export const lognormal = asProgram(
  'lognormal',
  [keyArgument, parameter('sigma'), shapeArgument, drawOptions],
  (key: Tensor, sigma: TensorLike = 1, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.lognormal', dtype, sigma)
    const { ts, sizes } = parameters('random.lognormal', shape, to, [sigma])
    return E.exp(E.multiply(normal(key, sizes, { dtype: to }), ts[0]!))
  },
)
/** Wald (inverse Gaussian) floats. */
export const wald = asProgram(
  'wald',
  [keyArgument, parameter('mean'), shapeArgument, drawOptions],
  (key: Tensor, mean: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const to = floatDtype('random.wald', dtype, mean)
    const { ts, sizes } = parameters('random.wald', shape, to, [mean])
    const m = broadcastTo(ts[0]!, sizes)
    const [k1, k2] = keys(key) as [Tensor, Tensor]
    const y = E.square(normal(k1, sizes, { dtype: to }))
    const z = uniform(k2, sizes, { dtype: to })
    const m2 = E.square(m)
    const root = E.sqrt(E.add(E.multiply(E.multiply(m, 4), y), E.multiply(m2, E.square(y))))
    const x = E.subtract(E.add(m, E.divide(E.multiply(m2, y), 2)), E.multiply(E.divide(m, 2), root))
    return where(lessEqual(z, E.divide(m, E.add(m, x))), x, E.divide(m2, x))
  },
)
/** Normal vectors of a mean `[..., n]` and covariance `[..., n, n]`, by Cholesky. */
export const multivariateNormal = asProgram(
  'multivariateNormal',
  [keyArgument, parameter('mean'), parameter('cov'), shapeArgument, drawOptions],
  (key: Tensor, mean: TensorLike, cov: TensorLike, shape?: ShapeArg | null, { dtype }: DrawOptions = {}): Tensor => {
    const [m, c] = promoteInexact('random.multivariateNormal', [asTensor(mean), asTensor(cov)])
    const to = floatDtype('random.multivariateNormal', dtype ?? m.dtype)
    const n = m.shape.at(-1)
    if (n === undefined || c.shape.at(-1) !== n || c.shape.at(-2) !== n)
      throw new ShapeError('random.multivariateNormal', [m.aval, c.aval], 'expected a mean [..., n] and a covariance [..., n, n]')
    const batch = broadcastShapes('random.multivariateNormal', [{ shape: m.shape.slice(0, -1) }, { shape: c.shape.slice(0, -2) }])
    const sizes = shape === undefined || shape === null ? batch : shapeOf('random.multivariateNormal', shape)
    const draws = normal(key, [...sizes, n], { dtype: to })
    return E.add(convert(m, to), einsum('...ij,...j->...i', convert(cholesky(c), to), draws))
  },
)
const orthogonalOptions = optionsOf({
  dtype: dtypeKind,
  /** The number of columns; `n`. */
  m: count,
})
export interface OrthogonalOptions extends OptionsOf<typeof orthogonalOptions> {}
/** Uniform orthogonal matrices `[...shape, n, m]`: orthonormal rows or columns, whichever are fewer. */
export const orthogonal = asProgram(
  'orthogonal',
  [keyArgument, ['n', count], shapeArgument, orthogonalOptions],
  (key: Tensor, n: number, shape: ShapeArg = [], { dtype, m = n }: OrthogonalOptions = {}): Tensor => {
    const z = normal(key, [...shapeOf('random.orthogonal', shape), Math.max(n, m), Math.min(n, m)], { dtype })
    const [q, r] = qr(z)
    const d = diagonal(r, 0, r.ndim - 2, r.ndim - 1)
    const x = E.multiply(q, expandDims(E.sign(d), [d.ndim - 1]))
    return n < m ? matrixTranspose(x) : x
  },
)
