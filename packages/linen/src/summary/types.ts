/**
 * Trees in which types, `{ shape, dtype }`, stand for tensors: what is known of a program that is not run.
 */
import { isDict } from '@heddle/core'
import { evalShape, isTensor, type ShapeDtype, type Tensor } from '@heddle/func'
import { Static } from '@heddle/lift'
import { flatten, map, mapUntil } from '@heddle/tree'

/** Trees of types by collection. */
export type VariableTypes = Readonly<Record<string, unknown>>

export const isType = (x: unknown): x is ShapeDtype =>
  isDict(x) && Object.keys(x).length === 2 && Array.isArray(x.shape) && typeof x.dtype === 'string'

/** A tree with types in the place of tensors. */
export const typed = (x: unknown): unknown => map((leaf: unknown) => (isTensor(leaf) ? { shape: leaf.shape, dtype: leaf.dtype } : leaf), x)

/** What a function that is traced, on tensors of these types, answers besides tensors. */
export const traced = <X>(f: (xs: readonly Tensor[]) => X, types: readonly ShapeDtype[]): X => {
  const answer: unknown = evalShape((xs: readonly Tensor[]): unknown => new Static(f(xs)), types)
  return (answer as Static<X>).value
}

/** A tree with each type replaced by what `f` makes of it. */
export const mapTypes = (f: (type: ShapeDtype) => unknown, x: unknown): unknown =>
  mapUntil(isType, (leaf: unknown) => (isType(leaf) ? f(leaf) : leaf), x)

/** The tensors and types of a tree, and the function from others in their place to such a tree: what else is in it stays. */
export const holes = (x: unknown): { readonly types: readonly ShapeDtype[]; readonly fill: <T>(values: readonly unknown[]) => T } => {
  const { leaves, treedef } = flatten(x, isType)
  const isHole = (leaf: unknown): leaf is ShapeDtype => isTensor(leaf) || isType(leaf)
  return {
    types: leaves.filter(isHole),
    fill: <T>(values: readonly unknown[]): T => {
      let next = 0
      return treedef.unflatten<T>(leaves.map((leaf) => (isHole(leaf) ? values[next++] : leaf)))
    },
  }
}
