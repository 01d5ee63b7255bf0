/** Reductions that skip NaN. Source: the jax.numpy functions of the same names. */
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { dtype, number, type OptionsObject, optionsOf, tensorLike } from '../options'
import type { Tensor } from '../tensor'
import { add, ceil, floor, multiply, sqrt, subtract } from './elementwise'
import { isnan, logicalNot, where as choose } from './logic'
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
  min,
  prod,
  type ReduceArg,
  type ReduceOptions,
  sum,
} from './reduce'
import { sort } from './sorting'
import { var as variance, type VarianceOptions } from './statistics'
import { takeAlongAxis } from './take'

export type NanReduceOptions = Omit<ReduceOptions, 'where'> & OptionsObject
export type NanMeanOptions = Omit<NanReduceOptions, 'initial'> & OptionsObject
export type NanVarianceOptions = Omit<VarianceOptions, 'where'> & OptionsObject
const meanOptions = optionsOf<NanMeanOptions>({ ...axesKinds, dtype }, { alone: 'axis' })
const reduceOptions = optionsOf<NanReduceOptions>({ ...axesKinds, dtype, initial: tensorLike }, { alone: 'axis' })
const varianceOptions = optionsOf<NanVarianceOptions>({ ...axesKinds, dtype, ddof: number }, { alone: 'axis' })
const axesOptions = optionsOf<AxesOptions>(axesKinds, { alone: 'axis' })
const present = (x: Tensor): Tensor => logicalNot(isnan(x))
/** Sum that takes NaN as 0. */
export const nansum = (x: TensorLike, arg?: ReduceArg<NanReduceOptions>): Tensor => {
  const t = asTensor(x, 'nansum')
  return sum(t, { ...reduceOptions('nansum', arg), where: present(t) })
}
/** Mean of the elements that are not NaN. */
export const nanmean = (x: TensorLike, arg?: ReduceArg<NanMeanOptions>): Tensor => {
  const t = floatOperand('nanmean', x)
  return mean(t, { ...meanOptions('nanmean', arg), where: present(t) })
}
/** Variance of the elements that are not NaN. */
export const nanvar = (x: TensorLike, arg?: ReduceArg<NanVarianceOptions>): Tensor => {
  const t = floatOperand('nanvar', x)
  return variance(t, { ...varianceOptions('nanvar', arg), where: present(t) })
}
export const nanstd = (x: TensorLike, arg?: ReduceArg<NanVarianceOptions>): Tensor => sqrt(nanvar(x, varianceOptions('nanstd', arg)))
const nanExtremum = (name: string, worst: number, reduce: typeof max) => (x: TensorLike, arg?: ReduceArg<AxesOptions>) => {
  const t = floatOperand(name, x)
  const options = axesOptions(name, arg)
  const out = reduce(choose(isnan(t), literal(worst, t.dtype), t), options)
  return choose(any(present(t), options), out, literal(Number.NaN, t.dtype))
}
/** The largest element that is not NaN; NaN if all are. */
export const nanmax = nanExtremum('nanmax', Number.NEGATIVE_INFINITY, max)
/** The smallest element that is not NaN; NaN if all are. */
export const nanmin = nanExtremum('nanmin', Number.POSITIVE_INFINITY, min)
/** Product that takes NaN as 1. */
export const nanprod = (x: TensorLike, arg?: ReduceArg<NanReduceOptions>): Tensor => {
  const t = asTensor(x, 'nanprod')
  return prod(t, { ...reduceOptions('nanprod', arg), where: present(t) })
}
const nanArg =
  (name: string, worst: number, find: typeof argmax) =>
  (x: TensorLike, arg: number | null | ArgOptions = null): Tensor => {
    const t = floatOperand(name, x)
    const found = find(choose(isnan(t), literal(worst, t.dtype), t), arg)
    return choose(any(present(t), arg), found, -1)
  }
/** The place of the largest element that is not NaN; -1 if all are. */
export const nanargmax = nanArg('nanargmax', Number.NEGATIVE_INFINITY, argmax)
/** The place of the smallest element that is not NaN; -1 if all are. */
export const nanargmin = nanArg('nanargmin', Number.POSITIVE_INFINITY, argmin)

/** `quantile` of the elements along one axis (or of all) that are not NaN. */
export const nanquantile = (x: TensorLike, q: number, arg?: ReduceArg<AxesOptions>): Tensor => {
  const { axis = null, keepdims } = axesOptions('nanquantile', arg)
  const t = floatOperand('nanquantile', x)
  const axes = axesOf('nanquantile', axis, t.ndim)
  if (axes.length !== 1 && axes.length !== t.ndim) throw new ArgumentError('nanquantile', 'takes one axis, or none for all elements')
  const at = axes.length === 1 ? axes[0]! : null
  const from = at === null ? t.ravel() : t
  const along = at ?? 0
  const sorted = sort(from, along)
  const place = multiply(subtract(sum(present(sorted), { axis: along, keepdims: true, dtype: t.dtype }), 1), q)
  const low = floor(place)
  const read = (p: Tensor): Tensor => takeAlongAxis(sorted, p.astype('int32'), along, { mode: 'clip' })
  const upper = subtract(place, low)
  const out = add(multiply(read(low), subtract(1, upper)), multiply(read(ceil(place)), upper))
  if (!keepdims) return out.squeeze(along)
  return at === null ? out.reshape(t.shape.map(() => 1)) : out
}
export const nanpercentile = (x: TensorLike, q: number, arg?: ReduceArg<AxesOptions>): Tensor => nanquantile(x, q / 100, arg)
export const nanmedian = (x: TensorLike, arg?: ReduceArg<AxesOptions>): Tensor => nanquantile(x, 0.5, arg)
