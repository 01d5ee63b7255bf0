/** Schedule-free learning: gradients between a fast sequence and its average, instead of a learning rate that goes down. */
import { ArgumentError, type DType, isTensor, np, type Tensor } from '@heddle/func'
import { count, describe, dtype, of, type OptionsOf } from '@heddle/func/options'
import { checkFit } from '../checked'
import { sgd } from '../optimizers'
import { declared, named, nonNegative, optional, rate, scalar, type ScalarOrSchedule, taking, transformation, valueAt } from '../options'
import { scaleByRms } from '../rms'
import { scaleByLearningRate } from '../scale'
import { warmupConstantSchedule } from '../schedules'
import { chain, type Extra, type GradientTransformation, needParams } from '../transformation'
import { cast, copied, floatDtypeOf, mapLeaves, oneMinus, safeIncrement, type Scalar, scalarFor, scalarIn } from '../tree-math'
import { addDecayedWeights } from '../weight-decay'

/** State of `scheduleFree`. */
export interface ScheduleFreeState<S = unknown> {
  readonly b1: Tensor
  readonly weight_sum: Tensor
  /** 1 at the first step. */
  readonly step_count: Tensor
  readonly max_lr: Tensor
  readonly base_optimizer_state: S
  /** The fast sequence. */
  readonly z: unknown
}
const scheduleFreeKinds = {
  /** How far gradients are taken toward the average; 0.9 by default. */
  b1: named('b1').kinds.b1,
  /** The power of the learning rate that weighs a step in the average; 2 by default. */
  weightLrPower: scalar,
  /** The dtype of `z`; that of the parameters by default. */
  stateDtype: of<DType>()(dtype),
} as const
const scheduleFreeOptions = declared(scheduleFreeKinds)

/** x of y and z: what is evaluated. */
const averageOf = <T>(y: T, z: unknown, b1: Scalar): T =>
  mapLeaves(
    (yi, zi) =>
      np.astype(np.divide(np.subtract(yi, np.multiply(scalarFor(oneMinus(b1), yi), np.astype(zi, yi.dtype))), scalarFor(b1, yi)), yi.dtype),
    y,
    z,
  )

/**
 * The parameters to evaluate with, of those that are trained: the average. Errors: ArgumentError if the state is not that of `scheduleFree`.
 * Source: optax.contrib.schedule_free_eval_params.
 */
export const scheduleFreeEvalParams = <P>(state: unknown, params: P): P => {
  const { b1, z } = (typeof state === 'object' && state !== null ? state : {}) as Partial<ScheduleFreeState>
  if (!isTensor(b1) || z === undefined)
    throw new ArgumentError(
      'scheduleFreeEvalParams',
      `expected (state, params) with the state of scheduleFree, which has b1 and z, got ${describe(state)}; in a chain it is one of the list`,
    )
  checkFit('scheduleFreeEvalParams', ['the parameters', params], ["the state's", z])
  return averageOf(params, z, b1)
}
/**
 * Makes an optimizer schedule-free: the trained parameters are those where gradients are taken, `scheduleFreeEvalParams` answers those to
 * evaluate with. `learningRate` is that of the base optimizer, which should have no momentum.
 * Source: optax.contrib.schedule_free; Defazio et al., The Road Less Scheduled, 2024.
 */
export const scheduleFree = <S>(
  baseOptimizer: GradientTransformation<S>,
  learningRate: ScalarOrSchedule,
  options?: OptionsOf<typeof scheduleFreeOptions>,
): GradientTransformation<ScheduleFreeState<S>> =>
  scheduleFreeOf(baseOptimizer as GradientTransformation, learningRate, options) as GradientTransformation<ScheduleFreeState<S>>

