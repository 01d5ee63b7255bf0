/** Draws of integers and choices. Source: the jax.random functions of the same names. */
import { sizeOf } from '../aval'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import {
  axis as axisKind,
  boolean,
  count,
  dtype as dtypeKind,
  either,
  oneOf,
  optionsOf,
  sizeOrShape,
  tensor,
  tensorLike,
  type OptionsOf,
} from '../options'
import { arange } from '../numpy/creation'
import { cumsum } from '../numpy/cumulative'
import * as E from '../numpy/elementwise'
import { at } from '../numpy/indexing'
import { slice } from '../numpy/index-spec'
import { unstack } from '../numpy/join'
import { equal, where } from '../numpy/logic'
import { asTensor, axisOf, broadcastTo, promoteInexact, shapeOf, type TensorLike } from '../numpy/promote'
import { argmax } from '../numpy/reduce'
import { moveaxis, transpose } from '../numpy/shape'
import { searchsorted } from '../numpy/sorting'
import { take } from '../numpy/take'
import { sort, topK } from '../primitives/sort'
import { convert, reshape } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { bits, type DrawOptions, drawOptions, randint, type ShapeArg, uniform } from './bits'
import { gumbel } from './continuous'
import { split } from './key'
import { parameters } from './parameters'
import { asProgram, keyArgument, shapeArgument, parameter } from './program'

/** The number of trials up to the first success, of probability `p`. */
export const geometric = asProgram(
  'geometric',
  [keyArgument, parameter('p'), shapeArgument, drawOptions],
  (key: Tensor, p: TensorLike, shape?: ShapeArg | null, { dtype = 'int32' }: DrawOptions = {}): Tensor => {
    const [given] = promoteInexact('random.geometric', [p])
    const { ts, sizes } = parameters('random.geometric', shape, given.dtype, [given])
    const u = uniform(key, sizes, { dtype: given.dtype })
    const positive = where(equal(u, 0), 1, u)
    return convert(E.add(E.floor(E.divide(E.log(positive), E.log1p(E.negative(ts[0]!)))), 1), dtype)
  },
)
const categoricalOptions = optionsOf({
  dtype: dtypeKind,
  mode: oneOf('low', 'high'),
  axis: axisKind,
  /** The shape of the result; its last axes are those of the logits without `axis`. */
  shape: sizeOrShape,
  /** False: distinct categories along the leading axes of `shape`. */
  replace: boolean,
})
/** Options of `categorical`. */
export interface CategoricalOptions extends OptionsOf<typeof categoricalOptions> {}
/** Categories (int32) with unnormalized log probabilities `logits` along an axis. */
export const categorical = asProgram(
  'categorical',
  [keyArgument, parameter('logits'), categoricalOptions],
  (key: Tensor, logits: TensorLike, { axis = -1, shape, replace = true, mode }: CategoricalOptions = {}): Tensor => {
    const [t] = promoteInexact('random.categorical', [asTensor(logits)])
    const place = axisOf('random.categorical', axis, t.ndim)
    const batch = t.shape.filter((_, i) => i !== place)
    const { sizes } =
      shape === undefined ? { sizes: batch } : parameters('random.categorical', shape, t.dtype, [broadcastTo(literal(0, t.dtype), batch)])
    const prefix = sizes.slice(0, sizes.length - batch.length)
    const n = t.shape[place]!
    if (replace) {
      const inner = sizes.slice(sizes.length - batch.length)
      const drawn = [...prefix, ...inner.slice(0, place), n, ...inner.slice(place)]
      return argmax(E.add(gumbel(key, drawn, { dtype: t.dtype, mode }), t), { axis: place + prefix.length })
    }
    const k = sizeOf(prefix)
    if (k > n) throw new ArgumentError('random.categorical', `${k} draws without replacement from ${n} categories`)
    const noisy = E.add(t, gumbel(key, t.shape, { dtype: t.dtype, mode }))
    const [, chosen] = topK(moveaxis(noisy, place, -1), { k, axis: t.ndim - 1 })
    const first = transpose(chosen, [chosen.ndim - 1, ...batch.keys()])
    return reshape(first, { newSizes: sizes })
  },
)

