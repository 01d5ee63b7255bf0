/**
 * Prefixes: a tree that stops earlier than another says one thing for whole subtrees of it (vmap's `inAxes`).
 *
 * Laws: `flattenUpTo(structure(x), x) = leaves(x)`; `broadcastPrefix(x, x) = leaves(x)` when x holds no null;
 * `broadcastPrefix(leaf, x)` is the leaf once for each leaf of x.
 */
import { needFunctionOrNone } from './arguments'
import { describe, TreeError } from './error'
import { childrenOf, kindOf, structure, type IsLeaf } from './flatten'
import type { Path } from './path'
import { auxKey, nodeTypeOf } from './registry'
import { asDef, type Def, type TreeDef } from './treedef'

const mismatch = (operation: string, d: Def, tree: unknown, path: Path): TreeError | undefined => {
  const kind = kindOf(tree)
  const no = (got: string): TreeError => new TreeError(operation, path, `expected ${d.toString()}, got ${got}`)
  if (kind !== d.kind) return no(describe(tree))
  if (kind === 'array') return (tree as readonly unknown[]).length === d.children.length ? undefined : no(describe(tree))
  if (kind === 'object') {
    const keys = Object.keys(tree as object).sort()
    const missing = d.keys!.filter((k) => !keys.includes(String(k)))
    if (missing.length > 0) return no(`${describe(tree)}, without ${missing.join(', ')}`)
    const more = keys.length === d.keys!.length ? [] : keys.filter((k) => !d.keys!.includes(k))
    return more.length === 0 ? undefined : no(`${describe(tree)}, with ${more.join(', ')} besides`)
  }
  if (kind !== 'class') return undefined
  const type = nodeTypeOf(Object.getPrototypeOf(tree) as object)!
  if (type !== d.type) return no(describe(tree))
  const [parts, aux] = type.flatten(tree)
  return parts.length === d.children.length && auxKey(type, aux) === auxKey(type, d.aux)
    ? undefined
    : no(`${describe(tree)} with other static data`)
}

/** The subtrees of `tree` at the leaves of `d`; `operation` and `path` are for errors. */
export const subtrees = (operation: string, d: Def, tree: unknown, path: Path, out: unknown[]): unknown[] => {
  if (d.kind === 'leaf') {
    out.push(tree)
    return out
  }
  // the structure has its value of it, whatever stands there in the tree
  if (d.kind === 'static') return out
  const error = mismatch(operation, d, tree, path)
  if (error !== undefined) throw error
  if (d.children.length === 0) return out
  const children = childrenOf(tree)!
  d.children.forEach((c, i) => subtrees(operation, c, children[i]![1], [...path, children[i]![0]], out))
  return out
}

/**
 * The subtrees of `tree` at the leaves of `treedef`, which must be a prefix of its structure.
 *
 * Errors: TreeError with the path where it is none. Source: `PyTreeDef.flatten_up_to`.
 */
export const flattenUpTo = (treedef: TreeDef, tree: unknown): unknown[] =>
  subtrees('tree.flattenUpTo', asDef(treedef, 'tree.flattenUpTo(treedef, tree)'), tree, [], [])

/**
 * The leaves of `prefix`, each repeated for every leaf of the subtree of `full` it stands for.
 *
 * In a prefix null is a leaf (an axis of None); where `isLeaf` holds, so is any node of it. The result has one entry a leaf of `full`.
 * Errors: TreeError with the path where `prefix` is no prefix. Source: `jax.tree_util.broadcast_prefix`.
 */
export const broadcastPrefix = (prefix: unknown, full: unknown, isLeaf?: IsLeaf): unknown[] => {
  needFunctionOrNone('tree.broadcastPrefix', 'isLeaf', isLeaf, 'tree.broadcastPrefix(prefix, full, isLeaf)')
  const out: unknown[] = []
  const go = (p: unknown, x: unknown, path: Path): void => {
    const kind = kindOf(p)
    if (kind === 'leaf' || kind === 'null' || isLeaf?.(p) === true) {
      for (let n = structure(x).numLeaves; n > 0; n--) out.push(p)
      return
    }
    const error = sameNode(p, x, path)
    if (error !== undefined) throw error
    const xs = childrenOf(x)!
    childrenOf(p)!.forEach(([key, c], i) => go(c, xs[i]![1], [...path, key]))
  }
  go(prefix, full, [])
  return out
}

const sameNode = (p: unknown, x: unknown, path: Path): TreeError | undefined => {
  const children = childrenOf(p)!
  const xs = childrenOf(x)
  const same =
    kindOf(p) === kindOf(x) &&
    xs!.length === children.length &&
    xs!.every(([k], i) => k === children[i]![0]) &&
    (kindOf(p) !== 'class' || Object.getPrototypeOf(p) === Object.getPrototypeOf(x))
  return same ? undefined : new TreeError('tree.broadcastPrefix', path, `the prefix has ${describe(p)}, the full tree ${describe(x)}`)
}
