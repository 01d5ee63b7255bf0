/** Clipping of the gradients of each example, before they are summed: what differential privacy needs. */
import { ArgumentError, np, type Tensor } from '@heddle/func'
import { boolean, type OptionsOf, readArgument } from '@heddle/func/options'
import { leaves, leavesWithPath, keystr, map } from '@heddle/tree'
import { declared, nonNegative } from './options'
import { mapLeaves, type Scalar, scalarFor } from './tree-math'

const needBatch = (where: string, grads: unknown): void => {
  const all = leavesWithPath(grads) as readonly (readonly [path: readonly (string | number)[], leaf: Tensor])[]
  const size = all[0]?.[1].shape[0]
  const bad = all.find(([, g]) => g.ndim === 0 || g.shape[0] !== size)
  if (size === undefined || bad !== undefined)
    throw new ArgumentError(
      where,
      `expects gradients of each example, as vmap(grad(loss), { inAxes: [null, 0] }) makes them: one first axis for all` +
        (bad === undefined ? '' : `; at ${keystr(bad[0])} is shape [${bad[1].shape.join(',')}]`),
    )
}
/** Of each example the sum of squares. */
const squares = (g: Tensor): Tensor => np.sum(np.reshape(np.square(g), [g.shape[0]!, -1]), { axis: 1 })
const weighed = (g: Tensor, weights: Tensor): Tensor => np.tensordot(np.astype(weights, g.dtype), g, 1)
const clipped = <T>(grads: T, most: Scalar): [T, Tensor] => {
  const norms = np.sqrt((leaves(grads) as Tensor[]).map(squares).reduce((a, b) => np.add(a, b)))
  const factors = np.minimum(np.divide(scalarFor(most, norms), norms), 1)
  // of no gradient at all, clipped to 0, there is no ratio
  const safe = np.where(np.isnan(factors), 1, factors)
  return [mapLeaves((g) => weighed(g, safe), grads), np.sum(np.less(safe, 1))]
}
/**
 * The sum over examples of gradients that have a norm of at most `l2NormClip` each, and how many were clipped. Leaves have the batch as first
 * axis. Errors: ArgumentError if they do not. Source: optax.per_example_global_norm_clip; Abadi et al., 2016.
 */
export const perExampleGlobalNormClip = <T>(grads: T, l2NormClip: Scalar): [clipped: T, numClipped: Tensor] => {
  readArgument('perExampleGlobalNormClip', 'l2NormClip', nonNegative, l2NormClip)
  needBatch('perExampleGlobalNormClip', grads)
  return clipped(grads, l2NormClip)
}
const layerOptions = declared({
  /** The same share of the norm for each leaf (default), else by the root of its size. */
  uniform: boolean,
})
/**
 * The sum over examples of gradients whose leaves are clipped each, so that the norm of all is at most `globalL2NormClip`; and for each leaf
 * how many were. Errors: ArgumentError if leaves have no batch as first axis. Source: optax.per_example_layer_norm_clip; McMahan et al., 2018.
 */
export const perExampleLayerNormClip = <T>(
  grads: T,
  globalL2NormClip: Scalar,
  options?: OptionsOf<typeof layerOptions>,
): [clipped: T, numClipped: T] => {
  readArgument('perExampleLayerNormClip', 'globalL2NormClip', nonNegative, globalL2NormClip)
  const { uniform = true } = layerOptions('perExampleLayerNormClip', options)
  needBatch('perExampleLayerNormClip', grads)
  const all = leaves(grads) as Tensor[]
  const size = (g: Tensor): number => g.size / g.shape[0]!
  const total = all.reduce((sum, g) => sum + size(g), 0)
  const share = (g: Tensor): number => Math.sqrt(uniform ? 1 / all.length : size(g) / total)
  const both = (g: Tensor): readonly [Tensor, Tensor] =>
    clipped(g, typeof globalL2NormClip === 'number' ? globalL2NormClip * share(g) : np.multiply(globalL2NormClip, share(g)))
  return [map<T>((g: Tensor) => both(g)[0], grads), map<T>((g: Tensor) => both(g)[1], grads)]
}