/** Sorted by random keys, so often that equal keys are unlikely to matter. */
const shuffleAlong = (key: Tensor, x: Tensor, axis: number): Tensor => {
  const rounds = Math.ceil((3 * Math.log(Math.max(1, x.size))) / Math.log(4294967295))
  let [state, out] = [key, x]
  for (let i = 0; i < rounds; i++) {
    const [next, drawn] = unstack(split(state)) as [Tensor, Tensor]
    out = sort([bits(drawn, x.shape), out], { dimension: axis, isStable: true, numKeys: 1 })[1]!
    state = next
  }
  return out
}
const permutationOptions = optionsOf({
  axis: axisKind,
  /** Each line along the axis in an order of its own. */
  independent: boolean,
})
/** Options of `permutation`. */
export interface PermutationOptions extends OptionsOf<typeof permutationOptions> {}
/** The numbers below `x` in random order; or a tensor whose parts along an axis are. */
export const permutation = asProgram(
  'permutation',
  [keyArgument, ['x', either(tensor, count)], permutationOptions],
  (key: Tensor, x: number | Tensor, { axis = 0, independent = false }: PermutationOptions = {}): Tensor => {
    if (!isTensor(x)) return shuffleAlong(key, arange(x), 0)
    if (x.ndim === 0) throw new ArgumentError('random.permutation', 'expected a whole JavaScript number or a tensor of one axis or more')
    const place = axisOf('random.permutation', axis, x.ndim)
    if (independent || x.ndim === 1) return shuffleAlong(key, x, place)
    return take(x, shuffleAlong(key, arange(x.shape[place]!), 0), { axis: place })
  },
)
const shuffleOptions = optionsOf({ axis: axisKind })
interface ShuffleOptions extends OptionsOf<typeof shuffleOptions> {}
/** A tensor whose lines along an axis are each in random order. */
export const shuffle = asProgram(
  'shuffle',
  [keyArgument, ['x', tensor], shuffleOptions],
  (key: Tensor, x: Tensor, { axis = 0 }: ShuffleOptions = {}): Tensor => shuffleAlong(key, x, axisOf('random.shuffle', axis, x.ndim)),
)
const choiceOptions = optionsOf({
  replace: boolean,
  /** Probabilities of the parts. */
  p: tensorLike,
  axis: axisKind,
})
/** Options of `choice`. */
export interface ChoiceOptions extends OptionsOf<typeof choiceOptions> {}
/** Parts of a tensor along an axis (or numbers below `a`), drawn with or without replacement. */
export const choice = asProgram(
  'choice',
  [keyArgument, parameter('a'), shapeArgument, choiceOptions],
  (key: Tensor, a: number | TensorLike, shape: ShapeArg = [], { replace = true, p, axis = 0 }: ChoiceOptions = {}): Tensor => {
    const sizes = shapeOf('random.choice', shape)
    const from = typeof a === 'number' ? null : asTensor(a, 'random.choice')
    const place = from ? axisOf('random.choice', axis, from.ndim) : 0
    const n = from ? from.shape[place]! : (a as number)
    const draws = sizeOf(sizes)
    if (!Number.isInteger(n) || (n <= 0 && draws > 0))
      throw new ArgumentError('random.choice', `expected at least one thing to choose from, got ${n}`)
    if (!replace && draws > n) throw new ArgumentError('random.choice', `${draws} draws without replacement from ${n}`)
    const out = from ? [...from.shape.slice(0, place), ...sizes, ...from.shape.slice(place + 1)] : sizes
    if (p === undefined && !replace) {
      const order = permutation(key, from ?? n, { axis: place })
      return reshape(at(order, [...out.slice(0, place).map(() => slice(null)), slice(draws)]), { newSizes: out })
    }
    const index = p === undefined ? randint(key, sizes, 0, n) : weighted(key, sizes, n, p, replace)
    return from ? reshape(take(from, index, { axis: place }), { newSizes: out }) : reshape(index, { newSizes: out })
  },
)
const weighted = (key: Tensor, sizes: readonly number[], n: number, p: TensorLike, replace: boolean): Tensor => {
  const [weights] = promoteInexact('random.choice', [asTensor(p)])
  if (weights.ndim !== 1 || weights.shape[0] !== n)
    throw new ArgumentError('random.choice', `probabilities of shape [${weights.shape.join(',')}] must be a vector of ${n}`)
  if (!replace) {
    const noisy = E.add(gumbel(key, [n], { dtype: weights.dtype }), E.log(weights))
    return topK(noisy, { k: sizeOf(sizes), axis: 0 })[1]
  }
  const running = cumsum(weights)
  const r = E.multiply(at(running, [-1]), E.subtract(1, uniform(key, sizes, { dtype: weights.dtype })))
  return searchsorted(running, r)
}
