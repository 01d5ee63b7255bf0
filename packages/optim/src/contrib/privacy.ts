/** Differentially private gradients: clipped for each example, summed, and blurred by noise. */
import { np, random, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { flatten, leaves, unflatten } from '@heddle/tree'
import { checked, perExample } from '../checked'
import { trace } from '../momentum'
import { key as keyKind, named, nonNegative, rate, type ScalarOrSchedule, taking } from '../options'
import { perExampleGlobalNormClip } from '../per-example'
import { scaleByLearningRate } from '../scale'
import { chain, type GradientTransformation, identity } from '../transformation'
import { type Scalar, scalarFor } from '../tree-math'

/** State of `differentiallyPrivateAggregate`. */
export interface DifferentiallyPrivateAggregateState {
  readonly rng_key: Tensor
}
/**
 * Of gradients of each example (leaves whose first axis is the batch, as `vmap(grad(loss), { inAxes: [null, 0] })` makes them) the mean, each
 * clipped to the norm `l2NormClip`, with normal noise of `noiseMultiplier` times that. Errors: ArgumentError without such an axis.
 * Source: optax.contrib.differentially_private_aggregate; Abadi et al., Deep Learning with Differential Privacy, 2016.
 */
export const differentiallyPrivateAggregate = taking(
  'differentiallyPrivateAggregate',
  [
    ['l2NormClip', nonNegative],
    ['noiseMultiplier', nonNegative],
    ['key', keyKind],
  ],
  (l2NormClip: Scalar, noiseMultiplier: Scalar, key: Tensor): GradientTransformation<DifferentiallyPrivateAggregateState> => {
    const deviation =
      typeof l2NormClip === 'number' && typeof noiseMultiplier === 'number'
        ? l2NormClip * noiseMultiplier
        : np.multiply(l2NormClip, noiseMultiplier)
    const aggregate: GradientTransformation<DifferentiallyPrivateAggregateState> = {
      init: () => ({ rng_key: np.copy(key) }),
      update: <T>(updates: T, state: DifferentiallyPrivateAggregateState) => {
        const [sums] = perExampleGlobalNormClip(updates, l2NormClip)
        const examples = (leaves(updates) as Tensor[])[0]!.shape[0]!
        const { leaves: parts, treedef } = flatten(sums)
        const keys = random.split(state.rng_key, parts.length + 1)
        const noised = (parts as Tensor[]).map((g, i) => {
          const noise = random.normal(keys.at(i + 1), g.shape, { dtype: g.dtype })
          return np.divide(np.add(g, np.multiply(scalarFor(deviation, g), noise)), examples)
        })
        return [unflatten<T>(treedef, noised), { rng_key: keys.at(0) }]
      },
    }
    return checked('differentiallyPrivateAggregate', aggregate, perExample)
  },
)
const dpsgdOptions = named('momentum', 'nesterov')
/** Gradient descent on gradients of each example, differentially private. Source: optax.contrib.dpsgd; Abadi et al., 2016. */
export const dpsgd = taking(
  'dpsgd',
  [['learningRate', rate], ['l2NormClip', nonNegative], ['noiseMultiplier', nonNegative], ['key', keyKind], dpsgdOptions],
  (
    learningRate: ScalarOrSchedule,
    l2NormClip: Scalar,
    noiseMultiplier: Scalar,
    key: Tensor,
    { momentum, nesterov = false }: OptionsOf<typeof dpsgdOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      differentiallyPrivateAggregate(l2NormClip, noiseMultiplier, key),
      (momentum === undefined ? identity() : trace(momentum, { nesterov })) as GradientTransformation,
      scaleByLearningRate(learningRate),
    ),
)
