/** One vector of all parameters for an optimizer that does better with it. */
import { np, type Tensor } from '@heddle/func'
import { flatten as flattenTree, leaves, unflatten } from '@heddle/tree'
import { taking, transformation } from './options'
import type { Extra, GradientTransformation } from './transformation'

const vectorOf = (tree: unknown): Tensor => np.concatenate((leaves(tree) as Tensor[]).map((x) => np.reshape(x, [-1])))
const treeOf = <T>(like: T, vector: Tensor): T => {
  const { leaves: parts, treedef } = flattenTree(like)
  const sizes = (parts as Tensor[]).map((x) => x.size)
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0))
  const split = np.split(vector, ends.slice(0, -1))
  return unflatten<T>(
    treedef,
    split.map((part, i) => np.astype(np.reshape(part, (parts as Tensor[])[i]!.shape), (parts as Tensor[])[i]!.dtype)),
  )
}
/**
 * `inner` on one vector of all parameters: fewer, larger operations. What goes leaf by leaf in `inner` (trust ratios, clipping by blocks)
 * goes for all together then. Source: optax.flatten.
 */
export const flatten = <S>(inner: GradientTransformation<S>): GradientTransformation<S> =>
  flattenOf(inner as GradientTransformation) as GradientTransformation<S>
const flattenOf = taking(
  'flatten',
  [['inner', transformation]],
  <S>(inner: GradientTransformation<S>): GradientTransformation<S> => ({
    init: (params) => inner.init(vectorOf(params)),
    update: <T>(updates: T, state: S, params?: unknown, extra?: Extra) => {
      const vector = params === undefined || params === null ? undefined : vectorOf(params)
      const [flat, next] = inner.update(vectorOf(updates), state, vector, extra)
      return [treeOf(updates, flat), next]
    },
  }),
)
