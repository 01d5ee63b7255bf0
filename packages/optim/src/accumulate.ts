/** Transformations that act on some steps only: gradient accumulation, and leaving out steps that went wrong. */
import { ArgumentError, type DType, isTensor, np, type Tensor } from '@heddle/func'
import { count, describe, dtype, func, of, type OptionsOf, positive } from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import { declared, named, stepsEach, taking, transformation } from './options'
import type { ShouldSkipUpdateFunction } from './skip'
import type { Extra, GradientTransformation } from './transformation'
import { either, mapLeaves, safeIncrement, zeroCount, zerosLike } from './tree-math'

/** State of `multiSteps`. */
export interface MultiStepsState<S = unknown> {
  readonly mini_step: Tensor
  readonly gradient_step: Tensor
  readonly inner_opt_state: S
  readonly acc_grads: unknown
  /** What `shouldSkipUpdateFn` has seen of the last gradients. */
  readonly skip_state?: unknown
}
/** State of `applyIfFinite`. */
export interface ApplyIfFiniteState<S = unknown> {
  readonly notfinite_count: Tensor
  readonly last_finite: Tensor
  readonly total_notfinite: Tensor
  readonly inner_state: S
}
/** State of `applyEvery`. */
export interface ApplyEveryState {
  readonly count: Tensor
  readonly grad_acc: unknown
}
const maskedBy = <T>(which: Tensor, tree: T): T => mapLeaves((x) => np.where(which, x, np.zerosLike(x)), tree)

const multiStepsOptions = declared({
  ...named('useGradMean').kinds,
  /** Which gradients are left out, as `skipNotFinite` says; none by default. */
  shouldSkipUpdateFn: of<ShouldSkipUpdateFunction>()(func),
  /** The dtype of the collected gradients; float32 by default. */
  accumulatorDtype: of<DType>()(dtype),
})
/** Whether to leave out these gradients. Errors: ArgumentError where the function answers something else. */
const skipBy = (skip: ShouldSkipUpdateFunction, gradients: unknown, step: Tensor, params: unknown): readonly [Tensor, unknown] => {
  const answer: unknown = skip(gradients, step, params)
  const [should, seen] = Array.isArray(answer) ? (answer as readonly unknown[]) : [answer]
  if (!isTensor(should) || should.dtype !== 'bool' || should.ndim > 0)
    throw new ArgumentError('multiSteps', `shouldSkipUpdateFn must answer [a boolean scalar tensor, a state], got ${describe(answer)}`)
  return [should, seen]
}
/**
 * Collects gradients of `everyK` small steps (a number, or a schedule of full steps) and then makes one full step with their
 * mean, or sum; updates are zero in between. Source: optax.MultiSteps.
 */
export const multiSteps = <S>(
  inner: GradientTransformation<S>,
  everyK: number | ((step: Tensor) => Tensor | number),
  options?: OptionsOf<typeof multiStepsOptions>,
): GradientTransformation<MultiStepsState<S>> =>
  multiStepsOf(inner as GradientTransformation, everyK, options) as GradientTransformation<MultiStepsState<S>>

