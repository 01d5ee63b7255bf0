/** One vector of all parameters for an optimizer that does better with it. */
import { taking, transformation } from './options'
import type { Extra, GradientTransformation } from './transformation'
import { vectorOf } from './trees/leafwise'

/**
 * `inner` on one vector of all parameters: fewer, larger operations. What goes leaf by leaf in `inner` (trust ratios, clipping by blocks)
 * goes for all together then. Source: optax.flatten.
 */
export const flatten = <S>(inner: GradientTransformation<S>): GradientTransformation<S> =>
  flattenOf(inner as GradientTransformation) as GradientTransformation<S>
const flattenOf = taking(
  'flatten',
  [['inner', transformation]],
  <S>(inner: GradientTransformation<S>): GradientTransformation<S> => ({
    init: (params) => inner.init(vectorOf('flatten', params)[0]),
    update: <T>(updates: T, state: S, params?: unknown, extra?: Extra) => {
      const vector = params === undefined || params === null ? undefined : vectorOf('flatten', params)[0]
      const [gradients, back] = vectorOf('flatten', updates)
      const [flat, next] = inner.update(gradients, state, vector, extra)
      return [back(flat), next]
    },
  }),
)
