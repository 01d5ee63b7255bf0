/**
 * Flatten and unflatten: a tree as the list of its leaves and its structure.
 *
 * Nodes are arrays, plain objects (keys in sorted order), instances of registered classes, null and undefined; all else is a leaf.
 * Laws: `unflatten(flatten(x)) = x`; `flatten(treedef.unflatten(ls)).leaves = ls` when no leaf is itself a node.
 */
import { needFunctionOrNone, needList } from './arguments'
import { describe, TreeError } from './error'
import type { Path, PathKey } from './path'
import { nodeTypeOf, type RegisteredNode } from './registry'
import { asDef, Def, leafDef, nullDef, staticDef, undefinedDef, type Kind, type TreeDef } from './treedef'

/** Says of a subtree that it is to be taken as a leaf. */
export type IsLeaf = (x: unknown) => boolean

/** Says of a leaf that it is no leaf, but part of the structure: two structures are equal if the value is too. */
export type IsStatic = (leaf: unknown) => boolean

/** A tree's leaves in order and its structure. */
export interface Flattened {
  readonly leaves: unknown[]
  readonly treedef: TreeDef
}

/** What kind of node a value is, and its class if that is registered. */
export const kindOf = (x: unknown): Exclude<Kind, 'static'> => {
  if (x === null) return 'null'
  if (x === undefined) return 'undefined'
  if (typeof x === 'function') {
    // partial functions are nodes; see partial.ts
    const proto = Object.getPrototypeOf(x) as object | null
    return proto !== Function.prototype && proto !== null && nodeTypeOf(proto) !== undefined ? 'class' : 'leaf'
  }
  if (typeof x !== 'object') return 'leaf'
  if (Array.isArray(x)) return 'array'
  const proto = Object.getPrototypeOf(x) as object | null
  if (proto === null || proto === Object.prototype) return 'object'
  if (nodeTypeOf(proto) !== undefined) return 'class'
  // A plain object of another realm (a worker, a test's context) has a root prototype of its own.
  return Object.getPrototypeOf(proto) === null && Object.hasOwn(proto, 'isPrototypeOf') ? 'object' : 'leaf'
}

const typeOf = (x: unknown): RegisteredNode => nodeTypeOf(Object.getPrototypeOf(x) as object)!

/** The parts of an instance of a registered class. Errors: TreeError where its `flatten` answers no pair of a list and static data. */
const partsOf = (type: RegisteredNode, x: unknown): readonly [readonly unknown[], unknown] => {
  const parts: unknown = type.flatten(x)
  if (Array.isArray(parts) && Array.isArray(parts[0])) return parts as unknown as readonly [readonly unknown[], unknown]
  throw new TreeError('tree.flatten', [], `flatten of class ${type.className} must answer [children, static data], got ${describe(parts)}`)
}

/** Where a tree holds itself, if it does. */
const cycleIn = (x: unknown, path: Path, above: readonly unknown[]): Path | undefined => {
  if (above.includes(x)) return path
  for (const [key, child] of childrenOf(x) ?? []) {
    const found = cycleIn(child, [...path, key], [...above, x])
    if (found !== undefined) return found
  }
  return undefined
}

const visit = (x: unknown, isLeaf: IsLeaf | undefined, isStatic: IsStatic | undefined, out: unknown[]): Def => {
  if (isLeaf !== undefined && isLeaf(x)) {
    out.push(x)
    return leafDef
  }
  switch (kindOf(x)) {
    case 'leaf':
      if (isStatic !== undefined && isStatic(x)) return staticDef(x)
      out.push(x)
      return leafDef
    case 'null':
      return nullDef
    case 'undefined':
      return undefinedDef
    case 'array': {
      const xs = x as readonly unknown[]
      const children: Def[] = []
      for (let i = 0; i < xs.length; i++) children.push(visit(xs[i], isLeaf, isStatic, out))
      return new Def('array', children)
    }
    case 'object': {
      const o = x as Readonly<Record<string, unknown>>
      const keys = Object.keys(o).sort()
      const children: Def[] = []
      for (let i = 0; i < keys.length; i++) children.push(visit(o[keys[i]!], isLeaf, isStatic, out))
      return new Def('object', children, keys)
    }
    case 'class': {
      const type = typeOf(x)
      const [parts, aux] = partsOf(type, x)
      return new Def(
        'class',
        parts.map((p) => visit(p, isLeaf, isStatic, out)),
        type.keys?.(x),
        type,
        aux,
      )
    }
  }
}

