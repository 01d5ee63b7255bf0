/** Parts at places that are data, with the signatures of jax.lax. */
import type { Shape } from '../aval'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { asTensor, asType, axisOf, type TensorLike } from '../numpy/promote'
import { asPlaces, placesOf, signedPlaces } from '../numpy/indexing'
import { integerOperand } from '../numpy/integer-operand'
import {
  axis as axisKind,
  boolean,
  count,
  integer,
  type Kind,
  list,
  oneOf,
  optionsOf,
  positive,
  readArgument,
  shape as shapeKind,
  type OptionsOf,
} from '../options'
import { neg } from '../primitives/arithmetic'
import * as I from '../primitives/indexing'
import { expandDims, squeeze } from '../primitives/structural'
import { sort as sortP, topK as topKP } from '../primitives/sort'
import type { GatherDimensionNumbers, ScatterDimensionNumbers, ScatterParams } from '../table'
import { isTensor, type Tensor } from '../tensor'

/** Starts as int32 scalars; negative ones count from the end. */
const startsOf = (where: string, x: Tensor, starts: readonly TensorLike[]): Tensor[] => {
  readArgument(where, 'startIndices', list, starts)
  if (starts.length !== x.ndim)
    throw new ArgumentError(where, `expected ${x.ndim} starts for shape [${x.shape.join(',')}], got ${starts.length}`)
  return starts.map((s, i) => {
    if (typeof s === 'number') {
      readArgument(where, `startIndices.${i}`, integer, s)
      return literal(s < 0 ? s + x.shape[i]! : s, 'int32')
    }
    return signedPlaces(placesOf(integerOperand(where, s), x.shape[i]!))
  })
}
/** The part of sizes `sliceSizes` that begins at `startIndices`, moved inside where it would stick out. */
export const dynamicSlice = (x: TensorLike, startIndices: readonly TensorLike[], sliceSizes: Shape): Tensor => {
  const t = asTensor(x, 'lax.dynamicSlice')
  readArgument('lax.dynamicSlice', 'sliceSizes', shapeKind, sliceSizes)
  return I.dynamicSlice(t, startsOf('lax.dynamicSlice', t, startIndices), { sliceSizes })
}
/** `x` with `update` in place of the part that begins at `startIndices`. */
export const dynamicUpdateSlice = (x: TensorLike, update: TensorLike, startIndices: readonly TensorLike[]): Tensor => {
  const t = asTensor(x, 'lax.dynamicUpdateSlice')
  return I.dynamicUpdateSlice(t, asType(update, t.dtype, 'lax.dynamicUpdateSlice'), startsOf('lax.dynamicUpdateSlice', t, startIndices))
}
const along = (x: Tensor, axis: number, start: TensorLike): TensorLike[] => x.shape.map((_, i) => (i === axis ? start : 0))
/** Along one axis the `sliceSize` elements from `start` on. */
export const dynamicSliceInDim = (x: TensorLike, start: TensorLike, sliceSize: number, axis = 0): Tensor => {
  const t = asTensor(x, 'lax.dynamicSliceInDim')
  const at = axisOf('lax.dynamicSliceInDim', axis, t.ndim)
  return dynamicSlice(
    t,
    along(t, at, start),
    t.shape.map((n, i) => (i === at ? sliceSize : n)),
  )
}
/** The element at `index` along an axis, which keeps size 1 unless `keepdims` is false. */
export const dynamicIndexInDim = (x: TensorLike, index: TensorLike, axis = 0, keepdims = true): Tensor => {
  const t = asTensor(x, 'lax.dynamicIndexInDim')
  const at = axisOf('lax.dynamicIndexInDim', axis, t.ndim)
  const part = dynamicSliceInDim(t, index, 1, at)
  return keepdims ? part : squeeze(part, { dimensions: [at] })
}
/** `x` with `update` written from `start` on along `axis`; a start out of range is moved inside. */
export const dynamicUpdateSliceInDim = (x: TensorLike, update: TensorLike, start: TensorLike, axis: number): Tensor => {
  const t = asTensor(x, 'lax.dynamicUpdateSliceInDim')
  return dynamicUpdateSlice(t, update, along(t, axisOf('lax.dynamicUpdateSliceInDim', axis, t.ndim), start))
}
/** `x` with `update` (with or without the axis, of size 1) at `index` along an axis. */
export const dynamicUpdateIndexInDim = (x: TensorLike, update: TensorLike, index: TensorLike, axis: number): Tensor => {
  const t = asTensor(x, 'lax.dynamicUpdateIndexInDim')
  const at = axisOf('lax.dynamicUpdateIndexInDim', axis, t.ndim)
  const u = asType(update, t.dtype, 'lax.dynamicUpdateIndexInDim')
  return dynamicUpdateSliceInDim(t, u.ndim === t.ndim ? u : expandDims(u, [at]), index, at)
}

type PartialDims<D> = { readonly [K in keyof D]: D[K] }
/** Which axes of operand and indices are what, for a gather; batching axes may be left out. */
export type GatherDims = Omit<GatherDimensionNumbers, 'operandBatchingDims' | 'startIndicesBatchingDims'> &
  Partial<PartialDims<GatherDimensionNumbers>>
