/** Rprop: a step size for each weight, which grows while its gradient keeps its sign. */
import { np, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { declared, nonNegative, scalar, taking } from './options'
import { scale } from './scale'
import { chain, type GradientTransformation } from './transformation'
import { fullLike, mapLeaves, type Scalar, scalarFor, zerosLike } from './tree-math'

/** State of `scaleByRprop`. */
export interface RpropState {
  readonly step_sizes: unknown
  readonly prev_updates: unknown
}
const rpropOptions = declared({
  /** Factor of the step size where the sign has changed. */
  etaMinus: nonNegative,
  /** Factor of the step size where the sign is the same. */
  etaPlus: nonNegative,
  minStepSize: nonNegative,
  maxStepSize: nonNegative,
})
/** Options of `rprop` and `scaleByRprop`. */
export interface RpropOptions extends OptionsOf<typeof rpropOptions> {}

/**
 * Steps along signs, with sizes of their own that begin at `learningRate`. As in optax, a step is made one update after its signs were seen,
 * and the first is zero. Source: optax.scale_by_rprop; Riedmiller and Braun, 1993.
 */
export const scaleByRprop = taking(
  'scaleByRprop',
  [['learningRate', scalar], rpropOptions],
  (
    learningRate: Scalar,
    { etaMinus = 0.5, etaPlus = 1.2, minStepSize = 1e-6, maxStepSize = 50 }: RpropOptions = {},
  ): GradientTransformation<RpropState> => ({
    init: (params) => ({ step_sizes: fullLike(params, learningRate), prev_updates: zerosLike(params) }),
    update: (updates, state) => {
      const agree = mapLeaves((g, before) => np.multiply(g, before), updates, state.prev_updates)
      const grown = (s: Tensor, size: Tensor): Tensor => {
        const factor = np.where(np.greater(s, 0), scalarFor(etaPlus, size), scalarFor(etaMinus, size))
        const next = np.clip(np.multiply(size, factor), scalarFor(minStepSize, size), scalarFor(maxStepSize, size))
        return np.astype(np.where(np.equal(s, 0), size, next), size.dtype)
      }
      const step_sizes = mapLeaves(grown, agree, state.step_sizes)
      const turned = (s: Tensor, x: Tensor): Tensor => np.where(np.less(s, 0), np.zerosLike(x), x)
      const prev_updates = mapLeaves(
        (s, g, size) => turned(s, np.astype(np.multiply(size, np.sign(g)), size.dtype)),
        agree,
        updates,
        step_sizes,
      )
      // As in optax, a step is that of the signs before, which the new ones may call off.
      const steps = mapLeaves((s, before, g) => np.astype(turned(s, before), g.dtype), agree, state.prev_updates, updates)
      return [steps, { step_sizes, prev_updates }]
    },
  }),
)
/** Source: optax.rprop; Riedmiller and Braun, 1993. */
export const rprop = taking(
  'rprop',
  [['learningRate', scalar], rpropOptions],
  (learningRate: Scalar, options: RpropOptions = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByRprop(learningRate, options), scale(-1)),
)
