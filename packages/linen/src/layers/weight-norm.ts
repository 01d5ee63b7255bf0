/**
 * Normalizations of the weights of another layer: WeightNorm and SpectralNorm.
 */
import { lax, np, random, type DType, type Tensor } from '@heddle/func'
import { count, describe, dtype, listOf, nullable, required, string, type OptionsOf } from '@heddle/func/options'
import { optionsOf, type Variables } from '@heddle/lift'
import { mapWithPath, type Path } from '@heddle/tree'
import { canonicalizeDtype } from './dtypes'
import { LayerError } from '../error'
import { ones, type Initializer } from './initializers'
import { Module } from '../module/module'
import { axisOrAxes, epsilon, flag, initializer, moduleKind } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { mapVariables } from '../transforms/map-variables'
import { normalAxes, type Axes } from './norm-stats'

/** A layer that is called with what the normalization is. */
export interface InnerLayer<Args extends readonly unknown[] = never[], R = unknown> extends Module {
  call(...args: Args): R
}

const l2Normalize = (x: Tensor, axis: number[] | null, epsilon: number): Tensor =>
  x.mul(lax.rsqrt(x.square().sum({ axis, keepdims: true }).add(epsilon)))

/** The path of a variable in its collection, with the layer's name before. */
const nameOf = (layer: Module, path: Path): string => [layer.name, ...path.slice(1)].join('/')

/** Props of `WeightNorm`. */
export interface WeightNormProps<L> {
  readonly layerInstance: L
  readonly epsilon?: number
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  readonly useScale?: boolean
  readonly scaleInit?: Initializer
  /** Axes of a weight with a length for each index; null for one length in all (default the last). */
  readonly featureAxes?: Axes | null
  /** Parts of the names of variables that are normalized; null for all (default `kernel`). */
  readonly variableFilter?: readonly string[] | null
}

/**
 * A layer whose weights have length 1, times a scale that is learned (Salimans and Kingma 2016).
 *
 * Shapes: those of the layer; parameters besides the layer's `layer_instance/kernel/scale`: the feature axes.
 * Source: `flax.linen.WeightNorm`.
 */
export class WeightNorm<Args extends readonly unknown[] = readonly [Tensor], R = Tensor> extends Module<
  WeightNormProps<InnerLayer<never, R>>
> {
  static readonly moduleName: string = 'WeightNorm'
  static readonly childNames: Readonly<Record<string, string>> = { layerInstance: 'layer_instance' }
  static readonly propTypes: PropTypes<WeightNormProps<object>> = {
    layerInstance: required(moduleKind),
    epsilon,
    dtype,
    paramDtype: dtype,
    useScale: flag,
    scaleInit: initializer,
    featureAxes: nullable(axisOrAxes),
    variableFilter: nullable(listOf(string)),
  }

  call(...args: Args & unknown[]): R {
    const run = mapVariables((layer: InnerLayer<never, R>) => layer.call(...(args as never)), true, {
      transInFn: (variables) => mapWithPath<Variables>((path, value: Tensor) => this.#normalized(path, value), variables),
      init: this.isInitializing(),
    })
    return run(this.props.layerInstance)
  }

  #normalized(path: Path, raw: Tensor): Tensor {
    const { layerInstance, epsilon = 1e-12, useScale = true, scaleInit = ones, paramDtype = 'float32' } = this.props
    const { featureAxes = -1, variableFilter = ['kernel'] } = this.props
    const name = nameOf(layerInstance, path)
    if (variableFilter !== null && !variableFilter.some((part) => name.includes(part))) return raw
    const features = featureAxes === null ? [] : normalAxes(raw.ndim, featureAxes, 'WeightNorm', 'featureAxes')
    const reduced = raw.shape.map((_, a) => a).filter((a) => !features.includes(a))
    const unit = l2Normalize(raw, reduced, epsilon)
    const scale = useScale
      ? this.param(
          `${name}/scale`,
          scaleInit,
          features.map((a) => raw.shape[a]!),
          paramDtype,
        ).reshape(raw.shape.map((n, a) => (features.includes(a) ? n : 1)))
      : undefined
    return (scale === undefined ? unit : unit.mul(scale)).astype(canonicalizeDtype([raw, scale], { dtype: this.props.dtype }))
  }
}

