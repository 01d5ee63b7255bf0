/** Which steps `multiSteps` leaves out: a function of the gradients that says so, and what it has seen. */
import { np, type Tensor } from '@heddle/func'
import { readArgument } from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import { nonNegative } from './options'
import { type Scalar, squaredNorm } from './tree-math'

/** Of gradients, full steps done and parameters: whether the gradients are left out, and a tree of tensors for the state. */
export type ShouldSkipUpdateFunction = (
  updates: unknown,
  gradientStep: Tensor,
  params?: unknown,
) => readonly [shouldSkip: Tensor, skipState: unknown]

/** Leaves out gradients with NaN or infinities. Source: optax.skip_not_finite. */
export const skipNotFinite: ShouldSkipUpdateFunction = (updates) => {
  const counts = (leaves(updates) as Tensor[]).map((g) => np.sum(np.logicalNot(np.isfinite(g)), { dtype: 'int32' }))
  const num_not_finite = counts.reduce((a, b) => np.add(a, b), np.array(0, { dtype: 'int32' }))
  const should_skip = np.greater(num_not_finite, 0)
  return [should_skip, { should_skip, num_not_finite }]
}
/**
 * Leaves out gradients whose squared norm is not below `maxSquaredNorm`, or is NaN. Source: optax.skip_large_updates.
 *
 * @example
 * multiSteps(adam(1e-3), 4, { shouldSkipUpdateFn: (updates, step, params) => skipLargeUpdates(updates, step, params, 100) })
 */
export const skipLargeUpdates = (
  updates: unknown,
  _gradientStep: Tensor,
  _params: unknown,
  maxSquaredNorm: Scalar,
): readonly [shouldSkip: Tensor, skipState: { readonly should_skip: Tensor; readonly norm_squared: Tensor }] => {
  readArgument('skipLargeUpdates', 'maxSquaredNorm', nonNegative, maxSquaredNorm)
  const norm_squared = squaredNorm(updates)
  const should_skip = np.logicalNot(np.less(norm_squared, maxSquaredNorm))
  return [should_skip, { should_skip, norm_squared }]
}
