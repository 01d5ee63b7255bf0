/**
 * Trees (pytrees): nested arrays, objects and registered classes seen as a list of leaves and a structure.
 */
export { TreeError } from './error.js'
export {
  compose,
  flatten,
  isLeaf,
  leaves,
  structure,
  treedefChildren,
  unflatten,
  type Flattened,
  type IsLeaf,
} from './flatten.js'
export { all, leavesWithPath, map, mapUntil, mapWithPath, reduce, sameStructure, transpose } from './map.js'
export { keystr, type Path, type PathKey } from './path.js'
export { broadcastPrefix, flattenUpTo } from './prefix.js'
export { registerNode, staticKey, type NodeType } from './registry.js'
export type { TreeDef } from './treedef.js'

/** A tree with leaves of one type. */
export type Tree<L> = L | null | undefined | readonly Tree<L>[] | { readonly [key: string]: Tree<L> }
