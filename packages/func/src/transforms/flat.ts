/** Functions of trees as functions of lists of tensors. */
import { flatten, type TreeDef, unflatten } from '@heddle/tree'
import { TypeMismatchError } from '../error'
import { asTensor, type TensorLike } from '../numpy/promote'
import type { Tensor } from '../tensor'

export interface FlatArgs {
  readonly leaves: readonly Tensor[]
  readonly treedef: TreeDef
}
/** The leaves of a tree as tensors; numbers become weak scalars. */
export const flattenTensors = (tree: unknown, where: string): FlatArgs => {
  const { leaves, treedef } = flatten(tree)
  return { leaves: leaves.map((x) => asTensor(x as TensorLike, where)), treedef }
}
export type Flat = (xs: readonly Tensor[]) => readonly Tensor[]

/** A function of arguments as a flat one; `outTree` is the structure of what it returned last. */
export interface FlatFunction {
  readonly flat: Flat
  readonly outTree: () => TreeDef
}
export const flatFunction = (f: (...args: never[]) => unknown, treedef: TreeDef, where: string): FlatFunction => {
  let out: TreeDef | undefined
  return {
    flat: (xs) => {
      const result = flattenTensors(f(...unflatten<never[]>(treedef, xs)), `the result of the function given to ${where}`)
      out = result.treedef
      return result.leaves
    },
    outTree: () => out!,
  }
}
/** A function that answers `[result, aux]`, of which only the first is transformed. */
export const flatFunctionWithAux = (
  f: (...args: never[]) => unknown,
  treedef: TreeDef,
  where: string,
  hasAux: boolean,
): FlatFunction & {
  readonly aux: () => { readonly leaves: readonly Tensor[]; readonly treedef: TreeDef }
  readonly numOuts: () => number
} => {
  let out: TreeDef | undefined
  let aux: TreeDef | undefined
  let auxLeaves: readonly Tensor[] = []
  let numOuts = 0
  return {
    flat: (xs) => {
      const returned = f(...unflatten<never[]>(treedef, xs))
      if (!hasAux) {
        const result = flattenTensors(returned, `the result of the function given to ${where}`)
        out = result.treedef
        numOuts = result.leaves.length
        return result.leaves
      }
      if (!Array.isArray(returned) || returned.length !== 2)
        throw new TypeMismatchError(where, 'with hasAux the function must return [value, aux]')
      const result = flattenTensors(returned[0], where)
      const extra = flattenTensors(returned[1], where)
      out = result.treedef
      aux = extra.treedef
      auxLeaves = extra.leaves
      numOuts = result.leaves.length
      return [...result.leaves, ...extra.leaves]
    },
    outTree: () => out!,
    aux: () => ({ leaves: auxLeaves, treedef: aux! }),
    numOuts: () => numOuts,
  }
}
/** `argnums` as a list of non-negative places; `single` says whether one was asked for. */
export const places = (argnums: number | readonly number[], count: number, where: string): readonly number[] => {
  const list = typeof argnums === 'number' ? [argnums] : argnums
  return list.map((a) => {
    const i = a < 0 ? a + count : a
    if (!Number.isInteger(i) || i < 0 || i >= count)
      throw new TypeMismatchError(where, `argument ${a} is out of range for ${count} arguments`)
    return i
  })
}
