/** Optimistic gradients, for games: a step beyond, by what the gradient changed. */
import { np, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { scaleByAdam } from './adaptive'
import { declared, named, rate, scalar, type ScalarOrSchedule, taking } from './options'
import { scaleByLearningRate } from './scale'
import { chain, type GradientTransformation } from './transformation'
import { castLike, mapLeaves, type Scalar, scalarFor, zerosLike } from './tree-math'

/** State of `scaleByOptimisticGradient`. */
export interface OptimisticGradientState {
  readonly is_initial_step: Tensor
  readonly previous_gradient: unknown
}
const optimisticOptions = declared({
  /** Of the gradient. */
  alpha: scalar,
  /** Of its change since the last step. */
  beta: scalar,
})
/** Options of `scaleByOptimisticGradient`. */
export interface OptimisticOptions extends OptionsOf<typeof optimisticOptions> {}

/** `alpha` times the gradient and `beta` times its change. Source: optax.scale_by_optimistic_gradient; Mokhtari et al., 2019. */
export const scaleByOptimisticGradient = taking(
  'scaleByOptimisticGradient',
  [optimisticOptions],
  ({ alpha = 1, beta = 1 }: OptimisticOptions = {}): GradientTransformation<OptimisticGradientState> => ({
    init: (params) => ({ is_initial_step: np.array(true), previous_gradient: zerosLike(params) }),
    update: <T>(updates: T, state: OptimisticGradientState) => {
      const both = typeof alpha === 'number' && typeof beta === 'number' ? alpha + beta : np.add(alpha, beta)
      const ahead = (g: Tensor, previous: Tensor): Tensor => {
        const before = np.where(state.is_initial_step, g, previous)
        return np.subtract(np.multiply(scalarFor(both, g), g), np.multiply(scalarFor(beta, before), before))
      }
      return [
        mapLeaves(ahead, updates, state.previous_gradient),
        { is_initial_step: np.array(false), previous_gradient: castLike(updates, state.previous_gradient as T) },
      ]
    },
  }),
)
/** Source: optax.optimistic_gradient_descent; Mokhtari et al., 2019. */
export const optimisticGradientDescent = taking(
  'optimisticGradientDescent',
  [['learningRate', rate], optimisticOptions],
  (learningRate: ScalarOrSchedule, options: OptimisticOptions = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByOptimisticGradient(options), scaleByLearningRate(learningRate)),
)
const optimisticAdamOptions = declared({ ...named('b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'nesterov').kinds, optimism: scalar })
/**
 * Adam with an optimistic step of size `optimism`, by default the learning rate. optax keeps it for old programs: `optimisticAdamV2`
 * takes schedules. Source: optax.optimistic_adam; Daskalakis et al., 2018.
 */
export const optimisticAdam = taking(
  'optimisticAdam',
  [['learningRate', scalar], optimisticAdamOptions],
  (
    learningRate: Scalar,
    { optimism = learningRate, nesterov = true, ...options }: OptionsOf<typeof optimisticAdamOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      scaleByAdam({ ...options, nesterov }),
      scaleByOptimisticGradient({ alpha: learningRate, beta: optimism }),
      scaleByLearningRate(1),
    ),
)
const optimisticAdamV2Options = declared({
  ...optimisticOptions.kinds,
  ...named('b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'nesterov').kinds,
})
/** Adam with an optimistic step. Source: optax.optimistic_adam_v2; Daskalakis et al., 2018. */
export const optimisticAdamV2 = taking(
  'optimisticAdamV2',
  [['learningRate', rate], optimisticAdamV2Options],
  (
    learningRate: ScalarOrSchedule,
    { alpha, beta, nesterov = true, ...options }: OptionsOf<typeof optimisticAdamV2Options> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdam({ ...options, nesterov }), scaleByOptimisticGradient({ alpha, beta }), scaleByLearningRate(learningRate)),
)
