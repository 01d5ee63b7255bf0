/**
 * Nested objects as flat ones, whose keys are paths: `{ a: { b: 1 } }` as `{ 'a/b': 1 }`. Plain objects are taken apart and nothing else:
 * a list or an instance of a class is a value here.
 *
 * Laws: `unflattenDict(flattenDict(x, { keepEmptyNodes: true })) = x`; `pathAwareMap((_, v) => v, x) = x`.
 * Source: `flax.traverse_util`.
 */
import { needFunction } from './arguments'
import { describe, TreeError } from './error'
import { boolean, func, isPlainObject, of, string, type OptionsOf } from './options'
import type { Path } from './path'
import { optionsOf } from './read-options'
import { registerNode } from './registry'

/** A flat object: values by their paths. */
export type FlatDict<V = unknown> = Readonly<Record<string, V>>

type Dict = Readonly<Record<string, unknown>>

class EmptyNode {}
registerNode(EmptyNode, { flatten: () => [[], undefined], unflatten: () => emptyNode })
/** Stands in a flat object for an object without keys. Source: `flax.traverse_util.empty_node`. */
export const emptyNode: object = Object.freeze(new EmptyNode())

const separator = {
  /** What stands between the names of a path; '/' by default. */
  sep: string,
}
const flattenOptions = optionsOf({
  ...separator,
  /** Whether objects without keys stand in the flat one, as `emptyNode`; else they are left out. */
  keepEmptyNodes: boolean,
  /** Says of an object, with its path, that it is a value. */
  isLeaf: of<(path: readonly string[], x: unknown) => boolean>()(func),
})
const unflattenOptions = optionsOf(separator)
/** Options of `flattenDict`. */
export interface FlattenDictOptions extends OptionsOf<typeof flattenOptions> {}
/** Options of `unflattenDict`. */
export interface UnflattenDictOptions extends OptionsOf<typeof unflattenOptions> {}

const separatorOf = (where: string, { sep = '/' }: { readonly sep?: string | undefined }): string => {
  if (sep === '') throw new TreeError(where, [], "sep is the empty string: paths can't be taken apart again")
  return sep
}
const needDict = (where: string, x: unknown, usage: string): Dict => {
  if (!isPlainObject(x)) throw new TreeError(where, [], `expected a nested object, got ${describe(x)}; it is called ${usage}`)
  return x
}
type Entry = readonly [path: readonly string[], value: unknown]

/** Values with their paths, in the order of keys. Errors: TreeError for an object that holds itself. */
const entriesOf = (where: string, x: unknown, isLeaf?: (path: readonly string[], x: unknown) => boolean): readonly Entry[] => {
  const out: Entry[] = []
  const go = (value: unknown, path: readonly string[], above: readonly unknown[]): void => {
    if (!isPlainObject(value) || isLeaf?.(path, value) === true) out.push([path, value])
    else if (above.includes(value)) throw new TreeError(where, path, 'the object holds itself')
    else {
      const keys = Object.keys(value)
      if (keys.length === 0 && path.length > 0) out.push([path, emptyNode])
      for (const key of keys) go(value[key], [...path, key], [...above, value])
    }
  }
  go(x, [], [])
  return out
}

interface Branch extends Map<string, Branch | { readonly value: unknown }> {}

/** The nested object of values with their paths. Errors: TreeError where a path leads through the value of another. */
const nestedOf = (where: string, entries: readonly Entry[]): unknown => {
  const root: Branch = new Map()
  for (const [path, value] of entries) {
    if (path.length === 0) return value
    let at = root
    path.forEach((key, i) => {
      const there = at.get(key)
      const last = i === path.length - 1
      if (there !== undefined && (last || !(there instanceof Map)))
        throw new TreeError(where, path.slice(0, i + 1), 'one path ends here and another goes on below it, or ends here too')
      if (last) at.set(key, { value: value === emptyNode ? {} : value })
      else {
        const below: Branch = there instanceof Map ? there : new Map()
        at.set(key, below)
        at = below
      }
    })
  }
  // entries define properties: `__proto__` is a name like others
  const plain = (branch: Branch): unknown => Object.fromEntries([...branch].map(([key, x]) => [key, x instanceof Map ? plain(x) : x.value]))
  return plain(root)
}

/**
 * A nested object as a flat one: `flattenDict({ a: 1, b: { c: 2 } })` is `{ a: 1, 'b/c': 2 }`. Objects without keys are left out, if not
 * `keepEmptyNodes`.
 *
 * Errors: TreeError for what is no plain object, and for names that hold `sep`, whose paths could not be told from others.
 * Source: `flax.traverse_util.flatten_dict`, where keys are tuples if there is no `sep`.
 */