const multiStepsOf = taking(
  'multiSteps',
  [['inner', transformation], ['everyK', stepsEach], multiStepsOptions],
  <S>(
    inner: GradientTransformation<S>,
    everyK: number | ((step: Tensor) => Tensor | number),
    { useGradMean = true, shouldSkipUpdateFn: skip, accumulatorDtype = 'float32' }: OptionsOf<typeof multiStepsOptions> = {},
  ): GradientTransformation<MultiStepsState<S>> => ({
    init: (params) => ({
      mini_step: zeroCount(),
      gradient_step: zeroCount(),
      inner_opt_state: inner.init(params),
      acc_grads: zerosLike(params, accumulatorDtype),
      ...(skip === undefined ? {} : { skip_state: skipBy(skip, zerosLike(params), zeroCount(), params)[1] }),
    }),
    update: <T>(gradients: T, state: MultiStepsState<S>, params?: unknown, extra?: Extra) => {
      const k = typeof everyK === 'function' ? everyK(state.gradient_step) : everyK
      const collect = (g: Tensor, sum: Tensor): Tensor =>
        useGradMean ? np.add(sum, np.divide(np.subtract(g, sum), np.add(state.mini_step, 1))) : np.add(g, sum)
      const sums = mapLeaves((sum, g) => collect(g, sum), state.acc_grads as T, gradients)
      const typed = mapLeaves((s, g) => np.astype(s, g.dtype), sums, gradients)
      const [updates, next] = inner.update(typed, state.inner_opt_state, params, extra)
      const emit = np.equal(state.mini_step, np.subtract(k, 1))
      const stepped: MultiStepsState<S> = {
        mini_step: np.where(emit, zeroCount(), safeIncrement(state.mini_step)),
        gradient_step: np.where(emit, safeIncrement(state.gradient_step), state.gradient_step),
        inner_opt_state: either(emit, next, state.inner_opt_state),
        acc_grads: mapLeaves((s) => np.where(emit, np.zeros(s.shape, accumulatorDtype), np.astype(s, accumulatorDtype)), sums),
      }
      if (skip === undefined) return [maskedBy(emit, updates), stepped]
      const [left, skip_state] = skipBy(skip, gradients, state.gradient_step, params)
      const { skip_state: _, ...before } = state
      return [maskedBy(np.logicalAnd(emit, np.logicalNot(left)), updates), { ...either(left, before, stepped), skip_state }]
    },
  }),
)
/** The sum of updates every `k` steps, zeros in between. Source: optax.apply_every. */
export const applyEvery = taking(
  'applyEvery',
  [['k', positive]],
  (k: number): GradientTransformation<ApplyEveryState> => ({
    init: (params) => ({ count: zeroCount(), grad_acc: zerosLike(params) }),
    update: <T>(updates: T, state: ApplyEveryState) => {
      const fresh = np.equal(state.count, 0)
      const sums = mapLeaves((g, sum) => np.add(np.where(fresh, np.zerosLike(sum), sum), g), updates, state.grad_acc)
      const emit = np.equal(state.count, k - 1)
      return [maskedBy(emit, sums), { count: np.mod(safeIncrement(state.count), k), grad_acc: sums }]
    },
  }),
)
/**
 * Leaves out steps whose gradients hold NaN or infinities, at most `maxConsecutiveErrors` in a row.
 * Source: optax.apply_if_finite.
 */
export const applyIfFinite = <S>(
  inner: GradientTransformation<S>,
  maxConsecutiveErrors: number,
): GradientTransformation<ApplyIfFiniteState<S>> =>
  applyIfFiniteOf(inner as GradientTransformation, maxConsecutiveErrors) as GradientTransformation<ApplyIfFiniteState<S>>

const applyIfFiniteOf = taking(
  'applyIfFinite',
  [
    ['inner', transformation],
    ['maxConsecutiveErrors', count],
  ],
  <S>(inner: GradientTransformation<S>, maxConsecutiveErrors: number): GradientTransformation<ApplyIfFiniteState<S>> => ({
    init: (params) => ({
      notfinite_count: zeroCount(),
      last_finite: np.array(true),
      total_notfinite: zeroCount(),
      inner_state: inner.init(params),
    }),
    update: (gradients, state, params, extra) => {
      const finite = (leaves(gradients) as Tensor[])
        .map((g) => np.all(np.isfinite(g)))
        .reduce((a, b) => np.logicalAnd(a, b), np.array(true))
      const errors = np.where(finite, zeroCount(), safeIncrement(state.notfinite_count))
      const go = np.logicalOr(finite, np.greater(errors, maxConsecutiveErrors))
      const [updates, next] = inner.update(gradients, state.inner_state, params, extra)
      return [
        maskedBy(go, updates),
        {
          notfinite_count: errors,
          last_finite: finite,
          total_notfinite: np.where(finite, state.total_notfinite, safeIncrement(state.total_notfinite)),
          inner_state: either(go, next, state.inner_state),
        },
      ]
    },
  }),
)