const modeKind = oneOf('fill', 'clip', 'promise_in_bounds')
const nanOr: Kind<number> = { expected: 'a number', is: (x) => typeof x === 'number' }
const gatherOptions = optionsOf({ mode: modeKind, fillValue: nanOr })
/** Options of `gather`. */
export interface GatherOptions extends OptionsOf<typeof gatherOptions> {}
/** XLA's gather; the index vectors are the last axis of `startIndices`. */
export const gather = (
  x: TensorLike,
  startIndices: TensorLike,
  dimensionNumbers: GatherDims,
  sliceSizes: Shape,
  given?: GatherOptions,
): Tensor => {
  const options = gatherOptions('lax.gather', given)
  readArgument('lax.gather', 'sliceSizes', shapeKind, sliceSizes)
  return I.gather(asTensor(x, 'lax.gather'), asPlaces(integerOperand('lax.gather', startIndices).index), {
    dimensionNumbers: { operandBatchingDims: [], startIndicesBatchingDims: [], ...dimensionNumbers },
    sliceSizes,
    mode: options.mode ?? 'fill',
    fillValue: options.fillValue ?? null,
  })
}

/** Which axes of indices and updates are what, for a scatter; batching axes may be left out. */
export type ScatterDims = Omit<ScatterDimensionNumbers, 'operandBatchingDims' | 'scatterIndicesBatchingDims'> &
  Partial<PartialDims<ScatterDimensionNumbers>>
const scatterOptions = optionsOf({ indicesAreSorted: boolean, uniqueIndices: boolean, mode: modeKind })
/** Options of the scatters. */
export interface ScatterOptions extends OptionsOf<typeof scatterOptions> {}
const scattering =
  (name: string, f: (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams) => Tensor) =>
  (x: TensorLike, indices: TensorLike, updates: TensorLike, dimensionNumbers: ScatterDims, options?: ScatterOptions): Tensor => {
    const { indicesAreSorted = false, uniqueIndices = false, mode = 'fill' } = scatterOptions(name, options)
    const t = asTensor(x, name)
    return f(t, asPlaces(integerOperand(name, indices).index), asType(updates, t.dtype, name), {
      indicesAreSorted,
      uniqueIndices,
      mode,
      dimensionNumbers: { operandBatchingDims: [], scatterIndicesBatchingDims: [], ...dimensionNumbers },
    })
  }
/** XLA's scatter, which replaces. */
export const scatter = scattering('lax.scatter', I.scatter)
/** `x` with updates added at windows that indices place. Source: `jax.lax.scatter_add`. */
export const scatterAdd = scattering('lax.scatterAdd', I.scatterAdd)
/** Subtracts the updates. */
export const scatterSub = scattering('lax.scatterSub', (x, indices, updates, params) => I.scatterAdd(x, indices, neg(updates), params))
/** `x` multiplied by updates at windows that indices place. */
export const scatterMul = scattering('lax.scatterMul', I.scatterMul)
/** `x`, where windows that indices place are the smaller of what is there and the update. */
export const scatterMin = scattering('lax.scatterMin', I.scatterMin)
/** `x`, where windows that indices place are the larger of what is there and the update. */
export const scatterMax = scattering('lax.scatterMax', I.scatterMax)
const sortOptions = optionsOf({
  dimension: axisKind,
  isStable: boolean,
  /** How many of the operands are compared, in order; 1. */
  numKeys: positive,
})
/** Options of `sort` and `sortKeyVal`. */
export interface SortOptions extends OptionsOf<typeof sortOptions> {}
export function sort(x: Tensor, options?: SortOptions): Tensor
export function sort(xs: readonly TensorLike[], options?: SortOptions): Tensor[]
/** Sorted along an axis (the last): one tensor, or several by the first. Source: jax.lax.sort. */
export function sort(x: Tensor | readonly TensorLike[], options?: SortOptions): Tensor | Tensor[] {
  const { dimension = -1, isStable = true, numKeys = 1 } = sortOptions('lax.sort', options)
  if (!isTensor(x)) readArgument('lax.sort', 'operands', list, x)
  const xs = isTensor(x) ? [x] : x.map((t) => asTensor(t, 'lax.sort'))
  const out = sortP(xs, { dimension: axisOf('lax.sort', dimension, xs[0]?.ndim ?? 0), isStable, numKeys })
  return isTensor(x) ? out[0]! : out
}
/** Keys sorted along an axis, and values in the order of the keys. */
export const sortKeyVal = (keys: TensorLike, values: TensorLike, dimension = -1, isStable = true): [keys: Tensor, values: Tensor] =>
  sort([keys, values], { dimension, isStable }) as [Tensor, Tensor]
/** The `k` largest along an axis (the last) in descending order, and their places. */
export const topK = (x: TensorLike, k: number, axis = -1): [values: Tensor, indices: Tensor] => {
  const t = asTensor(x, 'lax.topK')
  readArgument('lax.topK', 'k', count, k)
  return topKP(t, { k, axis: axisOf('lax.topK', axis, t.ndim) })
}