/** Props of `SpectralNorm`. */
export interface SpectralNormProps<L> {
  readonly layerInstance: L
  /** Steps of the power iteration at each update (default 1). */
  readonly nSteps?: number
  readonly epsilon?: number
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  /** Refuse weights of more than two axes, in place of making them matrices. */
  readonly errorOnNonMatrix?: boolean
  readonly collectionName?: string
}

const spectralNormCall = optionsOf({ updateStats: required(flag) })
/** Whether the estimates are updated: in training. */
export interface SpectralNormCall extends OptionsOf<typeof spectralNormCall> {}

/**
 * A layer whose weights are divided by their largest singular value (Miyato et al. 2018).
 *
 * Shapes: those of the layer; variables of `batch_stats`: `layer_instance/kernel/u: [1, n]`, `layer_instance/kernel/sigma`.
 * The call takes the arguments of the layer in a list. Errors: LayerError. Source: `flax.linen.SpectralNorm`.
 */
export class SpectralNorm<Args extends readonly unknown[] = readonly [Tensor], R = Tensor> extends Module<
  SpectralNormProps<InnerLayer<never, R>>
> {
  static readonly moduleName: string = 'SpectralNorm'
  static readonly childNames: Readonly<Record<string, string>> = { layerInstance: 'layer_instance' }
  static readonly propTypes: PropTypes<SpectralNormProps<object>> = {
    layerInstance: required(moduleKind),
    nSteps: count,
    epsilon,
    dtype,
    paramDtype: dtype,
    errorOnNonMatrix: flag,
    collectionName: string,
  }

  call(args: Args, options: SpectralNormCall): R {
    if (!Array.isArray(args))
      throw new LayerError('SpectralNorm', `arguments of the layer stand in a list: call([x], { updateStats }), got ${describe(args)}`)
    const { updateStats } = spectralNormCall('SpectralNorm', options)
    const run = mapVariables((layer: InnerLayer<never, R>) => layer.call(...(args as never)), true, {
      transInFn: (variables) => mapWithPath<Variables>((path, value: Tensor) => this.#normalized(path, value, updateStats), variables),
      init: this.isInitializing(),
      mutable: true,
    })
    return run(this.props.layerInstance)
  }

  #normalized(path: Path, raw: Tensor, updateStats: boolean): Tensor {
    const { layerInstance, nSteps = 1, epsilon = 1e-12, paramDtype = 'float32', collectionName = 'batch_stats' } = this.props
    if (raw.ndim <= 1 || nSteps < 1) return raw
    if (raw.ndim > 2 && this.props.errorOnNonMatrix === true)
      throw new LayerError('SpectralNorm', `a weight of shape [${raw.shape.join()}] is no matrix (errorOnNonMatrix is set)`)
    const value = raw.reshape([-1, raw.shape.at(-1)!])
    const name = nameOf(layerInstance, path)
    const u = this.variable(collectionName, `${name}/u`, () =>
      random.normal(this.makeRng('params'), [1, value.shape[1]!], { dtype: paramDtype }),
    )
    const sigma = this.variable(collectionName, `${name}/sigma`, () => np.ones([], paramDtype))
    let [u0, v0] = [u.value, u.value]
    for (let i = 0; i < nSteps; i++) {
      v0 = l2Normalize(np.matmul(u0, value.T), null, epsilon)
      u0 = l2Normalize(np.matmul(v0, value), null, epsilon)
    }
    const [left, right] = [lax.stopGradient(v0), lax.stopGradient(u0)]
    const s = np.matmul(np.matmul(left, value), right.T).at(0, 0)
    const bounded = value.div(np.where(s.notEqual(0), s, 1)).reshape(raw.shape)
    if (updateStats) {
      u.value = right
      sigma.value = s
    }
    return bounded.astype(canonicalizeDtype([raw, right, left, s], { dtype: this.props.dtype }))
  }
}
