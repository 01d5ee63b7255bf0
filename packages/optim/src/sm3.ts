/** SM3: the sizes of gradients kept as one vector for each axis. */
import { lax, np, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { named, scalar, share, declared, taking } from './options'
import { scale } from './scale'
import { chain, type GradientTransformation } from './transformation'
import { castLike, mapLeaves, type Scalar, scalarFor, updateMoment, zerosLike } from './tree-math'

/** State of `scaleBySm3`. */
export interface Sm3State {
  /** For each leaf a list of vectors, one for each axis; of a scalar one number. */
  readonly mu: unknown
  /** Momentum. */
  readonly nu: unknown
}
const sm3Options = declared({
  /** Decay of the momentum. */
  b1: share,
  /** How much of the sizes is kept; at 1, the default, they are summed up. */
  b2: share,
  eps: named('eps').kinds.eps,
})
const axesOf = (x: Tensor): readonly number[] => (x.ndim === 0 ? [0] : x.shape.map((_, i) => i))
const along = (x: Tensor, axis: number): readonly number[] => x.shape.map((n, i) => (i === axis ? n : 1))

/**
 * Divides by a bound of the root of the sum of squares, the least of those of the axes.
 * Source: optax.scale_by_sm3; Anil et al., Memory-Efficient Adaptive Optimization, 2019.
 */
export const scaleBySm3 = taking(
  'scaleBySm3',
  [sm3Options],
  ({ b1 = 0.9, b2 = 1, eps = 1e-8 }: OptionsOf<typeof sm3Options> = {}): GradientTransformation<Sm3State> => {
    const coverOf = (p: Tensor) => axesOf(p).map((i) => np.zeros(p.ndim === 0 ? [] : [p.shape[i]!], p.dtype))
    const fresh = b2 === 1 ? 1 : typeof b2 === 'number' ? 1 - b2 : np.subtract(1, b2)
    return {
      init: (params) => ({ mu: mapLeaves(coverOf as never, params), nu: zerosLike(params) }),
      update: <T>(updates: T, state: Sm3State) => {
        const sizeOf = (g: Tensor, cover: readonly Tensor[]): Tensor => {
          const least = cover.map((v, i) => np.reshape(v, along(g, i))).reduce((a, b) => np.minimum(a, b))
          return np.add(np.multiply(scalarFor(fresh, g), np.square(g)), np.multiply(scalarFor(b2, least), least))
        }
        const sizes = mapLeaves(sizeOf as never, updates, state.mu)
        const inverse = (s: Tensor): Tensor => np.where(np.greater(s, 0), lax.rsqrt(np.add(s, scalarFor(eps, s))), np.zerosLike(s))
        const nu = castLike(
          updateMoment(
            mapLeaves((g, s) => np.multiply(g, inverse(s)), updates, sizes),
            state.nu as T,
            b1,
            1,
          ),
          state.nu as T,
        )
        const covered = (s: Tensor, old: readonly Tensor[]) =>
          axesOf(s).map((i) => np.astype(s.ndim < 2 ? s : np.max(s, { axis: axesOf(s).filter((j) => j !== i) }), old[i]!.dtype))
        return [nu, { mu: mapLeaves(covered as never, sizes, state.mu), nu }]
      },
    }
  },
)
const sm3OptionsOfAll = named('momentum')
/** Source: optax.sm3; Anil et al., 2019. */
export const sm3 = taking(
  'sm3',
  [['learningRate', scalar], sm3OptionsOfAll],
  (learningRate: Scalar, { momentum = 0.9 }: OptionsOf<typeof sm3OptionsOfAll> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleBySm3({ b1: momentum }), scale(typeof learningRate === 'number' ? -learningRate : np.negative(learningRate))),
)
