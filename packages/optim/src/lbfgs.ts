/** L-BFGS: steps by an approximate inverse of the second derivatives, from the last changes of gradients. */
import { lax, np, type Tensor } from '@heddle/func'
import { boolean, nullable, of, type OptionsOf, positive } from '@heddle/func/options'
import { scaleByZoomLinesearch } from './linesearch/zoom'
import { declared, optional, rate, type ScalarOrSchedule, taking, transformation } from './options'
import { scale, scaleByLearningRate } from './scale'
import { chain, type GradientTransformation, identity, needParams } from './transformation'
import { addScaled, copied, mapLeaves, minus, safeIncrement, scaled, squaredNorm, vdot, zeroCount, zerosLike } from './tree-math'

/** State of `scaleByLbfgs`. The memories are rings: the step of count `i` writes at `i % memorySize`. */
export interface LbfgsState {
  readonly count: Tensor
  readonly params: unknown
  readonly updates: unknown
  readonly diff_params_memory: unknown
  readonly diff_updates_memory: unknown
  readonly weights_memory: Tensor
}
const lbfgsOptions = declared({
  /** How many steps are remembered; 10 by default. */
  memorySize: positive,
  /** Begin from a multiple of the identity that fits the last step (default). */
  scaleInitPrecond: boolean,
})
/** What is remembered of one step: its weight, the changes of parameters and gradients. */
type Remembered = readonly [rho: Tensor, dw: unknown, du: unknown]

/** The two loops over what is remembered, from the oldest to the newest. */
const preconditioned = <T>(updates: T, memory: Remembered, first: Tensor | number): T => {
  const down = (vec: T, [rho, dw, du]: Remembered): [T, Tensor] => {
    const alpha = np.multiply(rho, vdot(dw, vec))
    return [addScaled(vec, np.negative(alpha), du), alpha]
  }
  const [inner, alphas] = lax.scan(down as never, updates as never, memory as never, { reverse: true }) as unknown as [T, Tensor]
  const up = (vec: T, [[rho, dw, du], alpha]: readonly [Remembered, Tensor]): [T, null] => {
    const beta = np.multiply(rho, vdot(du, vec))
    return [addScaled(vec, np.subtract(alpha, beta), dw), null]
  }
  const [outer] = lax.scan(up as never, scaled(first, inner) as never, [memory, alphas] as never) as unknown as [T, null]
  return outer
}

/**
 * Multiplies gradients by an approximate inverse of the Hessian. Needs the parameters. Source: optax.scale_by_lbfgs; Liu and Nocedal, 1989.
 */
export const scaleByLbfgs = taking(
  'scaleByLbfgs',
  [lbfgsOptions],
  ({ memorySize = 10, scaleInitPrecond = true }: OptionsOf<typeof lbfgsOptions> = {}): GradientTransformation<LbfgsState> => {
    const memories = (params: unknown): unknown => mapLeaves((x) => np.zeros([memorySize, ...x.shape], x.dtype), params)
    return {
      init: (params) => ({
        count: zeroCount(),
        params: zerosLike(params),
        updates: zerosLike(params),
        diff_params_memory: memories(params),
        diff_updates_memory: memories(params),
        weights_memory: np.zeros([memorySize]),
      }),
      update: <T>(updates: T, state: LbfgsState, given?: unknown) => {
        const params = needParams('scaleByLbfgs', given)
        const some = np.greater(state.count, 0)
        const known = (x: Tensor): Tensor => np.where(some, x, np.zerosLike(x))
        const dw = mapLeaves(known, minus(params, state.params))
        const du = mapLeaves(known, minus(updates, state.updates))
        const product = vdot(du, dw)
        const flat = np.equal(product, 0)
        const weight = np.where(flat, 0, np.divide(1, np.where(flat, 1, product)))
        const last = np.mod(np.subtract(state.count, 1), memorySize)
        const remember = (all: Tensor, x: Tensor): Tensor => all.setAt(last, np.astype(x, all.dtype))
        const diff_params_memory = mapLeaves(remember, state.diff_params_memory, dw)
        const diff_updates_memory = mapLeaves(remember, state.diff_updates_memory, du)
        const weights_memory = remember(state.weights_memory, weight)
        const curvature = squaredNorm(du)
        const curved = np.greater(curvature, 0)
        const fitted = np.where(curved, np.divide(product, np.where(curved, curvature, 1)), 1)
        const capped = np.minimum(1, np.divide(1, np.sqrt(squaredNorm(updates))))
        const oldestFirst = np.mod(np.add(state.count, np.arange(memorySize, { dtype: 'int32' })), memorySize)
        const inOrder = <X>(all: X): X => mapLeaves((x) => np.take(x, oldestFirst, 0), all)
        const memory = [inOrder(weights_memory), inOrder(diff_params_memory), inOrder(diff_updates_memory)] as const
        return [
          preconditioned(updates, memory, scaleInitPrecond ? np.where(some, fitted, capped) : 1),
          {
            count: safeIncrement(state.count),
            params: copied(params),
            updates,
            diff_params_memory,
            diff_updates_memory,
            weights_memory,
          },
        ]
      },
    }
  },
)
const lbfgsOptionsOfAll = declared({
  ...lbfgsOptions.kinds,
  /** How far a step goes: `scaleByZoomLinesearch` of 20 steps by default; null for the learning rate alone. */
  linesearch: nullable(of<GradientTransformation>()(transformation)),
})
/**
 * L-BFGS with a line search, for losses without noise. Each update needs the loss, its gradients and the function that gives it:
 * `update(grad, state, params, { value, grad, valueFn })`. Errors: ArgumentError without them. Source: optax.lbfgs.
 *
 * @example
 * const solver = lbfgs()
 * const state = solver.init(params)
 * const [value, grad] = valueAndGradFromState(loss)(params, state)
 * const [updates, next] = solver.update(grad, state, params, { value, grad, valueFn: loss })
 */
export const lbfgs = taking(
  'lbfgs',
  [['learningRate', optional(rate)], lbfgsOptionsOfAll],
  (
    learningRate?: ScalarOrSchedule,
    { linesearch, ...options }: OptionsOf<typeof lbfgsOptionsOfAll> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      scaleByLbfgs(options),
      (learningRate === undefined ? scale(-1) : scaleByLearningRate(learningRate)) as GradientTransformation,
      (linesearch === undefined
        ? scaleByZoomLinesearch(20, { initialGuessStrategy: 'one' })
        : (linesearch ?? identity())) as GradientTransformation,
    ),
)
