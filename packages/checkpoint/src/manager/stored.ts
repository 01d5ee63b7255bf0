/** The structure of a step as it was written, read again: nodes whose leaves are plain values and numbers of arrays. */
import type { PathKey } from '@heddle/tree'
import { CheckpointError } from '../error'
import { isForbidden } from '../keys'
import { pathText } from './path'

/** A node of a structure that was read. */
export type Stored =
  | { readonly kind: 'array'; readonly index: number; readonly typed: boolean }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'list' | 'dict' | 'class'; readonly entries: readonly (readonly [PathKey, Stored])[] }
/** A leaf for which there may be a place: an array, a plain value, or a list of such, which is taken as a whole. */
export type StoredLeaf = Exclude<Stored, { readonly kind: 'list' | 'dict' | 'class' }>

const isObject = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null && !Array.isArray(x)
const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
])

/** Errors: CheckpointError where it is none that heddle writes. */
export const readStored = (operation: string, json: unknown, arrays: number): Stored => {
  const wrong = (what: string): never => {
    throw new CheckpointError(operation, 'corrupt', `the structure of the step has ${what}`)
  }
  const pairs = (x: unknown): readonly (readonly [PathKey, Stored])[] => {
    if (!Array.isArray(x)) return wrong('a node without children')
    return x.map((pair: unknown) => {
      const [key, child] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
      if (typeof key !== 'string' && typeof key !== 'number') return wrong('a child without a name')
      if (isForbidden(String(key))) return wrong(`the name ${key}`)
      return [key, go(child)] as const
    })
  }
  const special = (x: Readonly<Record<string, unknown>>, name: string): Stored => {
    const value = x[name]
    switch (name) {
      case '$array':
        if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= arrays) return wrong(`an array that is not there`)
        return { kind: 'array', index: value as number, typed: x.typed === true }
      case '$number':
        return NUMBERS.has(value) ? { kind: 'value', value: NUMBERS.get(value) } : wrong('a number that is none')
      case '$bigint':
        return typeof value === 'string' && /^-?\d+$/.test(value) ? { kind: 'value', value: BigInt(value) } : wrong('a bigint that is none')
      case '$undefined':
        return { kind: 'value', value: undefined }
      case '$class':
        return { kind: 'class', entries: pairs(x.children) }
      case '$dict':
        return { kind: 'dict', entries: pairs(value) }
      default:
        return wrong(`something of the kind ${name}`)
    }
  }
  const go = (x: unknown): Stored => {
    if (Array.isArray(x)) return { kind: 'list', entries: x.map((child, i) => [i, go(child)] as const) }
    if (!isObject(x)) return { kind: 'value', value: x }
    const name = Object.keys(x).find((key) => key.startsWith('$'))
    return name === undefined ? { kind: 'dict', entries: pairs(Object.entries(x)) } : special(x, name)
  }
  try {
    return go(json)
  } catch (error) {
    if (error instanceof RangeError) return wrong('more levels than can be read')
    throw error
  }
}

/** A structure as plain data, with `array` of each array; nodes of classes as plain objects of their children. */
export const buildStored = (stored: Stored, array: (index: number, typed: boolean) => unknown): unknown => {
  switch (stored.kind) {
    case 'value':
      return stored.value
    case 'array':
      return array(stored.index, stored.typed)
    case 'list':
      return stored.entries.map(([, child]) => buildStored(child, array))
    default:
      return Object.fromEntries(stored.entries.map(([key, child]) => [key, buildStored(child, array)]))
  }
}

const isPlain = (stored: Stored): boolean =>
  stored.kind === 'value' || ((stored.kind === 'list' || stored.kind === 'dict') && stored.entries.every(([, child]) => isPlain(child)))

const noArray = (): never => {
  throw new TypeError('a plain list has no arrays')
}
/** The leaves by their paths; a list of plain values is one of them. */
export const storedLeaves = (stored: Stored): ReadonlyMap<string, StoredLeaf> => {
  const found = new Map<string, StoredLeaf>()
  const go = (s: Stored, path: readonly PathKey[]): void => {
    if (s.kind === 'array' || s.kind === 'value') found.set(pathText(path), s)
    else if (s.kind === 'list' && isPlain(s)) found.set(pathText(path), { kind: 'value', value: buildStored(s, noArray) })
    else for (const [key, child] of s.entries) go(child, [...path, key])
  }
  go(stored, [])
  return found
}
