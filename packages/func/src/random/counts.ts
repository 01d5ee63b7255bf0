/** Draws of counts: Poisson, binomial, multinomial. Source: the jax.random functions of the same names. */
import { isFloating, isInteger } from '../dtype'
import { DTypeError } from '../error'
import { fullOf, literal } from '../literal'
import { iinfo } from '../numpy/dtypes'
import * as E from '../numpy/elementwise'
import { flip, moveaxis } from '../numpy/shape'
import { cumsum } from '../numpy/cumulative'
import { array } from '../numpy/creation'
import { equal, greater, greaterEqual, isinf, isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, where } from '../numpy/logic'
import { asTensor, asType, broadcastShapes, broadcastTo, promoteInexact, shapeOf, type TensorLike } from '../numpy/promote'
import { any } from '../numpy/reduce'
import { take } from '../numpy/take'
import { lgamma } from '../primitives/transcendental'
import { convert } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { whileLoop } from '../transforms/while-loop'
import { scan } from '../transforms/scan'
import { type DrawOptions, drawOptions, type ShapeArg, uniform } from './bits'
import { split } from './key'
import { keys } from './parameters'
import { asProgram, keyArgument, shapeArgument, parameter } from './program'

const count0 = (): Tensor => literal(0, 'int32')
/** Multiplies uniforms until the product falls below exp(-lam) (Knuth); for small lam. */
const poissonKnuth = (key: Tensor, lam: Tensor, maxIterations: number): Tensor => {
  type State = readonly [i: Tensor, k: Tensor, key: Tensor, logProduct: Tensor]
  const above = (logProduct: Tensor): Tensor => greater(logProduct, E.negative(lam))
  const [, k] = whileLoop<State>(
    ([i, , , logProduct]) => logicalAnd(any(above(logProduct)), less(i, maxIterations)),
    ([i, n, state, logProduct]) => {
      const [next, drawn] = keys(state) as [Tensor, Tensor]
      const u = uniform(drawn, lam.shape)
      return [E.add(i, 1), where(above(logProduct), E.add(n, 1), n), next, E.add(logProduct, E.log(u))]
    },
    [count0(), fullOf(0, lam.shape, 'int32'), key, fullOf(0, lam.shape, 'float32')],
  )
  return E.subtract(k, 1)
}
/** Transformed rejection (Hörmann 1993); for large lam. */
const poissonRejection = (key: Tensor, lam: Tensor, maxIterations: number): Tensor => {
  type State = readonly [i: Tensor, k: Tensor, accepted: Tensor, key: Tensor]
  const logLam = E.log(lam)
  const b = E.add(E.multiply(E.sqrt(lam), 2.53), 0.931)
  const a = E.add(E.multiply(b, 0.02483), -0.059)
  const inverseAlpha = E.add(E.divide(1.1328, E.subtract(b, 3.4)), 1.1239)
  const limit = E.subtract(0.9277, E.divide(3.6224, E.subtract(b, 2)))
  const [, k] = whileLoop<State>(
    ([i, , accepted]) => logicalAnd(any(logicalNot(accepted)), less(i, maxIterations)),
    ([i, kept, accepted, state]) => {
      const [next, k0, k1] = keys(state, 3) as [Tensor, Tensor, Tensor]
      const u = E.subtract(uniform(k0, lam.shape), 0.5)
      const v = uniform(k1, lam.shape)
      const us = E.subtract(0.5, E.absolute(u))
      const n = E.floor(E.add(E.add(E.multiply(E.add(E.divide(E.multiply(a, 2), us), b), u), lam), 0.43))
      const s = E.log(E.divide(E.multiply(v, inverseAlpha), E.add(E.divide(a, E.square(us)), b)))
      const t = E.subtract(E.subtract(E.multiply(n, logLam), lam), lgamma(E.add(n, 1)))
      const quick = logicalAnd(greaterEqual(us, 0.07), lessEqual(v, limit))
      const reject = logicalOr(less(n, 0), logicalAnd(less(us, 0.013), greater(v, us)))
      const accept = logicalOr(quick, logicalAnd(logicalNot(reject), lessEqual(s, t)))
      return [E.add(i, 1), where(accept, n, kept), logicalOr(accepted, accept), next]
    },
    [count0(), fullOf(-1, lam.shape, 'float32'), fullOf(false, lam.shape, 'bool'), key],
  )
  return convert(k, 'int32')
}
/** Poisson counts of rate `lam`, int32 by default. */
export const poisson = asProgram(
  'poisson',
  [keyArgument, parameter('lam'), shapeArgument, drawOptions],
  (key: Tensor, lam: TensorLike, shape?: ShapeArg | null, { dtype = 'int32' }: DrawOptions = {}): Tensor => {
    if (!isInteger(dtype)) throw new DTypeError('random.poisson', `draws integers, got dtype ${dtype}`)
    const given = asTensor(lam, 'random.poisson')
    const sizes = shape === undefined || shape === null ? given.shape : shapeOf('random.poisson', shape)
    const rate = convert(broadcastTo(given, sizes, 'random.poisson'), 'float32')
    const small = logicalOr(isnan(rate), less(rate, 10))
    const limit = Math.min(Number(iinfo(dtype).max), 2147483647)
    const few = poissonKnuth(key, where(small, rate, 0), limit)
    const many = poissonRejection(key, where(small, 1e5, rate), limit)
    return convert(where(equal(rate, 0), 0, where(small, few, many)), dtype)
  },
)

