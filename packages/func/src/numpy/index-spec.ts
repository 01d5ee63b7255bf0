/**
 * What stands between the brackets of numpy's `x[...]`: parsing into one item for each axis.
 *
 * An index is a list of: integers (negative from the end), slices (`slice(1, -1)` or the text '1:-1'), null for a new axis, '...' for
 * all axes in between, integer tensors or arrays (numpy's advanced indexing), and boolean masks (concrete ones only).
 */
import { describe } from '@heddle/tree/options'
import { range, type Shape } from '../aval'
import { ConcreteTensor } from '../array'
import type { TypedArray } from '../dtype'
import { ArgumentError, ConcretizationError } from '../error'
import { isTensor, type Tensor } from '../tensor'
import { hostOf, isTypedArray, type NestedArray } from './host-data'
import { ofNumbers } from './host-tensor'
import { integerTensor } from './integer-operand'

/** A range of an axis, as Python writes `start:stop:step`; null is left open. Made by `slice`. */
export interface Slice {
  readonly _tag: 'Slice'
  readonly start: number | null
  readonly stop: number | null
  readonly step: number | null
}
/** `slice(stop)`, `slice(start, stop)`, `slice(start, stop, step)`, as in Python; null is an open end. */
export const slice = (...args: readonly [number | null, (number | null)?, (number | null)?]): Slice =>
  args.length === 1
    ? { _tag: 'Slice', start: null, stop: args[0], step: null }
    : { _tag: 'Slice', start: args[0], stop: args[1] ?? null, step: args[2] ?? null }
const isSlice = (x: unknown): x is Slice => typeof x === 'object' && x !== null && (x as Slice)._tag === 'Slice'

/** What stands for an axis in an index: a number, a range, null for a new axis, an array of indices or a mask. */
export type IndexElement = number | bigint | null | ':' | '...' | `${string}:${string}` | Slice | Tensor | NestedArray | TypedArray
/** One element, or the list of them. In a list, an array of integers is an element of its own: `[[0, 2]]`. */
export type Index = IndexElement | readonly IndexElement[]

export type Item =
  /** A new axis. */
  | { readonly kind: 'new' }
  /** `count` places of an axis from `start` on, `step` apart (negative: downward). */
  | { readonly kind: 'range'; readonly axis: number; readonly start: number; readonly count: number; readonly step: number }
  /** One known place; may lie outside of the axis. */
  | { readonly kind: 'at'; readonly axis: number; readonly index: number }
  /** Places that are data; the axes of the tensor become axes of the result. Negative ones may still be in it if `signed`. */
  | { readonly kind: 'array'; readonly axis: number; readonly index: Tensor; readonly signed: boolean }

const parseSlice = (text: string): Slice => {
  const parts = text.split(':').map((p) => p.trim())
  const numbers = parts.map((p) => (p === '' ? null : Number(p)))
  if (parts.length < 2 || parts.length > 3 || numbers.some((n) => n !== null && !Number.isInteger(n)))
    throw new ArgumentError('index', `${JSON.stringify(text)} is no slice; expected 'start:stop:step' of integers that may be left out`)
  return { _tag: 'Slice', start: numbers[0]!, stop: numbers[1]!, step: numbers[2] ?? null }
}
/** Python's rule for the places of a slice. */
const resolveSlice = ({ start, stop, step }: Slice, n: number): { start: number; count: number; step: number } => {
  const by = step ?? 1
  if (by === 0 || !Number.isInteger(by))
    throw new ArgumentError('index', `the step of a slice must be a whole number other than 0, got ${by}`)
  const [low, high] = by > 0 ? [0, n] : [-1, n - 1]
  const place = (i: number | null, open: number): number => (i === null ? open : Math.min(high, Math.max(low, i < 0 ? i + n : i)))
  const from = place(start, by > 0 ? 0 : n - 1)
  const to = place(stop, by > 0 ? n : -1)
  const count = Math.max(0, Math.ceil((to - from) / by))
  return { start: count === 0 ? 0 : from, count, step: by }
}

type Element = Exclude<IndexElement, string | bigint> | '...'
const elementsOf = (index: Index): Element[] => {
  const list = Array.isArray(index) ? (index as readonly IndexElement[]) : [index as IndexElement]
  return list.map((e) => {
    if (typeof e === 'bigint') return Number(e)
    if (typeof e === 'string') return e === '...' ? e : parseSlice(e)
    if (e === undefined || typeof e === 'boolean')
      throw new ArgumentError('index', `${String(e)} is no index; use null for a new axis, and a tensor or array of booleans as a mask`)
    return e
  })
}

/** Masks become the integer arrays of the places where they hold. */
interface Mask {
  readonly shape: Shape
  readonly places: readonly Tensor[]
}
const maskOf = (shape: Shape, flags: ArrayLike<number>): Mask => {
  const flat = range(flags.length).filter((i) => flags[i] !== 0)
  let inner = flags.length
  const places = shape.map((n) => {
    const outer = inner
    inner = n === 0 ? 0 : inner / n
    return ofNumbers(
      flat.map((f) => Math.floor((f % outer) / inner)),
      'int32',
    )
  })
  return { shape, places }
}
type Part =
  | { readonly kind: 'slice'; readonly slice: Slice }
  | { readonly kind: 'at'; readonly index: number }
  | Mask
  | { readonly array: Tensor; readonly signed: boolean }
  | 'new'
  | '...'

