/** Lookahead: fast weights that an optimizer moves, and slow ones that follow them from time to time. */
import { ArgumentError, np, type Tensor } from '@heddle/func'
import { boolean, describe, isPlainObject, type OptionsOf, positive, readArgument } from '@heddle/func/options'
import { checkFit } from './checked'
import { declared, scalar, transformation } from './options'
import type { GradientTransformation } from './transformation'
import { copied, either, mapLeaves, type Scalar, scalarFor, zeroCount } from './tree-math'

/** Both weights. Train with `fast`, evaluate with `slow`. */
export interface LookaheadParams<P = unknown> {
  readonly fast: P
  readonly slow: P
}
/** State of `lookahead`. */
export interface LookaheadState<S = unknown> {
  readonly fast_state: S
  readonly steps_since_sync: Tensor
}
/** What `lookahead` makes: gradients are those at the fast weights, updates those of both. */
export interface Lookahead<S = unknown> {
  /** Errors: ArgumentError if the parameters are not those of `lookaheadParams`. */
  init<P>(params: LookaheadParams<P>): LookaheadState<S>
  update<P>(gradients: P, state: LookaheadState<S>, params: LookaheadParams<P>): [updates: LookaheadParams<P>, state: LookaheadState<S>]
}
/** Both weights at the start. Source: optax.LookaheadParams.init_synced. */
export const lookaheadParams = <P>(params: P): LookaheadParams<P> => ({ fast: params, slow: copied(params) })

const lookaheadOptions = declared({
  /** Begin the fast optimizer's state anew at each synchronization. */
  resetState: boolean,
})
const bothOf = <P>(where: string, params: LookaheadParams<P>): LookaheadParams<P> => {
  if (!isPlainObject(params) || params['fast'] === undefined || params['slow'] === undefined)
    throw new ArgumentError(where, `expected the parameters { fast, slow } that lookaheadParams(params) makes, got ${describe(params)}`)
  return params
}
/**
 * Each `syncPeriod` steps the slow weights go a fraction `slowStepSize` of the way to the fast ones, which go back to them.
 * Errors: ArgumentError for parameters that are not `{ fast, slow }`. Source: optax.lookahead; Zhang et al., 2019.
 *
 * @example
 * const optimizer = lookahead(adam(1e-3), 5, 0.5)
 * const params = lookaheadParams(variables)
 * const state = optimizer.init(params) // update takes gradients of the loss at params.fast
 */
export const lookahead = <S>(
  fastOptimizer: GradientTransformation<S>,
  syncPeriod: number,
  slowStepSize: Scalar,
  options?: OptionsOf<typeof lookaheadOptions>,
): Lookahead<S> => {
  readArgument('lookahead', 'fastOptimizer', transformation, fastOptimizer)
  readArgument('lookahead', 'syncPeriod', positive, syncPeriod)
  readArgument('lookahead', 'slowStepSize', scalar, slowStepSize)
  const { resetState = false } = lookaheadOptions('lookahead', options)
  return {
    init: (params) => ({ fast_state: fastOptimizer.init(bothOf('lookahead.init', params).fast), steps_since_sync: zeroCount() }),
    update: <P>(gradients: P, state: LookaheadState<S>, params: LookaheadParams<P>) => {
      const { fast, slow } = bothOf('lookahead.update', params)
      checkFit('lookahead.update', ['the gradients', gradients], ['the fast parameters', fast])
      const [updates, next] = fastOptimizer.update(gradients, state.fast_state, fast)
      const sync = np.equal(state.steps_since_sync, syncPeriod - 1)
      const when = (x: Tensor): Tensor => np.where(sync, x, np.zerosLike(x))
      const difference = mapLeaves((f, u, s) => np.subtract(np.add(f, u), s), fast, updates, slow)
      const back = (u: Tensor, d: Tensor): Tensor => np.subtract(u, when(np.multiply(np.subtract(1, scalarFor(slowStepSize, d)), d)))
      const moved: LookaheadParams<P> = {
        fast: mapLeaves(back, updates, difference),
        slow: mapLeaves((d) => when(np.multiply(scalarFor(slowStepSize, d), d)), difference),
      }
      const fast_state = resetState ? either(sync, fastOptimizer.init(fast), next) : next
      return [moved, { fast_state, steps_since_sync: np.mod(np.add(state.steps_since_sync, 1), syncPeriod) }]
    },
  }
}
