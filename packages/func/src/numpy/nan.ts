/** Reductions that skip NaN. Source: the jax.numpy functions of the same names. */
import { ArgumentError } from '../error'
import { literal } from '../literal'
import type { Tensor } from '../tensor'
import { add, ceil, floor, multiply, sqrt, subtract } from './elementwise'
import { isnan, logicalNot, where as choose } from './logic'
import { asTensor, axesOf, floatOperand, type TensorLike } from './promote'
import { any, argmax, argmin, max, mean, min, prod, type ReduceArg, type ReduceOptions, reduceOptions, sum } from './reduce'
import { sort } from './sorting'
import { type QuantileOptions, var as variance, type VarianceOptions } from './statistics'
import { takeAlongAxis } from './take'

type NanOptions = Omit<ReduceOptions, 'where'>
const present = (x: Tensor): Tensor => logicalNot(isnan(x))
/** Sum that takes NaN as 0. */
export const nansum = (x: TensorLike, arg?: ReduceArg<NanOptions>): Tensor => {
  const t = asTensor(x, 'nansum')
  return sum(t, { ...reduceOptions(arg), where: present(t) })
}
/** Mean of the elements that are not NaN. */
export const nanmean = (x: TensorLike, arg?: ReduceArg<NanOptions>): Tensor => {
  const t = floatOperand('nanmean', x)
  return mean(t, { ...reduceOptions(arg), where: present(t) })
}
/** Variance of the elements that are not NaN. */
export const nanvar = (x: TensorLike, arg?: ReduceArg<Omit<VarianceOptions, 'where'>>): Tensor => {
  const t = floatOperand('nanvar', x)
  return variance(t, { ...reduceOptions(arg), where: present(t) })
}
export const nanstd = (x: TensorLike, arg?: ReduceArg<Omit<VarianceOptions, 'where'>>): Tensor => sqrt(nanvar(x, arg))
const nanExtremum = (worst: number, reduce: typeof max) => (x: TensorLike, arg?: ReduceArg<Pick<ReduceOptions, 'axis' | 'keepdims'>>) => {
  const t = floatOperand('nanmax', x)
  const options = reduceOptions(arg)
  const out = reduce(choose(isnan(t), literal(worst, t.dtype), t), options)
  return choose(any(present(t), options), out, literal(Number.NaN, t.dtype))
}
/** The largest element that is not NaN; NaN if all are. */
export const nanmax = nanExtremum(Number.NEGATIVE_INFINITY, max)
/** The smallest element that is not NaN; NaN if all are. */
export const nanmin = nanExtremum(Number.POSITIVE_INFINITY, min)
/** Product that takes NaN as 1. */
export const nanprod = (x: TensorLike, arg?: ReduceArg<NanOptions>): Tensor => {
  const t = asTensor(x, 'nanprod')
  return prod(t, { ...reduceOptions(arg), where: present(t) })
}
const nanArg =
  (name: string, worst: number, find: typeof argmax) =>
  (x: TensorLike, axis: number | null = null): Tensor => {
    const t = floatOperand(name, x)
    const found = find(choose(isnan(t), literal(worst, t.dtype), t), axis)
    return choose(any(present(t), { axis }), found, -1)
  }
/** The place of the largest element that is not NaN; -1 if all are. */
export const nanargmax = nanArg('nanargmax', Number.NEGATIVE_INFINITY, argmax)
/** The place of the smallest element that is not NaN; -1 if all are. */
export const nanargmin = nanArg('nanargmin', Number.POSITIVE_INFINITY, argmin)

/** `quantile` of the elements along one axis (or of all) that are not NaN. */
export const nanquantile = (x: TensorLike, q: number, arg?: ReduceArg<Omit<QuantileOptions, 'method'>>): Tensor => {
  const { axis = null, keepdims } = reduceOptions<Omit<QuantileOptions, 'method'>>(arg)
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
export const nanpercentile = (x: TensorLike, q: number, arg?: ReduceArg<Omit<QuantileOptions, 'method'>>): Tensor =>
  nanquantile(x, q / 100, arg)
export const nanmedian = (x: TensorLike, arg?: ReduceArg<Omit<QuantileOptions, 'method'>>): Tensor => nanquantile(x, 0.5, arg)
