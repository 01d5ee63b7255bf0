/** Adding to updates: parameters (weight decay) and noise. */
import { np, random, type Tensor } from '@heddle/func'
import { flatten, unflatten } from '@heddle/tree'
import { masked, type MaskedState } from './mask'
import { type EmptyState, emptyState, type GradientTransformation, needParams } from './transformation'
import { mapLeaves, safeIncrement, type Scalar, scalarFor, zeroCount } from './tree-math'
import type { OptionsOf } from '@heddle/func/options'
import { key as keyKind, named, nonNegative, optional, rate, type ScalarOrSchedule, taking, valueAt } from './options'

/** State of `addDecayedWeights` with a schedule. */
export interface WeightDecayState {
  readonly count: Tensor
}
/** State of `addNoise`. */
export interface AddNoiseState {
  readonly count: Tensor
  readonly rng_key: Tensor
}

const decayed = (weightDecay: ScalarOrSchedule): GradientTransformation<EmptyState | WeightDecayState> => ({
  init: () => (typeof weightDecay === 'function' ? { count: zeroCount() } : emptyState),
  update: (updates, state, params) => {
    const all = needParams('addDecayedWeights', params)
    if (weightDecay === 0) return [updates, state]
    const count = (state as Partial<WeightDecayState>).count
    const by = valueAt('addDecayedWeights', weightDecay, count!)
    return [
      mapLeaves((g, p) => np.add(g, np.astype(np.multiply(scalarFor(by, p), p), g.dtype)), updates, all),
      count === undefined ? state : { count: safeIncrement(count) },
    ]
  },
})
const addDecayedWeightsOptions = named('mask')
/** Adds `weightDecay` times the parameters, where the mask holds. Source: optax.add_decayed_weights. */
export const addDecayedWeights = taking(
  'addDecayedWeights',
  [['weightDecay', optional(rate)], addDecayedWeightsOptions],
  (
    weightDecay: ScalarOrSchedule = 0,
    { mask }: OptionsOf<typeof addDecayedWeightsOptions> = {},
  ): GradientTransformation<EmptyState | WeightDecayState | MaskedState<EmptyState | WeightDecayState>> =>
    mask === undefined || mask === null ? decayed(weightDecay) : masked(decayed(weightDecay), mask),
)

/** Adds normal noise of variance `eta / count ** gamma`. Source: optax.add_noise; Neelakantan et al., 2015. */
export const addNoise = taking(
  'addNoise',
  [
    ['eta', nonNegative],
    ['gamma', nonNegative],
    ['key', keyKind],
  ],
  (eta: Scalar, gamma: Scalar, key: Tensor): GradientTransformation<AddNoiseState> => ({
    init: () => ({ count: zeroCount(), rng_key: key }),
    update: <T>(updates: T, state: AddNoiseState) => {
      const count = safeIncrement(state.count)
      const deviation = np.sqrt(np.divide(eta, np.power(count, gamma)))
      const halves = random.split(state.rng_key)
      const { leaves, treedef } = flatten(updates)
      const keys = random.split(halves.at(1), leaves.length)
      const noisy = (leaves as Tensor[]).map((g, i) =>
        np.add(g, np.multiply(scalarFor(deviation, g), random.normal(keys.at(i), g.shape, { dtype: g.dtype }))),
      )
      return [unflatten<T>(treedef, noisy), { count, rng_key: halves.at(0) }]
    },
  }),
)
