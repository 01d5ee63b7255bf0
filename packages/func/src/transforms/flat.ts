/**
 * Functions of trees as functions of lists of tensors: what all transformations do with their arguments and results.
 *
 * The rule for JavaScript values, everywhere alike: numbers, bigints and typed arrays become tensors; booleans and strings are static, part
 * of the structure. They arrive inside as they are, come out as they are, and another value of one is another program. Anything else
 * (functions, symbols, objects of classes that are no nodes) is refused.
 */
import {
  broadcastPrefix,
  flatten,
  keystr,
  leaves as leavesOf,
  leavesWithPath,
  map,
  type Path,
  type TreeDef,
  unflatten,
  withoutStatic,
} from '@heddle/tree'
import { describe } from '@heddle/tree/options'
import type { Aval, ShapeDtype } from '../aval'
import { ArgumentError, type Disagreement, TypeMismatchError } from '../error'
import type { FlatWithAux } from '../trace'
import { literal } from '../literal'
import { isTypedArray } from '../numpy/host-data'
import { asTensor, isScalar, type TensorLike } from '../numpy/promote'
import { synchronous } from '../synchronous'
import { isTensor, type Tensor } from '../tensor'

export interface FlatArgs {
  readonly leaves: readonly Tensor[]
  readonly treedef: TreeDef
}
/** Booleans and strings: leaves that are part of a program, not inputs of it. */
export const isStatic = (leaf: unknown): leaf is boolean | string => typeof leaf === 'boolean' || typeof leaf === 'string'

const isTensorLike = (x: unknown): x is TensorLike => isTensor(x) || isScalar(x) || isTypedArray(x)
const kindOf = (x: unknown): string => {
  if (typeof x === 'function') return `a function${x.name ? ` (${x.name})` : ''}`
  if (x instanceof Promise) return describe(x)
  return typeof x === 'object' && x !== null ? `an object of class ${x.constructor?.name ?? 'null'}` : `a ${typeof x}`
}
/** Where something is in a list of arguments, else in a value. */
const placeOf = (what: string, [first, ...rest]: Path): string =>
  what === 'arguments' ? `argument ${String(first)}${keystr(rest)}` : `${what}${keystr(first === undefined ? [] : [first, ...rest])}`

/**
 * The tensors of a tree; numbers become weak scalars. `what` is what the tree is, for messages.
 * Errors: ArgumentError for a leaf that is neither a tensor nor static.
 */
export const flattenTensors = (tree: unknown, where: string, what = 'arguments'): FlatArgs => flattenBy(asTensor, tree, where, what)

/** The same for what is differentiated by: JavaScript has no 3.0, so all numbers are floats. */
export const flattenPrimals = (tree: unknown, where: string, what = 'arguments'): FlatArgs => flattenBy(asPrimal, tree, where, what)
const asPrimal: typeof asTensor = (x, where) => (typeof x === 'number' ? literal(x, 'float32', true) : asTensor(x, where))

const flattenBy = (make: typeof asTensor, tree: unknown, where: string, what: string): FlatArgs => {
  const { leaves, treedef } = flatten(tree, undefined, isStatic)
  for (let i = 0; i < leaves.length; i++) {
    const x = leaves[i]
    if (isTensor(x)) continue
    if (!isTensorLike(x)) throw refused(tree, where, what)
    leaves[i] = make(x, where)
  }
  return { leaves: leaves as readonly Tensor[], treedef }
}
const refused = (tree: unknown, where: string, what: string): ArgumentError => {
  const [path, leaf] = leavesWithPath(tree).find(([, x]) => !isTensorLike(x) && !isStatic(x))!
  const remedy =
    what === 'arguments' ? 'close over it, or mark its argument static where there is an option for it (staticArgnums)' : 'return tensors'
  return new ArgumentError(
    where,
    `${placeOf(what, path)} is ${kindOf(leaf)}: expected trees of tensors and numbers (booleans and strings are static); ${remedy}`,
  )
}
/**
 * The tensors of what a loop carries. Errors: TypeMismatchError for a boolean or string, which could not change from turn to turn.
 */
