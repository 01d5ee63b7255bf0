/** Values of states of optimizers by name: to read them and to set them. */
import { ArgumentError } from '@heddle/func'
import { func, isPlainObject, of, readArgument, string } from '@heddle/func/options'
import { keystr, type Path } from '@heddle/tree'
import { optional } from '../options'

/** Which of the values found are meant. */
export type Filtering = (path: Path, value: unknown) => boolean
const filter = optional(of<Filtering>()(func))
type Found = readonly [path: Path, value: unknown]

const childrenOf = (node: unknown): readonly (readonly [key: string | number, child: unknown])[] => {
  if (Array.isArray(node)) return node.map((child: unknown, i) => [i, child] as const)
  return isPlainObject(node)
    ? Object.keys(node)
        .sort()
        .map((key) => [key, Reflect.get(node, key)] as const)
    : []
}
const has = (node: unknown, key: string): node is object => isPlainObject(node) && Object.hasOwn(node, key)
/** The nodes nearest to the root that have a key. */
const holders = (node: unknown, key: string, path: Path): readonly Found[] =>
  has(node, key) ? [[path, node]] : childrenOf(node).flatMap(([k, child]) => holders(child, key, [...path, k]))
const search = (node: unknown, key: string, path: Path): readonly Found[] => {
  const found = holders(node, key, path)
  const below = found.flatMap(([at, holder]) => childrenOf(holder).flatMap(([k, child]) => search(child, key, [...at, k])))
  return [...found.map(([at, holder]): Found => [[...at, key], Reflect.get(holder as object, key)]), ...below]
}

/** All values under a key in a tree of objects and lists, with their paths. Source: optax.tree.get_all_with_path. */
export const treeGetAllWithPath = (
  tree: unknown,
  key: string,
  filtering?: Filtering,
): readonly (readonly [path: Path, value: unknown])[] => {
  readArgument('treeGetAllWithPath', 'key', string, key)
  readArgument('treeGetAllWithPath', 'filtering', filter, filtering)
  return search(tree, key, []).filter(([path, value]) => filtering?.(path, value) ?? true)
}
/**
 * The value under a key in a tree of objects and lists, such as the count of steps in a state; `otherwise` where there is none.
 *
 * Errors: ArgumentError where there are several: `filtering(path, value)` chooses. Source: optax.tree.get.
 *
 * @example
 * treeGet(adam(1e-3).init(params), 'count')
 */
export const treeGet = <V = unknown>(tree: unknown, key: string, otherwise?: V, filtering?: Filtering): V | undefined => {
  const found = treeGetAllWithPath(tree, key, filtering)
  if (found.length > 1)
    throw new ArgumentError(
      'treeGet',
      `there are several values of ${JSON.stringify(key)}, at ${found.map(([path]) => keystr(path)).join(', ')}; choose by filtering(path, value)`,
    )
  return found[0] === undefined ? otherwise : (found[0][1] as V)
}
const values = { expected: 'an object from keys to values', is: isPlainObject }
/**
 * A copy of a tree where all values under some keys are others, such as a learning rate in a state.
 *
 * Errors: ArgumentError where a key is nowhere. Source: optax.tree.set.
 *
 * @example
 * const state = { hyperparams: { learning_rate: np.array(1) }, count: np.array(0) }
 * treeSet(state, { learning_rate: np.array(0.1) })
 */
export const treeSet = <T>(tree: T, replacements: Readonly<Record<string, unknown>>, filtering?: Filtering): T => {
  readArgument('treeSet', 'replacements', values, replacements)
  for (const key of Object.keys(replacements))
    if (treeGetAllWithPath(tree, key, filtering).length === 0)
      throw new ArgumentError(
        'treeSet',
        `there is no value of ${JSON.stringify(key)} in the tree${filtering ? ' for which filtering holds' : ''}`,
      )
  const replaced = (node: unknown, path: Path): unknown => {
    if (Array.isArray(node)) return node.map((child: unknown, i) => replaced(child, [...path, i]))
    if (!isPlainObject(node)) return node
    const entries = Object.entries(node).map(([key, child]): [string, unknown] => {
      const at = [...path, key]
      const meant = Object.hasOwn(replacements, key) && (filtering?.(at, child) ?? true)
      return [key, meant ? replacements[key] : replaced(child, at)]
    })
    return Object.fromEntries(entries)
  }
  return replaced(tree, []) as T
}
