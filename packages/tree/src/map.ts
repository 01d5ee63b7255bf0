/**
 * Maps and folds over the leaves of trees.
 *
 * Laws: `map(id, x) = x`; `map(f, map(g, x)) = map(f . g, x)` for leaf-valued functions; maps keep the structure.
 */
import { needFunction, needFunctionOrNone, needTree } from './arguments'
import { childrenOf, compose, flatten, leaves, structure, type IsLeaf } from './flatten'
import type { LeafOf, MapLeaves } from './leaf-type'
import { TreeError } from './error'
import type { Path } from './path'
import { subtrees } from './prefix'
import { asDef, type TreeDef } from './treedef'

type LeafFn = (leaf: never, ...rest: never[]) => unknown
type AnyFunction = (...args: readonly unknown[]) => unknown

const mapFlat = (operation: string, f: LeafFn, tree: unknown, rest: readonly unknown[], isLeaf?: IsLeaf): unknown => {
  const call = f as AnyFunction
  const { leaves: first, treedef } = flatten(tree, isLeaf)
  if (rest.length === 0) return treedef.unflatten(first.map((x) => call(x)))
  const others = rest.map((r) => subtrees(operation, asDef(treedef), r, [], []))
  return treedef.unflatten(first.map((x, i) => call(x, ...others.map((o) => o[i]))))
}

/**
 * A tree of the same structure with `f` of each leaf.
 *
 * Further trees must have the first one's structure, or go deeper below its leaves: `f` then gets the subtree.
 * Errors: TreeError with the path where one differs. Source: `jax.tree.map`.
 */
export function map<const T, R>(f: (leaf: LeafOf<T>) => R, tree: T): MapLeaves<T, R>
export function map<T = unknown>(f: LeafFn, tree: unknown, ...rest: readonly unknown[]): T
export function map(f: LeafFn, ...trees: readonly unknown[]): unknown {
  needFunction('tree.map', 'f', f, 'tree.map(f, tree, ...others)')
  needTree('tree.map', trees, 'tree.map(f, tree, ...others)')
  const [tree, ...rest] = trees
  return mapFlat('tree.map', f, tree, rest)
}

/** `map` where the nodes for which `isLeaf` holds are leaves too. */
export const mapUntil = <T = unknown>(isLeaf: IsLeaf, f: LeafFn, tree: unknown, ...rest: readonly unknown[]): T => {
  needFunction('tree.mapUntil', 'isLeaf', isLeaf, 'tree.mapUntil(isLeaf, f, tree, ...others)')
  needFunction('tree.mapUntil', 'f', f, 'tree.mapUntil(isLeaf, f, tree, ...others)')
  return mapFlat('tree.mapUntil', f, tree, rest, isLeaf) as T
}

/** The leaves of a tree with their paths, in order. Source: `jax.tree_util.tree_leaves_with_path`. */
export function leavesWithPath<T>(tree: T): (readonly [path: Path, leaf: LeafOf<T>])[]
export function leavesWithPath(tree: unknown, isLeaf?: IsLeaf): (readonly [path: Path, leaf: unknown])[]
export function leavesWithPath(tree: unknown, isLeaf?: IsLeaf): (readonly [path: Path, leaf: unknown])[] {
  needFunctionOrNone('tree.leavesWithPath', 'isLeaf', isLeaf, 'tree.leavesWithPath(tree, isLeaf)')
  const out: (readonly [Path, unknown])[] = []
  const go = (x: unknown, path: Path): void => {
    const children = isLeaf?.(x) === true ? undefined : childrenOf(x)
    if (children === undefined) out.push([path, x])
    else for (const [key, child] of children) go(child, [...path, key])
  }
  go(tree, [])
  return out
}

