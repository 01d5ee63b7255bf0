/** Updates made harmless or of one size: by their norm, by what is NaN, by the sign of the parameters, by signs. */
import { np, type DType, type Tensor } from '@heddle/func'
import { dtype, of, type OptionsOf } from '@heddle/func/options'
import { ema } from './momentum'
import { declared, kept, nonNegative, rate, scalar, type ScalarOrSchedule, taking } from './options'
import { scaleByLearningRate, scaleBySign } from './scale'
import { chain, type EmptyState, type GradientTransformation, needParams, stateless } from './transformation'
import { globalNorm, mapLeaves, scalarFor } from './tree-math'

const normalizeOptions = declared({
  /** The norm of the updates. */
  scaleFactor: scalar,
  /** Added to the norm. */
  eps: nonNegative,
})
/** Divides all updates together by their norm. Source: optax.normalize_by_update_norm. */
export const normalizeByUpdateNorm = taking(
  'normalizeByUpdateNorm',
  [normalizeOptions],
  ({ scaleFactor = 1, eps = 1e-6 }: OptionsOf<typeof normalizeOptions> = {}): GradientTransformation<EmptyState> =>
    stateless((updates) => {
      const size = np.divide(np.add(globalNorm(updates), eps), scaleFactor)
      return mapLeaves((g) => np.divide(g, scalarFor(size, g)), updates)
    }),
)
/** State of `zeroNans`. */
export interface ZeroNansState {
  /** For each leaf whether there was one. */
  readonly found_nan: unknown
}
/** Makes zeros of NaN. Source: optax.zero_nans. */
export const zeroNans = taking(
  'zeroNans',
  [],
  (): GradientTransformation<ZeroNansState> => ({
    init: (params) => ({ found_nan: mapLeaves(() => np.array(false), params) }),
    update: (updates) => [
      mapLeaves((g) => np.where(np.isnan(g), np.zerosLike(g), g), updates),
      { found_nan: mapLeaves((g) => np.any(np.isnan(g)), updates) },
    ],
  }),
)
/** Stops parameters at zero that would get negative; they must not be so before. Source: optax.keep_params_nonnegative. */
export const keepParamsNonnegative = taking(
  'keepParamsNonnegative',
  [],
  (): GradientTransformation<EmptyState> =>
    stateless((updates, params) =>
      mapLeaves(
        (u: Tensor, p: Tensor) => np.where(np.less(np.add(p, u), 0), np.astype(np.negative(p), u.dtype), u),
        updates,
        needParams('keepParamsNonnegative', params),
      ),
    ),
)
const signumOptions = declared({
  /** Decay of the mean of gradients. */
  beta: kept,
  accumulatorDtype: of<DType>()(dtype),
})
/** Steps along the signs of the mean of gradients. Source: optax.signum; Bernstein et al., 2018. */
export const signum = taking(
  'signum',
  [['learningRate', rate], signumOptions],
  (
    learningRate: ScalarOrSchedule,
    { beta = 0.9, accumulatorDtype }: OptionsOf<typeof signumOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(ema(beta, { debias: false, accumulatorDtype }), scaleBySign(), scaleByLearningRate(learningRate)),
)