export const flattenDict = <V = unknown>(nested: object, options?: FlattenDictOptions): FlatDict<V> => {
  const where = 'tree.flattenDict'
  const read = flattenOptions(where, options)
  const sep = separatorOf(where, read)
  const entries = entriesOf(where, needDict(where, nested, 'tree.flattenDict(nested, { sep, keepEmptyNodes, isLeaf })'), read.isLeaf)
  const flat = entries.flatMap(([path, value]) => {
    const odd = path.find((name) => name.includes(sep))
    if (odd !== undefined)
      throw new TreeError(where, path, `the name ${JSON.stringify(odd)} holds the separator ${JSON.stringify(sep)}: choose another sep`)
    return value === emptyNode && read.keepEmptyNodes !== true ? [] : [[path.join(sep), value] as const]
  })
  return Object.fromEntries(flat) as FlatDict<V>
}

/**
 * The nested object of a flat one: `unflattenDict({ a: 1, 'b/c': 2 })` is `{ a: 1, b: { c: 2 } }`.
 *
 * Errors: TreeError where one path leads through the value of another. Source: `flax.traverse_util.unflatten_dict`.
 */
export const unflattenDict = <T = Record<string, unknown>>(flat: FlatDict, options?: UnflattenDictOptions): T => {
  const where = 'tree.unflattenDict'
  const sep = separatorOf(where, unflattenOptions(where, options))
  const entries = Object.entries(needDict(where, flat, 'tree.unflattenDict(flat, { sep })'))
  return nestedOf(
    where,
    entries.map(([path, value]) => [path.split(sep), value]),
  ) as T
}

/**
 * A nested object of the same form with `f(path, value)` of each value; the path is a list of names.
 *
 * Source: `flax.traverse_util.path_aware_map`.
 * @example
 * const labels = pathAwareMap((path) => (path.includes('Dense_0') ? 'frozen' : 'trained'), params)
 */
export const pathAwareMap = <T = Record<string, unknown>>(f: (path: readonly string[], value: never) => unknown, nested: object): T => {
  const [where, usage] = ['tree.pathAwareMap', 'tree.pathAwareMap(f, nested)'] as const
  needFunction(where, 'f', f, usage)
  const call = f as (path: readonly string[], value: unknown) => unknown
  const entries = entriesOf(where, needDict(where, nested, usage))
  return nestedOf(
    where,
    entries.map(([path, value]) => [path, value === emptyNode ? value : call(path, value)]),
  ) as T
}

/**
 * Parameters that are chosen by their names: `filter('/Dense_0/kernel', value)` says which.
 *
 * Source: `flax.traverse_util.ModelParamTraversal`.
 * @example
 * const kernels = new ModelParamTraversal((name) => name.endsWith('/kernel'))
 * const halved = kernels.update((x: Tensor) => x.mul(0.5), params)
 */
export class ModelParamTraversal {
  readonly #chosen: (path: Path, value: unknown) => boolean

  /** `filter` gets a name such as `/module/kernel` and the value. */
  constructor(filter: (name: string, value: never) => boolean) {
    needFunction('tree.ModelParamTraversal', 'filter', filter, 'new tree.ModelParamTraversal((name, value) => boolean)')
    const call = filter as (name: string, value: unknown) => boolean
    this.#chosen = (path, value) => call(`/${path.join('/')}`, value)
  }

  /** The values that are chosen, in the order of their names. */
  iterate<V = unknown>(params: object): V[] {
    const where = 'tree.ModelParamTraversal.iterate'
    const entries = entriesOf(where, needDict(where, params, 'traversal.iterate(params)'))
    return sorted(entries)
      .filter(([path, value]) => value !== emptyNode && this.#chosen(path, value))
      .map(([, value]) => value as V)
  }

  /** The same parameters with `f` of each that is chosen. */
  update<T extends object>(f: (value: never) => unknown, params: T): T {
    const where = 'tree.ModelParamTraversal.update'
    needFunction(where, 'f', f, 'traversal.update(f, params)')
    const call = f as (value: unknown) => unknown
    return pathAwareMap<T>(
      (path, value) => (this.#chosen(path, value) ? call(value) : value),
      needDict(where, params, 'traversal.update(f, params)'),
    )
  }
}
const sorted = (entries: readonly Entry[]): readonly Entry[] => [...entries].sort(([a], [b]) => before(a, b))
const before = (a: readonly string[], b: readonly string[]): number => {
  const i = a.findIndex((name, k) => name !== b[k])
  if (i < 0) return a.length - b.length
  return b[i] === undefined || a[i]! > b[i] ? 1 : -1
}
