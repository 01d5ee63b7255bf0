/** Joining, splitting and repeating. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import type { DType } from '../dtype'
import { ArgumentError, ShapeError } from '../error'
import {
  axis as axisKind,
  count,
  describe,
  dtype as dtypeKind,
  either,
  forTensors,
  integer,
  listOf,
  nullable,
  optionsOf,
  positive,
  readArgument,
  samples,
  type OptionsOf,
} from '../options'
import { concatenate as concatenateAxis, sliceAxis } from '../primitives/layout'
import { broadcastInDim, expandDims, reshape } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { ofNumbers } from './host-tensor'
import { asTensor, asType, axisOf, promoteTypes, shapeOf, type TensorLike } from './promote'
import { atleast1d, atleast2d, atleast3d, ravel } from './shape'
import { take } from './take'
import { optionsLast } from './options-last'

const joinOptions = optionsOf(
  { axis: nullable(axisKind), dtype: dtypeKind },
  { alone: 'axis', hint: forTensors('what is joined stands in one list: [x, y]; an axis is a number') },
)
/** Options of `concatenate` and `stack`. */
export interface JoinOptions extends OptionsOf<typeof joinOptions> {}

/** A list of tensors, or a tensor as the list of its parts along the first axis. */
type Joined = Tensor | readonly TensorLike[]
const partsOf = (where: string, xs: Joined): readonly TensorLike[] => {
  if (!Array.isArray(xs) && !isTensor(xs)) throw new ArgumentError(where, `expected a list of tensors, got ${describe(xs)}`)
  const list: readonly TensorLike[] = isTensor(xs) ? range(xs.shape[0] ?? 0).map((i) => unstackAt(xs, i)) : xs
  if (list.length === 0) throw new ArgumentError(where, 'expected at least one tensor')
  return list
}
const operandsOf = (where: string, xs: Joined, dtype: DType | undefined): readonly Tensor[] => {
  const list = partsOf(where, xs)
  return dtype === undefined
    ? promoteTypes(
        where,
        list.map((x) => asTensor(x, where)),
      )
    : list.map((x) => asType(x, dtype, where))
}
const unstackAt = (x: Tensor, i: number): Tensor => reshape(sliceAxis(x, 0, i, i + 1), { newSizes: x.shape.slice(1) })

/** Joined along an existing axis (null: all flattened), in their common dtype. */
export const concatenate = optionsLast(
  'concatenate',
  (xs: Tensor | readonly TensorLike[], option?: number | null | JoinOptions): Tensor => {
    const { axis = 0, dtype } = joinOptions('concatenate', option)
    const ts = operandsOf('concatenate', xs, dtype)
    if (axis === null) return concatenateAxis(ts.map(ravel), { dimension: 0 })
    if (ts[0]!.ndim === 0)
      throw new ShapeError(
        'concatenate',
        ts.map((t) => t.aval),
        'scalars have no axis to join along; use stack',
      )
    return ts.length === 1 ? ts[0]! : concatenateAxis(ts, { dimension: axisOf('concatenate', axis, ts[0]!.ndim) })
  },
)
export { concatenate as concat }
/** Joined along a new axis, in their common dtype. Errors: ShapeError where shapes differ. */
export const stack = optionsLast('stack', (xs: Tensor | readonly TensorLike[], option?: number | JoinOptions): Tensor => {
  const { axis = 0, dtype } = joinOptions('stack', option)
  const ts = operandsOf('stack', xs, dtype)
  const first = ts[0]!.shape
  if (ts.some((t) => t.shape.length !== first.length || t.shape.some((n, i) => n !== first[i])))
    throw new ShapeError(
      'stack',
      ts.map((t) => t.aval),
      'all shapes must be equal',
    )
  const at = axisOf('stack', axis ?? 0, first.length + 1)
  return concatenate(
    ts.map((t) => expandDims(t, [at])),
    at,
  )
})
/** The parts along an axis, without it. */
export const unstack = (x: TensorLike, axis = 0): Tensor[] => {
  const t = asTensor(x, 'unstack')
  const at = axisOf('unstack', axis, t.ndim)
  return range(t.shape[at]!).map((i) => reshape(sliceAxis(t, at, i, i + 1), { newSizes: t.shape.filter((_, a) => a !== at) }))
}
/** Tensors below each other, along the first axis; vectors are rows. */
export const vstack = (xs: Joined): Tensor => concatenate(partsOf('vstack', xs).map(atleast2d), 0)
/** Tensors beside each other, along the second axis; vectors along their one. */
export const hstack = (xs: Joined): Tensor => {
  const ts = partsOf('hstack', xs).map(atleast1d)
  return concatenate(ts, ts[0]?.ndim === 1 ? 0 : 1)
}
/** Tensors behind each other, along the third axis. */
export const dstack = (xs: Joined): Tensor => concatenate(partsOf('dstack', xs).map(atleast3d), 2)
/** Vectors as the columns of a matrix. */
export const columnStack = (xs: Joined): Tensor =>
  concatenate(
    partsOf('columnStack', xs).map((x) => {
      const t = atleast1d(x)
      return t.ndim === 1 ? expandDims(t, [1]) : t
    }),
    1,
  )
