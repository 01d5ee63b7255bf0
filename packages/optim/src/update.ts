/** Applying updates to parameters. */
import { np, type Tensor } from '@heddle/func'
import { mapLeaves, oneMinus, type Scalar, scalarFor } from './tree-math'

/** Parameters plus updates, in the dtypes of the parameters. Source: optax.apply_updates. */
export const applyUpdates = <T>(params: T, updates: T): T => mapLeaves((p, u) => np.astype(np.add(p, u), p.dtype), params, updates)
/** A step of that size from old to new: a moving average of parameters. Source: optax.incremental_update. */
export const incrementalUpdate = <T>(next: T, old: T, stepSize: Scalar): T =>
  mapLeaves((n, o) => np.add(np.multiply(scalarFor(stepSize, n), n), np.multiply(scalarFor(oneMinus(stepSize), o), o)), next, old)
/** New parameters every `updatePeriod` steps, else the old ones. Source: optax.periodic_update. */
export const periodicUpdate = <T>(next: T, old: T, steps: Tensor, updatePeriod: Scalar): T => {
  const now = np.equal(np.mod(steps, updatePeriod), 0)
  return mapLeaves((n: Tensor, o: Tensor) => np.where(now, n, o), next, old)
}
