/** DoG and DoWG: the learning rate is the distance gone over the gradients met. */
import { np, type Tensor } from '@heddle/func'
import { type Kind, nullable, of, oneOf, type OptionsOf } from '@heddle/func/options'
import { declared, mask, nonNegative, optional, rate, type ScalarOrSchedule, taking } from '../options'
import { scaleByLearningRate } from '../scale'
import { chain, type GradientTransformation, identity, needParams } from '../transformation'
import { copied, floatDtypeOf, globalNorm, minus, type Scalar, scalarIn, scaled, squaredNorm } from '../tree-math'
import { addDecayedWeights } from '../weight-decay'

/** State of `dog`. */
export interface DogState {
  readonly is_init_step: Tensor
  readonly init_params: unknown
  readonly max_dist: Tensor
  readonly sum_sq_norm_grads: Tensor
}
/** State of `dowg`. */
export interface DowgState {
  readonly init_params: unknown
  readonly weighted_sq_norm_grads: Tensor
  readonly estim_sq_dist: Tensor
}
/** The first step: a distance, a learning rate, or a distance relative to the norm of the parameters. */
export type InitStep = readonly [kind: 'distance' | 'learning_rate' | 'heuristic', value: Scalar]
const kindOfStep = oneOf('distance', 'learning_rate', 'heuristic')
const initStep: Kind<InitStep> = {
  expected: "a pair ['distance' | 'learning_rate' | 'heuristic', a non-negative number]",
  is: (x) => Array.isArray(x) && x.length === 2 && kindOfStep.is(x[0]) && nonNegative.is(x[1]),
}
const dogOptions = declared({
  /** The first step; ['heuristic', 1e-6] by default. */
  initStep: of<InitStep>()(initStep),
  eps: nonNegative,
  weightDecay: rate,
  mask,
})
const decayed = (weightDecay: ScalarOrSchedule | undefined, options: Pick<OptionsOf<typeof dogOptions>, 'mask'>): GradientTransformation =>
  weightDecay === undefined ? identity() : addDecayedWeights(weightDecay, options)

const scaleByDog = ([kind, value]: InitStep, eps: Scalar): GradientTransformation<DogState> => ({
  init: (params) => {
    const as = floatDtypeOf(params, 'lowest')
    const distance = kind === 'learning_rate' ? 0 : kind === 'distance' ? value : np.multiply(value, np.add(1, globalNorm(params)))
    return {
      is_init_step: np.array(true),
      init_params: copied(params),
      max_dist: scalarIn(as, distance),
      sum_sq_norm_grads: np.zeros([], as),
    }
  },
  update: (updates, state, given) => {
    const params = needParams('dog', given)
    const as = state.max_dist.dtype
    const max_dist = np.maximum(state.max_dist, np.astype(globalNorm(minus(state.init_params, params)), as))
    const sum_sq_norm_grads = np.add(state.sum_sq_norm_grads, np.astype(squaredNorm(updates), as))
    const gone = np.divide(max_dist, np.sqrt(np.add(sum_sq_norm_grads, eps)))
    const size = kind === 'learning_rate' ? np.where(state.is_init_step, value, gone) : gone
    return [scaled(size, updates), { is_init_step: np.array(false), init_params: state.init_params, max_dist, sum_sq_norm_grads }]
  },
})
/**
 * Gradient descent whose steps are the distance from the start over the root of the sum of squared gradients; `learningRate`, 1 by default,
 * multiplies them. Average the parameters for evaluation. Source: optax.contrib.dog; Ivgi et al., DoG is SGD's Best Friend, 2023.
 */
export const dog = taking(
  'dog',
  [['learningRate', optional(rate)], dogOptions],
  (
    learningRate: ScalarOrSchedule = 1,
    { initStep = ['heuristic', 1e-6], eps = 1e-8, weightDecay, mask }: OptionsOf<typeof dogOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(decayed(weightDecay, { mask }), scaleByDog(initStep, eps), scaleByLearningRate(learningRate)),
)
const dowgOptions = declared({
  /** The squared distance to begin with; `eps` by default. */
  initEstimSqDist: nullable(nonNegative),
  eps: nonNegative,
  weightDecay: rate,
  mask,
})
const scaleByDowg = (start: Scalar, eps: Scalar): GradientTransformation<DowgState> => ({
  init: (params) => {
    const as = floatDtypeOf(params, 'lowest')
    return { init_params: copied(params), weighted_sq_norm_grads: np.zeros([], as), estim_sq_dist: scalarIn(as, start) }
  },
  update: (updates, state, given) => {
    const params = needParams('dowg', given)
    const as = state.estim_sq_dist.dtype
    const estim_sq_dist = np.maximum(state.estim_sq_dist, np.astype(squaredNorm(minus(state.init_params, params)), as))
    const weighted_sq_norm_grads = np.add(np.astype(np.multiply(estim_sq_dist, squaredNorm(updates)), as), state.weighted_sq_norm_grads)
    const size = np.divide(estim_sq_dist, np.add(np.sqrt(weighted_sq_norm_grads), eps))
    return [scaled(size, updates), { init_params: state.init_params, weighted_sq_norm_grads, estim_sq_dist }]
  },
})
/** `dog` whose gradients are weighed by the distance. Source: optax.contrib.dowg; Khaled et al., DoWG Unleashed, 2023. */
export const dowg = taking(
  'dowg',
  [['learningRate', optional(rate)], dowgOptions],
  (
    learningRate: ScalarOrSchedule = 1,
    { initEstimSqDist = null, eps = 1e-4, weightDecay, mask }: OptionsOf<typeof dowgOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(decayed(weightDecay, { mask }), scaleByDowg(initEstimSqDist ?? eps, eps), scaleByLearningRate(learningRate)),
)
