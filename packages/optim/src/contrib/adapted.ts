/** Learning rates that are found on the way, by the distance from the start: D-Adaptation, Prodigy. */
import { np, type Tensor } from '@heddle/func'
import { boolean, type Kind, of, type OptionsOf } from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import { declared, kept, nonNegative, optional, rate, type ScalarOrSchedule, share, taking, valueAt } from '../options'
import { type GradientTransformation, needParams } from '../transformation'
import {
  copied,
  floatDtypeOf,
  mapLeaves,
  minus,
  oneMinus,
  safeIncrement,
  type Scalar,
  scalarFor,
  scalarIn,
  vdot,
  zeroCount,
  zerosLike,
} from '../tree-math'

/** State of `dadaptAdamw`. */
export interface DAdaptAdamWState {
  readonly exp_avg: unknown
  readonly exp_avg_sq: unknown
  readonly grad_sum: unknown
  /** The learning rate that was found. */
  readonly estim_lr: Tensor
  readonly numerator_weighted: Tensor
  readonly count: Tensor
}
/** State of `prodigy`. */
export interface ProdigyState extends DAdaptAdamWState {
  readonly params0: unknown
}
const betas: Kind<readonly [Scalar, Scalar]> = {
  expected: 'the decays of both moments, [b1, b2]',
  is: (x) => Array.isArray(x) && x.length === 2 && kept.is(x[0]) && share.is(x[1]),
}
const common = {
  /** Decays of the moments; [0.9, 0.999] by default. */
  betas: of<readonly [Scalar, Scalar]>()(betas),
  eps: nonNegative,
  /** The learning rate to begin with, too small rather than too large; 1e-6 by default. */
  estimLr0: nonNegative,
  weightDecay: nonNegative,
} as const
const dadaptOptions = declared(common)
const prodigyOptions = declared({
  ...common,
  /** Decay of the sums; the root of the second of `betas` by default. */
  beta3: share,
  /** Factor of the learning rate that is found. */
  estimLrCoef: nonNegative,
  /** Leave the warmup out of the sums. */
  safeguardWarmup: boolean,
})
const root = (x: Scalar): Scalar => (typeof x === 'number' ? Math.sqrt(x) : np.sqrt(x))
/** The correction of both moments' starts at zero. */
const correction = ([b1, b2]: readonly [Scalar, Scalar], count: Tensor): Tensor =>
  np.divide(np.sqrt(np.subtract(1, np.power(b2, count))), np.subtract(1, np.power(b1, count)))
/** `keep x + by g`, in the dtype of x. */
const blend = (x: Tensor, keep: Scalar, by: Scalar, g: Tensor): Tensor =>
  np.astype(np.add(np.multiply(scalarFor(keep, x), x), np.multiply(scalarFor(by, x), np.astype(g, x.dtype))), x.dtype)
const sizeOf = (tree: unknown): Tensor =>
  (leaves(tree) as Tensor[]).map((x) => np.sum(np.abs(x))).reduce((a, b) => np.add(a, b), np.zeros([]))
const start = (params: unknown, estimLr0: Scalar): DAdaptAdamWState => {
  const as = floatDtypeOf(params, 'lowest')
  return {
    exp_avg: zerosLike(params),
    exp_avg_sq: zerosLike(params),
    grad_sum: zerosLike(params),
    estim_lr: scalarIn(as, estimLr0),
    numerator_weighted: np.zeros([], as),
    count: zeroCount(),
  }
}
const times = (a: Scalar, b: Scalar): Scalar => (typeof a === 'number' && typeof b === 'number' ? a * b : np.multiply(a, b))

/**
 * AdamW that finds its learning rate by D-Adaptation; `learningRate`, 1 by default, multiplies it and may be a schedule.
 * Source: optax.contrib.dadapt_adamw; Defazio and Mishchenko, Learning-Rate-Free Learning by D-Adaptation, 2023.
 */
