/** MADGRAD: dual averaging with a cube root. */
import { np, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { declared, kept, nonNegative, rate, type ScalarOrSchedule, taking, valueAt } from '../options'
import { chain, type GradientTransformation, needParams } from '../transformation'
import { copied, mapLeaves, oneMinus, safeIncrement, scalarFor, zeroCount, zerosLike } from '../tree-math'
import { addDecayedWeights } from '../weight-decay'

/** State of `scaleByMadgrad`. */
export interface MadgradState {
  readonly count: Tensor
  readonly grad_sum_sq: unknown
  readonly s: unknown
  readonly x0: unknown
}
const madgradKinds = {
  /** How much of the parameters is kept; 0.9 by default. */
  momentum: kept,
  eps: nonNegative,
} as const
const scaleByMadgradOptions = declared(madgradKinds)
/** Steps from the start by the weighed sum of gradients. Source: optax.contrib.scale_by_madgrad; Defazio and Jelassi, 2021. */
export const scaleByMadgrad = taking(
  'scaleByMadgrad',
  [['learningRate', rate], scaleByMadgradOptions],
  (
    learningRate: ScalarOrSchedule,
    { momentum = 0.9, eps = 1e-6 }: OptionsOf<typeof scaleByMadgradOptions> = {},
  ): GradientTransformation<MadgradState> => ({
    init: (params) => ({ count: zeroCount(), grad_sum_sq: zerosLike(params), s: zerosLike(params), x0: copied(params) }),
    update: <T>(updates: T, state: MadgradState, given?: unknown) => {
      const params = needParams('scaleByMadgrad', given)
      const now = valueAt('scaleByMadgrad', learningRate, state.count)
      const weight = np.multiply(np.add(now, eps), np.sqrt(np.add(state.count, 1)))
      const added = (sum: Tensor, x: Tensor): Tensor => np.add(sum, np.astype(np.multiply(scalarFor(weight, x), x), sum.dtype))
      const grad_sum_sq = mapLeaves((sum, g) => added(sum, np.square(g)), state.grad_sum_sq, updates)
      const s = mapLeaves(added, state.s, updates)
      const moved = (p: Tensor, x0: Tensor, sum: Tensor, squares: Tensor): Tensor => {
        const z = np.subtract(x0, np.divide(sum, np.add(np.cbrt(squares), scalarFor(eps, squares))))
        const next = np.add(np.multiply(scalarFor(oneMinus(momentum), z), z), np.multiply(scalarFor(momentum, p), p))
        return np.astype(np.subtract(next, p), p.dtype)
      }
      return [mapLeaves(moved, params, state.x0, s, grad_sum_sq) as T, { count: safeIncrement(state.count), grad_sum_sq, s, x0: state.x0 }]
    },
  }),
)
const madgradOptions = declared({ ...madgradKinds, weightDecay: rate })
/** Source: optax.contrib.madgrad; Defazio and Jelassi, Adaptivity without Compromise, 2021. */
export const madgrad = taking(
  'madgrad',
  [['learningRate', rate], madgradOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 0, ...options }: OptionsOf<typeof madgradOptions> = {},
  ): GradientTransformation<readonly unknown[]> => chain(addDecayedWeights(weightDecay), scaleByMadgrad(learningRate, options)),
)
