/**
 * Reading by index, `x.at(...)`: numpy's `x[...]`, also with places that are data.
 *
 * Known slices and integers become slice, rev and squeeze; scalar places that are data a dynamic slice; arrays of places one gather.
 * A place that is data and lies outside of its axis reads the nearest element, as in JAX; a known one is an error.
 */
import { otherAxes, range, sameShape, type Shape } from '../aval'
import { dtypes } from '../dtype'
import { literal } from '../literal'
import { add } from '../primitives/arithmetic'
import { dynamicSlice, gather } from '../primitives/indexing'
import { concatenate, rev, slice as sliceOf } from '../primitives/layout'
import { lt, max, min, selectN } from '../primitives/piecewise'
import { convert, expandDims, squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { type Index, type Item, itemsOf, placementOf } from './index-spec'
import { asTensor, broadcastShapes, broadcastTo, type TensorLike } from './promote'

type Array_ = Extract<Item, { kind: 'array' }>
const isArray = (i: Item): i is Array_ => i.kind === 'array'

const last = 2 ** 31 - 1
/** Integers of any dtype as int32 or uint32 places; those beyond stay beyond: 2 ** 32 does not become 0. */
export const asPlaces = (index: Tensor): Tensor => {
  if (index.dtype === 'int32' || index.dtype === 'uint32') return index
  if (dtypes[index.dtype].bits < 64) return convert(index, 'int32')
  const below = min(index, literal(last, index.dtype))
  return convert(index.dtype === 'int64' ? max(below, literal(-last - 1, 'int64')) : below, 'int32')
}
/** The same as int32. */
export const signedPlaces = (p: Tensor): Tensor => (p.dtype === 'uint32' ? convert(min(p, literal(last, 'uint32')), 'int32') : asPlaces(p))
/** int32 (or uint32) places with negative ones counted from the end of an axis of size `n`. */
export const placesOf = ({ index, signed }: { readonly index: Tensor; readonly signed: boolean }, n: number): Tensor => {
  const i = asPlaces(index)
  if (!signed) return i
  return selectN(lt(i, literal(0, 'int32')), i, add(i, literal(n, 'int32')))
}
/** Scalars and arrays of places, all of shape `to`, as the vectors of a gather: `[...to, k]`. */
export const indexVectors = (places: readonly Tensor[], to: Shape): Tensor => {
  const columns = places.map((p) => expandDims(broadcastTo(signedPlaces(p), to, 'index'), [to.length]))
  return columns.length === 1 ? columns[0]! : concatenate(columns, { dimension: to.length })
}

/** The part of `x` that known slices and integers say; the latter leave axes of size 1. */
const sliced = (x: Tensor, items: readonly Item[]): Tensor => {
  const starts = x.shape.map(() => 0)
  const limits = [...x.shape]
  const strides = x.shape.map(() => 1)
  const reversed: number[] = []
  for (const item of items) {
    if (item.kind === 'at') {
      starts[item.axis] = item.index
      limits[item.axis] = item.index + 1
    } else if (item.kind === 'range') {
      const last = item.start + (item.count - 1) * item.step
      starts[item.axis] = item.count === 0 ? 0 : Math.min(item.start, last)
      limits[item.axis] = item.count === 0 ? 0 : Math.max(item.start, last) + 1
      strides[item.axis] = item.count <= 1 ? 1 : Math.abs(item.step)
      if (item.step < 0 && item.count > 1) reversed.push(item.axis)
    }
  }
  const whole = starts.every((s) => s === 0) && sameShape(limits, x.shape) && strides.every((s) => s === 1)
  const cut = whole
    ? x
    : sliceOf(x, { startIndices: starts, limitIndices: limits, strides: strides.every((s) => s === 1) ? null : strides })
  return rev(cut, { dimensions: reversed })
}
const readScalars = (x: Tensor, arrays: readonly Array_[]): Tensor => {
  const starts = range(x.ndim).map((axis) => {
    const item = arrays.find((a) => a.axis === axis)
    return item ? signedPlaces(placesOf(item, x.shape[axis]!)) : literal(0, 'int32')
  })
  const axes = arrays.map((a) => a.axis)
  return dynamicSlice(x, starts, { sliceSizes: x.shape.map((n, i) => (axes.includes(i) ? 1 : n)) })
}
const readArrays = (x: Tensor, arrays: readonly Array_[], taken: readonly number[], before: number): Tensor => {
  const to = broadcastShapes(
    'index',
    arrays.map((a) => a.index.aval),
  )
  const vectors = indexVectors(
    arrays.map((a) => placesOf(a, x.shape[a.axis]!)),
    to,
  )
  const axes = arrays.map((a) => a.axis)
  const rank = x.ndim - taken.length + to.length
  const gone = taken.filter((a) => !axes.includes(a))
  const source = squeeze(x, { dimensions: gone })
  const startIndexMap = axes.map((a) => a - gone.filter((g) => g < a).length)
  return gather(source, vectors, {
    dimensionNumbers: {
      offsetDims: otherAxes(rank, range(to.length, before)),
      collapsedSliceDims: [...startIndexMap].sort((a, b) => a - b),
      startIndexMap,
      operandBatchingDims: [],
      startIndicesBatchingDims: [],
    },
    sliceSizes: source.shape.map((n, i) => (startIndexMap.includes(i) ? 1 : n)),
    mode: 'clip',
    fillValue: null,
  })
}

/** Where new axes stand in the result. */
export const newAxes = (items: readonly Item[], arrayRank: number, before: number): number[] => {
  const kept = items.filter((i) => i.kind === 'range' || i.kind === 'new')
  return kept.flatMap((item, i) => (item.kind === 'new' ? [i >= before ? i + arrayRank : i] : []))
}
/**
 * The element or part of `x` at an index.
 *
 * Errors: ArgumentError for too many indices or known ones out of range; ConcretizationError for a traced mask.
 * Source: numpy's indexing, basic and advanced.
 *
 * @example
 * np.at(x, [0, ':', np.slice(1, -1), null, [2, 0]])   // x[0, :, 1:-1, None, [2, 0]]
 */
export const at = (x: TensorLike, index: Index): Tensor => {
  const t = asTensor(x, 'at')
  const items = itemsOf(index, t.shape, true)
  const { advanced, before } = placementOf(items)
  const arrays = items.filter(isArray)
  const taken = items.flatMap((i) => (i.kind === 'at' || i.kind === 'array' ? [i.axis] : []))
  const cut = sliced(t, items)
  const arrayRank = Math.max(0, ...arrays.map((a) => a.index.ndim))
  if (arrayRank === 0) {
    const read = arrays.length === 0 ? cut : readScalars(cut, arrays)
    return expandDims(squeeze(read, { dimensions: taken }), newAxes(items, 0, 0))
  }
  const ranges = items.filter((i) => i.kind === 'range' || i.kind === 'new')
  const rangesBefore = ranges.slice(0, before).filter((i) => i.kind === 'range').length
  const read = readArrays(cut, advanced.filter(isArray), taken, rangesBefore)
  return expandDims(read, newAxes(items, arrayRank, before))
}
export type { Index }
