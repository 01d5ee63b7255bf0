/** Reductions that skip NaN. Source: the jax.numpy functions of the same names. */
import { isFloating } from '../dtype'
import { literal } from '../literal'
import { fraction, number, optionsOf, readArgument } from '../options'
import { expandDims } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { add, ceil, floor, multiply, sqrt, subtract } from './elementwise'
import { isnan, logicalAnd, logicalNot, where as choose } from './logic'
import { asTensor, axesOf, floatOperand, type TensorLike } from './promote'
import {
  any,
  type ArgOptions,
  argmax,
  argmin,
  type AxesOptions,
  axesKinds,
  max,
  mean,
  meanKinds,
  type MeanOptions,
  min,
  prod,
  reduceKinds,
  type ReduceArg,
  type ReduceOptions,
  sum,
} from './reduce'
import { sort } from './sorting'
import { gathered, var as variance, type VarianceOptions } from './statistics'
import { takeAlongAxis } from './take'
import { optionsLast } from './options-last'

/** Options of `nansum` and its kin. */
export type NanReduceOptions = ReduceOptions
/** Options of `nanmean`. */
export type NanMeanOptions = MeanOptions
/** Options of `nanvar` and `nanstd`. */
export type NanVarianceOptions = VarianceOptions
const meanOptions = optionsOf(meanKinds, { alone: 'axis' })
const reduceOptions = optionsOf(reduceKinds, { alone: 'axis' })
const varianceOptions = optionsOf({ ...meanKinds, ddof: number }, { alone: 'axis' })
const axesOptions = optionsOf(axesKinds, { alone: 'axis' })
const present = (x: Tensor): Tensor => logicalNot(isnan(x))
/** What is no NaN and takes part. */
const taken = (x: Tensor, where: TensorLike | undefined): Tensor => (where === undefined ? present(x) : logicalAnd(present(x), where))
/** Sum that takes NaN as 0. */
export const nansum = optionsLast('nansum', (x: TensorLike, arg?: ReduceArg<NanReduceOptions>): Tensor => {
  const t = asTensor(x, 'nansum')
  const options = reduceOptions('nansum', arg)
  return sum(t, { ...options, where: taken(t, options.where) })
})
/** Mean of the elements that are not NaN. */
export const nanmean = optionsLast('nanmean', (x: TensorLike, arg?: ReduceArg<NanMeanOptions>): Tensor => {
  const t = floatOperand('nanmean', x)
  const options = meanOptions('nanmean', arg)
  return mean(t, { ...options, where: taken(t, options.where) })
})
/** Variance of the elements that are not NaN. */
export const nanvar = optionsLast('nanvar', (x: TensorLike, arg?: ReduceArg<NanVarianceOptions>): Tensor => {
  const t = floatOperand('nanvar', x)
  const options = varianceOptions('nanvar', arg)
  return variance(t, { ...options, where: taken(t, options.where) })
})
/** The standard deviation of what is not NaN. */
export const nanstd = optionsLast('nanstd', (x: TensorLike, arg?: ReduceArg<NanVarianceOptions>): Tensor => {
  const spread = nanvar(x, varianceOptions('nanstd', arg))
  const known = present(spread)
  return choose(known, sqrt(choose(known, spread, literal(1, spread.dtype))), spread)
})
const nanExtremum = (name: string, worst: number, reduce: typeof max) =>
  optionsLast(name, (x: TensorLike, arg?: ReduceArg<AxesOptions>) => {
    const t = asTensor(x, name)
    const options = axesOptions(name, arg)
    if (!isFloating(t.dtype)) return reduce(t, options)
    const out = reduce(choose(isnan(t), literal(worst, t.dtype), t), options)
    return choose(any(present(t), options), out, literal(Number.NaN, t.dtype))
  })
/** The largest element that is not NaN; NaN if all are. */
export const nanmax = nanExtremum('nanmax', Number.NEGATIVE_INFINITY, max)
/** The smallest element that is not NaN; NaN if all are. */
export const nanmin = nanExtremum('nanmin', Number.POSITIVE_INFINITY, min)
/** Product that takes NaN as 1. */
export const nanprod = optionsLast('nanprod', (x: TensorLike, arg?: ReduceArg<NanReduceOptions>): Tensor => {
  const t = asTensor(x, 'nanprod')
  const options = reduceOptions('nanprod', arg)
  return prod(t, { ...options, where: taken(t, options.where) })
})
const nanArg = (name: string, worst: number, find: typeof argmax) =>
  optionsLast(name, (x: TensorLike, arg?: number | null | ArgOptions): Tensor => {
    const t = floatOperand(name, x)
    const found = find(choose(isnan(t), literal(worst, t.dtype), t), arg)
    return choose(any(present(t), arg), found, -1)
  })
/** The place of the largest element that is not NaN; -1 if all are. */
export const nanargmax = nanArg('nanargmax', Number.NEGATIVE_INFINITY, argmax)
/** The place of the smallest element that is not NaN; -1 if all are. */
export const nanargmin = nanArg('nanargmin', Number.POSITIVE_INFINITY, argmin)

/** `quantile` of the elements over axes that are not NaN; NaN where there is none. */
export const nanquantile = optionsLast('nanquantile', (x: TensorLike, q: number, arg?: ReduceArg<AxesOptions>): Tensor => {
  const { axis = null, keepdims } = axesOptions('nanquantile', arg)
  const t = floatOperand('nanquantile', x)
  readArgument('nanquantile', 'q', fraction, q)
  const axes = axesOf('nanquantile', axis, t.ndim)
  const sorted = sort(gathered(t, axes), -1)
  const place = multiply(subtract(sum(present(sorted), { axis: -1, keepdims: true, dtype: t.dtype }), 1), q)
  const low = floor(place)
  const read = (p: Tensor): Tensor => takeAlongAxis(sorted, p.astype('int32'), -1, { mode: 'clip' })
  const upper = subtract(place, low)
  const out = add(multiply(read(low), subtract(1, upper)), multiply(read(ceil(place)), upper)).squeeze(-1)
  return keepdims ? expandDims(out, axes) : out
})
/** A percentile (q from 0 to 100) of what is not NaN. */
export const nanpercentile = optionsLast(
  'nanpercentile',
  (x: TensorLike, q: number, arg?: ReduceArg<AxesOptions>): Tensor => nanquantile(x, Number(q) / 100, arg),
)
/** The median of what is not NaN. */
export const nanmedian = optionsLast('nanmedian', (x: TensorLike, arg?: ReduceArg<AxesOptions>): Tensor => nanquantile(x, 0.5, arg))
