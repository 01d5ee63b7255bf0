/** Limits on the size of updates. */
import { np, type Tensor } from '@heddle/func'
import { type EmptyState, type GradientTransformation, leafwise, needParams, stateless } from './transformation'
import { globalNorm, mapLeaves, type Scalar, scalarFor } from './tree-math'

/** Limits each element to [-maxDelta, maxDelta]. Source: optax.clip. */
export const clip = (maxDelta: Scalar): GradientTransformation<EmptyState> => {
  return leafwise((g) => {
    const most = scalarFor(maxDelta, g)
    return np.clip(g, np.negative(most), most)
  })
}
/** Shrinks all updates together so that their norm is at most `maxNorm`. Source: optax.clip_by_global_norm. */
export const clipByGlobalNorm = (maxNorm: Scalar): GradientTransformation<EmptyState> =>
  stateless((updates) => {
    const norm = globalNorm(updates)
    // at most, not less: of a norm of 0 there is no ratio
    const fits = np.lessEqual(norm, maxNorm)
    const safe = np.where(fits, 1, norm)
    return mapLeaves((g) => np.where(fits, g, np.multiply(np.divide(g, np.astype(safe, g.dtype)), scalarFor(maxNorm, g))), updates)
  })
/** Shrinks each leaf so that its root mean square is at most `threshold`. Source: optax.clip_by_block_rms. */
export const clipByBlockRms = (threshold: Scalar): GradientTransformation<EmptyState> =>
  leafwise((g) => {
    const [size, most] = [np.sqrt(np.mean(np.square(g))), scalarFor(threshold, g)]
    const fits = np.lessEqual(size, most)
    return np.where(fits, g, np.divide(g, np.divide(np.where(fits, 1, size), most)))
  })

const reducedAxes = (x: Tensor): readonly number[] => {
  const long = x.shape.filter((n) => n > 1).length
  if (long <= 1) return x.shape.map((_, i) => i)
  if (x.ndim <= 3) return [0]
  return x.shape.slice(1).map((_, i) => i)
}
const unitwiseNorm = (x: Tensor, axis: number | readonly number[] | undefined): Tensor =>
  np.broadcastTo(np.sqrt(np.sum(np.square(x), { axis: axis ?? reducedAxes(x), keepdims: true })), x.shape)
/**
 * Shrinks the update of each unit (each column of a kernel) to `clipping` times the norm of its weights.
 * Source: optax.adaptive_grad_clip; Brock et al., High-Performance Large-Scale Image Recognition Without Normalization, 2021.
 */
export const adaptiveGradClip = (
  clipping: Scalar,
  { eps = 1e-3, axis }: { readonly eps?: Scalar; readonly axis?: number | readonly number[] } = {},
): GradientTransformation<EmptyState> =>
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
  )