const tails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
  0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
]
/** What Stirling's approximation of log k! leaves out. */
const stirlingTail = (k: Tensor): Tensor => {
  const near = E.clip(k, 0, 9)
  const square = E.square(E.add(near, 1))
  const inner = E.divide(E.subtract(1 / 360, E.divide(1 / 1260, square)), square)
  const far = E.divide(E.subtract(1 / 12, inner), E.add(near, 1))
  const known = take(array(tails, { dtype: k.dtype }), convert(E.floor(near), 'int32'), { axis: 0, mode: 'clip' })
  return where(lessEqual(k, 9), known, far)
}
/** Sums geometric draws until they pass `n`; for few successes. */
const binomialInversion = (key: Tensor, n: Tensor, p: Tensor, maxIterations: number): Tensor => {
  type State = readonly [i: Tensor, draws: Tensor, total: Tensor, key: Tensor]
  const logFailure = E.log1p(E.negative(p))
  const within = (total: Tensor): Tensor => lessEqual(total, n)
  const [, draws] = whileLoop<State>(
    ([i, , total]) => logicalAnd(any(within(total)), less(i, maxIterations)),
    ([i, drawn, total, state]) => {
      const [sub, next] = keys(state) as [Tensor, Tensor]
      const step = E.ceil(E.divide(E.log(uniform(sub, n.shape, { dtype: p.dtype })), logFailure))
      return [E.add(i, 1), where(within(total), E.add(drawn, 1), drawn), E.add(total, step), next]
    },
    [count0(), fullOf(0, n.shape, p.dtype), fullOf(0, n.shape, p.dtype), key],
  )
  return E.subtract(draws, 1)
}
/** Transformed rejection with squeeze (Hörmann 1993); for many successes. */
const binomialRejection = (key: Tensor, n: Tensor, p: Tensor, maxIterations: number): Tensor => {
  type State = readonly [i: Tensor, k: Tensor, accepted: Tensor, key: Tensor]
  const deviation = E.sqrt(E.multiply(E.multiply(n, p), E.subtract(1, p)))
  const b = E.add(E.multiply(deviation, 2.53), 1.15)
  const a = E.add(E.add(E.multiply(b, 0.0248), -0.0873), E.multiply(p, 0.01))
  const c = E.add(E.multiply(n, p), 0.5)
  const limit = E.subtract(0.92, E.divide(4.2, b))
  const r = E.divide(p, E.subtract(1, p))
  const alpha = E.multiply(E.add(E.divide(5.1, b), 2.83), deviation)
  const m = E.floor(E.multiply(E.add(n, 1), p))
  const left = E.add(E.subtract(n, m), 1)
  const base = E.multiply(E.add(m, 0.5), E.log(E.divide(E.add(m, 1), E.multiply(r, left))))
  const fixed = E.add(E.add(base, stirlingTail(m)), stirlingTail(E.subtract(n, m)))
  const [, k] = whileLoop<State>(
    ([i, , accepted]) => logicalAnd(any(logicalNot(accepted)), less(i, maxIterations)),
    ([i, kept, accepted, state]) => {
      const [next, k0, k1] = keys(state, 3) as [Tensor, Tensor, Tensor]
      const u = E.subtract(uniform(k0, n.shape, { dtype: p.dtype }), 0.5)
      const v = uniform(k1, n.shape, { dtype: p.dtype })
      const us = E.subtract(0.5, E.absolute(u))
      const quick = logicalAnd(greaterEqual(us, 0.07), lessEqual(v, limit))
      const drawn = E.floor(E.add(E.multiply(E.add(E.divide(E.multiply(a, 2), us), b), u), c))
      const reject = logicalOr(less(drawn, 0), greater(drawn, n))
      const logV = E.log(E.divide(E.multiply(v, alpha), E.add(E.divide(a, E.square(us)), b)))
      const rest = E.add(E.subtract(n, drawn), 1)
      const spread = E.add(
        E.multiply(E.add(n, 1), E.log(E.divide(left, rest))),
        E.multiply(E.add(drawn, 0.5), E.log(E.divide(E.multiply(r, rest), E.add(drawn, 1)))),
      )
      const bound = E.subtract(E.subtract(E.add(fixed, spread), stirlingTail(drawn)), stirlingTail(E.subtract(n, drawn)))
      const accept = logicalOr(quick, logicalAnd(logicalNot(reject), lessEqual(logV, bound)))
      return [E.add(i, 1), where(accept, drawn, kept), logicalOr(accepted, accept), next]
    },
    [count0(), fullOf(-1, n.shape, p.dtype), fullOf(false, n.shape, 'bool'), key],
  )
  return k
}
/** Counts (as floats) of successes in `n` trials of probability `p`; NaN for parameters that make no sense. */
export const binomial = asProgram(
  'binomial',
  [keyArgument, parameter('n'), parameter('p'), shapeArgument, drawOptions],
  (key: Tensor, n: TensorLike, p: TensorLike, shape?: ShapeArg | null, { dtype = 'float32' }: DrawOptions = {}): Tensor => {
    if (!isFloating(dtype)) throw new DTypeError('random.binomial', `draws whole floats, got dtype ${dtype}`)
    const [given] = promoteInexact('random.binomial', [p])
    const trials = asType(n, given.dtype, 'random.binomial')
    const sizes =
      shape === undefined || shape === null
        ? broadcastShapes('random.binomial', [given.aval, trials.aval])
        : shapeOf('random.binomial', shape)
    const [count, prob] = [broadcastTo(trials, sizes, 'random.binomial'), broadcastTo(given, sizes, 'random.binomial')]
    const low = less(prob, 0.5)
    const q = where(low, prob, E.subtract(1, prob))
    const badCount = logicalOr(isnan(count), less(count, 0))
    const badQ = logicalOr(isnan(q), less(q, 0))
    const rate = where(badQ, 0.01, q)
    const few = logicalOr(badCount, lessEqual(E.multiply(count, rate), 10))
    const whole = E.floor(count)
    const limit = 2147483647
    const small = binomialInversion(key, where(few, whole, 0), rate, limit)
    const large = binomialRejection(key, where(few, 1e4, whole), where(few, 0.5, rate), limit)
    const invalid = logicalOr(badQ, badCount)
    const drawn = where(invalid, Number.NaN, where(few, small, large))
    const infinite = isinf(count)
    const bounded = where(logicalAnd(infinite, logicalNot(invalid)), Number.POSITIVE_INFINITY, drawn)
    const direct = logicalOr(logicalOr(low, badCount), logicalOr(isnan(q), infinite))
    return convert(where(direct, bounded, E.subtract(whole, bounded)), dtype)
  },
)
/** Counts of `n` draws among categories of probabilities `p` `[..., k]`. */
export const multinomial = asProgram(
  'multinomial',
  [keyArgument, parameter('n'), parameter('p'), shapeArgument, drawOptions],
  (key: Tensor, n: TensorLike, p: TensorLike, shape?: ShapeArg | null, { dtype = 'float32' }: DrawOptions = {}): Tensor => {
    const [given] = promoteInexact('random.multinomial', [asTensor(p)])
    const sizes = shape === undefined || shape === null ? given.shape : shapeOf('random.multinomial', shape)
    const probabilities = moveaxis(broadcastTo(given, sizes, 'random.multinomial'), -1, 0)
    const remaining = flip(cumsum(flip(probabilities, 0), 0), 0)
    const ratios = E.divide(probabilities, where(equal(remaining, 0), 1, remaining))
    const trials = broadcastTo(asType(n, given.dtype), sizes.slice(0, -1), 'random.multinomial')
    const [, counts] = scan<Tensor, readonly [Tensor, Tensor], Tensor>(
      (left, [ratio, k]) => {
        const count = binomial(k, left, E.clip(ratio, 0, 1), null, { dtype: left.dtype })
        return [E.subtract(left, count), count]
      },
      trials,
      [ratios, split(key, ratios.shape[0]!)],
    )
    return convert(moveaxis(counts, 0, -1), dtype)
  },
)
