/** Relatives of Adam from optax.contrib: ACProp, AdEMAMix, ADOPT. */
import { type DType, np, type Tensor } from '@heddle/func'
import { boolean, dtype, func, of, type OptionsOf } from '@heddle/func/options'
import type { MomentsState } from '../adaptive'
import { declared, mask, named, nonNegative, rate, type ScalarOrSchedule, share, taking, valueAt } from '../options'
import { scaleByLearningRate } from '../scale'
import { chain, type GradientTransformation } from '../transformation'
import {
  addScaled,
  biasCorrection,
  cast,
  castLike,
  mapLeaves,
  overSize,
  safeIncrement,
  type Scalar,
  scalarFor,
  updateMoment,
  zeroCount,
  zerosLike,
} from '../tree-math'
import { addDecayedWeights } from '../weight-decay'

const acpropOptions = named('b1', 'b2', 'eps', 'epsRoot', 'weightDecay', 'mask')
const scaleByAcpropOptions = named('b1', 'b2', 'eps', 'epsRoot')
/** Divides by the size of surprises up to the step before. Source: optax.contrib.scale_by_acprop; Zhuang et al., ACProp, 2021. */
export const scaleByAcprop = taking(
  'scaleByAcprop',
  [scaleByAcpropOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    eps = 1e-16,
    epsRoot = 1e-16,
  }: OptionsOf<typeof scaleByAcpropOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => ({ count: zeroCount(), mu: zerosLike(params), nu: zerosLike(params) }),
    update: <T>(updates: T, state: MomentsState) => {
      const mu = updateMoment(updates, state.mu as T, b1, 1)
      const surprise = mapLeaves((g, m) => np.subtract(g, m), updates, state.mu)
      const nu = mapLeaves((v) => np.add(v, scalarFor(epsRoot, v)), updateMoment(surprise, state.nu as T, b2, 2))
      const count = safeIncrement(state.count)
      const first = np.equal(state.count, 0)
      const sizes = mapLeaves(
        (v) => np.where(first, np.onesLike(v), v),
        biasCorrection(state.nu as T, b2, np.where(first, count, state.count)),
      )
      return [mapLeaves((g, v) => np.divide(g, np.add(np.sqrt(v), scalarFor(eps, v))), updates, sizes), { count, mu, nu }]
    },
  }),
)
/** Source: optax.contrib.acprop; Zhuang et al., 2021. */
export const acprop = taking(
  'acprop',
  [['learningRate', rate], acpropOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 0, mask, ...options }: OptionsOf<typeof acpropOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAcprop(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
/** State of `scaleByAdemamix`. */
export interface AdemamixState {
  readonly count: Tensor
  readonly count_m2: Tensor
  readonly m1: unknown
  /** The slow mean. */
  readonly m2: unknown
  readonly nu: unknown
}
const ademamixKinds = {
  ...named('b1', 'b2', 'eps', 'epsRoot', 'muDtype').kinds,
  /** Decay of the slow mean, which may be a schedule. */
  b3: rate,
  /** How much the slow mean counts, which may be a schedule. */
  alpha: rate,
} as const
const scaleByAdemamixOptions = declared(ademamixKinds)
/** Adam with a second, slow mean of gradients. Source: optax.contrib.scale_by_ademamix; Pagliardini et al., AdEMAMix, 2024. */
export const scaleByAdemamix = taking(
  'scaleByAdemamix',
  [scaleByAdemamixOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    b3 = 0.9999,
    alpha = 6,
    eps = 1e-8,
    epsRoot = 0,
    muDtype,
  }: OptionsOf<typeof scaleByAdemamixOptions> = {}): GradientTransformation<AdemamixState> => ({
    init: (params) => {
      const zeros = (): unknown => zerosLike(params, muDtype)
      return { count: zeroCount(), count_m2: zeroCount(), m1: zeros(), m2: zeros(), nu: zeros() }
    },
    update: <T>(updates: T, state: AdemamixState) => {
      const m1 = castLike(updateMoment(updates, state.m1 as T, b1, 1), state.m1 as T)
      const m2 = castLike(updateMoment(updates, state.m2 as T, valueAt('scaleByAdemamix', b3, state.count_m2), 1), state.m2 as T)
      const nu = castLike(updateMoment(updates, state.nu as T, b2, 2), state.nu as T)
      const count = safeIncrement(state.count)
      const mixed = addScaled(biasCorrection(m1, b1, count), valueAt('scaleByAdemamix', alpha, state.count_m2), m2)
      const steps = mapLeaves((m, v, g) => np.astype(overSize(m, v, eps, epsRoot), g.dtype), mixed, biasCorrection(nu, b2, count), updates)
      return [steps, { count, count_m2: safeIncrement(state.count_m2), m1, m2, nu }]
    },
  }),
)
const ademamixOptions = declared({ ...ademamixKinds, weightDecay: rate, mask })
/** Source: optax.contrib.ademamix; Pagliardini et al., 2024. */
export const ademamix = taking(
  'ademamix',
  [['learningRate', rate], ademamixOptions],
  (
    learningRate: ScalarOrSchedule,
    { alpha = 5, weightDecay = 0, mask, ...options }: OptionsOf<typeof ademamixOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdemamix({ alpha, ...options }), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
/** State of `scaleBySimplifiedAdemamix`. */
export interface SimplifiedAdemamixState {
  readonly t: Tensor
  readonly m: unknown
  readonly n: unknown
}
const simplifiedKinds = { ...named('b1', 'b2', 'eps', 'epsRoot').kinds, alpha: rate } as const
const scaleBySimplifiedOptions = declared(simplifiedKinds)
/** A decaying sum and `alpha` times the gradient. Source: optax.contrib.scale_by_simplified_ademamix; Morwani et al., 2025. */
export const scaleBySimplifiedAdemamix = taking(
  'scaleBySimplifiedAdemamix',
  [scaleBySimplifiedOptions],
  ({
    b1 = 0.99,
    b2 = 0.95,
    alpha = 0,
    eps = 1e-8,
    epsRoot = 0,
  }: OptionsOf<typeof scaleBySimplifiedOptions> = {}): GradientTransformation<SimplifiedAdemamixState> => ({
    init: (params) => ({ t: zeroCount(), m: zerosLike(params), n: zerosLike(params) }),
    update: <T>(updates: T, state: SimplifiedAdemamixState) => {
      const m = castLike(addScaled(updates, b1, state.m), state.m as T)
      const n = castLike(updateMoment(updates, state.n as T, b2, 2), state.n as T)
      const t = safeIncrement(state.t)
      const ahead = addScaled(m, valueAt('scaleBySimplifiedAdemamix', alpha, state.t), updates)
      return [mapLeaves((u, v) => overSize(u, v, eps, epsRoot), ahead, biasCorrection(n, b2, t)), { t, m, n }]
    },
  }),
)
const simplifiedOptions = declared({ ...simplifiedKinds, weightDecay: rate, mask })
/** Source: optax.contrib.simplified_ademamix; Morwani et al., 2025. */
export const simplifiedAdemamix = taking(
  'simplifiedAdemamix',
  [['learningRate', rate], simplifiedOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 0, mask, ...options }: OptionsOf<typeof simplifiedOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleBySimplifiedAdemamix(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const adoptKinds = {
  b1: named('b1').kinds.b1,
  b2: share,
  eps: nonNegative,
  muDtype: of<DType>()(dtype),
  nesterov: boolean,
  /** Clip what is averaged (default). */
  useClipping: boolean,
  /** The bound at a count of steps; its fourth root by default. */
  clipValueFn: of<(count: Tensor) => Scalar>()(func),
} as const
const adoptOptions = declared(adoptKinds)
/** Adam that divides by the size before the step. Source: optax.contrib.scale_by_adopt; Taniguchi et al., ADOPT, 2024. */
export const scaleByAdopt = taking(
  'scaleByAdopt',
  [adoptOptions],
  ({
    b1 = 0.9,
    b2 = 0.9999,
    eps = 1e-6,
    muDtype,
    nesterov = false,
    useClipping = true,
    clipValueFn = (count) => np.power(count, 0.25),
  }: OptionsOf<typeof adoptOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => ({ count: zeroCount(), mu: zerosLike(params, muDtype), nu: zerosLike(params) }),
    update: <T>(updates: T, state: MomentsState) => {
      const some = np.greater(state.count, 0)
      const [keepMean, keepSize] = [np.where(some, b1, 1), np.where(some, b2, 0)]
      const nu = castLike(updateMoment(updates, state.nu as T, keepSize, 2), state.nu as T)
      const divided = mapLeaves((g, v) => np.divide(g, np.maximum(np.sqrt(v), scalarFor(eps, v))), updates, state.nu)
      const most = clipValueFn(state.count)
      const clipped = useClipping ? mapLeaves((g) => np.clip(g, np.negative(scalarFor(most, g)), scalarFor(most, g)), divided) : divided
      const mu = updateMoment(clipped, state.mu as T, keepMean, 1)
      const ahead = nesterov ? updateMoment(clipped, mu, keepMean, 1) : mu
      return [ahead, { count: safeIncrement(state.count), mu: cast(mu, muDtype), nu }]
    },
  }),
)
/** Source: optax.contrib.adopt; Taniguchi et al., 2024. */
export const adopt = taking(
  'adopt',
  [['learningRate', rate], adoptOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof adoptOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdopt(options), scaleByLearningRate(learningRate)),
)