/**
 * Takes a tree apart into its leaves, in order, and its structure.
 *
 * Where `isLeaf` holds, a node is a leaf; where `isStatic` holds, a leaf is part of the structure. Source: `jax.tree.flatten`.
 */
export const flatten = (tree: unknown, isLeaf?: IsLeaf, isStatic?: IsStatic): Flattened => {
  needFunctionOrNone('tree.flatten', 'isLeaf', isLeaf, 'tree.flatten(tree, isLeaf)')
  const leaves: unknown[] = []
  try {
    return { treedef: visit(tree, isLeaf, isStatic, leaves), leaves }
  } catch (cause) {
    const cycle = cause instanceof RangeError ? cycleIn(tree, [], []) : undefined
    if (cycle === undefined) throw cause
    throw new TreeError('tree.flatten', cycle, 'the tree holds itself')
  }
}

/** Puts leaves back into a structure. Throws TreeError when their number differs. */
export const unflatten = <T = unknown>(treedef: TreeDef, leaves: readonly unknown[]): T => {
  needList('tree.unflatten', 'leaves', leaves, 'tree.unflatten(treedef, leaves)')
  return asDef(treedef, 'tree.unflatten(treedef, leaves)').unflatten<T>(leaves)
}

/** The leaves of a tree, in order. */
export const leaves = (tree: unknown, isLeaf?: IsLeaf): unknown[] => flatten(tree, isLeaf).leaves

/** The structure of a tree. */
export const structure = (tree: unknown, isLeaf?: IsLeaf): TreeDef => flatten(tree, isLeaf).treedef

/** The children of a node one level down with their keys; undefined for a leaf. */
export const childrenOf = (x: unknown): readonly (readonly [PathKey, unknown])[] | undefined => {
  switch (kindOf(x)) {
    case 'leaf':
      return undefined
    case 'null':
    case 'undefined':
      return []
    case 'array':
      return (x as readonly unknown[]).map((c, i) => [i, c] as const)
    case 'object':
      return Object.keys(x as object)
        .sort()
        .map((k) => [k, (x as Record<string, unknown>)[k]] as const)
    case 'class': {
      const type = typeOf(x)
      const keys = type.keys?.(x)
      return type.flatten(x)[0].map((c, i) => [keys?.[i] ?? i, c] as const)
    }
  }
}

/** Is this a leaf, and not a node? */
export const isLeaf = (x: unknown): boolean => kindOf(x) === 'leaf'

/** The structures of a structure's children: none for a leaf. */
export const treedefChildren = (treedef: TreeDef): readonly TreeDef[] => asDef(treedef, 'tree.treedefChildren(treedef)').children

/** The structure with null in the place of each static value: what two structures have in common that differ in those alone. */
export const withoutStatic = (treedef: TreeDef): TreeDef => {
  const go = (d: Def): Def => {
    if (d.kind === 'static') return nullDef
    if (d.children.length === 0) return d
    const children = d.children.map(go)
    return children.every((c, i) => c === d.children[i]) ? d : new Def(d.kind, children, d.keys, d.type, d.aux)
  }
  return go(asDef(treedef, 'tree.withoutStatic(treedef)'))
}

/** The structure that has `inner` in the place of each leaf of `outer`. */
export const compose = (outer: TreeDef, inner: TreeDef, operation = 'tree.compose'): TreeDef => {
  const usage = `${operation}(outer, inner${operation === 'tree.transpose' ? ', tree' : ''})`
  const into = asDef(inner, usage)
  const go = (d: Def): Def => {
    if (d.kind === 'leaf') return into
    return d.children.length === 0 ? d : new Def(d.kind, d.children.map(go), d.keys, d.type, d.aux)
  }
  return go(asDef(outer, usage))
}
