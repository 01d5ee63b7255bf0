/** COCOB: coin betting, with no learning rate. */
import { np, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { declared, mask, nonNegative, optional, rate, type ScalarOrSchedule, taking } from '../options'
import { scaleByLearningRate } from '../scale'
import { chain, type GradientTransformation, needParams } from '../transformation'
import { copied, fullLike, mapLeaves, scalarFor, zerosLike } from '../tree-math'
import { addDecayedWeights } from '../weight-decay'

/** State of `scaleByCocob`. */
export interface CocobState {
  readonly init_particles: unknown
  readonly cumulative_gradients: unknown
  readonly scale: unknown
  readonly subgradients: unknown
  readonly reward: unknown
}
const cocobKinds = {
  /** How slowly bets grow; 100 by default. */
  alpha: nonNegative,
  eps: nonNegative,
} as const
const scaleByCocobOptions = declared(cocobKinds)
/** Bets of coins on the sign of each gradient. Source: optax.contrib.scale_by_cocob; Orabona and Tommasi, 2017. */
export const scaleByCocob = taking(
  'scaleByCocob',
  [scaleByCocobOptions],
  ({ alpha = 100, eps = 1e-8 }: OptionsOf<typeof scaleByCocobOptions> = {}): GradientTransformation<CocobState> => ({
    init: (params) => ({
      init_particles: copied(params),
      cumulative_gradients: zerosLike(params),
      scale: fullLike(params, eps),
      subgradients: zerosLike(params),
      reward: zerosLike(params),
    }),
    update: <T>(updates: T, state: CocobState, given?: unknown) => {
      const params = needParams('scaleByCocob', given)
      const { init_particles } = state
      const typed = mapLeaves((g, p) => np.astype(g, p.dtype), updates, params)
      const scale = mapLeaves((l, g) => np.maximum(l, np.abs(g)), state.scale, typed)
      const subgradients = mapLeaves((sum, g) => np.add(sum, np.abs(g)), state.subgradients, typed)
      const won = (r: Tensor, g: Tensor, p: Tensor, p0: Tensor): Tensor => np.maximum(np.subtract(r, np.multiply(g, np.subtract(p, p0))), 0)
      const reward = mapLeaves(won, state.reward, typed, params, init_particles)
      const cumulative_gradients = mapLeaves((sum, g) => np.subtract(sum, g), state.cumulative_gradients, typed)
      const moved = (...[p, p0, c, l, g, r]: Tensor[]): Tensor => {
        const size = np.multiply(l!, np.maximum(np.add(g!, l!), np.multiply(scalarFor(alpha, l!), l!)))
        return np.subtract(np.add(p0!, np.multiply(np.divide(c!, size), np.add(l!, r!))), p!)
      }
      return [
        mapLeaves(moved, params, init_particles, cumulative_gradients, scale, subgradients, reward) as T,
        { init_particles, cumulative_gradients, scale, subgradients, reward },
      ]
    },
  }),
)
const cocobOptions = declared({ ...cocobKinds, weightDecay: rate, mask })
/** `learningRate`, 1 by default, multiplies gradients. Source: optax.contrib.cocob; Orabona and Tommasi, 2017. */
export const cocob = taking(
  'cocob',
  [['learningRate', optional(rate)], cocobOptions],
  (
    learningRate: ScalarOrSchedule = 1,
    { weightDecay = 0, mask, ...options }: OptionsOf<typeof cocobOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate, { flipSign: false }), scaleByCocob(options)),
)
