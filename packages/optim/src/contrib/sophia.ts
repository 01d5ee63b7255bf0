/** Sophia: steps by an estimate of the diagonal of the Hessian, clipped. */
import { type DType, grad, jvp, lax, np, random, type Tensor } from '@heddle/func'
import { dtype, nullable, of, type OptionsOf, positive } from '@heddle/func/options'
import { flatten, unflatten } from '@heddle/tree'
import { needExtra } from '../extra'
import {
  declared,
  key as keyKind,
  mask,
  named,
  nonNegative,
  optional,
  rate,
  type ScalarOrSchedule,
  taking,
  transformation,
} from '../options'
import { scaleByLearningRate } from '../scale'
import { chain, type GradientTransformation, needParams } from '../transformation'
import { biasCorrection, cast, castLike, mapLeaves, safeIncrement, scalarFor, updateMoment, zeroCount, zerosLike } from '../tree-math'
import { addDecayedWeights } from '../weight-decay'

/** State of `hutchinsonEstimatorDiagHessian`. */
export interface HutchinsonState {
  readonly key: Tensor
}
/** State of `scaleBySophia`. */
export interface SophiaState {
  readonly count: Tensor
  readonly mu: unknown
  readonly nu: unknown
  readonly hessian_fn_state: unknown
}
/**
 * Answers, as updates, an estimate of the diagonal of the Hessian by one product with random signs. Each update needs the loss as a function of
 * the parameters: `update(gradients, state, params, { objFn })`. Errors: ArgumentError without it.
 * Source: optax.contrib.hutchinson_estimator_diag_hessian.
 */
export const hutchinsonEstimatorDiagHessian = taking(
  'hutchinsonEstimatorDiagHessian',
  [['key', optional(keyKind)]],
  (key?: Tensor): GradientTransformation<HutchinsonState> => ({
    init: () => ({ key: np.copy(key ?? random.key(0)) }),
    update: <T>(updates: T, state: HutchinsonState, given?: unknown, extra?: Parameters<GradientTransformation['update']>[3]) => {
      const params = needParams('hutchinsonEstimatorDiagHessian', given) as object
      const { objFn } = needExtra('hutchinsonEstimatorDiagHessian', extra, ['objFn'])
      const halves = random.split(state.key)
      const { leaves, treedef } = flatten(params)
      const keys = random.split(halves.at(1), leaves.length)
      const signs = unflatten<object>(
        treedef,
        (leaves as Tensor[]).map((p, i) => np.astype(random.rademacher(keys.at(i), p.shape), p.dtype)),
      )
      const gradient = grad((p: object): Tensor => objFn(p as never))
      const [, product] = jvp(gradient as (p: object) => object, [params], [signs]) as unknown as [object, object]
      return [castLike(mapLeaves((h, s) => np.multiply(h, s), product, signs) as T, updates), { key: halves.at(0) }]
    },
  }),
)
const sophiaKinds = {
  ...named('b1', 'b2', 'eps', 'muDtype').kinds,
  /** Factor of the Hessian; 0.01 by default. */
  gamma: nonNegative,
  /** The largest element of an update; null for none. */
  clipThreshold: nullable(nonNegative),
  /** Every how many steps the Hessian is estimated; 10 by default. */
  updateInterval: positive,
  /** What estimates it; `hutchinsonEstimatorDiagHessian()` by default. */
  hessianDiagonalFn: of<GradientTransformation>()(transformation),
  muDtype: of<DType>()(dtype),
} as const
const scaleBySophiaOptions = declared(sophiaKinds)
/**
 * Momentum over the diagonal of the Hessian, clipped. Each update needs `update(gradients, state, params, { objFn })`.
 * Source: optax.contrib's scale_by_sophia; Liu et al., Sophia, 2023.
 */
export const scaleBySophia = taking(
  'scaleBySophia',
  [scaleBySophiaOptions],
  ({
    b1 = 0.965,
    b2 = 0.99,
    eps = 1e-8,
    gamma = 0.01,
    clipThreshold = 1,
    updateInterval = 10,
    hessianDiagonalFn = hutchinsonEstimatorDiagHessian() as GradientTransformation,
    muDtype,
  }: OptionsOf<typeof scaleBySophiaOptions> = {}): GradientTransformation<SophiaState> => ({
    init: (params) => ({
      count: zeroCount(),
      mu: zerosLike(params, muDtype),
      nu: zerosLike(params),
      hessian_fn_state: hessianDiagonalFn.init(params),
    }),
    update: <T>(updates: T, state: SophiaState, given?: unknown, extra?: Parameters<GradientTransformation['update']>[3]) => {
      const params = needParams('scaleBySophia', given)
      const count = safeIncrement(state.count)
      const mu = updateMoment(updates, state.mu as T, b1, 1)
      const over = (m: Tensor, h: Tensor): Tensor => np.divide(m, np.maximum(np.multiply(scalarFor(gamma, h), h), scalarFor(eps, h)))
      const steps = mapLeaves(over, biasCorrection(mu, b1, count), state.nu)
      const within = (u: Tensor): Tensor => {
        const most = scalarFor(clipThreshold ?? 0, u)
        return np.clip(u, np.negative(most), most)
      }
      type Estimate = readonly [state: unknown, nu: unknown]
      const estimated = (): Estimate => {
        const [diagonal, next] = hessianDiagonalFn.update(updates, state.hessian_fn_state, params, extra)
        return [next, castLike(updateMoment(diagonal, state.nu as T, b2, 1), state.nu as T)]
      }
      const known = (): Estimate => [state.hessian_fn_state, state.nu]
      const now = np.equal(np.mod(state.count, updateInterval), 0)
      const [hessian_fn_state, nu] = lax.cond(now, estimated as never, known as never) as Estimate
      return [clipThreshold === null ? steps : mapLeaves(within, steps), { count, mu: cast(mu, muDtype), nu, hessian_fn_state }]
    },
  }),
)
const sophiaOptions = declared({ ...sophiaKinds, weightDecay: rate, weightDecayMask: mask })
/**
 * Each update needs the loss as a function of the parameters: `update(gradients, state, params, { objFn })`.
 * Source: optax.contrib.sophia; Liu et al., Sophia, 2023.
 */
export const sophia = taking(
  'sophia',
  [['learningRate', rate], sophiaOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-4, weightDecayMask, ...options }: OptionsOf<typeof sophiaOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleBySophia(options), addDecayedWeights(weightDecay, { mask: weightDecayMask }), scaleByLearningRate(learningRate)),
)
