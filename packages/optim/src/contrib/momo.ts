/** MoMo: momentum with a step size by a model of the loss. */
import { np, type Tensor } from '@heddle/func'
import { boolean, type OptionsOf } from '@heddle/func/options'
import { needExtra } from '../extra'
import { declared, named, nonNegative, optional, rate, scalar, type ScalarOrSchedule, share, taking, valueAt } from '../options'
import { type Extra, type GradientTransformation, needParams } from '../transformation'
import {
  floatDtypeOf,
  mapLeaves,
  oneMinus,
  safeIncrement,
  type Scalar,
  scalarFor,
  scalarIn,
  squaredNorm,
  vdot,
  zeroCount,
  zerosLike,
} from '../tree-math'

/** State of `momo`. */
export interface MomoState {
  readonly exp_avg: unknown
  readonly barf: Tensor
  readonly gamma: Tensor
  /** The lower bound of the loss. */
  readonly lb: Tensor
  readonly count: Tensor
}
/** State of `momoAdam`. */
export interface MomoAdamState extends MomoState {
  readonly exp_avg_sq: unknown
}
const common = {
  /** The least value of the loss; 0 by default. */
  lowerBound: scalar,
  weightDecay: nonNegative,
  /** Learn the least value on the way. */
  adaptLowerBound: boolean,
} as const
const epsilon = 2 ** -23
const blend = (keep: Scalar, x: Tensor, y: Tensor): Tensor =>
  np.astype(np.add(np.multiply(scalarFor(keep, x), x), np.multiply(scalarFor(oneMinus(keep), x), np.astype(y, x.dtype))), x.dtype)

interface Model {
  readonly barf: Tensor
  readonly gamma: Tensor
  readonly lb: Tensor
  /** <mean of gradients, parameters>. */
  readonly product: Tensor
  readonly size: Tensor
  readonly alpha: Scalar
  /** The correction of the mean's start at zero. */
  readonly start: Scalar
}
/** The step size that the model of the loss asks for, and its lower bound after it. */
const stepOf = (
  { barf, gamma, lb, product, size, alpha, start }: Model,
  lowerBound: Scalar,
  decay: Scalar,
  adapt: boolean,
): readonly [Tensor, Tensor] => {
  const grown = np.add(1, np.multiply(alpha, decay))
  const cap = np.add(np.multiply(grown, np.subtract(barf, gamma)), product)
  const lowered = np.maximum(np.divide(cap, np.multiply(np.multiply(2, start), grown)), lowerBound)
  const bound = adapt ? np.where(np.less(cap, np.multiply(np.multiply(grown, start), lb)), lowered, lb) : lb
  const none = np.lessEqual(size, epsilon)
  const gap = np.add(np.multiply(grown, np.subtract(np.subtract(barf, np.multiply(start, bound)), gamma)), product)
  const wanted = np.where(none, 0, np.divide(np.maximum(gap, 0), np.where(none, 1, size)))
  const tau = np.minimum(np.divide(alpha, start), wanted)
  const seen = np.divide(np.subtract(np.subtract(np.add(barf, product), gamma), np.multiply(np.multiply(0.5, tau), size)), start)
  return [tau, adapt ? np.astype(np.maximum(seen, lowerBound), lb.dtype) : lb]
}
/** What weight decay takes from a parameter. */
const decayed = (alpha: Scalar, decay: Scalar, p: Tensor): Tensor => {
  const product = np.multiply(alpha, decay)
  return np.multiply(scalarFor(np.negative(np.divide(product, np.add(1, product))), p), p)
}
const begin = (params: unknown, lowerBound: Scalar): MomoState => {
  const as = floatDtypeOf(params, 'lowest')
  return { exp_avg: zerosLike(params), barf: np.zeros([], as), gamma: np.zeros([], as), lb: scalarIn(as, lowerBound), count: zeroCount() }
}
const momoOptions = declared({ ...common, beta: share })
/**
 * Momentum whose step is at most `learningRate`, 1 by default, and as long as the loss allows. Each update needs the loss:
 * `update(gradients, state, params, { value })`. Errors: ArgumentError without it.
 * Source: optax.contrib.momo; Schaipp et al., MoMo: Momentum Models for Adaptive Learning Rates, 2023.
 */
