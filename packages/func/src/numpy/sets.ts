/**
 * Functions whose result's size depends on data: nonzero, unique, bincount. Outside of transformations the size is read
 * from the data; inside, `size` (or `length`) must say it, and the result is cut or filled. Source: jax.numpy.
 */
import { ConcreteTensor } from '../array'
import { range } from '../aval'
import { ArgumentError, ConcretizationError } from '../error'
import { fullOf, literal } from '../literal'
import { count as countKind, number, optionsOf, tensorLike, type OptionsOf } from '../options'
import { div, sub } from '../primitives/arithmetic'
import { scatterAdd } from '../primitives/indexing'
import { iota, sliceAxis } from '../primitives/layout'
import { lt, max, ne, rem, selectN } from '../primitives/piecewise'
import { sort as sortMany } from '../primitives/sort'
import { broadcastInDim, convert, expandDims, reduceSum, reshape } from '../primitives/structural'
import { getElement } from '../scalar'
import type { Tensor } from '../tensor'
import { cumsum } from './cumulative'
import { logicalNot, toBool, where } from './logic'
import { concatenate } from './join'
import { asTensor, promoteTypes, type TensorLike } from './promote'
import { max as largest, min as smallest } from './reduce'
import { searchsorted, sort } from './sorting'
import { integerOperand } from './integer-operand'
import { take } from './take'

/** The value of a concrete integer scalar, or the reason why there is none yet. */
const known = (x: Tensor, asked: string): number => {
  if (!(x instanceof ConcreteTensor)) throw new ConcretizationError(x.aval, asked)
  const { data, dtype } = x.hostSync()
  return getElement(data, 0, dtype)
}
const count = (mask: Tensor): Tensor => reduceSum(convert(mask, 'int32'), { axes: range(mask.ndim) })
const sizeOptions = optionsOf({
  /** How many results; needed inside of jit and vmap. */
  size: countKind,
  fillValue: number,
})
/** How many places a result has room for, which jit must know, and what fills the rest. */
export interface SizeOptions extends OptionsOf<typeof sizeOptions> {}
/** The first `size` places of a flat mask that hold, then `fill`. */
const placesWhere = (mask: Tensor, size: number, fill: number): Tensor => {
  const n = mask.shape[0]!
  const places = iota({ dtype: 'int32', shape: [n], dimension: 0 })
  const order = sortMany([convert(logicalNot(mask), 'int32'), places], { dimension: 0, isStable: true, numKeys: 1 })[1]!
  const first = size <= n ? sliceAxis(order, 0, 0, size) : concatenate([order, fullOf(0, [size - n], 'int32')])
  const inside = lt(iota({ dtype: 'int32', shape: [size], dimension: 0 }), count(mask))
  return selectN(inside, literal(fill, 'int32'), first)
}
/** The places of the elements that are not zero: one int32 vector for each axis. */
export const nonzero = (x: TensorLike, options?: SizeOptions): Tensor[] => {
  const { size, fillValue = 0 } = sizeOptions('nonzero', options)
  const mask = toBool(x, 'nonzero')
  const flat = reshape(mask, { newSizes: [mask.size] })
  const n = size ?? known(count(flat), 'np.nonzero without a size')
  const inside = lt(iota({ dtype: 'int32', shape: [n], dimension: 0 }), count(flat))
  const places = placesWhere(flat, n, 0)
  let inner = mask.size
  return mask.shape.map((m) => {
    const outer = inner
    inner = m === 0 ? 0 : inner / m
    const along = div(rem(places, literal(Math.max(outer, 1), 'int32')), literal(Math.max(inner, 1), 'int32'))
    return selectN(inside, literal(fillValue, 'int32'), along)
  })
}
/** The places of the elements that are not zero: `[n, ndim]`. */
export const argwhere = (x: TensorLike, options?: SizeOptions): Tensor =>
  concatenate(
    nonzero(x, sizeOptions('argwhere', options)).map((p) => expandDims(p, [1])),
    1,
  )
/** Where the flattened tensor is not 0. Errors: ConcretizationError under jit without `size`. */
export const flatnonzero = (x: TensorLike, options?: SizeOptions): Tensor =>
  nonzero(reshape(asTensor(x), { newSizes: [asTensor(x).size] }), sizeOptions('flatnonzero', options))[0]!