export const flattenCarry = (tree: unknown, where: string, disagreement?: () => Disagreement): FlatArgs => {
  const flat = flattenTensors(tree, where, 'the carry')
  if (!hasStatic(flat.treedef)) return flat
  const [path, leaf] = leavesWithPath(tree).find(([, x]) => isStatic(x))!
  const remedy = typeof leaf === 'boolean' ? `carry np.array(${leaf})` : 'strings are no tensors'
  throw new TypeMismatchError(
    where,
    `${placeOf('the carry', path)} is the ${typeof leaf} ${JSON.stringify(leaf)}, and a loop carries tensors: ${remedy}, or close over what does not change`,
    disagreement?.(),
  )
}
const hasStatic = (treedef: TreeDef): boolean => withoutStatic(treedef) !== treedef

/** Whether trees have one structure, their static values aside: those of tangents and cotangents say nothing. */
export const alike = (a: TreeDef, b: TreeDef): boolean => a.equals(b) || withoutStatic(a).equals(withoutStatic(b))

/** `broadcastPrefix` for the tensors of a tree alone. */
export const perTensor = (prefix: unknown, tree: unknown): readonly unknown[] => {
  const each = broadcastPrefix(prefix, tree)
  const leaves = leavesOf(tree)
  return each.filter((_, i) => !isStatic(leaves[i]))
}

/** A tree with types in the place of tensors: what messages are made of. */
export const typeTree = (treedef: TreeDef, avals: readonly Aval[]): unknown =>
  unflatten(
    treedef,
    avals.map(({ shape, dtype }): ShapeDtype => ({ shape, dtype })),
  )

/** The same of a tree of tensors; what is none stays. */
export const typesOf = (tree: unknown): unknown =>
  map((x: unknown) => (isTensorLike(x) && !isStatic(x) ? typeOf(asTensor(x, 'types')) : x), tree)
const typeOf = ({ aval: { shape, dtype } }: Tensor): ShapeDtype => ({ shape, dtype })

/** A function of arguments as a flat one, with the structure of what it answers. */
export type FlatFunction = FlatWithAux<TreeDef>
const RESULT = 'the result'
export const flatFunction =
  (f: (...args: never[]) => unknown, treedef: TreeDef, where: string): FlatFunction =>
  (xs) => {
    const result = flattenTensors(synchronous(where, f(...unflatten<never[]>(treedef, xs))), where, RESULT)
    return [result.leaves, result.treedef]
  }
/** A function that goes on from something static and answers `[result, what it came to]`, of which only the first is transformed. */
export const flatFunctionFrom =
  <L, A extends readonly unknown[], X>(
    f: (from: L, ...args: A) => readonly [result: unknown, aux: X],
    from: L,
    treedef: TreeDef,
    where: string,
  ): FlatWithAux<readonly [TreeDef, X]> =>
  (xs) => {
    const [answer, aux] = f(from, ...unflatten<A>(treedef, xs))
    const result = flattenTensors(synchronous(where, answer), where, RESULT)
    return [result.leaves, [result.treedef, aux]]
  }
/** The structures of a value and of what is answered besides it; `numOuts` tells their leaves apart. */
export interface WithAuxTree {
  readonly outTree: TreeDef
  readonly numOuts: number
  readonly auxTree: TreeDef | undefined
}
/** A function that answers `[result, aux]` if it `hasAux`, of which only the first is transformed; the leaves of both. */
export const flatFunctionWithAux =
  (f: (...args: never[]) => unknown, treedef: TreeDef, where: string, hasAux: boolean): FlatWithAux<WithAuxTree> =>
  (xs) => {
    const returned = synchronous(where, f(...unflatten<never[]>(treedef, xs)))
    if (!hasAux) {
      const { leaves, treedef: outTree } = flattenTensors(returned, where, RESULT)
      return [leaves, { outTree, numOuts: leaves.length, auxTree: undefined }]
    }
    if (!Array.isArray(returned) || returned.length !== 2)
      throw new TypeMismatchError(where, 'with hasAux the function must return [value, aux]')
    const result = flattenTensors(returned[0], where, 'the value')
    const extra = flattenTensors(returned[1], where, 'aux')
    return [[...result.leaves, ...extra.leaves], { outTree: result.treedef, numOuts: result.leaves.length, auxTree: extra.treedef }]
  }