/** `map` with the path of the leaf as first argument. Source: `jax.tree_util.tree_map_with_path`. */
export const mapWithPath = <T = unknown>(
  f: (path: Path, leaf: never, ...rest: never[]) => unknown,
  tree: unknown,
  ...rest: readonly unknown[]
): T => {
  needFunction('tree.mapWithPath', 'f', f, 'tree.mapWithPath(f, tree, ...others)')
  needTree('tree.mapWithPath', [tree], 'tree.mapWithPath(f, tree, ...others)')
  const call = f as (path: Path, ...args: readonly unknown[]) => unknown
  const { treedef } = flatten(tree)
  const others = rest.map((r) => subtrees('tree.mapWithPath', asDef(treedef), r, [], []))
  return treedef.unflatten<T>(leavesWithPath(tree).map(([path, x], i) => call(path, x, ...others.map((o) => o[i]))))
}

/** Folds the leaves from the left. Source: `jax.tree.reduce`. */
export const reduce = <A>(...given: readonly [f: (acc: A, leaf: never) => A, tree: unknown, initial: A]): A => {
  const [f, tree, initial] = given
  needFunction('tree.reduce', 'f', f, 'tree.reduce(f, tree, initial)')
  needTree('tree.reduce', [tree], 'tree.reduce(f, tree, initial)')
  if (given.length < 3) throw new TreeError('tree.reduce', [], 'the initial value is missing; it is called tree.reduce(f, tree, initial)')
  return leaves(tree).reduce<A>((acc, x) => f(acc, x as never), initial)
}

/**
 * Combines the leaves in pairs, then the results in pairs, and so on: for an associative `f` what `reduce` answers, by a tree of operations
 * whose depth is the logarithm of their number. Errors: TreeError of no leaves without an `identity`. Source: `jax.tree.reduce_associative`.
 */
export const reduceAssociative = <A>(...given: readonly [f: (a: A, b: A) => A, tree: unknown, identity?: A]): A => {
  const [f, tree, identity] = given
  const usage = 'tree.reduceAssociative(f, tree, identity)'
  needFunction('tree.reduceAssociative', 'f', f, usage)
  needTree('tree.reduceAssociative', [tree], usage)
  const pairs = (xs: readonly A[]): A =>
    xs.length === 1
      ? xs[0]!
      : pairs(
          Array.from({ length: Math.ceil(xs.length / 2) }, (_, i) => (2 * i + 1 < xs.length ? f(xs[2 * i]!, xs[2 * i + 1]!) : xs[2 * i]!)),
        )
  const all = leaves(tree) as readonly A[]
  if (all.length > 0) return pairs(all)
  if (given.length < 3)
    throw new TreeError('tree.reduceAssociative', [], `the tree has no leaves, and the identity is missing; it is called ${usage}`)
  return identity as A
}

/** Does the predicate hold of every leaf? Truth of the leaves by default. Source: `jax.tree.all`. */
export const all = (tree: unknown, predicate: (leaf: never) => boolean = Boolean): boolean => {
  needFunction('tree.all', 'predicate', predicate, 'tree.all(tree, predicate)')
  needTree('tree.all', [tree], 'tree.all(tree, predicate)')
  return leaves(tree).every((x) => predicate(x as never))
}

/**
 * Turns an `outer` of `inner`s inside out: a tree of structure `inner` with trees of structure `outer` at its leaves.
 *
 * Errors: TreeError when `tree` is not an outer of inners. Source: `jax.tree.transpose`.
 */
export const transpose = <T = unknown>(outer: TreeDef, inner: TreeDef, tree: unknown): T => {
  const flat = subtrees('tree.transpose', asDef(compose(outer, inner, 'tree.transpose')), tree, [], [])
  const n = inner.numLeaves
  const columns = Array.from({ length: n }, (_, j) => outer.unflatten(Array.from({ length: outer.numLeaves }, (_, i) => flat[i * n + j])))
  return inner.unflatten<T>(columns)
}

/** Have two trees the same structure? */
export const sameStructure = (a: unknown, b: unknown): boolean => structure(a).equals(structure(b))
