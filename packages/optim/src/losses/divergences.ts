/** Losses of predicted distributions that are given as log-probabilities. */
import { np, type Tensor } from '@heddle/func'
import { type AxisOptions, axisOptions, fitting } from './arguments'

/** Kullback-Leibler divergence of log-probabilities from probabilities. Source: optax.kl_divergence. */
export const klDivergence = (logPredictions: Tensor, targets: Tensor, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('klDivergence', options)
  fitting('klDivergence', ['logPredictions', logPredictions], ['targets', targets])
  const zero = np.equal(targets, 0)
  const logs = np.where(zero, 0, np.log(np.where(zero, 1, targets)))
  return np.sum(np.multiply(targets, np.subtract(logs, logPredictions)), { axis, where })
}
/** The same with targets given as log-probabilities. Source: optax.kl_divergence_with_log_targets. */
export const klDivergenceWithLogTargets = (logPredictions: Tensor, logTargets: Tensor, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('klDivergenceWithLogTargets', options)
  fitting('klDivergenceWithLogTargets', ['logPredictions', logPredictions], ['logTargets', logTargets])
  const never = np.equal(logTargets, Number.NEGATIVE_INFINITY)
  const logs = np.where(never, 0, logTargets)
  return np.sum(np.where(never, 0, np.multiply(np.exp(logs), np.subtract(logs, logPredictions))), { axis, where })
}
/**
 * Kullback-Leibler divergence of what need not sum to 1: the difference of the sums is added. Source: optax.generalized_kl_divergence;
 * Bregman, 1967.
 */
export const generalizedKlDivergence = (logPredictions: Tensor, targets: Tensor, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('generalizedKlDivergence', options)
  fitting('generalizedKlDivergence', ['logPredictions', logPredictions], ['targets', targets])
  const more = np.sum(np.subtract(np.exp(logPredictions), targets), { axis, where })
  return np.add(klDivergence(logPredictions, targets, { axis, where }), more)
}
