/** Sharpness-aware minimization: gradients where the loss nearby is worst. */
import { lax, np, type Tensor } from '@heddle/func'
import { boolean, type OptionsOf, positive, string } from '@heddle/func/options'
import { needExtra } from '../extra'
import { declared, taking, transformation } from '../options'
import { type EmptyState, type Extra, type GradientTransformation, needParams, stateless } from '../transformation'
import { copied, either, globalNorm, mapLeaves, scalarFor, zeroCount } from '../tree-math'
import { applyUpdates } from '../update'

/** State of `sam`. */
export interface SamState {
  readonly steps_since_sync: Tensor
  readonly opt_state: unknown
  readonly adv_state: unknown
  /** The parameters before the ascent; null in opaque mode. */
  readonly cache: unknown
}
const samOptions = declared({
  /** Of so many steps the last is the optimizer's, the others go uphill; 2 by default. */
  syncPeriod: positive,
  /** Begin the ascent's state anew each time (default). */
  resetState: boolean,
  /** Do all steps in one update, which needs `gradFn`. */
  opaqueMode: boolean,
  /** In opaque mode: the axis over which gradients are averaged. */
  batchAxisName: string,
})
/** Divides all updates together by their norm, as SAM's ascent does. Source: optax.contrib.normalize. */
export const normalize = taking(
  'normalize',
  [],
  (): GradientTransformation<EmptyState> =>
    stateless((updates) => {
      const norm = globalNorm(updates)
      return mapLeaves((g) => np.divide(g, scalarFor(norm, g)), updates)
    }),
)
const opposite = <T>(updates: T): T => mapLeaves((u) => np.negative(u), updates)
/**
 * Goes uphill by `advOptimizer` (`chain(normalize(), sgd(rho))`), takes the gradients there, and goes downhill from where it was by `optimizer`.
 * By default each second update is a true step, and the parameters in between are those uphill; in opaque mode each is one, and computes
 * gradients itself: `update(gradients, state, params, { gradFn: (params, i) => ... })`. Errors: ArgumentError without it.
 * Source: optax.contrib.sam; Foret et al., Sharpness-Aware Minimization, 2021.
 */
export const sam = taking(
  'sam',
  [['optimizer', transformation], ['advOptimizer', transformation], samOptions],
  (
    optimizer: GradientTransformation,
    advOptimizer: GradientTransformation,
    { syncPeriod = 2, resetState = true, opaqueMode = false, batchAxisName }: OptionsOf<typeof samOptions> = {},
  ): GradientTransformation<SamState> => {
    const inTurn = <T>(updates: T, state: SamState, params: T): [T, SamState] => {
      const first = np.equal(state.steps_since_sync, 0)
      const last = np.equal(state.steps_since_sync, syncPeriod - 1)
      const [up, adv] = advOptimizer.update(updates, state.adv_state, params)
      const [down, opt] = optimizer.update(updates, state.opt_state, state.cache)
      const back = mapLeaves((c, p, u) => np.add(np.subtract(c, p), u), state.cache as T, params, down)
      const next: SamState = {
        steps_since_sync: np.mod(np.add(state.steps_since_sync, 1), syncPeriod),
        opt_state: either(last, opt, state.opt_state),
        adv_state: either(last, resetState ? advOptimizer.init(params) : state.adv_state, adv),
        cache: either(first, params, state.cache as T),
      }
      return [either(last, back, opposite(up)), next]
    }
    const atOnce = <T>(updates: T, state: SamState, params: T, extra?: Extra): [T, SamState] => {
      const { gradFn } = needExtra('sam', extra, ['gradFn'])
      let [at, gradients, adv] = [params, updates, state.adv_state]
      for (let i = 0; i < syncPeriod - 1; i++) {
        const [up, next] = advOptimizer.update(gradients, adv, at)
        adv = next
        at = applyUpdates(at, opposite(up))
        const there = gradFn(at, i) as T
        gradients = batchAxisName === undefined ? there : mapLeaves((g) => lax.pmean(g, batchAxisName), there)
      }
      const [down, opt_state] = optimizer.update(gradients, state.opt_state, params)
      return [down, { steps_since_sync: zeroCount(), opt_state, adv_state: resetState ? advOptimizer.init(params) : adv, cache: null }]
    }
    return {
      init: (params) => ({
        steps_since_sync: zeroCount(),
        opt_state: optimizer.init(params),
        adv_state: advOptimizer.init(params),
        cache: opaqueMode ? null : copied(params),
      }),
      update: <T>(updates: T, state: SamState, given?: unknown, extra?: Extra): [T, SamState] => {
        const params = needParams('sam', given) as T
        return opaqueMode ? atOnce(updates, state, params, extra) : inTurn(updates, state, params)
      },
    }
  },
)
