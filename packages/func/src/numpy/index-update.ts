/**
 * Writing by index: `setAt addAt mulAt minAt maxAt` answer a new tensor, as JAX's `x.at[index].set(value)` and its kin.
 *
 * A place outside of its axis, known or not, is left out. Places that come twice add up in `addAt`; in `setAt` one of them wins.
 */
import { range, sameShape, type Shape } from '../aval'
import { ConcreteTensor } from '../array'
import { literal } from '../literal'
import { boolean, oneOf, optionsOf, type OptionsOf } from '../options'
import { dynamicUpdateSlice, scatter, scatterAdd, scatterMax, scatterMin, scatterMul } from '../primitives/indexing'
import { iota, rev } from '../primitives/layout'
import { add, mul } from '../primitives/arithmetic'
import { max, min } from '../primitives/piecewise'
import { convert, expandDims, reshape } from '../primitives/structural'
import type { GatherMode, ScatterParams } from '../table'
import { isTensor, type Tensor } from '../tensor'
import { type Index, type Item, itemsOf, placementOf } from './index-spec'
import { add as plus, multiply as times } from './elementwise'
import { indexVectors, newAxes, placesOf } from './indexing'
import { where } from './logic'
import { asTensor, asType, broadcastShapes, broadcastTo, type TensorLike } from './promote'

const updateOptions = optionsOf({
  /** What happens to places outside: 'drop' (the default) or moved inside ('clip'). */
  mode: oneOf('drop', 'clip', 'promise_in_bounds'),
  /** A promise that lets a backend go faster. */
  indicesAreSorted: boolean,
  /** A promise that no place comes twice. */
  uniqueIndices: boolean,
})
/** Options of updates by index. */
export interface UpdateOptions extends OptionsOf<typeof updateOptions> {}
interface Operation {
  readonly name: string
  readonly scatter: (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams) => Tensor
  readonly whole: (x: Tensor, update: Tensor) => Tensor
}
/** One axis of the result (new ones left out), and the axis of `x` it runs along. */
interface ResultAxis {
  readonly size: number
  /** The window's axis; null for an axis of places. */
  readonly window: number | null
}
type Range = Extract<Item, { kind: 'range' }>
const isStrided = (r: Range): boolean => Math.abs(r.step) !== 1 && r.count > 1

/** The places of all items that are not whole axes, over the axes of places in the order of the result. */
const plan = (x: Tensor, items: readonly Item[]) => {
  const { before } = placementOf(items)
  const arrays = items.filter((i) => i.kind === 'array')
  const arrayShape = broadcastShapes(
    'index',
    arrays.map((a) => a.index.aval),
  )
  const result: ResultAxis[] = []
  const columns: { readonly axis: number; readonly place: Tensor; readonly at: number | null }[] = []
  let kept = 0
  let arraysAt = 0
  let batch = 0
  const putArrays = (): void => {
    arraysAt = batch
    for (const size of arrayShape) result.push({ size, window: null })
    batch += arrayShape.length
  }
  for (const item of items) {
    if (item.kind !== 'range' && item.kind !== 'new') continue
    if (kept++ === before) putArrays()
    if (item.kind === 'new') continue
    const strided = isStrided(item)
    result.push({ size: item.count, window: strided ? null : item.axis })
    if (strided) columns.push({ axis: item.axis, place: stridedPlaces(item), at: batch++ })
    else if (item.count !== x.shape[item.axis]) columns.push({ axis: item.axis, place: literal(lowest(item), 'int32'), at: null })
  }
  if (kept <= before) putArrays()
  const shape = result.filter((r) => r.window === null).map((r) => r.size)
  for (const item of items) {
    if (item.kind === 'at') columns.push({ axis: item.axis, place: literal(item.index, 'int32'), at: null })
    if (item.kind === 'array') {
      const place = placesOf(item, x.shape[item.axis]!)
      const after = shape.length - arraysAt - arrayShape.length
      columns.push({ axis: item.axis, place: expandDims(place, range(after, place.ndim)), at: null })
    }
  }
  const spread = (c: (typeof columns)[number]): Tensor => (c.at === null ? c.place : expandDims(c.place, range(shape.length - c.at - 1, 1)))
  return { before, arrayRank: arrayShape.length, result, shape, columns: columns.map((c) => ({ axis: c.axis, place: spread(c) })) }
}
const lowest = (r: Range): number => (r.count === 0 ? 0 : Math.min(r.start, r.start + (r.count - 1) * r.step))
const stridedPlaces = (r: Range): Tensor => {
  const count = iota({ dtype: 'int32', shape: [r.count], dimension: 0 })
  return add(mul(count, literal(r.step, 'int32')), literal(r.start, 'int32'))
}

