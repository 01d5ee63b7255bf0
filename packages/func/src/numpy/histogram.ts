/** How many elements lie in which bins. Source: the jax.numpy functions of the same names. */
import { range, sameShape } from '../aval'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { boolean, type Kind, list, nullable, optionsOf, positive, readArgument, samples, tensorLike, type OptionsOf } from '../options'
import { sub } from '../primitives/arithmetic'
import { sliceAxis } from '../primitives/layout'
import { lt, ne } from '../primitives/piecewise'
import { convert, reduceSum, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { divide, multiply } from './elementwise'
import { stack } from './join'
import { logicalAnd, logicalNot, where } from './logic'
import { asTensor, asType, floatOperand, promoteInexact, promoteTypes, type TensorLike } from './promote'
import { max as largest, min as smallest } from './reduce'
import { linspace } from './sequences'
import { bincount } from './sets'
import { searchsorted } from './sorting'

const binsKind: Kind = { expected: 'a positive integer, or edges', is: (x) => positive.is(x) && samples.is(x) }
const rangeKind: Kind<readonly [number, number]> = {
  expected: 'a range [low, high] of numbers',
  is: (x) => Array.isArray(x) && x.length === 2 && x.every(Number.isFinite),
}
const histogramOptions = optionsOf({
  range: rangeKind,
  weights: tensorLike,
  /** Heights of a probability density in place of counts. */
  density: boolean,
})
/** Options of `histogram`. */
export interface HistogramOptions extends OptionsOf<typeof histogramOptions> {}
/** How many elements lie in each bin, and the edges: `bins` equal ones over the range, or the given edges. */
export const histogram = (x: TensorLike, bins: number | TensorLike = 10, given?: HistogramOptions): [counts: Tensor, edges: Tensor] => {
  const options = histogramOptions('histogram', given)
  const [t, weighed] =
    options.weights === undefined ? [floatOperand('histogram', x), undefined] : promoteInexact('histogram', [x, options.weights])
  if (weighed !== undefined && !sameShape(weighed.shape, t.shape))
    throw new ArgumentError(
      'histogram',
      `weights of shape [${weighed.shape.join(',')}] must have the operand's shape [${t.shape.join(',')}]`,
    )
  const flat = reshape(t, { newSizes: [t.size] })
  const edges = edgesOf('histogram', flat, bins, options.range)
  const n = edges.shape[0]! - 1
  const top = sliceAxis(edges, 0, n, n + 1)
  const bin = sub(searchsorted(edges, flat, { side: 'right' }), literal(1, 'int32'))
  const onTop = logicalNot(ne(flat, reshape(top, { newSizes: [] })))
  const place = where(onTop, n - 1, bin)
  const inside = logicalAnd(logicalNot(lt(place, literal(0, 'int32'))), lt(place, literal(n, 'int32')))
  const weights = weighed === undefined ? literal(1, t.dtype) : reshape(weighed, { newSizes: [t.size] })
  const counts = bincount(where(inside, place, n), { weights: where(inside, weights, 0), length: n })
  if (!options.density) return [counts, edges]
  const widths = sub(sliceAxis(edges, 0, 1, n + 1), sliceAxis(edges, 0, 0, n))
  return [divide(counts, multiply(widths, reduceSum(counts, { axes: [0] }))), edges]
}
const rangeOf = (x: Tensor, given: readonly [number, number] | undefined): [TensorLike, TensorLike] => {
  if (given) return given[0] === given[1] ? [given[0] - 0.5, given[1] + 0.5] : [given[0], given[1]]
  const [low, high] = [smallest(x), largest(x)]
  const flat = logicalNot(ne(low, high))
  return [where(flat, sub(low, literal(0.5, x.dtype)), low), where(flat, sub(high, literal(-0.5, x.dtype)), high)]
}
/** `bins` equal ones over the range of a flat tensor, or the edges themselves. */
const edgesOf = (where_: string, flat: Tensor, bins: number | TensorLike, given?: readonly [number, number] | null): Tensor => {
  if (typeof bins === 'number') {
    readArgument(where_, 'bins', binsKind, bins)
    return linspace(...rangeOf(flat, given ?? undefined), bins + 1, { dtype: flat.dtype })
  }
  const edges = asType(bins, flat.dtype, where_)
  if (edges.ndim !== 1 || edges.size < 2)
    throw new ArgumentError(where_, `edges are a vector of two numbers at least, got shape [${edges.shape.join(',')}]`)
  return edges
}
const edgeOptions = optionsOf({
  range: rangeKind,
  /** Not used, as no rule for bins looks at them. */
  weights: tensorLike,
})
/** Options of `histogramBinEdges`. */
export interface EdgeOptions extends OptionsOf<typeof edgeOptions> {}
/** The edges that `histogram` takes: of `bins` equal bins over the range, or those given. Errors: ArgumentError. */
export const histogramBinEdges = (x: TensorLike, bins: number | TensorLike = 10, options?: EdgeOptions): Tensor => {
  const { range: given } = edgeOptions('histogramBinEdges', options)
  const t = floatOperand('histogramBinEdges', x)
  return edgesOf('histogramBinEdges', reshape(t, { newSizes: [t.size] }), bins, given)
}

const rangesKind: Kind<readonly (readonly [number, number] | null)[]> = {
  expected: 'a list of ranges [low, high] (or null), one for each dimension',
  is: (x) => Array.isArray(x) && x.every((r) => r === null || rangeKind.is(r)),
}
const manyOptions = optionsOf({ range: nullable(rangesKind), weights: tensorLike, density: boolean })
/** Options of `histogram2d` and `histogramdd`. */
export interface ManyOptions extends OptionsOf<typeof manyOptions> {}
/** Numbers of bins, or their edges, for each dimension. */
export type Bins = number | readonly (number | TensorLike)[]
/**
 * How many of the points `[n, d]` lie in each cell of a grid, and the edges along each dimension. `bins`: one number for all dimensions,
 * or a list of numbers and edges, one for each. Counts are int32, sums of weights in their dtype. Errors: ArgumentError.
 */
export const histogramdd = (x: TensorLike, bins: Bins = 10, given?: ManyOptions): [counts: Tensor, edges: Tensor[]] =>
  histogramOf('histogramdd', x, bins, given)
const histogramOf = (where_: string, x: TensorLike, bins: Bins, given?: ManyOptions): [counts: Tensor, edges: Tensor[]] => {
  const options = manyOptions(where_, given)
  const { weights: factors, range: ranges = null } = options
  const [points, weights] = factors === undefined ? [floatOperand(where_, x), undefined] : promoteInexact(where_, [x, factors])
  if (points.ndim !== 2) throw new ArgumentError(where_, `points are [n, d], got shape [${points.shape.join(',')}]`)
  const [n, d] = [points.shape[0]!, points.shape[1]!]
  if (weights !== undefined && !sameShape(weights.shape, [n]))
    throw new ArgumentError(where_, `weights of shape [${weights.shape.join(',')}] must be one for each of ${n} points`)
  if (typeof bins !== 'number') readArgument(where_, 'bins', list, bins)
  for (const [name, many] of [
    ['bins', bins],
    ['range', ranges],
  ] as const)
    if (Array.isArray(many) && many.length !== d)
      throw new ArgumentError(where_, `${name} are for ${many.length} dimensions, points have ${d}`)
  const columns = range(d).map((i) => reshape(sliceAxis(points, 1, i, i + 1), { newSizes: [n] }))
  const edges = columns.map((column, i) => edgesOf(where_, column, typeof bins === 'number' ? bins : bins[i]!, ranges?.[i]))
  const sizes = edges.map((e) => e.size - 1)
  const cells = sizes.reduce((p, q) => p * q, 1)
  let [place, inside]: [Tensor, Tensor] = [literal(0, 'int32'), literal(true, 'bool')]
  columns.forEach((column, i) => {
    const [e, size] = [edges[i]!, sizes[i]!]
    const top = reshape(sliceAxis(e, 0, size, size + 1), { newSizes: [] })
    const bin = where(column.equal(top), size - 1, sub(searchsorted(e, column, { side: 'right' }), literal(1, 'int32')))
    inside = logicalAnd(inside, logicalAnd(bin.ge(0), bin.lt(size)))
    place = place.mul(size).add(bin)
  })
  const counts = bincount(where(inside, place, cells), {
    weights: weights === undefined ? convert(inside, 'int32') : where(inside, weights, 0),
    length: cells,
  })
  const grid = reshape(counts, { newSizes: sizes })
  if (!options.density) return [grid, edges]
  const heights = convert(grid, points.dtype)
  const share = divide(heights, heights.sum())
  const density = edges.reduce((h, e, i) => {
    const widths = sub(sliceAxis(e, 0, 1, e.size), sliceAxis(e, 0, 0, e.size - 1))
    return divide(h, reshape(widths, { newSizes: sizes.map((s, axis) => (axis === i ? s : 1)) }))
  }, share)
  return [density, edges]
}
/** `histogramdd` of points (x, y): counts `[bins, bins]`, edges of x, edges of y. One vector of edges is for both. Errors: ArgumentError. */
export const histogram2d = (
  x: TensorLike,
  y: TensorLike,
  bins: number | TensorLike | readonly [number | TensorLike, number | TensorLike] = 10,
  given?: ManyOptions,
): [counts: Tensor, xEdges: Tensor, yEdges: Tensor] => {
  const [a, b] = promoteTypes('histogram2d', [asTensor(x, 'histogram2d'), asTensor(y, 'histogram2d')])
  const two =
    typeof bins === 'number'
      ? bins
      : Array.isArray(bins) && bins.length === 2
        ? (bins as [TensorLike, TensorLike])
        : [bins as TensorLike, bins as TensorLike]
  const [counts, [xEdges, yEdges]] = histogramOf('histogram2d', stack([a, b], 1), two, given)
  return [counts, xEdges!, yEdges!]
}
