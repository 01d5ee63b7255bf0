/** Adam and its relatives: updates divided by a running size of the gradients. */
import { type DType, np, type Tensor } from '@heddle/func'
import type { GradientTransformation } from './transformation'
import {
  biasCorrection,
  cast,
  castLike,
  fullLike,
  mapLeaves,
  oneMinus,
  overSize,
  safeIncrement,
  type Scalar,
  scalarFor,
  updateMoment,
  zeroCount,
  zerosLike,
} from './tree-math'
import type { OptionsOf } from '@heddle/func/options'
import { named, novogradOptions, radamOptions, taking } from './options'

/** Count and both moments: the state of the family of Adam. */
export interface MomentsState {
  /** Steps done, int32. */
  readonly count: Tensor
  /** Running mean of the gradients. */
  readonly mu: unknown
  /** Running mean of their squares. */
  readonly nu: unknown
}
/** State of `scaleByAmsgrad`. */
export interface AmsgradState extends MomentsState {
  readonly nu_max: unknown
}
/** State of `scaleByLion`. */
export interface LionState {
  readonly count: Tensor
  readonly mu: unknown
}

const moments = (params: unknown, muDtype?: DType): MomentsState => ({
  count: zeroCount(),
  mu: zerosLike(params, muDtype),
  nu: zerosLike(params),
})
const over = <T>(mu: T, nu: T, eps: Scalar, epsRoot: Scalar): T => mapLeaves((m, v) => overSize(m, v, eps, epsRoot), mu, nu)
const lookAhead = <T>(gradients: T, mu: T, b1: Scalar, count: Tensor): T =>
  mapLeaves(
    (m, g) => np.add(np.multiply(scalarFor(b1, m), m), np.multiply(scalarFor(oneMinus(b1), g), g)),
    biasCorrection(mu, b1, safeIncrement(count)),
    biasCorrection(gradients, b1, count),
  )
const meanOf = <T>(gradients: T, mu: T, b1: Scalar, count: Tensor, nesterov: boolean): T =>
  nesterov ? lookAhead(gradients, mu, b1, count) : biasCorrection(mu, b1, count)

const scaleByAdamOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'nesterov')
/** Options of `scaleByAdam`. */
export interface AdamOptions extends OptionsOf<typeof scaleByAdamOptions> {}
/** Adam's rescaling. Source: optax.scale_by_adam; Kingma and Ba, Adam, 2014. */
export const scaleByAdam = taking(
  'scaleByAdam',
  [scaleByAdamOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    eps = 1e-8,
    epsRoot = 0,
    muDtype,
    nesterov = false,
  }: OptionsOf<typeof scaleByAdamOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => moments(params, muDtype),
    update: <T>(gradients: T, state: MomentsState) => {
      const mu = updateMoment(gradients, state.mu as T, b1, 1)
      const nu = updateMoment(gradients, state.nu as T, b2, 2)
      const count = safeIncrement(state.count)
      const updates = over(meanOf(gradients, mu, b1, count, nesterov), biasCorrection(nu, b2, count), eps, epsRoot)
      return [updates, { count, mu: cast(mu, muDtype), nu: castLike(nu, state.nu as T) }]
    },
  }),
)
const scaleByAmsgradOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype')
/** Adam divided by the largest size so far. Source: optax.scale_by_amsgrad; Reddi et al., 2018. */
export const scaleByAmsgrad = taking(
  'scaleByAmsgrad',
  [scaleByAmsgradOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    eps = 1e-8,
    epsRoot = 0,
    muDtype,
  }: OptionsOf<typeof scaleByAmsgradOptions> = {}): GradientTransformation<AmsgradState> => ({
    init: (params) => ({ ...moments(params, muDtype), nu_max: zerosLike(params) }),
    update: <T>(gradients: T, state: AmsgradState) => {
      const mu = updateMoment(gradients, state.mu as T, b1, 1)
      const nu = updateMoment(gradients, state.nu as T, b2, 2)
      const count = safeIncrement(state.count)
      const largest = mapLeaves((a, b) => np.maximum(a, b), state.nu_max as T, biasCorrection(nu, b2, count))
      return [over(biasCorrection(mu, b1, count), largest, eps, epsRoot), { count, mu: cast(mu, muDtype), nu, nu_max: largest }]
    },
  }),
)
const scaleByAdamaxOptions = named('b1', 'b2', 'eps')
/** Adam divided by a decaying maximum. Source: optax.scale_by_adamax; Kingma and Ba, 2014. */
export const scaleByAdamax = taking(
  'scaleByAdamax',
  [scaleByAdamaxOptions],
  ({ b1 = 0.9, b2 = 0.999, eps = 1e-8 }: OptionsOf<typeof scaleByAdamaxOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => moments(params),
    update: <T>(gradients: T, state: MomentsState) => {
      const count = safeIncrement(state.count)
      const mu = updateMoment(gradients, state.mu as T, b1, 1)
      const nu = mapLeaves(
        (g, v) => np.maximum(np.add(np.abs(g), scalarFor(eps, g)), np.multiply(scalarFor(b2, v), v)),
        gradients,
        state.nu as T,
      )
      return [mapLeaves((m, v) => np.divide(m, v), biasCorrection(mu, b1, count), nu), { count, mu, nu }]
    },
  }),
)
const scaleByBeliefOptions = named('b1', 'b2', 'eps', 'epsRoot', 'nesterov')
/** Adam divided by the size of the gradient's surprise. Source: optax.scale_by_belief; Zhuang et al., AdaBelief, 2020. */
export const scaleByBelief = taking(
  'scaleByBelief',
  [scaleByBeliefOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    eps = 1e-16,
    epsRoot = 1e-16,
    nesterov = false,
  }: OptionsOf<typeof scaleByBeliefOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => moments(params),
    update: <T>(gradients: T, state: MomentsState) => {
      const mu = updateMoment(gradients, state.mu as T, b1, 1)
      const surprise = mapLeaves((g, m) => np.subtract(g, m), gradients, mu)
      const nu = mapLeaves((v) => np.add(v, scalarFor(epsRoot, v)), updateMoment(surprise, state.nu as T, b2, 2))
      const count = safeIncrement(state.count)
      return [over(meanOf(gradients, mu, b1, count, nesterov), biasCorrection(nu, b2, count), eps, 0), { count, mu, nu }]
    },
  }),
)
const scaleByYogiOptions = named('b1', 'b2', 'eps', 'epsRoot', 'initialAccumulatorValue')
/** Adam whose size changes by steps of bounded effect. Source: optax.scale_by_yogi; Zaheer et al., 2018. */
export const scaleByYogi = taking(
  'scaleByYogi',
  [scaleByYogiOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    eps = 1e-3,
    epsRoot = 0,
    initialAccumulatorValue = 1e-6,
  }: OptionsOf<typeof scaleByYogiOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => ({
      count: zeroCount(),
      mu: fullLike(params, initialAccumulatorValue),
      nu: fullLike(params, initialAccumulatorValue),
    }),
    update: <T>(gradients: T, state: MomentsState) => {
      const mu = updateMoment(gradients, state.mu as T, b1, 1)
      const toward = (g: Tensor, v: Tensor): Tensor => {
        const square = np.square(g)
        return np.subtract(v, np.multiply(np.multiply(scalarFor(oneMinus(b2), g), np.sign(np.subtract(v, square))), square))
      }
      const nu = mapLeaves(toward, gradients, state.nu as T)
      const count = safeIncrement(state.count)
      return [over(biasCorrection(mu, b1, count), biasCorrection(nu, b2, count), eps, epsRoot), { count, mu, nu }]
    },
  }),
)
/** Adam that waits until its variance is known. Source: optax.scale_by_radam; Liu et al., 2019. */
export const scaleByRadam = taking(
  'scaleByRadam',
  [radamOptions],
  ({
    b1 = 0.9,
    b2 = 0.999,
    eps = 1e-8,
    epsRoot = 0,
    threshold = 5,
    nesterov = false,
  }: OptionsOf<typeof radamOptions> = {}): GradientTransformation<MomentsState> => {
    const last = 2 / (1 - b2) - 1
    return {
      init: (params) => moments(params),
      update: <T>(gradients: T, state: MomentsState) => {
        const mu = updateMoment(gradients, state.mu as T, b1, 1)
        const nu = updateMoment(gradients, state.nu as T, b2, 2)
        const count = safeIncrement(state.count)
        const power = np.power(b2, count)
        const length = np.subtract(last, np.divide(np.multiply(np.multiply(2, count), power), np.subtract(1, power)))
        const above = np.multiply(np.multiply(np.subtract(length, 4), np.subtract(length, 2)), last)
        const ratio = np.sqrt(np.divide(above, np.multiply((last - 4) * (last - 2), length)))
        const mean = meanOf(gradients, mu, b1, count, nesterov)
        const rectified = mapLeaves(
          (m, v) => overSize(np.multiply(np.astype(ratio, m.dtype), m), v, eps, epsRoot),
          mean,
          biasCorrection(nu, b2, count),
        )
        const known = np.greaterEqual(length, threshold)
        return [mapLeaves((a, b) => np.where(known, a, b), rectified, mean), { count, mu, nu }]
      },
    }
  },
)
/** Adam with one size a leaf. Source: optax.scale_by_novograd; Ginsburg et al., 2019. */
export const scaleByNovograd = taking(
  'scaleByNovograd',
  [novogradOptions],
  ({
    b1 = 0.9,
    b2 = 0.25,
    eps = 1e-8,
    epsRoot = 0,
    weightDecay = 0,
    muDtype,
  }: OptionsOf<typeof novogradOptions> = {}): GradientTransformation<MomentsState> => ({
    init: (params) => ({ count: zeroCount(), mu: zerosLike(params, muDtype), nu: mapLeaves((p) => np.zeros([], p.dtype), params) }),
    update: <T>(gradients: T, state: MomentsState, params?: unknown) => {
      const count = safeIncrement(state.count)
      const first = np.equal(count, 1)
      const sizes = mapLeaves((g) => np.sum(np.square(g)), gradients)
      const nu = mapLeaves(
        (s, v) => np.where(first, s, np.add(np.multiply(scalarFor(oneMinus(b2), s), s), np.multiply(scalarFor(b2, v), v))),
        sizes,
        state.nu as T,
      )
      const step = mapLeaves(
        (g, p, v) => np.add(overSize(g, v, eps, epsRoot), np.multiply(scalarFor(weightDecay, p), p)),
        gradients,
        params ?? gradients,
        nu,
      )
      const mu = mapLeaves((s, m) => np.where(first, s, np.add(np.multiply(scalarFor(b1, m), m), s)), step, state.mu as T)
      const stored = cast(mu, muDtype)
      return [stored, { count, mu: stored, nu }]
    },
  }),
)
const scaleByLionOptions = named('b1', 'b2', 'muDtype')
/** The sign of an interpolation of gradient and momentum. Source: optax.scale_by_lion; Chen et al., 2023. */
export const scaleByLion = taking(
  'scaleByLion',
  [scaleByLionOptions],
  ({ b1 = 0.9, b2 = 0.99, muDtype }: OptionsOf<typeof scaleByLionOptions> = {}): GradientTransformation<LionState> => ({
    init: (params) => ({ count: zeroCount(), mu: zerosLike(params, muDtype) }),
    update: <T>(gradients: T, state: LionState) => {
      const direction = (g: Tensor, m: Tensor): Tensor =>
        np.sign(np.add(np.multiply(scalarFor(oneMinus(b1), g), g), np.multiply(scalarFor(b1, m), m)))
      const updates = mapLeaves(direction, gradients, state.mu as T)
      return [updates, { count: safeIncrement(state.count), mu: cast(updateMoment(gradients, state.mu as T, b2, 1), muDtype) }]
    },
  }),
)
