/** Statistics over axes: variance, quantiles, averages, histograms, and reductions that skip NaN. Source: jax.numpy. */
import { range } from '../aval'
import { dtypes } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { boolean, number, oneOf, optionsOf, tensorLike, type OptionsOf } from '../options'
import { div, sub } from '../primitives/arithmetic'
import { convert, expandDims, moveAxis, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { dot } from './contraction'
import { diagonalOf } from './diagonal'
import { add, ceil, clip, divide, floor, multiply, sqrt, square, subtract } from './elementwise'
import { isnan, less, lessEqual, where as choose } from './logic'
import { asType, axesOf, broadcastTo, floatOperand, promoteInexact, type TensorLike } from './promote'
import { any, type AxesOptions, axesKinds, countOf, mean, meanKinds, type ReduceArg, spreadOver, sum } from './reduce'
import { sort } from './sorting'
import { takeAlongAxis } from './take'
import { optionsLast } from './options-last'

const varianceOptions = optionsOf(
  {
    ...meanKinds,
    /** Subtracted from the number of elements in the divisor; 0. */
    ddof: number,
  },
  { alone: 'axis' },
)
/** Options of `variance` and `std`. */
export interface VarianceOptions extends OptionsOf<typeof varianceOptions> {}
/** The mean squared distance from the mean, over axes. */
const variance = optionsLast('var', (x: TensorLike, arg?: ReduceArg<VarianceOptions>): Tensor => {
  const { axis, keepdims, where, ddof = 0, dtype } = varianceOptions('var', arg)
  const t = floatOperand('var', x)
  const given = dtype ?? t.dtype
  const axes = axesOf('var', axis, t.ndim)
  const work = dtypes[given].bits < 32 ? convert(t, 'float32') : convertTo(t, given)
  const centered = sub(work, spreadOver(mean(work, { axis: axes, where }), work.shape, axes))
  const total = sum(square(centered), { axis: axes, keepdims, where })
  const n = countOf(work, axes, where, keepdims)
  const out =
    typeof n === 'number'
      ? byCount(total, n - ddof)
      : choose(less(ddof, n), divide(total, choose(less(ddof, n), subtract(n, ddof), 1)), literal(Number.NaN, total.dtype))
  return convertTo(out, given)
})
const convertTo = (x: Tensor, dtype: Tensor['dtype']): Tensor => (x.dtype === dtype ? x : convert(x, dtype))
const byCount = (total: Tensor, n: number): Tensor => div(total, literal(n > 0 ? n : Number.NaN, total.dtype, total.weakType))
export { variance as var }
/** The square root of the variance. */
export const std = optionsLast('std', (x: TensorLike, arg?: ReduceArg<VarianceOptions>): Tensor => sqrt(variance(x, arg)))
const averageOptions = optionsOf(
  {
    ...axesKinds,
    /** Of the shape of the operand, or 1-d along the axis. */
    weights: tensorLike,
  },
  { alone: 'axis' },
)
interface AverageOptions extends OptionsOf<typeof averageOptions> {}
/** The mean, or the weighted mean. */
export const average = optionsLast('average', (x: TensorLike, arg?: ReduceArg<AverageOptions>): Tensor => {
  const { axis, weights, keepdims } = averageOptions('average', arg)
  if (weights === undefined) return mean(x, { axis, keepdims })
  const [t, w] = promoteInexact('average', [x, weights])
  const axes = axesOf('average', axis, t.ndim)
  const along =
    w.ndim === t.ndim
      ? w
      : expandDims(
          w,
          range(t.ndim).filter((a) => a !== axes[0]),
        )
  if (w.ndim !== t.ndim && (w.ndim !== 1 || axes.length !== 1))
    throw new ArgumentError(
      'average',
      `weights of shape [${w.shape.join(',')}] must have the operand's shape [${t.shape.join(',')}] or be 1-d along one axis`,
    )
  const full = broadcastTo(along, t.shape, 'average')
  return divide(sum(multiply(t, full), { axis: axes, keepdims }), sum(full, { axis: axes, keepdims }))
})
const quantileOptions = optionsOf(
  {
    ...axesKinds,
    /** What to answer between two elements; linear. */
    method: oneOf('linear', 'lower', 'higher', 'midpoint', 'nearest'),
  },
  { alone: 'axis' },
)
/** Options of `quantile`, `percentile` and `median`. */
export interface QuantileOptions extends OptionsOf<typeof quantileOptions> {}
const medianOptions = optionsOf(axesKinds, { alone: 'axis' })
/** All reduced axes made one, the last. */
export const gathered = (t: Tensor, axes: readonly number[]): Tensor => {
  const rest = range(t.ndim).filter((a) => !axes.includes(a))
  const moved = axes.reduce((x, a, i) => moveAxis(x, a - i, x.ndim - 1), t)
  return reshape(moved, { newSizes: [...rest.map((a) => t.shape[a]!), axes.reduce((n, a) => n * t.shape[a]!, 1)] })
}
/** The elements below which a share `q` (0 to 1) of them lies; a tensor of shares gives new leading axes. NaN anywhere gives NaN. */
export const quantile = optionsLast('quantile', (x: TensorLike, q: TensorLike, arg?: ReduceArg<QuantileOptions>): Tensor => {
  const { axis, keepdims, method = 'linear' } = quantileOptions('quantile', arg)
  const t = floatOperand('quantile', x)
  const share = asType(q, t.dtype, 'quantile')
  const axes = axesOf('quantile', axis, t.ndim)
  const sorted = sort(gathered(t, axes), -1)
  const n = sorted.shape.at(-1)!
  if (n === 0) throw new ArgumentError('quantile', `no elements along axes [${axes.join(',')}] of shape [${t.shape.join(',')}]`)
  const flat = reshape(share, { newSizes: [share.size] })
  const place = multiply(flat, n - 1)
  const [low, high] = [clip(floor(place), 0, n - 1), clip(ceil(place), 0, n - 1)]
  const at = (p: Tensor): Tensor => takeAlongAxis(sorted, broadcastLast(convert(p, 'int32'), sorted), -1)
  const between = blend(method, place, low, high, at)
  const poisoned = choose(any(isnan(sorted), { axis: -1, keepdims: true }), literal(Number.NaN, t.dtype), between)
  const first = moveAxis(poisoned, poisoned.ndim - 1, 0)
  const kept = keepdims
    ? expandDims(
        first,
        axes.map((a) => a + 1),
      )
    : first
  return reshape(kept, { newSizes: [...share.shape, ...kept.shape.slice(1)] })
})
const broadcastLast = (p: Tensor, like: Tensor): Tensor => broadcastTo(p, [...like.shape.slice(0, -1), p.size])
const blend = (method: string, place: Tensor, low: Tensor, high: Tensor, at: (p: Tensor) => Tensor): Tensor => {
  switch (method) {
    case 'lower':
      return at(low)
    case 'higher':
      return at(high)
    case 'midpoint':
      return multiply(add(at(low), at(high)), 0.5)
    case 'nearest':
      return choose(lessEqual(subtract(place, low), 0.5), at(low), at(high))
    default: {
      const upper = subtract(place, low)
      return add(multiply(at(low), subtract(1, upper)), multiply(at(high), upper))
    }
  }
}
/** `quantile` with shares from 0 to 100. */
export const percentile = optionsLast(
  'percentile',
  (x: TensorLike, q: TensorLike, arg?: ReduceArg<QuantileOptions>): Tensor =>
    quantile(x, divide(q, 100), quantileOptions('percentile', arg)),
)
/** The middle element, or the mean of the two middle ones. */
export const median = optionsLast(
  'median',
  (x: TensorLike, arg?: ReduceArg<AxesOptions>): Tensor => quantile(x, 0.5, medianOptions('median', arg)),
)
const covOptions = optionsOf({
  /** Whether rows are variables (true) or observations. */
  rowvar: boolean,
  ddof: number,
})
interface CovOptions extends OptionsOf<typeof covOptions> {}
const corrcoefOptions = optionsOf({ rowvar: boolean })
interface CorrcoefOptions extends OptionsOf<typeof corrcoefOptions> {}
/** The covariance matrix of variables observed together: `[variables, observations]` (a vector is one variable) to `[variables, variables]`. */
export const cov = (x: TensorLike, options?: CovOptions): Tensor => {
  const { rowvar = true, ddof = 1 } = covOptions('cov', options)
  const t = floatOperand('cov', x)
  if (t.ndim > 2) throw new ArgumentError('cov', `expected a vector or a matrix, got shape [${t.shape.join(',')}]`)
  const rows = t.ndim < 2 ? reshape(t, { newSizes: [1, t.size] }) : rowvar ? t : moveAxis(t, 0, 1)
  const centered = subtract(rows, mean(rows, { axis: 1, keepdims: true }))
  const out = divide(dot(centered, moveAxis(centered, 0, 1)), rows.shape[1]! - ddof)
  return out.size === 1 ? reshape(out, { newSizes: [] }) : out
}
/** Pearson's correlation coefficients. */
export const corrcoef = (x: TensorLike, options?: CorrcoefOptions): Tensor => {
  const c = cov(x, corrcoefOptions('corrcoef', options))
  if (c.ndim === 0) return divide(c, c)
  const n = c.shape[0]!
  const deviation = sqrt(reshape(diagonalOf(c), { newSizes: [n, 1] }))
  return clip(divide(divide(c, deviation), moveAxis(deviation, 0, 1)), -1, 1)
}