/** `values` joined to the end of `x` (both flattened without an axis). */
export const append = (x: TensorLike, values: TensorLike, axis: number | null = null): Tensor => concatenate([x, values], axis)

const cutAt = (t: Tensor, axis: number, cuts: readonly number[]): Tensor[] => {
  const n = t.shape[axis]!
  const within = (c: number): number => Math.min(n, Math.max(0, c < 0 ? c + n : c))
  const ends = [...cuts.map(within), n]
  return ends.map((end, i) => {
    const start = i === 0 ? 0 : ends[i - 1]!
    return sliceAxis(t, axis, Math.min(start, end), end)
  })
}
/** A number of parts, or the places before which to cut. */
const sectionsKind = either({ ...positive, is: (x) => positive.is(x) && samples.is(x) }, listOf(integer, 'a list of integers'))
/** Parts along an axis: `sections` equal ones, or cut before each of some indices. Errors: ArgumentError if not equal. */
export const split = (x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] => {
  const t = asTensor(x, 'split')
  const at = axisOf('split', axis, t.ndim)
  readArgument('split', 'sections', sectionsKind, sections)
  if (typeof sections !== 'number') return cutAt(t, at, sections)
  const n = t.shape[at]!
  if (sections <= 0 || n % sections !== 0)
    throw new ArgumentError('split', `axis ${at} of shape [${t.shape.join(',')}] can't be cut into ${sections} equal parts`)
  return cutAt(
    t,
    at,
    range(sections - 1).map((i) => ((i + 1) * n) / sections),
  )
}
/** Parts along an axis, the first ones larger by one where they can't be equal. */
export const arraySplit = (x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] => {
  const t = asTensor(x, 'arraySplit')
  const at = axisOf('arraySplit', axis, t.ndim)
  readArgument('arraySplit', 'sections', sectionsKind, sections)
  if (typeof sections !== 'number') return cutAt(t, at, sections)
  const n = t.shape[at]!
  const [each, extra] = [Math.floor(n / sections), n % sections]
  return cutAt(
    t,
    at,
    range(sections - 1).map((i) => (i + 1) * each + Math.min(i + 1, extra)),
  )
}
/** Parts along the first axis: how many, or where to cut. */
export const vsplit = (x: TensorLike, sections: number | readonly number[]): Tensor[] => split(x, sections, 0)
/** Parts along the second axis, of vectors along their one: how many, or where to cut. */
export const hsplit = (x: TensorLike, sections: number | readonly number[]): Tensor[] => split(x, sections, asTensor(x).ndim === 1 ? 0 : 1)

