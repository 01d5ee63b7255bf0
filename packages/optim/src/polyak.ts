/** Polyak's step size, by how far the loss is from its least value. */
import { np } from '@heddle/func'
import { oneOf, type OptionsOf } from '@heddle/func/options'
import { needExtra } from './extra'
import { sgd } from './optimizers'
import { declared, nonNegative, optional, rate, scalar, taking } from './options'
import { chain, type EmptyState, emptyState, type GradientTransformation } from './transformation'
import { type Scalar, scaled, squaredNorm } from './tree-math'

const polyakKinds = {
  /** The least value of the loss; 0 by default. */
  fMin: scalar,
  /** The largest step; 1 by default. */
  maxLearningRate: nonNegative,
  eps: nonNegative,
  /** `'sps+'` takes a loss below `fMin` as at it. */
  variant: oneOf('sps', 'sps+'),
} as const
const scaleByPolyakOptions = declared(polyakKinds)
/**
 * Multiplies by `(value - fMin) / |gradients|²`, at most `maxLearningRate`. Each update needs the loss:
 * `update(gradients, state, params, { value })`. Errors: ArgumentError without it.
 * Source: optax.scale_by_polyak; Loizou et al., Stochastic Polyak Step-size, 2020.
 */
export const scaleByPolyak = taking(
  'scaleByPolyak',
  [scaleByPolyakOptions],
  ({
    fMin = 0,
    maxLearningRate = 1,
    eps = 0,
    variant = 'sps',
  }: OptionsOf<typeof scaleByPolyakOptions> = {}): GradientTransformation<EmptyState> => ({
    init: () => emptyState,
    update: (updates, state, _params, extra) => {
      const { value } = needExtra('scaleByPolyak', extra, ['value'])
      const size = np.add(squaredNorm(updates), eps)
      const above = np.astype(np.subtract(value, fMin), size.dtype)
      const gap = variant === 'sps' ? above : np.maximum(above, 0)
      const vanishes = np.lessEqual(size, epsilon)
      const step = np.where(vanishes, 0, np.minimum(np.divide(gap, np.where(vanishes, 1, size)), maxLearningRate))
      return [scaled(step, updates), state]
    },
  }),
)
/** The distance of 1 and the next float32. */
const epsilon = 2 ** -23

const polyakSgdOptions = declared({ fMin: scalar, eps: nonNegative, variant: polyakKinds.variant, scaling: rate })
/**
 * Gradient descent with Polyak's step size, at most `maxLearningRate` times `scaling`, which may be a schedule. Each update needs the loss:
 * `update(gradients, state, params, { value })`. Source: optax.polyak_sgd; Loizou et al., 2020.
 */
export const polyakSgd = taking(
  'polyakSgd',
  [['maxLearningRate', optional(nonNegative)], polyakSgdOptions],
  (
    maxLearningRate: Scalar = 1,
    { scaling = 1, ...options }: OptionsOf<typeof polyakSgdOptions> = {},
  ): GradientTransformation<readonly unknown[]> => chain(sgd(scaling), scaleByPolyak({ ...options, maxLearningRate })),
)
