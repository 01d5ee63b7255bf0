/** Softmax and its kin, normalization, one-hot vectors. Source: the jax.nn functions of the same names. */
import { ArgumentError } from '../error'
import { literal } from '../literal'
import {
  axes as axesKind,
  count,
  dtype as dtypeKind,
  either,
  integer,
  optionsOf,
  readArgument,
  string,
  tensorLike,
  type OptionsOf,
} from '../options'
import * as E from '../numpy/elementwise'
import { equal, where as choose } from '../numpy/logic'
import { axesOf, axisOf, broadcastTo, floatOperand, floatOperands, type TensorLike } from '../numpy/promote'
import { axesKinds, countOf, keepAxes, type MaskedOptions, mean, type ReduceArg, spreadOver } from '../numpy/reduce'
import { rsqrt } from '../primitives/transcendental'
import { integerOperand } from '../numpy/integer-operand'
import { iota } from '../primitives/layout'
import { axisIndex, namedAxisSize } from '../primitives/collective'
import { convert, expandDims } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { logOfSum, logProbabilities, probabilities } from './probabilities'
import { optionsLast } from '../numpy/options-last'

const softmaxKinds = {
  /** Over which axes; -1. */
  axis: axesKind,
  /** Which elements take part; the others get 0 (softmax) or -inf (logSoftmax). */
  where: tensorLike,
}
const softmaxOptions = optionsOf(softmaxKinds, { alone: 'axis' })
/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions extends OptionsOf<typeof softmaxOptions> {}
const lowest = Number.NEGATIVE_INFINITY
/** What is left out counts as minus infinity. */
const taking = (x: Tensor, where: TensorLike | undefined): Tensor => masked(x, where, lowest)
const masked = (x: Tensor, where: TensorLike | undefined, otherwise: number): Tensor =>
  where === undefined ? x : choose(where, x, literal(otherwise, x.dtype))
