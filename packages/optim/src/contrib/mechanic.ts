/** Mechanic: a learning rate tuner around any optimizer. */
import { np } from '@heddle/func'
import { type OptionsOf, positive } from '@heddle/func/options'
import { declared, nonNegative, taking, transformation } from '../options'
import { type Extra, type GradientTransformation, needParams } from '../transformation'
import { copied, floatDtypeOf, globalNorm, mapLeaves, minus, safeIncrement, scalarFor, vdot, zeroCount } from '../tree-math'
import type { Tensor } from '@heddle/func'

/** State of `mechanize`. */
export interface MechanicState<S = unknown> {
  readonly base_optimizer_state: S
  readonly count: Tensor
  readonly r: Tensor
  readonly m: Tensor
  readonly v: Tensor
  /** Summed up, the factor of the steps. */
  readonly s: Tensor
  readonly x0: unknown
}
const mechanicOptions = declared({
  weightDecay: nonNegative,
  eps: nonNegative,
  /** The first factor; 1e-6 by default. */
  sInit: nonNegative,
  /** How many decays are tried side by side; 6 by default. */
  numBetas: positive,
})
/**
 * Finds a factor for the steps of an optimizer, whose own learning rate may be 1 or a schedule from 1.
 * Source: optax.contrib.mechanize; Cutkosky et al., Mechanic, 2023.
 */
export const mechanize = <S>(
  baseOptimizer: GradientTransformation<S>,
  options?: OptionsOf<typeof mechanicOptions>,
): GradientTransformation<MechanicState<S>> =>
  mechanizeOf(baseOptimizer as GradientTransformation, options) as GradientTransformation<MechanicState<S>>

const mechanizeOf = taking(
  'mechanize',
  [['baseOptimizer', transformation], mechanicOptions],
  <S>(
    base: GradientTransformation<S>,
    { weightDecay = 0.01, eps = 1e-8, sInit = 1e-6, numBetas = 6 }: OptionsOf<typeof mechanicOptions> = {},
  ): GradientTransformation<MechanicState<S>> => ({
    init: (params) => {
      const zeros = (): Tensor => np.zeros([numBetas], floatDtypeOf(params, 'lowest'))
      const s = np.add(zeros(), scalarFor(sInit, zeros()))
      return { base_optimizer_state: base.init(params), count: zeroCount(), r: zeros(), m: zeros(), v: zeros(), s, x0: copied(params) }
    },
    update: <T>(updates: T, state: MechanicState<S>, given?: unknown, extra?: Extra) => {
      const params = needParams('mechanize', given) as T
      const as = state.s.dtype
      const to = (x: Tensor): Tensor => np.astype(x, as)
      const [steps, base_optimizer_state] = base.update(updates, state.base_optimizer_state, params, extra)
      const first = np.equal(state.count, 0)
      const x0 = mapLeaves((p, x) => np.where(first, p, x), params, state.x0)
      const sum = np.sum(state.s)
      const decay = np.divide(np.multiply(np.multiply(weightDecay, sum), globalNorm(updates)), np.add(globalNorm(params), eps))
      const decayed = mapLeaves((g, p) => np.add(g, np.multiply(scalarFor(decay, p), p)), updates, params)
      const gone = mapLeaves((d) => np.divide(d, scalarFor(np.add(sum, eps), d)), minus(x0, params))
      const delta = minus(gone, steps)
      const h = vdot(decayed, gone)
      const clipped = np.clip(h, np.negative(state.m), state.m)
      const betas = np.array(
        Array.from({ length: numBetas }, (_, i) => 1 - 0.1 ** (i + 1)),
        { dtype: as },
      )
      const m = to(np.maximum(np.multiply(betas, state.m), np.add(np.abs(h), eps)))
      const v = to(np.add(np.multiply(np.square(betas), state.v), np.square(h)))
      const r = to(np.add(np.multiply(betas, state.r), np.multiply(clipped, state.s)))
      const wealth = np.add(np.multiply(np.divide(sInit, numBetas), m), np.maximum(0, r))
      const s = to(np.divide(wealth, np.add(np.sqrt(v), eps)))
      const factor = np.sum(s)
      const moved = (x: Tensor, d: Tensor, p: Tensor): Tensor => np.subtract(np.subtract(x, np.multiply(scalarFor(factor, d), d)), p)
      return [mapLeaves(moved, x0, delta, params), { base_optimizer_state, count: safeIncrement(state.count), r, m, v, s, x0 }]
    },
  }),
)
