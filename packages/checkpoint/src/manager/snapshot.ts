/**
 * A state as it is at this moment: its structure as JSON, and its arrays, held so that nothing that the program does later changes them.
 *
 * Plain values are written as they are; what JSON has not is an object with a name that begins with `$`: `{ "$array": 3 }` is the fourth
 * array, `$number` NaN and its kin, `$class` a node of a registered class with its children by key, `$dict` an object with such names itself.
 */
import { ConcreteTensor, type DType, isDType, isTensor, type Tensor } from '@heddle/func'
import type { HeldPart, HostArray } from '@heddle/func/backend'
import { isLeaf, type PathKey } from '@heddle/tree'
import { describe, isPlainObject } from '@heddle/tree/options'
import { isForbidden } from '../keys'
import { childrenOf } from './children'
import { StateError } from './error'
import { pathText } from './path'

/** JSON, as written. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
/** An array of a state: what it is, and how its values are had. */
export interface HeldArray {
  readonly path: string
  readonly shape: readonly number[]
  readonly dtype: DType
  /** An array of JavaScript's and no tensor. */
  readonly typed: boolean
  readonly pieces: readonly HeldPart[]
}
/** A state, taken apart. */
export interface Snapshot {
  readonly tree: Json
  readonly arrays: readonly HeldArray[]
  /** Lets go of the arrays. */
  readonly release: () => void
}

const dtypeOfArray = (x: unknown): DType | undefined => {
  if (!ArrayBuffer.isView(x) || x instanceof DataView) return undefined
  const name = x.constructor.name.replace('Big', '').replace('Array', '').toLowerCase()
  return isDType(name) && name !== 'float16' ? name : undefined
}
const special = (x: number): boolean => !Number.isFinite(x) || Object.is(x, -0)

/** JSON of a plain value; undefined for all else. */
const plain = (x: unknown): Json | undefined => {
  switch (typeof x) {
    case 'string':
    case 'boolean':
      return x
    case 'number':
      return special(x) ? { $number: Object.is(x, -0) ? '-0' : String(x) } : x
    case 'bigint':
      return { $bigint: String(x) }
    case 'undefined':
      return { $undefined: true }
    default:
      return x === null ? null : undefined
  }
}
const held = (operation: string, path: string, x: Tensor): ConcreteTensor => {
  if (x instanceof ConcreteTensor) return x.shared()
  throw new StateError(
    operation,
    path,
    `this tensor of type ${x.dtype}[${x.shape.join(',')}] is traced and has no value: save outside of jit`,
  )
}

/**
 * Takes a state apart, at once. Errors: StateError with the path of what can't be saved; TreeError where the state holds itself.
 */
export const takeSnapshot = (operation: string, state: unknown): Snapshot => {
  const arrays: HeldArray[] = []
  const shares: ConcreteTensor[] = []
  const release = (): void => shares.splice(0).forEach((x) => x.dispose())
  const hold = (path: string, x: Tensor): Json => {
    const share = held(operation, path, x)
    shares.push(share)
    arrays.push({ path, shape: [...x.shape], dtype: x.dtype, typed: false, pieces: share.parts() })
    return { $array: arrays.length - 1 }
  }
  const holdTyped = (path: string, x: ArrayBufferView, dtype: DType): Json => {
    const data = (x as unknown as Uint8Array).slice()
    const host: HostArray = { shape: [data.length], dtype, data }
    arrays.push({ path, shape: host.shape, dtype, typed: true, pieces: [{ start: [0], shape: host.shape, read: async () => host }] })
    return { $array: arrays.length - 1, typed: true }
  }
  const above = new Set<unknown>()
  const go = (x: unknown, path: readonly PathKey[]): Json => {
    const at = pathText(path)
    if (isTensor(x)) return hold(at, x)
    const json = plain(x)
    if (json !== undefined) return json
    const dtype = dtypeOfArray(x)
    if (dtype !== undefined) return holdTyped(at, x as ArrayBufferView, dtype)
    if (isLeaf(x)) throw new StateError(operation, at, `${describe(x)} can't be saved: a state holds tensors, typed arrays and JSON`)
    if (above.has(x)) throw new StateError(operation, at, 'the state holds itself')
    above.add(x)
    const children = childrenOf(x).map(([key, child]) => [key, go(child, [...path, key])] as const)
    above.delete(x)
    if (Array.isArray(x)) return children.map(([, child]) => child)
    if (!isPlainObject(x)) return { $class: (x as object).constructor.name, children: children.map(([k, c]) => [k, c]) }
    for (const [key] of children)
      if (isForbidden(String(key))) throw new StateError(operation, at, `the name ${key} can't be saved: it is one of JavaScript's own`)
    return children.some(([key]) => String(key).startsWith('$'))
      ? { $dict: children.map(([k, c]) => [k, c]) }
      : Object.fromEntries(children)
  }
  try {
    return { tree: go(state, []), arrays, release }
  } catch (error) {
    release()
    throw error
  }
}

/** Metrics or metadata as JSON. Errors: StateError for tensors and for what is no JSON. */
export const plainJson = (operation: string, what: string, x: unknown): Json => {
  const { tree, arrays, release } = takeSnapshot(operation, x)
  const first = arrays[0]
  release()
  if (first === undefined) return tree
  throw new StateError(operation, first.path, `${what} are plain values, and this is an array: read it first (x.item(), await x.data())`)
}