export const momo = taking(
  'momo',
  [['learningRate', optional(rate)], momoOptions],
  (
    learningRate: ScalarOrSchedule = 1,
    { beta = 0.9, lowerBound = 0, weightDecay = 0, adaptLowerBound = false }: OptionsOf<typeof momoOptions> = {},
  ): GradientTransformation<MomoState> => ({
    init: (params) => begin(params, lowerBound),
    update: <T>(updates: T, state: MomoState, given?: unknown, extra?: Extra) => {
      const params = needParams('momo', given)
      const { value } = needExtra('momo', extra, ['value'])
      const keep = np.where(np.equal(state.count, 0), 0, beta)
      const barf = blend(keep, state.barf, np.asarray(value))
      const exp_avg = mapLeaves((m, g) => blend(keep, m, g), state.exp_avg, updates)
      const gamma = blend(keep, state.gamma, vdot(updates, params))
      const alpha = valueAt('momo', learningRate, state.count)
      const model = { barf, gamma, lb: state.lb, product: vdot(exp_avg, params), size: squaredNorm(exp_avg), alpha, start: 1 }
      const [tau, lb] = stepOf(model, lowerBound, weightDecay, adaptLowerBound)
      const step = (m: Tensor, p: Tensor): Tensor => np.subtract(decayed(alpha, weightDecay, p), np.multiply(scalarFor(tau, p), m))
      return [mapLeaves(step, exp_avg, params) as T, { exp_avg, barf, gamma, lb, count: safeIncrement(state.count) }]
    },
  }),
)
const momoAdamOptions = declared({ ...common, ...named('b1', 'b2', 'eps').kinds })
/**
 * Adam whose step is at most `learningRate`, 0.01 by default, and as long as the loss allows. Each update needs the loss:
 * `update(gradients, state, params, { value })`. Errors: ArgumentError without it. Source: optax.contrib.momo_adam; Schaipp et al., 2023.
 */
export const momoAdam = taking(
  'momoAdam',
  [['learningRate', optional(rate)], momoAdamOptions],
  (
    learningRate: ScalarOrSchedule = 0.01,
    { b1 = 0.9, b2 = 0.999, eps = 1e-8, lowerBound = 0, weightDecay = 0, adaptLowerBound = false }: OptionsOf<typeof momoAdamOptions> = {},
  ): GradientTransformation<MomoAdamState> => ({
    init: (params) => ({ ...begin(params, lowerBound), exp_avg_sq: zerosLike(params) }),
    update: <T>(updates: T, state: MomoAdamState, given?: unknown, extra?: Extra) => {
      const params = needParams('momoAdam', given)
      const { value } = needExtra('momoAdam', extra, ['value'])
      const count = safeIncrement(state.count)
      const barf = blend(b1, state.barf, np.asarray(value))
      const exp_avg = mapLeaves((m, g) => blend(b1, m, g), state.exp_avg, updates)
      const exp_avg_sq = mapLeaves((v, g) => blend(b2, v, np.square(g)), state.exp_avg_sq, updates)
      const corrected = np.subtract(1, np.power(b2, count))
      const sizes = mapLeaves((v) => np.add(scalarFor(eps, v), np.sqrt(np.divide(v, scalarFor(corrected, v)))), exp_avg_sq)
      const weighed = mapLeaves((m, d) => np.divide(m, d), exp_avg, sizes)
      const gamma = blend(b1, state.gamma, vdot(updates, params))
      const alpha = valueAt('momoAdam', learningRate, state.count)
      const start = np.subtract(1, np.power(b1, count))
      const model = { barf, gamma, lb: state.lb, product: vdot(exp_avg, params), size: vdot(exp_avg, weighed), alpha, start }
      const [tau, lb] = stepOf(model, lowerBound, weightDecay, adaptLowerBound)
      const step = (m: Tensor, p: Tensor): Tensor => np.subtract(decayed(alpha, weightDecay, p), np.multiply(scalarFor(tau, p), m))
      return [mapLeaves(step, weighed, params) as T, { exp_avg, exp_avg_sq, barf, gamma, lb, count }]
    },
  }),
)
