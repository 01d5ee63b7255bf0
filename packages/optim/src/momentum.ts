/** Running sums and averages of updates. */
import { np, type Tensor } from '@heddle/func'
import type { GradientTransformation } from './transformation'
import { biasCorrection, cast, mapLeaves, safeIncrement, type Scalar, scalarFor, updateMoment, zeroCount, zerosLike } from './tree-math'
import type { OptionsOf } from '@heddle/func/options'
import { kept, named, taking } from './options'

/** State of `trace`. */
export interface TraceState {
  readonly trace: unknown
}
/** State of `ema`. */
export interface EmaState {
  readonly count: Tensor
  readonly ema: unknown
}

const traceOptions = named('nesterov', 'accumulatorDtype')
/** A decaying sum of updates, momentum; with `nesterov` looking one step ahead. Source: optax.trace. */
export const trace = taking(
  'trace',
  [['decay', kept], traceOptions],
  (decay: Scalar, { nesterov = false, accumulatorDtype }: OptionsOf<typeof traceOptions> = {}): GradientTransformation<TraceState> => ({
    init: (params) => ({ trace: zerosLike(params, accumulatorDtype) }),
    update: (updates, state) => {
      const add = (g: Tensor, t: Tensor): Tensor => np.add(g, np.multiply(scalarFor(decay, t), t))
      const next = mapLeaves(add, updates, state.trace)
      return [nesterov ? mapLeaves(add, updates, next) : next, { trace: cast(next, accumulatorDtype) }]
    },
  }),
)
const emaOptions = named('debias', 'accumulatorDtype')
/** The moving average of updates, corrected for its start at zero if `debias`. Source: optax.ema. */
export const ema = taking(
  'ema',
  [['decay', kept], emaOptions],
  (decay: Scalar, { debias = true, accumulatorDtype }: OptionsOf<typeof emaOptions> = {}): GradientTransformation<EmaState> => ({
    init: (params) => ({ count: zeroCount(), ema: zerosLike(params, accumulatorDtype) }),
    update: <T>(updates: T, state: EmaState) => {
      const next = updateMoment(updates, state.ema as T, decay, 1)
      const count = safeIncrement(state.count)
      return [debias ? biasCorrection(next, decay, count) : next, { count, ema: cast(next, accumulatorDtype) }]
    },
  }),
)
