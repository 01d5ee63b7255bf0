/** Transformations of some steps only, by a condition on the count of steps. */
import { ArgumentError, isTensor, np, type Tensor } from '@heddle/func'
import { boolean, describe, func, type OptionsOf } from '@heddle/func/options'
import { declared, taking, transformation } from './options'
import type { Extra, GradientTransformation } from './transformation'
import { either, safeIncrement, zeroCount, zerosLike } from './tree-math'

/** Of the count of steps done, and of the extra values of the update where they are forwarded: is this step one? */
export type ConditionFn = (step: Tensor, extra?: Extra) => Tensor | boolean

/** State of `conditionallyTransform` and `conditionallyMask`. */
export interface ConditionalState<S = unknown> {
  readonly step: Tensor
  readonly inner_state: S
}
const conditionOptions = declared({
  /** Give the condition what the update gets besides gradients and parameters. */
  forwardExtraArgs: boolean,
})
/** Options of `conditionallyTransform` and `conditionallyMask`. */
export interface ConditionOptions extends OptionsOf<typeof conditionOptions> {}

const holds = (where: string, answer: unknown): Tensor => {
  if (typeof answer === 'boolean') return np.array(answer)
  if (isTensor(answer) && answer.ndim === 0 && answer.dtype === 'bool') return answer
  throw new ArgumentError(where, `the condition must answer a boolean, as step.less(100) is one, got ${describe(answer)}`)
}
const onlyWhen =
  (where: string, otherwise: <T>(updates: T) => T) =>
  <S>(
    inner: GradientTransformation<S>,
    shouldTransformFn: ConditionFn,
    { forwardExtraArgs = false }: ConditionOptions = {},
  ): GradientTransformation<ConditionalState<S>> => ({
    init: (params) => ({ step: zeroCount(), inner_state: inner.init(params) }),
    update: <T>(updates: T, state: ConditionalState<S>, params?: unknown, extra?: Extra) => {
      const now = holds(where, forwardExtraArgs ? shouldTransformFn(state.step, extra) : shouldTransformFn(state.step))
      const [changed, next] = inner.update(updates, state.inner_state, params, extra)
      return [
        either(now, changed, otherwise(updates)),
        { step: safeIncrement(state.step), inner_state: either(now, next, state.inner_state) },
      ]
    },
  })
const takes = [['inner', transformation], ['shouldTransformFn', func], conditionOptions] as const
const transformOf = taking(
  'conditionallyTransform',
  takes,
  onlyWhen('conditionallyTransform', (updates) => updates),
)
const maskOf = taking('conditionallyMask', takes, onlyWhen('conditionallyMask', zerosLike))

/**
 * Applies `inner` at the steps for which the condition holds, and leaves updates and its state as they are at others.
 * Source: optax.conditionally_transform.
 *
 * @example
 * conditionallyTransform(clipByGlobalNorm(1), (step) => step.less(1000))
 */
export const conditionallyTransform = <S>(
  inner: GradientTransformation<S>,
  shouldTransformFn: ConditionFn,
  options?: ConditionOptions,
): GradientTransformation<ConditionalState<S>> =>
  transformOf(inner as GradientTransformation, shouldTransformFn, options) as GradientTransformation<ConditionalState<S>>
/** Applies `inner` at the steps for which the condition holds; updates of others are zero. Source: optax.conditionally_mask. */
export const conditionallyMask = <S>(
  inner: GradientTransformation<S>,
  shouldTransformFn: ConditionFn,
  options?: ConditionOptions,
): GradientTransformation<ConditionalState<S>> =>
  maskOf(inner as GradientTransformation, shouldTransformFn, options) as GradientTransformation<ConditionalState<S>>
