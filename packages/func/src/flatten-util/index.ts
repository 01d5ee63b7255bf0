/** `flattenUtil`: jax.flatten_util in camelCase: trees as vectors. */
import { unflatten } from '@heddle/tree'
import { sizeOf } from '../aval'
import { ShapeError } from '../error'
import { zeros } from '../numpy/creation'
import { concatenate } from '../numpy/join'
import { asTensor, promoteTypes, type TensorLike } from '../numpy/promote'
import { sliceAxis } from '../primitives/layout'
import { convert, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { flattenTensors } from '../transforms/flat'

/**
 * The leaves of a tree as one vector `[n]`, in their common dtype, and the function from such a vector to a tree of that structure, whose
 * leaves have their shapes and dtypes again. Booleans and strings stay in the tree.
 *
 * Errors: ArgumentError for a leaf that is no tensor; the way back throws ShapeError for a vector of another size or dtype.
 * Source: jax.flatten_util.ravel_pytree.
 *
 * @example
 * const [flat, unravel] = flattenUtil.ravelPytree(params)
 * const smaller = unravel(flat.mul(0.9))
 */
export const ravelPytree = <T>(tree: T): [flat: Tensor, unravel: (flat: TensorLike) => T] => {
  const where = 'flattenUtil.ravelPytree'
  const { leaves, treedef } = flattenTensors(tree, where, 'the tree')
  const types = leaves.map((x) => x.aval)
  const sizes = types.map((t) => sizeOf(t.shape))
  const total = sizes.reduce((a, b) => a + b, 0)
  const common = promoteTypes(where, leaves)
  const flat = common.length === 0 ? zeros([0]) : concatenate(common.map((x) => reshape(x, { newSizes: [x.size] })))
  const { dtype } = flat
  const unravel = (given: TensorLike): T => {
    const x = asTensor(given, where)
    if (x.ndim !== 1 || x.size !== total || x.dtype !== dtype)
      throw new ShapeError(`${where}, unravel`, [x.aval], `expected ${dtype}[${total}], as the tree had`)
    let from = 0
    const parts = types.map((t, i) => {
      const part = sliceAxis(x, 0, from, from + sizes[i]!)
      from += sizes[i]!
      return convert(reshape(part, { newSizes: t.shape }), t.dtype)
    })
    return unflatten<T>(treedef, parts)
  }
  return [flat, unravel]
}