/** `value` in the shape that `x.at(index)` has, without new axes, and in the order of the window. */
const updatesOf = (
  x: Tensor,
  items: readonly Item[],
  value: Tensor,
  result: readonly ResultAxis[],
  arrayRank: number,
  before: number,
): Tensor => {
  const added = newAxes(items, arrayRank, before)
  const sizes = result.map((r) => r.size)
  const shape: number[] = []
  for (let i = 0, k = 0; i < sizes.length + added.length; i++) shape.push(added.includes(i) ? 1 : sizes[k++]!)
  const full = reshape(broadcastTo(value, shape, 'setAt'), { newSizes: sizes })
  const downward = result.flatMap((r, i) => (items.some((it) => it.kind === 'range' && it.axis === r.window && it.step < 0) ? [i] : []))
  return rev(convert(full, x.dtype), { dimensions: downward })
}

const updateAt =
  (operation: Operation) =>
  (x: TensorLike, index: Index, value: TensorLike, given?: UpdateOptions): Tensor => {
    const options = updateOptions(operation.name, given)
    const t = asTensor(x, operation.name)
    const v = asType(value, t.dtype, operation.name)
    const masked = byMask(operation, t, index, v)
    if (masked) return masked
    const items = itemsOf(index, t.shape, false)
    const { before, arrayRank, result, shape, columns } = plan(t, items)
    const updates = updatesOf(t, items, v, result, arrayRank, before)
    if (columns.length === 0) return operation.whole(t, updates)
    if (updates.size === 0) return t
    const starts = operation === setOperation ? knownStarts(t, items) : undefined
    if (starts)
      return dynamicUpdateSlice(
        t,
        reshape(updates, { newSizes: windowShape(t.shape, items) }),
        starts.map((s) => literal(s, 'int32')),
      )
    const axes = columns.map((c) => c.axis)
    const window = result.flatMap((r) => (r.window === null ? [] : [r.window]))
    const known = items.every((i) => i.kind !== 'array' || i.index.size === 1)
    const vectors = indexVectors(
      columns.map((c) => c.place),
      shape,
    )
    return operation.scatter(t, vectors, updates, {
      dimensionNumbers: {
        updateWindowDims: result.flatMap((r, i) => (r.window === null ? [] : [i])),
        insertedWindowDims: range(t.ndim).filter((a) => !window.includes(a)),
        scatterDimsToOperandDims: axes,
        operandBatchingDims: [],
        scatterIndicesBatchingDims: [],
      },
      indicesAreSorted: options.indicesAreSorted ?? false,
      uniqueIndices: options.uniqueIndices ?? known,
      mode: modes[options.mode ?? 'drop'],
    })
  }
const modes: Readonly<Record<'drop' | 'clip' | 'promise_in_bounds', GatherMode>> = {
  drop: 'fill',
  clip: 'clip',
  promise_in_bounds: 'promise_in_bounds',
}

/** Where one block begins that is all of the index, if it is known and inside. */
const knownStarts = (x: Tensor, items: readonly Item[]): number[] | undefined => {
  const starts = x.shape.map(() => 0)
  for (const item of items) {
    if (item.kind === 'array' || (item.kind === 'range' && isStrided(item))) return undefined
    if (item.kind === 'at' && (item.index < 0 || item.index >= x.shape[item.axis]!)) return undefined
    if (item.kind !== 'new') starts[item.axis] = item.kind === 'at' ? item.index : lowest(item)
  }
  return starts
}
const windowShape = (shape: Shape, items: readonly Item[]): number[] =>
  shape.map((n, axis) => {
    const item = items.find((i) => i.kind !== 'new' && i.axis === axis)
    return item?.kind === 'at' ? 1 : item?.kind === 'range' ? item.count : n
  })
/** One mask and one value: a choice, which also works where the mask is traced. */
const byMask = (operation: Operation, x: Tensor, index: Index, value: Tensor): Tensor | undefined => {
  const only = Array.isArray(index) && index.length === 1 ? (index[0] as unknown) : index
  if (!isTensor(only) || only.dtype !== 'bool' || only.ndim === 0 || value.ndim !== 0) return undefined
  if (!sameShape(only.shape, x.shape.slice(0, only.ndim))) return undefined
  if (only instanceof ConcreteTensor && only.ndim > x.ndim) return undefined
  return where(expandDims(only, range(x.ndim - only.ndim, only.ndim)), operation.whole(x, value), x)
}

const setOperation: Operation = { name: 'setAt', scatter, whole: (x, update) => broadcastTo(update, x.shape) }
/** `x` with `value` (broadcast, in the dtype of `x`) at an index. */
export const setAt = updateAt(setOperation)
/** `x` with `value` added at an index. */
export const addAt = updateAt({ name: 'addAt', scatter: scatterAdd, whole: plus })
/** `x` multiplied by `value` at an index. */
export const mulAt = updateAt({ name: 'mulAt', scatter: scatterMul, whole: times })
/** `x` with the smaller of itself and `value` at an index. */
export const minAt = updateAt({ name: 'minAt', scatter: scatterMin, whole: min })
/** `x` with the larger of itself and `value` at an index. */
export const maxAt = updateAt({ name: 'maxAt', scatter: scatterMax, whole: max })
