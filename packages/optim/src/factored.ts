/** Adafactor: the sizes of a matrix's gradients kept as one row and one column. */
import { np, type DType, type Tensor } from '@heddle/func'
import { boolean, count, dtype, func, nullable, of, type OptionsOf } from '@heddle/func/options'
import { clipByBlockRms } from './clip'
import { ema } from './momentum'
import { declared, kept, limit, mask, nonNegative, optional, rate, scalar, type ScalarOrSchedule, share, taking } from './options'
import { scale, scaleByLearningRate, scaleByParamBlockRms } from './scale'
import { chain, type GradientTransformation, needParams } from './transformation'
import { mapLeaves, oneMinus, safeIncrement, type Scalar, scalarFor, zeroCount } from './tree-math'
import { addDecayedWeights } from './weight-decay'

/** State of `scaleByFactoredRms`: rows and columns where a leaf is factored, else `v`; what is not used has shape [1]. */
export interface FactoredState {
  readonly count: Tensor
  readonly v_row: unknown
  readonly v_col: unknown
  readonly v: unknown
}
/** Step and exponent to the share that is kept. */
type DecayRateFn = (step: Tensor, decayRate: Scalar) => Tensor

const factoredOptions = declared({
  /** Keep rows and columns of large leaves (default). */
  factored: boolean,
  /** Exponent of the decay, which grows with the steps. */
  decayRate: share,
  /** Steps done elsewhere, as before fine-tuning. */
  stepOffset: scalar,
  /** A leaf is factored if two of its axes are that long. */
  minDimSizeToFactor: count,
  /** Added to the squares. */
  epsilon: nonNegative,
  /** The share that is kept, of a step and `decayRate`. */
  decayRateFn: of<DecayRateFn>()(func),
})
/** The second longest axis and the longest; undefined where there are none to factor. */
const factoredAxes = (shape: readonly number[], least: number): readonly [number, number] | undefined => {
  const byLength = shape.map((_, i) => i).sort((a, b) => shape[a]! - shape[b]!)
  const [second, longest] = byLength.slice(-2)
  return second === undefined || longest === undefined || shape[second]! < least ? undefined : [second, longest]
}
const without = (shape: readonly number[], axis: number): readonly number[] => shape.filter((_, i) => i !== axis)
const grownDecay: DecayRateFn = (step, decayRate) =>
  np.subtract(1, np.power(np.astype(np.add(step, 1), 'float32'), typeof decayRate === 'number' ? -decayRate : np.negative(decayRate)))

/**
 * Divides by the root of the mean of squares, whose matrix is the product of its row and column sums where a leaf has two long axes.
 * Source: optax.scale_by_factored_rms; Shazeer and Stern, Adafactor, 2018.
 */
export const scaleByFactoredRms = taking(
  'scaleByFactoredRms',
  [factoredOptions],
  ({
    factored = true,
    decayRate = 0.8,
    stepOffset = 0,
    minDimSizeToFactor = 128,
    epsilon = 1e-30,
    decayRateFn = grownDecay,
  }: OptionsOf<typeof factoredOptions> = {}): GradientTransformation<FactoredState> => {
    const axesOf = (x: Tensor) => (factored ? factoredAxes(x.shape, minDimSizeToFactor) : undefined)
    const unused = (x: Tensor): Tensor => np.zeros([1], x.dtype)
    const along = (which: 0 | 1) => (p: Tensor) => {
      const axes = axesOf(p)
      return axes === undefined ? unused(p) : np.zeros(without(p.shape, axes[which]), p.dtype)
    }
    return {
      init: (params) => ({
        count: zeroCount(),
        v_row: mapLeaves(along(1), params),
        v_col: mapLeaves(along(0), params),
        v: mapLeaves((p) => (axesOf(p) === undefined ? np.zerosLike(p) : unused(p)), params),
      }),
      update: (gradients, state, params) => {
        needParams('scaleByFactoredRms', params)
        const kept = decayRateFn(np.subtract(state.count, stepOffset), decayRate)
        const squares = (g: Tensor): Tensor => np.add(np.square(g), scalarFor(epsilon, g))
        const blend = (old: Tensor, now: Tensor): Tensor =>
          np.astype(np.add(np.multiply(scalarFor(kept, old), old), np.multiply(scalarFor(oneMinus(kept), now), now)), old.dtype)
        const mean = (which: 0 | 1) => (old: Tensor, g: Tensor) => {
          const axes = axesOf(g)
          return axes === undefined ? old : blend(old, np.mean(squares(g), { axis: axes[which] }))
        }
        const v_row = mapLeaves(mean(1), state.v_row, gradients)
        const v_col = mapLeaves(mean(0), state.v_col, gradients)
        const v = mapLeaves((old, g) => (axesOf(g) === undefined ? blend(old, squares(g)) : old), state.v, gradients)
        const divided = (g: Tensor, row: Tensor, col: Tensor, all: Tensor): Tensor => {
          const axes = axesOf(g)
          if (axes === undefined) return np.multiply(g, np.power(all, -0.5))
          const [second, longest] = axes
          const level = np.mean(row, { axis: second > longest ? second - 1 : second, keepdims: true })
          const rows = np.expandDims(np.power(np.divide(row, level), -0.5), longest)
          return np.multiply(np.multiply(g, rows), np.expandDims(np.power(col, -0.5), second))
        }
        return [mapLeaves(divided, gradients, v_row, v_col, v), { count: safeIncrement(state.count), v_row, v_col, v }]
      },
    }
  },
)
const adafactorOptions = declared({
  minDimSizeToFactor: count,
  decayRate: share,
  /** Steps done elsewhere, as before fine-tuning. */
  decayOffset: scalar,
  /** Steps relative to the size of the parameters (default). */
  multiplyByParameterScale: boolean,
  /** The root mean square that an update has at most; null for none. */
  clippingThreshold: nullable(limit),
  momentum: kept,
  dtypeMomentum: of<DType>()(dtype),
  weightDecayRate: rate,
  eps: nonNegative,
  factored: boolean,
  weightDecayMask: mask,
})
/**
 * Adam's steps with memory of rows and columns instead of matrices; without a learning rate its steps are relative to the parameters.
 * Source: optax.adafactor; Shazeer and Stern, Adafactor, 2018.
 */
export const adafactor = taking(
  'adafactor',
  [['learningRate', optional(rate)], adafactorOptions],
  (
    learningRate?: ScalarOrSchedule,
    {
      minDimSizeToFactor,
      decayRate,
      decayOffset,
      multiplyByParameterScale = true,
      clippingThreshold = 1,
      momentum,
      dtypeMomentum = 'float32',
      weightDecayRate,
      eps,
      factored,
      weightDecayMask,
    }: OptionsOf<typeof adafactorOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain<readonly unknown[]>(
      ...[
        scaleByFactoredRms({ factored, decayRate, stepOffset: decayOffset, minDimSizeToFactor, epsilon: eps }),
        ...(clippingThreshold === null ? [] : [clipByBlockRms(clippingThreshold)]),
        ...(learningRate === undefined ? [] : [scaleByLearningRate(learningRate, { flipSign: false })]),
        ...(multiplyByParameterScale ? [scaleByParamBlockRms()] : []),
        ...(momentum === undefined ? [] : [ema(momentum, { debias: false, accumulatorDtype: dtypeMomentum })]),
        ...(weightDecayRate === undefined ? [] : [addDecayedWeights(weightDecayRate, { mask: weightDecayMask })]),
        scale(-1),
      ].map((t) => t as GradientTransformation),
    ),
)
