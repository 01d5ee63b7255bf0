/** Adan: Nesterov momentum of adaptive steps, by the change of the gradients. */
import { np, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { named, rate, type ScalarOrSchedule, taking } from './options'
import { scaleByLearningRate } from './scale'
import { chain, type GradientTransformation } from './transformation'
import {
  addScaled,
  biasCorrection,
  castLike,
  mapLeaves,
  oneMinus,
  safeIncrement,
  scalarFor,
  updateMoment,
  zeroCount,
  zerosLike,
} from './tree-math'
import { addDecayedWeights } from './weight-decay'

/** State of `scaleByAdan`. */
export interface AdanState {
  /** Running mean of the gradients. */
  readonly m: unknown
  /** Running mean of their changes. */
  readonly v: unknown
  /** Running mean of the squares of gradients that look ahead. */
  readonly n: unknown
  /** The last gradients. */
  readonly g: unknown
  /** Steps done. */
  readonly t: Tensor
}
const scaleByAdanOptions = named('b1', 'b2', 'b3', 'eps', 'epsRoot')
/** Adan's rescaling. Source: optax.scale_by_adan; Xie et al., Adan, 2022. */
export const scaleByAdan = taking(
  'scaleByAdan',
  [scaleByAdanOptions],
  ({
    b1 = 0.98,
    b2 = 0.92,
    b3 = 0.99,
    eps = 1e-8,
    epsRoot = 0,
  }: OptionsOf<typeof scaleByAdanOptions> = {}): GradientTransformation<AdanState> => ({
    init: (params) => ({ m: zerosLike(params), v: zerosLike(params), n: zerosLike(params), g: zerosLike(params), t: zeroCount() }),
    update: <T>(g: T, state: AdanState) => {
      const first = np.equal(state.t, 0)
      const change = mapLeaves((now, before) => np.where(first, np.zerosLike(now), np.subtract(now, before)), g, state.g)
      const m = updateMoment(g, state.m as T, b1, 1)
      const v = updateMoment(change, state.v as T, b2, 1)
      const n = updateMoment(addScaled(g, oneMinus(b2), change), state.n as T, b3, 2)
      const t = safeIncrement(state.t)
      const ahead = addScaled(biasCorrection(m, b1, t), oneMinus(b2), biasCorrection(v, b2, t))
      const over = (u: Tensor, size: Tensor): Tensor =>
        np.divide(u, np.add(np.sqrt(np.add(size, scalarFor(epsRoot, size))), scalarFor(eps, size)))
      return [mapLeaves(over, ahead, biasCorrection(n, b3, t)), { m, v, n, g: castLike(g, state.g as T), t }]
    },
  }),
)
const adanOptions = named('b1', 'b2', 'b3', 'eps', 'epsRoot', 'weightDecay', 'mask')
/** Source: optax.adan; Xie et al., Adan, 2022. */
export const adan = taking(
  'adan',
  [['learningRate', rate], adanOptions],
  (
    learningRate: ScalarOrSchedule,
    { epsRoot = 1e-8, weightDecay = 0, mask, ...options }: OptionsOf<typeof adanOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdan({ epsRoot, ...options }), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