const bincountOptions = optionsOf({
  weights: tensorLike,
  minlength: countKind,
  /** The length of the result; needed inside of jit and vmap. */
  length: countKind,
})
/** Options of `bincount`. */
export interface BincountOptions extends OptionsOf<typeof bincountOptions> {}
/** How often each of 0, 1, ... occurs in an integer vector, or the sum of its weights. Negative numbers count as 0. */
export const bincount = (x: TensorLike, options?: BincountOptions): Tensor => {
  const { weights, minlength = 0, length } = bincountOptions('bincount', options)
  const t = integerOperand('bincount', x).index
  if (t.ndim !== 1) throw new ArgumentError('bincount', `expected a vector, got shape [${t.shape.join(',')}]`)
  const places = max(convert(t, 'int32'), literal(0, 'int32'))
  const n = length ?? Math.max(minlength, t.size === 0 ? 0 : known(largest(places), 'np.bincount without a length') + 1)
  const updates = weights === undefined ? fullOf(1, t.shape, 'int32') : asTensor(weights, 'bincount')
  return scatterAdd(fullOf(0, [n], updates.dtype), expandDims(places, [1]), updates, {
    dimensionNumbers: {
      updateWindowDims: [],
      insertedWindowDims: [0],
      scatterDimsToOperandDims: [0],
      operandBatchingDims: [],
      scatterIndicesBatchingDims: [],
    },
    indicesAreSorted: false,
    uniqueIndices: false,
    mode: 'fill',
  })
}

/** What `uniqueAll` and its kin answer. */
export interface Unique {
  readonly values: Tensor
  /** The first place of each value. */
  readonly indices: Tensor
  /** For each element (in the shape of the operand) the place of its value. */
  readonly inverse: Tensor
  readonly counts: Tensor
}
/** The sorted distinct elements, where they first occur, where each element went, and how often each occurs. */
export const uniqueAll = (x: TensorLike, options?: SizeOptions): Unique => {
  const { size, fillValue } = sizeOptions('uniqueAll', options)
  const t = asTensor(x, 'unique')
  const flat = reshape(t, { newSizes: [t.size] })
  const places = iota({ dtype: 'int32', shape: [t.size], dimension: 0 })
  const [sorted, order] = sortMany([flat, places], { dimension: 0, isStable: true, numKeys: 1 }) as [Tensor, Tensor]
  const isNew =
    t.size === 0 ? toBool(flat) : concatenate([literalTrue(), ne(sliceAxis(sorted, 0, 1, t.size), sliceAxis(sorted, 0, 0, t.size - 1))])
  const n = size ?? known(count(isNew), 'np.unique without a size')
  const group = sub(cumsum(convert(isNew, 'int32')), literal(1, 'int32'))
  const inside = lt(iota({ dtype: 'int32', shape: [n], dimension: 0 }), count(isNew))
  const starts = placesWhere(isNew, n, 0)
  const found = take(sorted, starts, { axis: 0, mode: 'clip' })
  const filler = fillValue === undefined ? (t.size === 0 ? literal(0, t.dtype) : smallest(flat)) : literal(fillValue, t.dtype)
  const inverse = take(group, sortMany([order, places], { dimension: 0, isStable: true, numKeys: 1 })[1]!, { axis: 0, mode: 'clip' })
  return {
    values: where(inside, found, filler),
    indices: take(order, starts, { axis: 0, mode: 'clip' }),
    inverse: reshape(inverse, { newSizes: t.shape }),
    counts: bincount(group, { length: n }),
  }
}
const literalTrue = (): Tensor => broadcastInDim(literal(true, 'bool'), { shape: [1], broadcastDimensions: [] })
const uniqueOptions = optionsOf(
  {
    /** How many results; needed inside of jit and vmap. */
    size: countKind,
    fillValue: number,
  },
  { hint: 'for places and counts there are uniqueAll, uniqueCounts and uniqueInverse' },
)
/** The sorted distinct elements. */
export const unique = (x: TensorLike, options?: SizeOptions): Tensor => uniqueAll(x, uniqueOptions('unique', options)).values
/** The distinct values in order: `unique`. */
export const uniqueValues = unique
/** Whether each element of `x` is among `elements`. */
export const isin = (x: TensorLike, elements: TensorLike): Tensor => {
  const [t, among] = promoteTypes('isin', [asTensor(x, 'isin'), asTensor(elements, 'isin')])
  const set = sort(reshape(among, { newSizes: [among.size] }))
  if (set.size === 0) return fullOf(false, t.shape, 'bool')
  const place = searchsorted(set, t)
  const found = take(set, place, { axis: 0, mode: 'clip' })
  return logicalNot(ne(found, t))
}