/** Exponentials that sum to 1 over axes. */
export const softmax = optionsLast('softmax', (x: TensorLike, arg?: ReduceArg<SoftmaxOptions>): Tensor => {
  const { axis = -1, where } = softmaxOptions('softmax', arg)
  const t = floatOperand('softmax', x)
  return masked(probabilities(taking(t, where), axesOf('softmax', axis, t.ndim)), where, 0)
})
/** The logarithm of softmax, computed without leaving the logarithms. */
export const logSoftmax = optionsLast('logSoftmax', (x: TensorLike, arg?: ReduceArg<SoftmaxOptions>): Tensor => {
  const { axis = -1, where } = softmaxOptions('logSoftmax', arg)
  const t = floatOperand('logSoftmax', x)
  return masked(logProbabilities(taking(t, where), axesOf('logSoftmax', axis, t.ndim)), where, lowest)
})
const logmeanexpKinds = { ...axesKinds, where: tensorLike }
const logmeanexpOptions = optionsOf(logmeanexpKinds, { alone: 'axis' })
const logsumexpOptions = optionsOf(
  {
    ...logmeanexpKinds,
    /** Factors of the exponentials. */
    b: tensorLike,
  },
  { alone: 'axis' },
)
/** Options of `logsumexp`. */
export interface LogsumexpOptions extends OptionsOf<typeof logsumexpOptions> {}
/** `log(sum(b * exp(x)))` over axes (all by default) without overflow; NaN where the sum is negative. */
export const logsumexp = optionsLast('logsumexp', (x: TensorLike, arg?: ReduceArg<LogsumexpOptions>): Tensor => {
  const { axis, b, keepdims, where } = logsumexpOptions('logsumexp', arg)
  const [given, factors] = b === undefined ? [floatOperand('logsumexp', x), undefined] : floatOperands('logsumexp', [x, b])
  // what is left out has no exponential that could overflow
  const counted = factors === undefined ? given : choose(equal(factors, 0), literal(lowest, given.dtype), given)
  const t = taking(counted, where)
  const axes = axesOf('logsumexp', axis, t.ndim)
  const of = factors === undefined ? undefined : masked(broadcastTo(factors, t.shape), where, 0)
  return keepAxes(logOfSum(t, of, axes), axes, keepdims)
})
/** `logsumexp` minus the logarithm of the number of elements. */
export const logmeanexp = optionsLast('logmeanexp', (x: TensorLike, arg?: ReduceArg<MaskedOptions>): Tensor => {
  const { axis, keepdims, where } = logmeanexpOptions('logmeanexp', arg)
  const t = floatOperand('logmeanexp', x)
  const n = countOf(t, axesOf('logmeanexp', axis, t.ndim), where, keepdims)
  return E.subtract(logsumexp(t, { axis, keepdims, where }), typeof n === 'number' ? Math.log(n) : E.log(n.astype(t.dtype)))
})
const standardizeOptions = optionsOf(
  {
    ...softmaxKinds,
    mean: tensorLike,
    variance: tensorLike,
    /** Added to the variance; 1e-5. */
    epsilon: tensorLike,
  },
  { alone: 'axis' },
)
/** Options of `standardize`. */
export interface StandardizeOptions extends OptionsOf<typeof standardizeOptions> {}
/** Shifted and scaled to mean 0 and variance 1 over axes (-1 by default). */
export const standardize = optionsLast('standardize', (x: TensorLike, arg?: ReduceArg<StandardizeOptions>): Tensor => {
  const options = standardizeOptions('standardize', arg)
  const { axis = -1, where, epsilon = 1e-5 } = options
  const t = floatOperand('standardize', x)
  const axes = axesOf('standardize', axis, t.ndim)
  const meanOf = (y: Tensor): Tensor => mean(y, { axis: axes, where })
  const spread = (y: Tensor): Tensor => spreadOver(y, t.shape, axes)
  const scaleOf = (v: TensorLike): Tensor => rsqrt(floatOperand('standardize', E.add(v, epsilon)))
  const known = options.mean
  const center = known === undefined ? meanOf(t) : undefined
  const shifted = E.subtract(t, center ? spread(center) : known!)
  if (options.variance !== undefined) return E.multiply(shifted, scaleOf(options.variance))
  const squares = meanOf(E.square(t))
  if (center) return E.multiply(shifted, spread(scaleOf(E.clip(E.subtract(squares, E.square(center)), 0))))
  return E.multiply(shifted, scaleOf(E.clip(E.subtract(spread(squares), E.square(floatOperand('standardize', known!))), 0)))
})
const oneHotOptions = optionsOf({
  dtype: dtypeKind,
  /** Where the new axis stands in the result, or the name of a mapped axis. */
  axis: either(integer, string),
})
/** Options of `oneHot`. */
export interface OneHotOptions extends OptionsOf<typeof oneHotOptions> {}
/** Vectors with 1 at the place that an integer says, and zeros; all zeros for a place outside. */
export const oneHot = (x: TensorLike, numClasses: number, options?: OneHotOptions): Tensor => {
  const { dtype = 'float32', axis = -1 } = oneHotOptions('oneHot', options)
  readArgument('oneHot', 'numClasses', count, numClasses)
  const t = isTensor(x) ? x : integerOperand('oneHot', x).index
  if (typeof axis === 'string') {
    const size = namedAxisSize(axis)
    if (size !== numClasses) throw new ArgumentError('oneHot', `axis ${axis} has size ${size}, not ${numClasses}`)
    return convert(equal(t, axisIndex({ axisName: axis })), dtype)
  }
  const at = axisOf('oneHot', axis, t.ndim + 1)
  const sizes = Array.from({ length: t.ndim + 1 }, (_, i) => (i === at ? numClasses : 1))
  return convert(equal(expandDims(t, [at]), iota({ dtype: t.dtype === 'bool' ? 'int32' : t.dtype, shape: sizes, dimension: at })), dtype)
}
