/** Updates divided by the root of a sum or average of squares. */
import { lax, np, type Tensor } from '@heddle/func'
import type { GradientTransformation } from './transformation'
import { biasCorrection, fullLike, mapLeaves, safeIncrement, type Scalar, scalarFor, updateMoment, zeroCount, zerosLike } from './tree-math'
import type { OptionsOf } from '@heddle/func/options'
import { named, taking } from './options'

/** State of `scaleByRss`. */
export interface RssState {
  readonly sum_of_squares: unknown
}
/** State of `scaleByRms`. */
export interface RmsState {
  readonly nu: unknown
  readonly count?: Tensor
}
/** State of `scaleByStddev`. */
export interface StddevState extends RmsState {
  readonly mu: unknown
}
/** State of `scaleByAdadelta`. */
export interface AdadeltaState {
  readonly e_g: unknown
  readonly e_x: unknown
}
const scaleByRssOptions = named('initialAccumulatorValue', 'eps')
/** Divides by the root of the sum of all squares so far. Source: optax.scale_by_rss; Duchi et al., Adagrad, 2011. */
export const scaleByRss = taking(
  'scaleByRss',
  [scaleByRssOptions],
  ({ initialAccumulatorValue = 0.1, eps = 1e-7 }: OptionsOf<typeof scaleByRssOptions> = {}): GradientTransformation<RssState> => ({
    init: (params) => ({ sum_of_squares: fullLike(params, initialAccumulatorValue) }),
    update: (gradients, state) => {
      const sums = mapLeaves((g, s) => np.add(np.square(g), s), gradients, state.sum_of_squares)
      const inverse = (s: Tensor): Tensor => np.where(np.greater(s, 0), lax.rsqrt(np.add(s, scalarFor(eps, s))), 0)
      return [mapLeaves((g, s) => np.multiply(inverse(s), g), gradients, sums), { sum_of_squares: sums }]
    },
  }),
)

const inverseRoot = (x: Tensor, eps: Scalar, inside: boolean): Tensor =>
  inside ? lax.rsqrt(np.add(x, scalarFor(eps, x))) : np.divide(1, np.add(np.sqrt(x), scalarFor(eps, x)))
const counted = (correct: boolean): { readonly count?: Tensor } => (correct ? { count: zeroCount() } : {})
const nextCount = (count: Tensor | undefined): { readonly count?: Tensor } => (count === undefined ? {} : { count: safeIncrement(count) })

const scaleByRmsOptions = named('decay', 'eps', 'initialScale', 'epsInSqrt', 'biasCorrection')
/** Options of `scaleByRms`. */
export interface RmsOptions extends OptionsOf<typeof scaleByRmsOptions> {}
/** Divides by the root of the moving average of squares. Source: optax.scale_by_rms; Tieleman and Hinton, RMSProp, 2012. */
export const scaleByRms = taking(
  'scaleByRms',
  [scaleByRmsOptions],
  ({
    decay = 0.9,
    eps = 1e-8,
    initialScale = 0,
    epsInSqrt = true,
    biasCorrection: correct = false,
  }: RmsOptions = {}): GradientTransformation<RmsState> => ({
    init: (params) => ({ ...counted(correct), nu: fullLike(params, initialScale) }),
    update: <T>(gradients: T, state: RmsState) => {
      const nu = updateMoment(gradients, state.nu as T, decay, 2)
      const next = nextCount(state.count)
      const sizes = next.count === undefined ? nu : biasCorrection(nu, decay, next.count)
      return [mapLeaves((g, v) => np.multiply(inverseRoot(v, eps, epsInSqrt), g), gradients, sizes), { ...next, nu }]
    },
  }),
)
/** Divides by the moving standard deviation. Source: optax.scale_by_stddev; Graves, 2013. */
export const scaleByStddev = taking(
  'scaleByStddev',
  [scaleByRmsOptions],
  ({
    decay = 0.9,
    eps = 1e-8,
    initialScale = 0,
    epsInSqrt = true,
    biasCorrection: correct = false,
  }: RmsOptions = {}): GradientTransformation<StddevState> => ({
    init: (params) => ({ ...counted(correct), mu: zerosLike(params), nu: fullLike(params, initialScale) }),
    update: <T>(gradients: T, state: StddevState) => {
      const mu = updateMoment(gradients, state.mu as T, decay, 1)
      const nu = updateMoment(gradients, state.nu as T, decay, 2)
      const next = nextCount(state.count)
      const hat = (x: T): T => (next.count === undefined ? x : biasCorrection(x, decay, next.count))
      const scaled = (g: Tensor, m: Tensor, v: Tensor): Tensor => np.multiply(inverseRoot(np.subtract(v, np.square(m)), eps, epsInSqrt), g)
      return [mapLeaves(scaled, gradients, hat(mu), hat(nu)), { ...next, mu, nu }]
    },
  }),
)
const scaleByAdadeltaOptions = named('rho', 'eps')
/** Divides by the size of gradients and multiplies by that of updates. Source: optax.scale_by_adadelta; Zeiler, 2012. */
export const scaleByAdadelta = taking(
  'scaleByAdadelta',
  [scaleByAdadeltaOptions],
  ({ rho = 0.9, eps = 1e-6 }: OptionsOf<typeof scaleByAdadeltaOptions> = {}): GradientTransformation<AdadeltaState> => ({
    init: (params) => ({ e_g: zerosLike(params), e_x: zerosLike(params) }),
    update: <T>(gradients: T, state: AdadeltaState) => {
      const sizes = updateMoment(gradients, state.e_g as T, rho, 2)
      const root = (x: Tensor): Tensor => np.sqrt(np.add(x, scalarFor(eps, x)))
      const updates = mapLeaves((g, now, before) => np.multiply(np.divide(root(before), root(now)), g), gradients, sizes, state.e_x)
      return [updates, { e_g: sizes, e_x: updateMoment(updates, state.e_x as T, rho, 2) }]
    },
  }),
)
