/** Moving averages of trees, as the states of optimizers hold them. */
import { np, type Tensor } from '@heddle/func'
import { finite, readArgument, tensor } from '@heddle/func/options'
import { checkFit } from '../checked'
import { nonNegative, scalar } from '../options'
import { biasCorrection, mapLeaves, oneMinus, type Scalar, scalarFor } from '../tree-math'

const power = (x: Tensor, order: number): Tensor => (order === 1 ? x : order === 2 ? np.square(x) : np.power(x, order))
const read = (where: string, updates: unknown, moments: unknown, decay: unknown): void => {
  checkFit(where, ['the updates', updates], ['the moments', moments])
  readArgument(where, 'decay', scalar, decay)
}
/** `(1 - decay) updates^order + decay moments`. Errors: ArgumentError where trees do not fit. Source: optax.tree.update_moment. */
export const treeUpdateMoment = <T>(updates: T, moments: T, decay: Scalar, order: number): T => {
  read('treeUpdateMoment', updates, moments, decay)
  readArgument('treeUpdateMoment', 'order', finite, order)
  return mapLeaves(
    (g: Tensor, m: Tensor) => np.add(np.multiply(scalarFor(oneMinus(decay), g), power(g, order)), np.multiply(scalarFor(decay, m), m)),
    updates,
    moments,
  )
}
/** `max(|updates| + eps, decay moments)`. Errors: ArgumentError where trees do not fit. Source: optax.tree.update_infinity_moment. */
export const treeUpdateInfinityMoment = <T>(updates: T, moments: T, decay: Scalar, eps: Scalar): T => {
  read('treeUpdateInfinityMoment', updates, moments, decay)
  readArgument('treeUpdateInfinityMoment', 'eps', nonNegative, eps)
  return mapLeaves(
    (g: Tensor, m: Tensor) => np.maximum(np.add(np.abs(g), scalarFor(eps, g)), np.multiply(scalarFor(decay, m), m)),
    updates,
    moments,
  )
}
/** Moments without the bias toward their start at zero, after `count` updates. Source: optax.tree.bias_correction. */
export const treeBiasCorrection = <T>(moments: T, decay: Scalar, count: Tensor): T => {
  readArgument('treeBiasCorrection', 'decay', scalar, decay)
  readArgument('treeBiasCorrection', 'count', { ...tensor, expected: 'a tensor, the count of updates' }, count)
  return biasCorrection(moments, decay, count)
}