export const dadaptAdamw = taking(
  'dadaptAdamw',
  [['learningRate', optional(rate)], dadaptOptions],
  (
    learningRate: ScalarOrSchedule = 1,
    { betas = [0.9, 0.999], eps = 1e-8, estimLr0 = 1e-6, weightDecay = 0 }: OptionsOf<typeof dadaptOptions> = {},
  ): GradientTransformation<DAdaptAdamWState> => ({
    init: (params) => start(params, estimLr0),
    update: (updates, state, given) => {
      const params = needParams('dadaptAdamw', given)
      const [b1, b2] = betas
      const sb2 = root(b2)
      const count = safeIncrement(state.count)
      const as = state.numerator_weighted.dtype
      const dlr = np.astype(
        np.multiply(np.multiply(state.estim_lr, valueAt('dadaptAdamw', learningRate, state.count)), correction(betas, count)),
        as,
      )
      const over = (x: Tensor, square: Tensor): Tensor => np.divide(x, np.add(np.sqrt(square), scalarFor(eps, square)))
      const met = vdot(updates, mapLeaves(over, state.grad_sum, state.exp_avg_sq))
      const exp_avg = mapLeaves((x, g) => blend(x, b1, times(oneMinus(b1), dlr), g), state.exp_avg, updates)
      const exp_avg_sq = mapLeaves((x, g) => blend(x, b2, oneMinus(b2), np.square(g)), state.exp_avg_sq, updates)
      const grad_sum = mapLeaves((x, g) => blend(x, sb2, times(oneMinus(sb2), dlr), g), state.grad_sum, updates)
      const numerator = np.add(np.multiply(sb2, state.numerator_weighted), np.multiply(times(oneMinus(sb2), dlr), met))
      const estimate = np.divide(numerator, np.multiply(oneMinus(sb2), sizeOf(grad_sum)))
      const step = (m: Tensor, v: Tensor, p: Tensor): Tensor =>
        np.subtract(np.multiply(scalarFor(times(-1, times(weightDecay, dlr)), p), p), np.astype(over(m, v), p.dtype))
      return [
        mapLeaves(step, exp_avg, exp_avg_sq, params) as typeof updates,
        {
          exp_avg,
          exp_avg_sq,
          grad_sum,
          estim_lr: np.astype(np.maximum(state.estim_lr, estimate), as),
          numerator_weighted: np.astype(numerator, as),
          count,
        },
      ]
    },
  }),
)
/**
 * AdamW that finds its learning rate; `learningRate`, 1 by default, multiplies it and may be a schedule.
 * Source: optax.contrib.prodigy; Mishchenko and Defazio, Prodigy, 2023.
 */
export const prodigy = taking(
  'prodigy',
  [['learningRate', optional(rate)], prodigyOptions],
  (
    learningRate: ScalarOrSchedule = 1,
    {
      betas = [0.9, 0.999],
      beta3 = root(betas[1]),
      eps = 1e-8,
      estimLr0 = 1e-6,
      estimLrCoef = 1,
      weightDecay = 0,
      safeguardWarmup = false,
    }: OptionsOf<typeof prodigyOptions> = {},
  ): GradientTransformation<ProdigyState> => ({
    init: (params) => ({ ...start(params, estimLr0), params0: copied(params) }),
    update: (updates, state, given) => {
      const params = needParams('prodigy', given)
      const [b1, b2] = betas
      const count = safeIncrement(state.count)
      const before = state.estim_lr
      const as = before.dtype
      const dlr = np.astype(np.multiply(np.multiply(before, valueAt('prodigy', learningRate, state.count)), correction(betas, count)), as)
      const scaledGradients = mapLeaves((g) => np.multiply(scalarFor(before, g), g), updates)
      const gone = vdot(updates, minus(state.params0, params))
      const exp_avg = mapLeaves((x, g) => blend(x, b1, oneMinus(b1), g), state.exp_avg, scaledGradients)
      const exp_avg_sq = mapLeaves((x, g) => blend(x, b2, oneMinus(b2), np.square(g)), state.exp_avg_sq, scaledGradients)
      const weight = np.divide(safeguardWarmup ? before : dlr, estimLr0)
      const grad_sum = mapLeaves((x, g) => blend(x, beta3, weight, g), state.grad_sum, scaledGradients)
      const reached = np.multiply(np.multiply(np.divide(before, estimLr0), dlr), gone)
      const numerator = np.add(np.multiply(beta3, state.numerator_weighted), reached)
      const estimate = np.divide(np.multiply(estimLrCoef, numerator), sizeOf(grad_sum))
      const estim_lr = np.astype(np.maximum(before, estimate), as)
      const step = (m: Tensor, v: Tensor, p: Tensor): Tensor => {
        const size = np.add(np.sqrt(v), np.multiply(scalarFor(estim_lr, v), scalarFor(eps, v)))
        const decay = np.multiply(scalarFor(times(-1, times(weightDecay, dlr)), p), p)
        return np.subtract(decay, np.astype(np.divide(np.multiply(scalarFor(dlr, m), m), size), p.dtype))
      }
      return [
        mapLeaves(step, exp_avg, exp_avg_sq, params) as typeof updates,
        { exp_avg, exp_avg_sq, grad_sum, params0: state.params0, estim_lr, numerator_weighted: np.astype(numerator, as), count },
      ]
    },
  }),
)
