/** A learning rate that goes down when the loss does not. */
import { ArgumentError, np, type Tensor } from '@heddle/func'
import { count as countKind, finite, type OptionsOf, positive } from '@heddle/func/options'
import { needExtra } from '../extra'
import { declared, nonNegative, taking } from '../options'
import type { GradientTransformation } from '../transformation'
import { either, floatDtypeOf, safeIncrement, scaled, scalarIn, zeroCount } from '../tree-math'

/** State of `reduceOnPlateau`. */
export interface ReduceOnPlateauState {
  /** What updates are multiplied by. */
  readonly scale: Tensor
  readonly best_value: Tensor
  readonly plateau_count: Tensor
  readonly cooldown_count: Tensor
  readonly count: Tensor
  readonly avg_value: Tensor
}
const plateauOptions = declared({
  /** What the scale is multiplied by; 0.1 by default. */
  factor: finite,
  /** How many values may be no better; 10 by default. */
  patience: countKind,
  /** By which share a value must be lower to be better; 1e-4 by default. */
  rtol: finite,
  /** By how much. */
  atol: finite,
  /** Values that are not counted after a reduction. */
  cooldown: countKind,
  /** How many losses are averaged to one value. */
  accumulationSize: positive,
  minScale: nonNegative,
})
/**
 * Multiplies updates by a scale, 1 at first, that shrinks by `factor` when the loss has not gone down for `patience` values. Each update needs
 * the loss: `update(gradients, state, params, { value })`. Errors: ArgumentError without it, or for a factor outside of 0 to 1.
 * Source: optax.contrib.reduce_on_plateau.
 *
 * @example
 * chain(adam(1e-3), reduceOnPlateau({ patience: 5 }))
 */
export const reduceOnPlateau = taking(
  'reduceOnPlateau',
  [plateauOptions],
  ({
    factor = 0.1,
    patience = 10,
    rtol = 1e-4,
    atol = 0,
    cooldown = 0,
    accumulationSize = 1,
    minScale = 0,
  }: OptionsOf<typeof plateauOptions> = {}): GradientTransformation<ReduceOnPlateauState> => {
    if (!(factor > 0 && factor < 1)) throw new ArgumentError('reduceOnPlateau', `factor must be between 0 and 1, got ${factor}`)
    if (rtol < 0 || rtol > 1 || atol < 0 || (rtol === 0 && atol === 0))
      throw new ArgumentError('reduceOnPlateau', `of rtol (0 to 1) and atol (0 and more) one must be positive, got ${rtol} and ${atol}`)
    const judged = (state: ReduceOnPlateauState): ReduceOnPlateauState => {
      const { avg_value, best_value, scale } = state
      const better = np.less(avg_value, np.subtract(np.multiply(1 - rtol, best_value), atol))
      const waited = np.where(better, zeroCount(), safeIncrement(state.plateau_count))
      const cooling = np.greater(state.cooldown_count, 0)
      const enough = np.logicalAnd(np.equal(waited, patience), np.logicalNot(cooling))
      const reduced = np.maximum(np.where(enough, np.multiply(scale, factor), scale), minScale)
      return {
        scale: np.astype(np.where(cooling, scale, reduced), scale.dtype),
        best_value: np.where(better, avg_value, best_value),
        plateau_count: np.where(np.logicalOr(cooling, enough), zeroCount(), waited),
        cooldown_count: np.astype(np.where(cooling, np.subtract(state.cooldown_count, 1), np.where(enough, cooldown, 0)), 'int32'),
        count: zeroCount(),
        avg_value: np.zerosLike(avg_value),
      }
    }
    return {
      init: (params) => {
        const [lowest, highest] = [floatDtypeOf(params, 'lowest'), floatDtypeOf(params, 'highest')]
        return {
          scale: scalarIn(lowest, 1),
          best_value: scalarIn(highest, Number.POSITIVE_INFINITY),
          plateau_count: zeroCount(),
          cooldown_count: zeroCount(),
          count: zeroCount(),
          avg_value: np.zeros([], highest),
        }
      },
      update: (updates, state, _params, extra) => {
        const { value } = needExtra('reduceOnPlateau', extra, ['value'])
        const as = state.avg_value.dtype
        const count = safeIncrement(state.count)
        const avg_value = np.astype(np.divide(np.add(np.multiply(state.count, state.avg_value), scalarIn(as, value)), count), as)
        const seen: ReduceOnPlateauState = { ...state, count, avg_value }
        const next = either(np.equal(count, accumulationSize), judged(seen), seen)
        return [scaled(next.scale, updates), next]
      },
    }
  },
)
