/**
 * What normalizations share: mean and variance over axes, and the application of them.
 */
import { lax, np, type DType, type Tensor } from '@heddle/func'
import { count, dtype, either, listOf, nullable, string } from '@heddle/func/options'
import { canonicalizeDtype } from './dtypes'
import { ones, zeros, type Initializer } from './initializers'
import type { Module } from '../module/module'
import { epsilon, flag, initializer } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { LayerError } from '../error'
import { classOf } from '../module/class-name'

/** An axis, or several. */
export type Axes = number | readonly number[]

/** Axes counted from the first, each once. Errors: LayerError for one that there is not, naming layer and prop. */
export const normalAxes = (rank: number, axes: Axes, layer = 'a normalization', prop = 'axes'): readonly number[] => [
  ...new Set(
    [axes].flat().map((a) => {
      const from0 = a < 0 ? rank + a : a
      if (from0 < 0 || from0 >= rank) throw new LayerError(layer, `${prop}: there is no axis ${a} of an input with ${rank} axes`)
      return from0
    }),
  ),
]

/** How statistics are computed. */
export interface StatsProps {
  readonly dtype?: DType | undefined
  /** A named axis of a surrounding vmap, over which to average too. */
  readonly axisName?: string | readonly string[] | undefined
  /** Groups of indices along that axis, of equal size: averages stay within them (see lax.pmean). */
  readonly axisIndexGroups?: readonly (readonly number[])[] | null | undefined
  /** By `E[x^2] - E[x]^2`, in one pass (default true). */
  readonly useFastVariance?: boolean
  /** Compute statistics in float32 at least (default true). */
  readonly forceFloat32Reductions?: boolean
}

/** How statistics are applied. */
export interface ScaleProps {
  readonly epsilon?: number
  readonly paramDtype?: DType
  readonly useBias?: boolean
  readonly useScale?: boolean
  readonly biasInit?: Initializer
  readonly scaleInit?: Initializer
}

/** What all normalizations take. */
export const normKinds: PropTypes<StatsProps & ScaleProps> = {
  dtype,
  axisName: either(string, listOf(string)),
  axisIndexGroups: nullable(listOf(listOf(count))),
  useFastVariance: flag,
  forceFloat32Reductions: flag,
  epsilon,
  paramDtype: dtype,
  useBias: flag,
  useScale: flag,
  biasInit: initializer,
  scaleInit: initializer,
}

interface StatsOptions extends StatsProps {
  /** Elements to take part. */
  readonly mask?: Tensor | undefined
  readonly useMean?: boolean
}

/** Mean and variance over axes, which are dropped. Source: `flax.linen.normalization._compute_stats`. */
export const computeStats = (x: Tensor, axes: Axes, options: StatsOptions): readonly [mean: Tensor, variance: Tensor] => {
  const { axisName, mask, useMean = true, useFastVariance = true, forceFloat32Reductions = true } = options
  const common = options.dtype ?? x.dtype
  const xs = x.astype(forceFloat32Reductions ? np.promoteTypes(common, 'float32') : common)
  const axis = [...normalAxes(x.ndim, axes, undefined, 'reductionAxes')]
  const where = mask === undefined ? {} : { where: mask.astype('bool') }
  const distributed = (...means: readonly Tensor[]): readonly Tensor[] => {
    if (axisName === undefined) return means
    const stacked = lax.pmean(np.stack(means), axisName, { axisIndexGroups: options.axisIndexGroups })
    return means.map((_, i) => stacked.at(i))
  }
  const mean = (y: Tensor): Tensor => y.mean({ axis, ...where })
  if (!useMean) {
    const [variance] = distributed(mean(xs.square()))
    return [np.zerosLike(variance!), variance!]
  }
  if (useFastVariance) {
    // before the means, as in Flax: backwards the sums then come in an order that XLA fuses layer by layer, not all layers into one
    const squares = xs.square()
    const [mu, mu2] = distributed(mean(xs), mean(squares))
    return [mu!, np.maximum(0, mu2!.sub(mu!.square()))]
  }
  const [mu] = distributed(mean(xs))
  const [variance] = distributed(mean(xs.sub(np.expandDims(mu!, axis)).square()))
  return [mu!, variance!]
}

interface NormalizeOptions extends ScaleProps {
  readonly reductionAxes: Axes
  readonly featureAxes: Axes
  readonly dtype?: DType | undefined
  readonly epsilon: number
}

/** `(x - mean) / sqrt(variance + epsilon) * scale + bias`, with parameters of the module. Source: `flax.linen.normalization._normalize`. */
export const normalize = (module: Module, x: Tensor, mean: Tensor, variance: Tensor, options: NormalizeOptions): Tensor => {
  const { epsilon, paramDtype = 'float32', useBias = true, useScale = true, biasInit = zeros, scaleInit = ones } = options
  const reduced = [...normalAxes(x.ndim, options.reductionAxes, classOf(module), 'reductionAxes')]
  const features = normalAxes(x.ndim, options.featureAxes, classOf(module), 'featureAxes')
  const shape = features.map((a) => x.shape[a]!)
  const spread = x.shape.map((n, a) => (features.includes(a) ? n : 1))
  const param = (name: string, init: Initializer): Tensor => module.param(name, init, shape, paramDtype).reshape(spread)
  const factor = lax.rsqrt(np.expandDims(variance, reduced).add(epsilon))
  const scale = useScale ? param('scale', scaleInit) : undefined
  const centred = x.sub(np.expandDims(mean, reduced)).mul(scale === undefined ? factor : factor.mul(scale))
  const bias = useBias ? param('bias', biasInit) : undefined
  const y = bias === undefined ? centred : centred.add(bias)
  return y.astype(canonicalizeDtype([x, scale, bias], { dtype: options.dtype }))
}
