/** Backtracking: a step that is shortened until the loss goes down enough. */
import { lax, np, type Tensor } from '@heddle/func'
import { boolean, count, type OptionsOf } from '@heddle/func/options'
import { needExtra } from '../extra'
import { declared, nonNegative, scalar, taking } from '../options'
import { type GradientTransformation, needParams } from '../transformation'
import { either, scalarIn, scaled, vdot, zerosLike } from '../tree-math'
import { dtypeOf, slopeOn, valueOn } from './line'

/** How a search went. */
export interface BacktrackingLinesearchInfo {
  readonly num_linesearch_steps: Tensor
  /** By how much the loss did not go down enough; 0 where it did. */
  readonly decrease_error: Tensor
}
/** State of `scaleByBacktrackingLinesearch`. */
export interface BacktrackingLinesearchState {
  readonly learning_rate: Tensor
  /** The loss after the step; infinite at the start. */
  readonly value: Tensor
  /** Its gradients there, if `storeGrad`; else null. */
  readonly grad: unknown
  readonly info: BacktrackingLinesearchInfo
}
const backtrackingOptions = declared({
  /** How much of what the slope promises must be reached; 1e-4 by default. */
  slopeRtol: nonNegative,
  /** Factor of the step where it was too long. */
  decreaseFactor: nonNegative,
  /** Factor of the last step with which the next search begins. */
  increaseFactor: nonNegative,
  maxLearningRate: nonNegative,
  atol: nonNegative,
  rtol: scalar,
  /** Keep the gradients after the step for `valueAndGradFromState`. */
  storeGrad: boolean,
})
/**
 * Multiplies updates, a direction that goes downhill, by the first step of `increaseFactor` times the last one, shortened up to
 * `maxBacktrackingSteps` times, that lowers the loss enough. Each update needs
 * `update(gradients, state, params, { value, grad, valueFn })`: the loss, its gradients, and it as a function of parameters alone (what else
 * it depends on, such as a batch, it closes over). Errors: ArgumentError without them. Source: optax.scale_by_backtracking_linesearch.
 */
export const scaleByBacktrackingLinesearch = taking(
  'scaleByBacktrackingLinesearch',
  [['maxBacktrackingSteps', count], backtrackingOptions],
  (
    maxBacktrackingSteps: number,
    {
      slopeRtol = 1e-4,
      decreaseFactor = 0.8,
      increaseFactor = 1.5,
      maxLearningRate = 1,
      atol = 0,
      rtol = 0,
      storeGrad = false,
    }: OptionsOf<typeof backtrackingOptions> = {},
  ): GradientTransformation<BacktrackingLinesearchState> => {
    const where = 'scaleByBacktrackingLinesearch'
    return {
      init: (params) => {
        const dtype = dtypeOf(params)
        // One each: a tensor that is donated may stand in a state once.
        const infinite = (): Tensor => scalarIn(dtype, Number.POSITIVE_INFINITY)
        return {
          learning_rate: scalarIn(dtype, 1),
          value: infinite(),
          grad: storeGrad ? zerosLike(params) : null,
          info: { num_linesearch_steps: np.array(0, { dtype: 'int32' }), decrease_error: infinite() },
        }
      },
      update: (updates, state, given, extra) => {
        const params = needParams(where, given)
        const needed = needExtra(where, extra, ['value', 'grad', 'valueFn'])
        const dtype = dtypeOf(params)
        const as = (x: Tensor): Tensor => np.astype(x, dtype)
        const value = scalarIn(dtype, needed.value)
        const slope = as(vdot(updates, needed.grad))
        const valueAt = valueOn(where, needed.valueFn, params, updates)
        const errorOf = (step: Tensor, reached: Tensor): Tensor => {
          const promised = np.multiply(np.multiply(step, slopeRtol), slope)
          const error = np.subtract(np.subtract(reached, np.multiply(np.add(1, rtol), value)), promised)
          return as(np.maximum(np.where(np.isnan(error), Number.POSITIVE_INFINITY, error), 0))
        }
        interface Search {
          readonly step: Tensor
          readonly reached: Tensor
          readonly error: Tensor
          readonly turn: Tensor
        }
        const start: Search = {
          step: as(np.minimum(np.multiply(increaseFactor, state.learning_rate), maxLearningRate)),
          reached: value,
          error: scalarIn(dtype, Number.POSITIVE_INFINITY),
          turn: np.array(0, { dtype: 'int32' }),
        }
        const found = lax.whileLoop(
          ({ error, turn }: Search): Tensor =>
            np.logicalAnd(np.logicalNot(np.lessEqual(error, atol)), np.lessEqual(turn, maxBacktrackingSteps)),
          ({ step, turn }: Search) => {
            const next = as(np.where(np.greater(turn, 0), np.multiply(decreaseFactor, step), step))
            const reached = valueAt(next)
            return { step: next, reached, error: errorOf(next, reached), turn: np.add(turn, 1) }
          },
          start,
        )
        const learning_rate = np.where(np.isinf(found.error), np.zerosLike(found.step), found.step)
        // At the step tried last, be it taken or not: what is infinite there is not used.
        const grad = storeGrad ? slopeOn(where, needed.valueFn, params, updates)(found.step).grad : null
        return [
          scaled(learning_rate, updates),
          {
            learning_rate,
            value: found.reached,
            grad: storeGrad ? either(np.array(true), grad, state.grad) : null,
            info: { num_linesearch_steps: found.turn, decrease_error: found.error },
          },
        ]
      },
    }
  },
)
