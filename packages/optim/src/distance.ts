/** Steps by the distance gone over the gradients met, leaf by leaf. */
import { np, type DType, type Tensor } from '@heddle/func'
import { dtype, of, type OptionsOf } from '@heddle/func/options'
import { declared, nonNegative, scalar, taking } from './options'
import { type GradientTransformation, needParams } from './transformation'
import { cast, copied, mapLeaves, scalarFor } from './tree-math'

/** State of `scaleByDistanceOverGradients`. */
export interface DistanceOverGradientsState {
  readonly max_dist: unknown
  readonly grad_sum_of_squares: unknown
  readonly init_params: unknown
}
const distanceOptions = declared({
  /** The first distance, relative to the norm of a leaf. */
  repsRel: nonNegative,
  eps: nonNegative,
  /** The dtype of the parameters that are kept. */
  paramDtype: of<DType>()(dtype),
  globalScale: scalar,
})
const norm = (x: Tensor): Tensor => np.sqrt(np.sum(np.square(x)))
/**
 * Multiplies each leaf by the largest distance from its start over the root of the sum of squared gradients: no learning rate to choose.
 * Source: optax.scale_by_distance_over_gradients; Ivgi et al., DoG, 2023, in its layerwise form.
 */
export const scaleByDistanceOverGradients = taking(
  'scaleByDistanceOverGradients',
  [distanceOptions],
  ({
    repsRel = 1e-6,
    eps = 1e-8,
    paramDtype = 'float32',
    globalScale = 1,
  }: OptionsOf<typeof distanceOptions> = {}): GradientTransformation<DistanceOverGradientsState> => ({
    init: (params) => ({
      max_dist: mapLeaves((x) => np.multiply(scalarFor(repsRel, x), np.add(1, norm(x))), params),
      grad_sum_of_squares: mapLeaves(() => np.zeros([1]), params),
      init_params: cast(copied(params), paramDtype),
    }),
    update: (updates, state, params) => {
      const now = needParams('scaleByDistanceOverGradients', params)
      const gone = (d: Tensor, x: Tensor, start: Tensor): Tensor => np.maximum(d, np.astype(norm(np.subtract(x, start)), d.dtype))
      const max_dist = mapLeaves(gone, state.max_dist, now, state.init_params)
      const met = (sum: Tensor, g: Tensor): Tensor => np.add(sum, np.astype(np.sum(np.square(g)), sum.dtype))
      const grad_sum_of_squares = mapLeaves(met, state.grad_sum_of_squares, updates)
      const step = (g: Tensor, d: Tensor, sum: Tensor): Tensor => {
        const eta = np.multiply(globalScale, np.divide(d, np.sqrt(np.add(np.reshape(sum, []), eps))))
        return np.multiply(np.astype(eta, g.dtype), g)
      }
      return [mapLeaves(step, updates, max_dist, grad_sum_of_squares), { max_dist, grad_sum_of_squares, init_params: state.init_params }]
    },
  }),
)
