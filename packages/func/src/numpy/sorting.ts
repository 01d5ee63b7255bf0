/** Sorting and searching sorted data. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { isFloating } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { axis as axisKind, boolean, integer, list, nullable, oneOf, optionsOf, readArgument, type OptionsOf } from '../options'
import { add } from '../primitives/arithmetic'
import { and, not, or } from '../primitives/bitwise'
import { iota, rev } from '../primitives/layout'
import { le, lt, ne, selectN } from '../primitives/piecewise'
import { sort as sortMany } from '../primitives/sort'
import { broadcastInDim, convert, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { asTensor, axisOf, promoteTypes, type TensorLike } from './promote'
import { take } from './take'
import { optionsLast } from './options-last'

const sortOptions = optionsOf(
  {
    /** null sorts the flat order; -1. */
    axis: nullable(axisKind),
    descending: boolean,
  },
  { alone: 'axis' },
)
/** Options of `sort` and `argsort`. */
export interface SortOptions extends OptionsOf<typeof sortOptions> {}
const alongAxis = (where: string, x: TensorLike, axis: number | null): { t: Tensor; at: number } => {
  const t = asTensor(x, where)
  return axis === null ? { t: reshape(t, { newSizes: [t.size] }), at: 0 } : { t, at: axisOf(where, axis, t.ndim) }
}
/** Elements in ascending (or descending) order along an axis, NaN last. */
export const sort = optionsLast('sort', (x: TensorLike, option?: number | null | SortOptions): Tensor => {
  const { axis = -1, descending = false } = sortOptions('sort', option)
  const { t, at } = alongAxis('sort', x, axis)
  const out = sortMany([t], { dimension: at, isStable: true, numKeys: 1 })[0]!
  return descending ? rev(out, { dimensions: [at] }) : out
})
/** The int32 places of the elements in sorted order along an axis; equal ones keep their order. */
export const argsort = optionsLast('argsort', (x: TensorLike, option?: number | null | SortOptions): Tensor => {
  const { axis = -1, descending = false } = sortOptions('argsort', option)
  const { t, at } = alongAxis('argsort', x, axis)
  // A stable descending order is the reverse of a stable ascending order of the reversed elements.
  const from = descending ? rev(t, { dimensions: [at] }) : t
  const places = iota({ dtype: 'int32', shape: t.shape, dimension: at })
  const order = descending ? rev(places, { dimensions: [at] }) : places
  const out = sortMany([from, order], { dimension: at, isStable: true, numKeys: 1 })[1]!
  return descending ? rev(out, { dimensions: [at] }) : out
})
/** The places of rows in the order of several keys, the last one first in importance. */
export const lexsort = (keys: readonly TensorLike[], axis = -1): Tensor => {
  readArgument('lexsort', 'keys', list, keys)
  if (keys.length === 0) throw new ArgumentError('lexsort', 'expected at least one key')
  const ts = keys.map((k) => asTensor(k, 'lexsort'))
  const at = axisOf('lexsort', axis, ts[0]!.ndim)
  const places = iota({ dtype: 'int32', shape: ts[0]!.shape, dimension: at })
  return sortMany([...ts.reverse(), places], { dimension: at, isStable: true, numKeys: ts.length }).at(-1)!
}

/** `x < y` with NaN as the largest. */
const before = (x: Tensor, y: Tensor): Tensor => (isFloating(x.dtype) ? or(lt(x, y), and(not(ne(x, x)), ne(y, y))) : lt(x, y))
const searchOptions = optionsOf({ side: oneOf('left', 'right') }, { alone: 'side' })
export interface SearchOptions extends OptionsOf<typeof searchOptions> {}
/** The place in sorted `a` where each of `v` belongs: before its equals ('left') or after them ('right'). */
export const searchsorted = (a: TensorLike, v: TensorLike, options?: SearchOptions): Tensor => {
  const { side = 'left' } = searchOptions('searchsorted', options)
  const [sorted, wanted] = promoteTypes('searchsorted', [asTensor(a), v])
  if (sorted.ndim !== 1) throw new ArgumentError('searchsorted', `expected a 1-d sorted tensor, got shape [${sorted.shape.join(',')}]`)
  const n = sorted.shape[0]!
  const filled = (value: number): Tensor => broadcastInDim(literal(value, 'int32'), { shape: wanted.shape, broadcastDimensions: [] })
  // Bisection: how many elements come before; low steps up by a power of two where the element there still does.
  const comesBefore = (element: Tensor): Tensor => (side === 'left' ? before(element, wanted) : not(before(wanted, element)))
  const bits = Math.ceil(Math.log2(n + 1))
  return range(bits).reduce((low, i) => {
    const step = 2 ** (bits - 1 - i)
    const next = add(low, literal(step, 'int32'))
    const element = take(sorted, add(next, literal(-1, 'int32')), { axis: 0, mode: 'clip' })
    return selectN(and(le(next, literal(n, 'int32')), comesBefore(element)), low, next)
  }, filled(0))
}
const digitizeOptions = optionsOf({ right: boolean })
interface DigitizeOptions extends OptionsOf<typeof digitizeOptions> {}
/** The bin of each element: how many edges of `bins` (ascending or descending) it has passed. */
export const digitize = (x: TensorLike, bins: TensorLike, options?: DigitizeOptions): Tensor => {
  const { right = false } = digitizeOptions('digitize', options)
  const edges = asTensor(bins, 'digitize')
  if (edges.shape[0] === 0)
    return convert(broadcastInDim(literal(0, 'int32'), { shape: asTensor(x).shape, broadcastDimensions: [] }), 'int32')
  return searchsorted(edges, x, { side: right ? 'left' : 'right' })
}
/** Sorted, so that the `kth` element is where it belongs, smaller ones before it. */
export const partition = (x: TensorLike, kth: number, axis: number | null = -1): Tensor => {
  readArgument('partition', 'kth', integer, kth)
  return sort(x, axis)
}
/** The places that `partition` takes its elements from. */
export const argpartition = (x: TensorLike, kth: number, axis: number | null = -1): Tensor => {
  readArgument('argpartition', 'kth', integer, kth)
  return argsort(x, axis)
}
