/** Softmax and its kin, normalization, one-hot vectors. Source: the jax.nn functions of the same names. */
import type { DType } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import * as E from '../numpy/elementwise'
import { equal, isfinite, where as choose } from '../numpy/logic'
import { asTensor, axesOf, axisOf, floatOperand, type TensorLike } from '../numpy/promote'
import { type Axis, countOf, max, mean, type ReduceArg, reduceOptions, sum } from '../numpy/reduce'
import { log, rsqrt } from '../primitives/transcendental'
import { iota } from '../primitives/layout'
import { stopGradient } from '../primitives/piecewise'
import { axisIndex, namedAxisSize } from '../primitives/collective'
import { convert, expandDims, squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'

export interface SoftmaxOptions {
  /** Over which axes; -1. */
  readonly axis?: Axis | undefined
  /** Which elements take part; the others get 0 (softmax) or -inf (logSoftmax). */
  readonly where?: TensorLike | undefined
}
const softmaxOptions = (arg: ReduceArg<SoftmaxOptions>): { axis: Axis; where: TensorLike | undefined } => {
  const { axis = -1, where } = arg === undefined ? {} : reduceOptions<SoftmaxOptions>(arg)
  return { axis, where }
}
const lowest = Number.NEGATIVE_INFINITY
/** Shifted so that the largest is 0, excluded ones at -inf; the shift has no derivative. */
const shifted = (t: Tensor, axis: Axis, where: TensorLike | undefined): Tensor => {
  const safe = where === undefined ? t : choose(where, t, literal(lowest, t.dtype))
  const top = max(t, { axis, where, initial: where === undefined && t.size > 0 ? undefined : literal(lowest, t.dtype), keepdims: true })
  return E.subtract(safe, stopGradient(top))
}
/** Exponentials that sum to 1 over axes. */
export const softmax = (x: TensorLike, arg?: ReduceArg<SoftmaxOptions>): Tensor => {
  const { axis, where } = softmaxOptions(arg)
  const t = floatOperand('softmax', x)
  const weights = E.exp(shifted(t, axis, where))
  const out = E.divide(weights, sum(weights, { axis, where, keepdims: true }))
  return where === undefined ? out : choose(where, out, literal(0, t.dtype))
}
/** The logarithm of softmax, computed without leaving the logarithms. */
export const logSoftmax = (x: TensorLike, arg?: ReduceArg<SoftmaxOptions>): Tensor => {
  const { axis, where } = softmaxOptions(arg)
  const t = floatOperand('logSoftmax', x)
  const low = shifted(t, axis, where)
  const out = E.subtract(low, E.log(sum(E.exp(low), { axis, where, keepdims: true })))
  return where === undefined ? out : choose(where, out, literal(lowest, t.dtype))
}

export interface LogsumexpOptions {
  readonly axis?: Axis | undefined
  /** Factors of the exponentials. */
  readonly b?: TensorLike | undefined
  readonly keepdims?: boolean | undefined
  readonly where?: TensorLike | undefined
}
/** `log(sum(b * exp(x)))` over axes (all by default) without overflow; NaN where the sum is negative. */
export const logsumexp = (x: TensorLike, arg?: ReduceArg<LogsumexpOptions>): Tensor => {
  const { axis, b, keepdims, where } = reduceOptions(arg)
  const given = floatOperand('logsumexp', x)
  const t = b === undefined ? given : choose(equal(b, 0), literal(lowest, given.dtype), given)
  const initial = literal(lowest, t.dtype)
  const top = max(t, { axis, where, initial: where === undefined && t.size > 0 ? undefined : initial, keepdims: true })
  const shift = stopGradient(choose(isfinite(top), top, literal(0, t.dtype)))
  const exps = E.exp(E.subtract(t, shift))
  const total = sum(b === undefined ? exps : E.multiply(exps, b), { axis, where, keepdims: true })
  const out = E.add(log(total), shift)
  return keepdims ? out : squeeze(out, { dimensions: axesOf('logsumexp', axis, t.ndim) })
}
/** `logsumexp` minus the logarithm of the number of elements. */
export const logmeanexp = (x: TensorLike, arg?: ReduceArg<Omit<LogsumexpOptions, 'b'>>): Tensor => {
  const { axis, keepdims, where } = reduceOptions(arg)
  const t = floatOperand('logmeanexp', x)
  const n = countOf(t, axesOf('logmeanexp', axis, t.ndim), where, keepdims)
  return E.subtract(logsumexp(t, { axis, keepdims, where }), typeof n === 'number' ? Math.log(n) : E.log(n))
}

export interface StandardizeOptions extends SoftmaxOptions {
  readonly mean?: TensorLike | undefined
  readonly variance?: TensorLike | undefined
  /** Added to the variance; 1e-5. */
  readonly epsilon?: TensorLike | undefined
}
/** Shifted and scaled to mean 0 and variance 1 over axes (-1 by default). */
export const standardize = (x: TensorLike, arg?: ReduceArg<StandardizeOptions>): Tensor => {
  const options: StandardizeOptions = arg === undefined ? {} : reduceOptions<StandardizeOptions>(arg)
  const { axis = -1, where, epsilon = 1e-5 } = options
  const t = floatOperand('standardize', x)
  const over = { axis, where, keepdims: true }
  const center = options.mean ?? mean(t, over)
  const variance = options.variance ?? E.clip(E.subtract(mean(E.square(t), over), E.square(center)), 0)
  return E.multiply(E.subtract(t, center), rsqrt(floatOperand('standardize', E.add(variance, epsilon))))
}

export interface OneHotOptions {
  readonly dtype?: DType | undefined
  /** Where the new axis stands in the result, or the name of a mapped axis. */
  readonly axis?: number | string | undefined
}
/** Vectors with 1 at the place that an integer says, and zeros; all zeros for a place outside. */
export const oneHot = (x: TensorLike, numClasses: number, { dtype = 'float32', axis = -1 }: OneHotOptions = {}): Tensor => {
  const t = Array.isArray(x) ? asTensor(Int32Array.from(x as number[])) : asTensor(x, 'oneHot')
  if (typeof axis === 'string') {
    const size = namedAxisSize(axis)
    if (size !== numClasses) throw new ArgumentError('oneHot', `axis ${axis} has size ${size}, not ${numClasses}`)
    return convert(equal(t, axisIndex({ axisName: axis })), dtype)
  }
  const at = axisOf('oneHot', axis, t.ndim + 1)
  const sizes = Array.from({ length: t.ndim + 1 }, (_, i) => (i === at ? numClasses : 1))
  return convert(equal(expandDims(t, [at]), iota({ dtype: t.dtype === 'bool' ? 'int32' : t.dtype, shape: sizes, dimension: at })), dtype)
}
