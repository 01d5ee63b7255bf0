/** What was saved beside what it is restored into: a plan that says of each place what comes there, made before an array is read. */
import { type DType, isDType, isTensor, Tensor } from '@heddle/func'
import { leavesWithPath } from '@heddle/tree'
import { describe, isPlainObject, nearest } from '@heddle/tree/options'
import { StateError } from './error'
import type { StoredArray } from './manifest'
import { pathText } from './path'
import type { StoredLeaf } from './stored'

/** A type in the place of an array, as `evalShape` and `lazyInit` answer it. */
export interface ArrayType {
  readonly shape: readonly number[]
  readonly dtype: DType
}
/** New names for old ones: pairs, applied in their order (a path or its beginning, or a regular expression), or a function; null leaves out. */
export type Rename = readonly (readonly [from: string | RegExp, to: string])[] | ((path: string) => string | null)
/** How strict a restore is. */
export interface FitOptions {
  readonly cast?: boolean | undefined
  readonly missing?: 'error' | 'keep' | undefined
  readonly extra?: 'error' | 'ignore' | undefined
  readonly rename?: Rename | undefined
}
/** What comes to a place. */
export type Filling =
  | { readonly kind: 'given'; readonly value: unknown }
  | { readonly kind: 'array'; readonly index: number; readonly dtype: DType; readonly like: unknown }
  | { readonly kind: 'typed'; readonly index: number }

const isArrayType = (x: unknown): x is ArrayType =>
  isPlainObject(x) && Array.isArray(x.shape) && x.shape.every((n) => Number.isInteger(n)) && isDType(x.dtype)
const isTyped = (x: unknown): x is ArrayBufferView => ArrayBuffer.isView(x) && !(x instanceof DataView)
const isPlainValue = (x: unknown): boolean => {
  if (x === null || x === undefined || ['number', 'string', 'boolean', 'bigint'].includes(typeof x)) return true
  return Array.isArray(x) ? x.every(isPlainValue) : isPlainObject(x) && !isArrayType(x) && Object.values(x).every(isPlainValue)
}
/** Where a place ends: types of arrays, lists of plain values and null are leaves too. */
export const isPlace = (x: unknown): boolean =>
  x === null || x === undefined || isArrayType(x) || (Array.isArray(x) && x.every(isPlainValue))

const shown = ({ dtype, shape }: ArrayType): string => `${dtype}[${shape.join(',')}]`
const kindOf = (x: unknown): string => (Array.isArray(x) ? 'list' : typeof x)
const isNone = (x: unknown): boolean => x === null || x === undefined

const renamed = (path: string, rename: Rename | undefined): string | null => {
  if (rename === undefined) return path
  if (typeof rename === 'function') return rename(path)
  return rename.reduce((p, [from, to]) => {
    if (typeof from !== 'string') return p.replace(from, to)
    return p === from ? to : p.startsWith(`${from}/`) ? (to === '' ? p.slice(from.length + 1) : to + p.slice(from.length)) : p
  }, path)
}
const withNewNames = (operation: string, leaves: ReadonlyMap<string, StoredLeaf>, rename: Rename | undefined) => {
  const named = new Map<string, { readonly leaf: StoredLeaf; readonly old: string }>()
  for (const [old, leaf] of leaves) {
    const path = renamed(old, rename)
    if (path === null) continue
    if (typeof path !== 'string') throw new StateError(operation, old, `rename answered ${describe(path)}; expected a path, or null`)
    const other = named.get(path)
    if (other !== undefined) throw new StateError(operation, path, `rename gives this name to both ${other.old} and ${old}`)
    named.set(path, { leaf, old })
  }
  return named
}

/**
 * What comes to each place of `like`, in the order of `leavesWithPath(like, isPlace)`.
 *
 * Errors: StateError with the first path that is not in the checkpoint, has another type there, or for which `like` has no place.
 */
export const fit = (
  operation: string,
  leaves: ReadonlyMap<string, StoredLeaf>,
  arrays: readonly StoredArray[],
  like: unknown,
  { cast = false, missing = 'error', extra = 'error', rename }: FitOptions,
): readonly Filling[] => {
  const named = withNewNames(operation, leaves, rename)
  const places = leavesWithPath(like, isPlace).map(([path, place]) => [pathText(path), place] as const)
  const wanted = new Set(places.map(([path]) => path))
  const absent = (path: string, place: unknown): Filling => {
    if (missing === 'keep' && !isArrayType(place)) return { kind: 'given', value: place }
    const spare = [...named.keys()].filter((p) => !wanted.has(p))
    const near = nearest(path, spare)
    const kept = missing === 'keep' ? ', and only a type is given there, no values to keep' : ''
    const hint = near === undefined ? '' : `; is ${near} meant? \`rename\` gives what was saved another name`
    throw new StateError(operation, path, `the checkpoint has nothing of this name${kept}${hint}`)
  }
  const array = (path: string, place: unknown, index: number, typed: boolean): Filling => {
    const stored = arrays[index]!
    if (typed && isTyped(place)) return { kind: 'typed', index }
    if (typed || !(isTensor(place) || isArrayType(place)))
      throw new StateError(
        operation,
        path,
        `the checkpoint has ${typed ? 'a typed array of ' : ''}${shown(stored)}, the place has ${describe(place)}`,
      )
    const type: ArrayType = place
    if (type.shape.length !== stored.shape.length || type.shape.some((n, i) => n !== stored.shape[i]))
      throw new StateError(operation, path, `expected ${shown(type)}, the checkpoint has ${shown(stored)}`)
    if (type.dtype !== stored.dtype && !cast)
      throw new StateError(operation, path, `expected ${shown(type)}, the checkpoint has ${shown(stored)}; { cast: true } converts it`)
    return { kind: 'array', index, dtype: type.dtype, like: place }
  }
  const value = (path: string, place: unknown, saved: unknown): Filling => {
    const fits = isPlainValue(place) && (isNone(place) || isNone(saved) || kindOf(place) === kindOf(saved))
    if (fits) return { kind: 'given', value: saved }
    const what = place instanceof Tensor || isArrayType(place) ? shown(place) : describe(place)
    throw new StateError(operation, path, `expected ${what}, the checkpoint has ${describe(saved)}`)
  }
  const fillings = places.map(([path, place]) => {
    const found = named.get(path)
    if (found === undefined) return absent(path, place)
    return found.leaf.kind === 'array' ? array(path, place, found.leaf.index, found.leaf.typed) : value(path, place, found.leaf.value)
  })
  const over = extra === 'ignore' ? undefined : [...named.keys()].find((path) => !wanted.has(path))
  if (over === undefined) return fillings
  throw new StateError(
    operation,
    over,
    `the checkpoint has this, and what it is restored into has no place for it; { extra: 'ignore' } leaves it out, \`rename\` gives it another name`,
  )
}
