/** Multiplying updates: by a constant, a schedule, a sign, a ratio of norms. */
import { np, type Tensor } from '@heddle/func'
import { type EmptyState, type GradientTransformation, identity, leafwise, needParams, stateless } from './transformation'
import { mapLeaves, safeIncrement, scalarFor, type Scalar, zeroCount } from './tree-math'
import type { OptionsOf } from '@heddle/func/options'
import { named, rate, scalar, schedule, taking, type ScalarOrSchedule, type Schedule, valueAt } from './options'

export type { ScalarOrSchedule, Schedule } from './options'

/** State of `scaleBySchedule`. */
export interface ScaleByScheduleState {
  readonly count: Tensor
}

/** What a schedule answers. Errors: ArgumentError where that is no number. */
/** Multiplies by a constant. Source: optax.scale. */
export const scale = taking(
  'scale',
  [['stepSize', scalar]],
  (stepSize: Scalar): GradientTransformation<EmptyState> => leafwise((g) => np.multiply(scalarFor(stepSize, g), g)),
)
/** Multiplies by a schedule. Source: optax.scale_by_schedule. */
export const scaleBySchedule = taking(
  'scaleBySchedule',
  [['stepSize', schedule]],
  (stepSize: Schedule): GradientTransformation<ScaleByScheduleState> => ({
    init: () => ({ count: zeroCount() }),
    update: (updates, { count }) => {
      const size = valueAt('scaleBySchedule', stepSize, count)
      return [mapLeaves((g) => np.multiply(scalarFor(size, g), g), updates), { count: safeIncrement(count) }]
    },
  }),
)
const scaleByLearningRateOptions = named('flipSign')
/**
 * Multiplies by the negative learning rate, a constant or a schedule, so that adding updates goes downhill.
 * Source: optax.scale_by_learning_rate.
 */
export const scaleByLearningRate = taking(
  'scaleByLearningRate',
  [['learningRate', rate], scaleByLearningRateOptions],
  (
    learningRate: ScalarOrSchedule,
    { flipSign = true }: OptionsOf<typeof scaleByLearningRateOptions> = {},
  ): GradientTransformation<EmptyState | ScaleByScheduleState> => {
    const signed = (x: Scalar): Scalar => (!flipSign ? x : typeof x === 'number' ? -x : np.negative(x))
    return typeof learningRate === 'function'
      ? scaleBySchedule((count) => signed(valueAt('scaleByLearningRate', learningRate, count)))
      : scale(signed(learningRate))
  },
)
/** Keeps only the signs. Source: optax.scale_by_sign. */
export const scaleBySign = (): GradientTransformation<EmptyState> => leafwise((g) => np.sign(g))

/** The norm, but `min` where it is not above that; its derivative is then zero, never NaN. Source: optax.safe_norm. */
export const safeNorm = (x: Tensor, min: Scalar): Tensor => {
  const small = np.lessEqual(np.sqrt(np.sum(np.square(x))), min)
  const safe = np.where(small, np.onesLike(x), x)
  return np.where(small, scalarFor(min, x), np.sqrt(np.sum(np.square(safe))))
}
/** The root mean square, but `min` where it is not above that. Source: optax.safe_root_mean_squares. */
export const safeRootMeanSquares = (x: Tensor, min: Scalar): Tensor => {
  const small = np.lessEqual(np.sqrt(np.mean(np.square(x))), min)
  const safe = np.where(small, np.onesLike(x), x)
  return np.where(small, scalarFor(min, x), np.sqrt(np.mean(np.square(safe))))
}
const trustRatioOptions = named('minNorm', 'trustCoefficient', 'eps')
/**
 * Multiplies each leaf by the ratio of the norms of parameter and update.
 * Source: optax.scale_by_trust_ratio; You et al., Large Batch Training of Convolutional Networks, 2017.
 */
export const scaleByTrustRatio = taking(
  'scaleByTrustRatio',
  [trustRatioOptions],
  (options: OptionsOf<typeof trustRatioOptions> = {}): GradientTransformation<EmptyState> => {
    const { minNorm = 0, trustCoefficient = 1, eps = 0 } = options
    return stateless((updates, params) =>
      mapLeaves(
        (u, p) => {
          const [paramNorm, updateNorm] = [safeNorm(p, minNorm), safeNorm(u, minNorm)]
          const ratio = np.divide(np.multiply(scalarFor(trustCoefficient, p), paramNorm), np.add(updateNorm, scalarFor(eps, u)))
          const degenerate = np.logicalOr(np.equal(paramNorm, 0), np.equal(updateNorm, 0))
          return np.multiply(u, np.where(degenerate, np.ones([], p.dtype), ratio))
        },
        updates,
        needParams('scaleByTrustRatio', params),
      ),
    )
  },
)
const scaleByParamBlockNormOptions = named('minScale')
/** Multiplies each leaf by the norm of its parameter. Source: optax.scale_by_param_block_norm. */
export const scaleByParamBlockNorm = taking(
  'scaleByParamBlockNorm',
  [scaleByParamBlockNormOptions],
  ({ minScale = 1e-3 }: OptionsOf<typeof scaleByParamBlockNormOptions> = {}): GradientTransformation<EmptyState> =>
    stateless((updates, params) =>
      mapLeaves((u, p) => np.multiply(u, safeNorm(p, minScale)), updates, needParams('scaleByParamBlockNorm', params)),
    ),
)
const scaleByParamBlockRmsOptions = named('minScale')
/** Multiplies each leaf by the root mean square of its parameter. Source: optax.scale_by_param_block_rms. */
export const scaleByParamBlockRms = taking(
  'scaleByParamBlockRms',
  [scaleByParamBlockRmsOptions],
  ({ minScale = 1e-3 }: OptionsOf<typeof scaleByParamBlockRmsOptions> = {}): GradientTransformation<EmptyState> =>
    stateless((updates, params) =>
      mapLeaves((u, p) => np.multiply(u, safeRootMeanSquares(p, minScale)), updates, needParams('scaleByParamBlockRms', params)),
    ),
)
/** Takes the mean over all axes but the first from each leaf of rank 2 or more. Source: optax.centralize. */
export const centralize = (): GradientTransformation<EmptyState> =>
  leafwise((g) => {
    if (g.ndim < 2) return g
    const axis = Array.from({ length: g.ndim - 1 }, (_, i) => i + 1)
    return np.subtract(g, np.mean(g, { axis, keepdims: true }))
  })
/** No scaling where no learning rate is given. */
export const scaleByOptionalRate = (
  learningRate: ScalarOrSchedule | undefined,
): GradientTransformation<EmptyState | ScaleByScheduleState> =>
  learningRate === undefined ? identity() : scaleByLearningRate(learningRate)
