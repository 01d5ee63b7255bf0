/** Applying updates to parameters. */
import { np, type Tensor } from '@heddle/func'
import { type Kind, positive, readArgument } from '@heddle/func/options'
import { checkFit } from './checked'
import { scalar, share } from './options'
import { mapLeaves, oneMinus, type Scalar, scalarFor } from './tree-math'

/** Parameters plus updates, in the dtypes of the parameters. Source: optax.apply_updates. */
export const applyUpdates = <T>(params: T, updates: T): T => {
  checkFit('applyUpdates', ['the parameters', params], ['the updates', updates])
  return mapLeaves((p, u) => np.astype(np.add(p, u), p.dtype), params, updates)
}
/** A step of that size from old to new: a moving average of parameters. Source: optax.incremental_update. */
export const incrementalUpdate = <T>(next: T, old: T, stepSize: Scalar): T => {
  readArgument('incrementalUpdate', 'stepSize', share, stepSize)
  checkFit('incrementalUpdate', ['the new parameters', next], ['the old ones', old])
  return mapLeaves((n, o) => np.add(np.multiply(scalarFor(stepSize, n), n), np.multiply(scalarFor(oneMinus(stepSize), o), o)), next, old)
}
const period: Kind = {
  expected: 'a positive integer or a scalar tensor',
  is: (x) => positive.is(x) || (typeof x !== 'number' && scalar.is(x)),
}
/** New parameters every `updatePeriod` steps, else the old ones. Source: optax.periodic_update. */
export const periodicUpdate = <T>(next: T, old: T, steps: Tensor, updatePeriod: Scalar): T => {
  readArgument('periodicUpdate', 'steps', scalar, steps)
  readArgument('periodicUpdate', 'updatePeriod', period, updatePeriod)
  checkFit('periodicUpdate', ['the new parameters', next], ['the old ones', old])
  const now = np.equal(np.mod(steps, updatePeriod), 0)
  return mapLeaves((n: Tensor, o: Tensor) => np.where(now, n, o), next, old)
}
