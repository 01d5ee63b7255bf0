/** How functions of trees go over leaves: what is checked of the trees first, and a tree as one vector. */
import { ArgumentError, flattenUtil, np, type Tensor, type TensorLike } from '@heddle/func'
import { describe, tensorLike } from '@heddle/func/options'
import { flatten, keystr, mapWithPath, type Path, TreeError } from '@heddle/tree'

const placeOf = (path: Path): string => (path.length === 0 ? '' : ` at ${keystr(path)}`)
/** A tree of the structure of the first with `f` of the leaves of all. Errors: ArgumentError where they do not fit, or a leaf is no tensor. */
export const overLeaves = <T>(where: string, f: (...xs: TensorLike[]) => unknown, first: unknown, ...rest: readonly unknown[]): T => {
  const trees = [first, ...rest]
  for (const [i, tree] of trees.entries())
    if (tree === undefined)
      throw new ArgumentError(where, `tree ${i + 1} of ${trees.length} is missing: expected a tree of tensors, got undefined`)
  const call = (path: Path, ...xs: readonly TensorLike[]): unknown => {
    for (const [i, x] of xs.entries())
      if (!tensorLike.is(x))
        throw new ArgumentError(where, `tree ${i + 1} of ${xs.length}${placeOf(path)}: expected a tensor, got ${describe(x)}`)
    return f(...xs)
  }
  try {
    return mapWithPath<T>(call, first, ...rest)
  } catch (e) {
    if (e instanceof TreeError) throw new ArgumentError(where, `the trees do not fit: ${e.message}`)
    throw e
  }
}
/** The leaves of a tree as tensors. Errors: ArgumentError. */
export const tensorLeaves = (where: string, tree: unknown): readonly Tensor[] => {
  const found: Tensor[] = []
  overLeaves(where, (x) => found.push(np.asarray(x)), tree)
  return found
}
/** All elements of a tree as one vector, and the tree of another such vector, in the shapes and dtypes of the first. */
export const vectorOf = <T>(where: string, tree: T): readonly [vector: Tensor, back: (vector: Tensor) => T] => {
  const [vector, back] = flattenUtil.ravelPytree([...tensorLeaves(where, tree)])
  const { treedef } = flatten(tree)
  return [vector, (x) => treedef.unflatten<T>(back(np.astype(x, vector.dtype)))]
}