/** The whole tensor repeated along axes: `reps[i]` times along axis `i`, counted from the last. */
export const tile = (x: TensorLike, reps: number | readonly number[]): Tensor => {
  const t = asTensor(x, 'tile')
  const given = shapeOf('tile', reps)
  const rank = Math.max(t.ndim, given.length)
  const sizes = [...range(rank - t.ndim).map(() => 1), ...t.shape]
  const times = [...range(rank - given.length).map(() => 1), ...given]
  if (times.every((n) => n === 1)) return reshape(t, { newSizes: sizes })
  const shape = sizes.flatMap((n, i) => [times[i]!, n])
  const broadcastDimensions = range(t.ndim).map((i) => 2 * (i + rank - t.ndim) + 1)
  return reshape(broadcastInDim(t, { shape, broadcastDimensions }), { newSizes: sizes.map((n, i) => n * times[i]!) })
}
const repeatOptions = optionsOf(
  {
    axis: nullable(axisKind),
    /** The length of the result; needed where `repeats` is traced. */
    totalRepeatLength: count,
  },
  { alone: 'axis' },
)
/** Options of `repeat`. */
export interface RepeatOptions extends OptionsOf<typeof repeatOptions> {}
const repeatsKind = either(count, listOf(count, 'a list of non-negative integers'))
/** Each element repeated along an axis (the flat order without one): all so often, or each as often as a list says. */
export const repeat = optionsLast(
  'repeat',
  (x: TensorLike, repeats: number | readonly number[], option?: number | null | RepeatOptions): Tensor => {
    const { axis = null, totalRepeatLength } = repeatOptions('repeat', option)
    const t = asTensor(x, 'repeat')
    readArgument('repeat', 'repeats', repeatsKind, repeats)
    if (axis === null) return repeat(ravel(t), repeats, { axis: 0, totalRepeatLength })
    const at = axisOf('repeat', axis, t.ndim)
    if (typeof repeats === 'number' && totalRepeatLength === undefined) {
      const shape = [...t.shape.slice(0, at + 1), repeats, ...t.shape.slice(at + 1)]
      const spread = broadcastInDim(t, { shape, broadcastDimensions: range(t.ndim).map((i) => (i > at ? i + 1 : i)) })
      return reshape(spread, { newSizes: t.shape.map((n, i) => (i === at ? n * repeats : n)) })
    }
    const counts = typeof repeats === 'number' ? range(t.shape[at]!).map(() => repeats) : repeats
    if (counts.length !== t.shape[at] && counts.length !== 1)
      throw new ArgumentError('repeat', `${counts.length} repeats don't fit axis ${at} of shape [${t.shape.join(',')}]`)
    const places = range(t.shape[at]!).flatMap((i) => range(counts[counts.length === 1 ? 0 : i]!).map(() => i))
    const last = places.at(-1) ?? 0
    const length = totalRepeatLength ?? places.length
    const chosen = range(length).map((i) => places[i] ?? last)
    return take(t, ofNumbers(chosen, 'int32'), { axis: at })
  },
)
/** Parts along the third axis: how many, or where to cut. */
export const dsplit = (x: TensorLike, sections: number | readonly number[]): Tensor[] => split(x, sections, 2)
/** Nested lists of blocks, the innermost joined along the last axis, the next along the one before. */
export type Blocks = TensorLike | readonly Blocks[]
/** A tensor of blocks. */
export const block = (blocks: Blocks): Tensor => {
  const depthOf = (x: Blocks): number => (Array.isArray(x) ? 1 + Math.max(0, ...(x as readonly Blocks[]).map(depthOf)) : 0)
  const depth = depthOf(blocks)
  const leaves = (x: Blocks): Tensor[] =>
    Array.isArray(x) ? (x as readonly Blocks[]).flatMap(leaves) : [asTensor(x as TensorLike, 'block')]
  const rank = Math.max(depth, ...leaves(blocks).map((t) => t.ndim))
  const raise = (t: Tensor): Tensor => reshape(t, { newSizes: [...range(rank - t.ndim).map(() => 1), ...t.shape] })
  const go = (x: Blocks, level: number): Tensor =>
    Array.isArray(x)
      ? concatenate(
          (x as readonly Blocks[]).map((y) => go(y, level + 1)),
          level - depth,
        )
      : raise(asTensor(x as TensorLike, 'block'))
  return go(blocks, 0)
}
