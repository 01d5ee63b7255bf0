/**
 * Trees (pytrees): nested arrays, objects and registered classes seen as a list of leaves and a structure.
 */
export { noteCopy } from './copies'
export { TreeError } from './error'
export { errorClass, type ErrorClass } from './error-class'
export { HeddleError } from './heddle-error'
export {
  compose,
  flatten,
  isLeaf,
  leaves,
  structure,
  treedefChildren,
  unflatten,
  withoutStatic,
  type Flattened,
  type IsLeaf,
  type IsStatic,
} from './flatten'
export { all, leavesWithPath, map, mapUntil, mapWithPath, reduce, reduceAssociative, sameStructure, transpose } from './map'
export {
  emptyNode,
  flattenDict,
  ModelParamTraversal,
  pathAwareMap,
  unflattenDict,
  type FlatDict,
  type FlattenDictOptions,
  type UnflattenDictOptions,
} from './nested'
export { partial, type Partial } from './partial'
export { keystr, type Path, type PathKey } from './path'
export { broadcastPrefix, flattenUpTo } from './prefix'
export { captured, retell, usersLines, withDeepStacks } from './stack'
export { keyOf, registerNode, staticKey, type NodeType } from './registry'
export * as struct from './struct'
export type { TreeDef } from './treedef'

/** A tree with leaves of one type. */
export type { LeafOf, MapLeaves, NamedTree } from './leaf-type'
/** Nested lists and objects with leaves of one type. */
export type Tree<L> = L | null | undefined | readonly Tree<L>[] | { readonly [key: string]: Tree<L> }
