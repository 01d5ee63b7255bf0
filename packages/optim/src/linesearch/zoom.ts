/** A search for a step that lowers the loss and its slope enough: it finds an interval, then zooms into it. */
import { lax, np, type Tensor } from '@heddle/func'
import { nullable, oneOf, type OptionsOf, positive } from '@heddle/func/options'
import { needExtra } from '../extra'
import { declared, limit, nonNegative, taking } from '../options'
import { type GradientTransformation, needParams } from '../transformation'
import { castLike, either, scalarIn, scaled, vdot, zerosLike } from '../tree-math'
import { type Criteria, errorsOf } from './criteria'
import { dtypeOf, slopeOn } from './line'
import { nextOf, type Search, trialOf } from './zoom-step'

/** How a search went. */
export interface ZoomLinesearchInfo {
  readonly num_linesearch_steps: Tensor
  /** By how much the loss did not go down enough; 0 where it did. */
  readonly decrease_error: Tensor
  /** By how much its slope did not. */
  readonly curvature_error: Tensor
}
/** State of `scaleByZoomLinesearch`. */
export interface ZoomLinesearchState {
  readonly learning_rate: Tensor
  /** The loss after the step; infinite at the start. */
  readonly value: Tensor
  /** Its gradients there. */
  readonly grad: unknown
  readonly info: ZoomLinesearchInfo
}
const zoomOptions = declared({
  /** The longest step; null for none. */
  maxLearningRate: nullable(limit),
  /** By how much both criteria may be missed. */
  tol: nonNegative,
  /** Factor of the step while an interval is looked for. */
  increaseFactor: nonNegative,
  /** How much of what the slope promises must be reached. */
  slopeRtol: nonNegative,
  /** What of the slope may be left. */
  curvRtol: nonNegative,
  /** A decrease by slopes counts where values are as close as that; null for never. */
  approxDecRtol: nullable(nonNegative),
  /** The shortest interval. */
  stepsizePrecision: nonNegative,
  /** Begin with 1 or with the last step (default). */
  initialGuessStrategy: oneOf('one', 'keep'),
})
/**
 * Multiplies updates, a direction that goes downhill, by a step of at most `maxLinesearchSteps` tries after which the loss is lower and its
 * slope flatter (the strong Wolfe conditions). Each update needs `update(gradients, state, params, { value, grad, valueFn })`: the loss, its
 * gradients, and it as a function of parameters alone (what else it depends on, such as a batch, it closes over). The state keeps value and
 * gradients for `valueAndGradFromState`. Errors: ArgumentError without them. Source: optax.scale_by_zoom_linesearch; Nocedal and Wright, 2006.
 */
export const scaleByZoomLinesearch = taking(
  'scaleByZoomLinesearch',
  [['maxLinesearchSteps', positive], zoomOptions],
  (
    maxLinesearchSteps: number,
    {
      maxLearningRate = null,
      tol = 0,
      increaseFactor = 2,
      slopeRtol = 1e-4,
      curvRtol = 0.9,
      approxDecRtol = 1e-6,
      stepsizePrecision = 1e-5,
      initialGuessStrategy = 'keep',
    }: OptionsOf<typeof zoomOptions> = {},
  ): GradientTransformation<ZoomLinesearchState> => {
    const where = 'scaleByZoomLinesearch'
    const criteria: Criteria = { slopeRtol, curvRtol, approxDecRtol }
    const rules = { maxLinesearchSteps, maxLearningRate, tol, increaseFactor, stepsizePrecision }
    return {
      init: (params) => {
        // One each: a tensor that is donated may stand in a state once.
        const infinite = (): Tensor => scalarIn(dtypeOf(params), Number.POSITIVE_INFINITY)
        return {
          learning_rate: scalarIn(dtypeOf(params), 1),
          value: infinite(),
          grad: zerosLike(params),
          info: { num_linesearch_steps: np.array(0, { dtype: 'int32' }), decrease_error: infinite(), curvature_error: infinite() },
        }
      },
      update: (updates, state, given, extra) => {
        const params = needParams(where, given)
        const needed = needExtra(where, extra, ['value', 'grad', 'valueFn'])
        const dtype = dtypeOf(params)
        const value = scalarIn(dtype, needed.value)
        const slope = scalarIn(dtype, vdot(updates, needed.grad))
        const from = { value, slope }
        const guess = initialGuessStrategy === 'one' ? scalarIn(dtype, 1) : state.learning_rate
        const at = slopeOn(where, needed.valueFn, params, updates)
        const [zero, infinite, no] = [scalarIn(dtype, 0), scalarIn(dtype, Number.POSITIVE_INFINITY), np.array(false)]
        const grad = castLike(needed.grad, params)
        const start: Search = {
          count: np.array(0, { dtype: 'int32' }),
          tried: { step: zero, value, slope },
          grad,
          decreaseError: infinite,
          curvatureError: infinite,
          intervalFound: no,
          done: no,
          failed: no,
          low: { step: zero, value, slope },
          high: { step: zero, value, slope },
          reference: { step: zero, value },
          safe: { step: zero, value },
          safeGrad: grad,
        }
        const found = lax.whileLoop(
          ({ done, failed }: Search): Tensor => np.logicalNot(np.logicalOr(done, failed)),
          (search: Search) => {
            const trial = trialOf(search, guess, rules)
            const reached = at(trial.step)
            return castLike(nextOf(search, trial, reached, errorsOf(criteria, from, trial.step, reached), rules), search)
          },
          start,
        )
        // Without a step that does: the best that lowers the loss, or none where the loss is not to be had.
        const back = np.logicalAnd(found.failed, np.logicalOr(np.greater(found.safe.step, 0), np.isinf(found.decreaseError)))
        const learning_rate = np.where(back, found.safe.step, found.tried.step)
        return [
          scaled(learning_rate, updates),
          {
            learning_rate,
            value: np.where(back, found.safe.value, found.tried.value),
            grad: either(back, found.safeGrad, found.grad),
            info: {
              num_linesearch_steps: found.count,
              decrease_error: found.decreaseError,
              curvature_error: found.curvatureError,
            },
          },
        ]
      },
    }
  },
)