const scheduleFreeOf = taking(
  'scheduleFree',
  [['baseOptimizer', transformation], ['learningRate', rate], scheduleFreeOptions],
  <S>(
    base: GradientTransformation<S>,
    learningRate: ScalarOrSchedule,
    { b1 = 0.9, weightLrPower = 2, stateDtype }: OptionsOf<typeof scheduleFreeOptions> = {},
  ): GradientTransformation<ScheduleFreeState<S>> => ({
    init: (params) => {
      const as = floatDtypeOf(params, 'lowest')
      return {
        b1: scalarIn(as, b1),
        weight_sum: np.zeros([], as),
        step_count: np.array(1, { dtype: 'int32' }),
        max_lr: np.zeros([], as),
        base_optimizer_state: base.init(params),
        z: cast(copied(params), stateDtype),
      }
    },
    update: <T>(gradients: T, state: ScheduleFreeState<S>, given?: unknown, extra?: Extra) => {
      const params = needParams('scheduleFree', given) as T
      const as = state.max_lr.dtype
      const now = valueAt('scheduleFree', learningRate, state.step_count)
      const max_lr = np.maximum(state.max_lr, scalarIn(as, now))
      const weight = np.astype(np.power(max_lr, weightLrPower), as)
      const weight_sum = np.add(state.weight_sum, weight)
      const none = np.equal(weight_sum, 0)
      const share = np.where(none, 0, np.divide(weight, np.where(none, 1, weight_sum)))
      const [steps, base_optimizer_state] = base.update(gradients, state.base_optimizer_state, params, extra)
      const z = mapLeaves((p, u) => np.astype(np.add(p, u), p.dtype), state.z, steps)
      const moved = (p: Tensor, before: Tensor, zi: Tensor): Tensor => {
        const toward = np.astype(zi, p.dtype)
        const x = np.add(np.multiply(scalarFor(oneMinus(share), p), before), np.multiply(scalarFor(share, p), toward))
        const y = np.add(np.multiply(scalarFor(b1, p), x), np.multiply(scalarFor(oneMinus(b1), p), toward))
        return np.subtract(y, p)
      }
      return [
        mapLeaves(moved, params, averageOf(params, state.z, b1), z),
        { b1: state.b1, weight_sum, step_count: safeIncrement(state.step_count), max_lr, base_optimizer_state, z },
      ]
    },
  }),
)
const warmed = (learningRate: Scalar, warmupSteps: number | undefined): ScalarOrSchedule =>
  warmupSteps === undefined ? learningRate : warmupConstantSchedule(0, learningRate, warmupSteps)
const sgdOptions = declared({ ...scheduleFreeKinds, weightDecay: nonNegative, warmupSteps: count })
/** Schedule-free gradient descent. Source: optax.contrib.schedule_free_sgd; Defazio et al., 2024. */
export const scheduleFreeSgd = taking(
  'scheduleFreeSgd',
  [['learningRate', optional(scalar)], sgdOptions],
  (
    learningRate: Scalar = 1,
    { warmupSteps, weightDecay, ...options }: OptionsOf<typeof sgdOptions> = {},
  ): GradientTransformation<ScheduleFreeState> => {
    const rate = warmed(learningRate, warmupSteps)
    const base: GradientTransformation = weightDecay === undefined ? sgd(rate) : chain(addDecayedWeights(weightDecay), sgd(rate))
    return scheduleFree(base, rate, options)
  },
)
const adamwOptions = declared({ ...scheduleFreeKinds, ...named('b2', 'eps').kinds, weightDecay: nonNegative, warmupSteps: count })
/** Schedule-free AdamW, whose learning rate is 0.0025 by default. Source: optax.contrib.schedule_free_adamw; Defazio et al., 2024. */
export const scheduleFreeAdamw = taking(
  'scheduleFreeAdamw',
  [['learningRate', optional(scalar)], adamwOptions],
  (
    learningRate: Scalar = 0.0025,
    { warmupSteps, weightDecay = 0, b2 = 0.999, eps = 1e-8, ...options }: OptionsOf<typeof adamwOptions> = {},
  ): GradientTransformation<ScheduleFreeState> => {
    const rate = warmed(learningRate, warmupSteps)
    const base = chain(
      scaleByRms({ decay: b2, eps, epsInSqrt: false, biasCorrection: true }),
      addDecayedWeights(weightDecay),
      scaleByLearningRate(rate),
    )
    return scheduleFree<unknown>(base as GradientTransformation, rate, options)
  },
)
