/** Limits on the size of updates. */
import { np, type Tensor } from '@heddle/func'
import { either, integer, listOf, optionsOf, type OptionsOf } from '@heddle/func/options'
import { limit, named, taking } from './options'
import { type EmptyState, type GradientTransformation, leafwise, needParams, stateless } from './transformation'
import { globalNorm, mapLeaves, type Scalar, scalarFor } from './tree-math'

/** Limits each element to [-maxDelta, maxDelta]. Source: optax.clip. */
export const clip = taking(
  'clip',
  [['maxDelta', limit]],
  (maxDelta: Scalar): GradientTransformation<EmptyState> =>
    leafwise((g) => {
      const most = scalarFor(maxDelta, g)
      return np.clip(g, np.negative(most), most)
    }),
)
/** Shrinks all updates together so that their norm is at most `maxNorm`. Source: optax.clip_by_global_norm. */
export const clipByGlobalNorm = taking(
  'clipByGlobalNorm',
  [['maxNorm', limit]],
  (maxNorm: Scalar): GradientTransformation<EmptyState> =>
    stateless((updates) => {
      const norm = globalNorm(updates)
      // at most, not less: of a norm of 0 there is no ratio
      const fits = np.lessEqual(norm, maxNorm)
      const safe = np.where(fits, 1, norm)
      return mapLeaves((g) => np.where(fits, g, np.multiply(np.divide(g, np.astype(safe, g.dtype)), scalarFor(maxNorm, g))), updates)
    }),
)
/** Shrinks each leaf so that its root mean square is at most `threshold`. Source: optax.clip_by_block_rms. */
export const clipByBlockRms = taking(
  'clipByBlockRms',
  [['threshold', limit]],
  (threshold: Scalar): GradientTransformation<EmptyState> =>
    leafwise((g) => {
      const [size, most] = [np.sqrt(np.mean(np.square(g))), scalarFor(threshold, g)]
      const fits = np.lessEqual(size, most)
      return np.where(fits, g, np.divide(g, np.divide(np.where(fits, 1, size), most)))
    }),
)

const reducedAxes = (x: Tensor): readonly number[] => {
  const long = x.shape.filter((n) => n > 1).length
  if (long <= 1) return x.shape.map((_, i) => i)
  if (x.ndim <= 3) return [0]
  return x.shape.slice(1).map((_, i) => i)
}
const unitwiseNorm = (x: Tensor, axis: number | readonly number[] | undefined): Tensor =>
  np.broadcastTo(np.sqrt(np.sum(np.square(x), { axis: axis ?? reducedAxes(x), keepdims: true })), x.shape)
const adaptiveOptions = optionsOf({
  ...named('eps').kinds,
  /** Over which axes the norm of a unit is; by default all but the last, or the one that a convolution's kernel ends with. */
  axis: either(integer, listOf(integer)),
})
/**
 * Shrinks the update of each unit (each column of a kernel) to `clipping` times the norm of its weights.
 * Source: optax.adaptive_grad_clip; Brock et al., High-Performance Large-Scale Image Recognition Without Normalization, 2021.
 */
export const adaptiveGradClip = taking(
  'adaptiveGradClip',
  [['clipping', limit], adaptiveOptions],
  (clipping: Scalar, { eps = 1e-3, axis }: OptionsOf<typeof adaptiveOptions> = {}): GradientTransformation<EmptyState> =>
    stateless((updates, params) =>
      mapLeaves(
        (g, p) => {
          const norm = unitwiseNorm(g, axis)
          const most = np.astype(np.multiply(scalarFor(clipping, p), np.maximum(unitwiseNorm(p, axis), scalarFor(eps, p))), g.dtype)
          return np.where(np.less(norm, most), g, np.multiply(g, np.divide(most, np.maximum(norm, 1e-6))))
        },
        updates,
        needParams('adaptiveGradClip', params),
      ),
    ),
)