const partOf = (e: Element): Part => {
  if (e === null) return 'new'
  if (e === '...') return e
  if (typeof e === 'number') {
    if (!Number.isInteger(e)) throw new ArgumentError('index', `an index must be whole, got ${e}`)
    return { kind: 'at', index: e }
  }
  if (isSlice(e)) return { kind: 'slice', slice: e }
  if (isTensor(e)) return tensorPart(e)
  if (!Array.isArray(e) && !isTypedArray(e)) throw new ArgumentError('index', `${describe(e)} is no index`)
  const host = hostOf(e as NestedArray, 'index')
  if (host.dtype === 'bool') return maskOf(host.shape, host.data as Uint8Array)
  const values = Array.from(host.data as ArrayLike<number | bigint>, Number)
  if (!values.every(Number.isInteger)) throw new ArgumentError('index', 'an index array must be of whole numbers')
  return { array: ofNumbers(values, 'int32', host.shape), signed: values.some((v) => v < 0) }
}
const tensorPart = (e: Tensor): Part => {
  if (e.dtype === 'bool') {
    // Of no element, which places hold is known.
    if (e.size === 0) return maskOf(e.shape, [])
    if (!(e instanceof ConcreteTensor))
      throw new ConcretizationError(e.aval, 'indexing by a boolean mask (use np.where, or np.nonzero with a size)')
    const host = e.hostSync()
    return maskOf(host.shape, host.data as Uint8Array)
  }
  return { array: integerTensor('index', e), signed: !e.dtype.startsWith('uint') }
}
const axesUsed = (p: Part): number => (p === 'new' || p === '...' ? 0 : 'places' in p ? p.shape.length : 1)

/**
 * One item for each axis of `shape` (and for each new axis), in the order of the index.
 * Errors: ArgumentError for too many indices, masks of another shape, and (when `strict`) known places outside of their axis.
 */
export const itemsOf = (index: Index, shape: Shape, strict: boolean): Item[] => {
  const parts = elementsOf(index).map(partOf)
  const used = parts.reduce((n, p) => n + axesUsed(p), 0)
  if (parts.filter((p) => p === '...').length > 1) throw new ArgumentError('index', "'...' may stand in an index only once")
  if (used > shape.length) throw new ArgumentError('index', `${used} indices are too many for shape [${shape.join(',')}]`)
  const open: Part = { kind: 'slice', slice: { _tag: 'Slice', start: null, stop: null, step: null } }
  const rest = range(shape.length - used).map(() => open)
  const dots = parts.indexOf('...')
  const all = dots < 0 ? [...parts, ...rest] : [...parts.slice(0, dots), ...rest, ...parts.slice(dots + 1)]
  let axis = 0
  return all.flatMap((p): Item[] => {
    if (p === 'new' || p === '...') return [{ kind: 'new' }]
    const first = axis
    axis += axesUsed(p)
    const n = shape[first]!
    if ('array' in p) return [{ kind: 'array', axis: first, index: p.array, signed: p.signed }]
    if ('places' in p) {
      if (p.shape.some((m, i) => m !== shape[first + i]))
        throw new ArgumentError(
          'index',
          `a mask of shape [${p.shape.join(',')}] does not fit axes ${first}.. of shape [${shape.join(',')}]`,
        )
      return p.places.map((place, i) => ({ kind: 'array', axis: first + i, index: place, signed: false }))
    }
    if (p.kind === 'slice') return [{ kind: 'range', axis: first, ...resolveSlice(p.slice, n) }]
    const at = p.index < 0 ? p.index + n : p.index
    if (strict && (at < 0 || at >= n)) throw new ArgumentError('index', `index ${p.index} is out of range for axis ${first} of size ${n}`)
    return [{ kind: 'at', axis: first, index: at }]
  })
}

/** Where the axes of index arrays stand in the result: at the first of them if they are neighbours, else in front. */
export interface Placement {
  /** Items that take part in advanced indexing; empty if there is no array of one axis or more. */
  readonly advanced: readonly Item[]
  /** Number of the other result axes before theirs. */
  readonly before: number
}
export const placementOf = (items: readonly Item[]): Placement => {
  const arrays = items.some((i) => i.kind === 'array' && i.index.ndim > 0)
  const isAdvanced = (i: Item): boolean => i.kind === 'array' || i.kind === 'at'
  if (!arrays) return { advanced: items.filter((i) => i.kind === 'array'), before: 0 }
  const places = items.flatMap((item, i) => (isAdvanced(item) ? [i] : []))
  const span = places.at(-1)! - places[0]!
  const neighbours = span === places.length - 1
  const before = neighbours ? items.slice(0, places[0]).filter((i) => i.kind === 'range' || i.kind === 'new').length : 0
  return { advanced: items.filter(isAdvanced), before }
}
