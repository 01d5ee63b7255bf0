/**
 * Normalizations: LayerNorm, RMSNorm, GroupNorm, InstanceNorm.
 */
import { np, type Tensor } from '@heddle/func'
import { nullable, positive, tensor, type OptionsOf } from '@heddle/func/options'
import { optionsOf } from '@heddle/lift'
import { LayerError } from '../error'
import { Module } from '../module/module'
import { axisOrAxes } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { computeStats, normalAxes, normalize, normKinds, type Axes, type ScaleProps, type StatsProps } from './norm-stats'
import { checkInput } from './inputs'

const normCall = optionsOf({
  /** Elements that take part in the statistics. */
  mask: tensor,
})
/** Arguments of the call of a normalization. */
export interface NormCall extends OptionsOf<typeof normCall> {}

/** Props of `LayerNorm`. */
export interface LayerNormProps extends StatsProps, ScaleProps {
  /** Axes over which mean and variance are taken (default the last). */
  readonly reductionAxes?: Axes
  /** Axes with a scale and bias for each index (default the last). */
  readonly featureAxes?: Axes
}

/**
 * Normalizes each example over its features (Ba et al. 2016).
 *
 * Shapes: as the input; parameters `scale`, `bias`: the feature axes. Source: `flax.linen.LayerNorm`.
 */
export class LayerNorm extends Module<LayerNormProps> {
  static readonly moduleName: string = 'LayerNorm'
  static readonly propTypes: PropTypes<LayerNormProps> = { ...normKinds, reductionAxes: axisOrAxes, featureAxes: axisOrAxes }

  call(x: Tensor, options?: NormCall): Tensor {
    checkInput(this, x, { rank: 1 })
    const { mask } = normCall('LayerNorm', options)
    const { reductionAxes = -1, featureAxes = -1, epsilon = 1e-6 } = this.props
    const [mean, variance] = computeStats(x, reductionAxes, { ...this.props, mask })
    return normalize(this, x, mean, variance, { ...this.props, epsilon, reductionAxes, featureAxes })
  }
}

/** Props of `RMSNorm`. */
export type RMSNormProps = Omit<LayerNormProps, 'useBias' | 'biasInit'>
const { useBias: _useBias, biasInit: _biasInit, ...rmsKinds } = LayerNorm.propTypes

/**
 * Normalizes each example by the root of the mean of squares of its features (Zhang and Sennrich 2019).
 *
 * Shapes: as the input; parameter `scale`: the feature axes. Source: `flax.linen.RMSNorm`.
 */
export class RMSNorm extends Module<RMSNormProps> {
  static readonly moduleName: string = 'RMSNorm'
  static readonly propTypes: PropTypes<RMSNormProps> = rmsKinds

  call(x: Tensor, options?: NormCall): Tensor {
    checkInput(this, x, { rank: 1 })
    const { mask } = normCall('RMSNorm', options)
    const { reductionAxes = -1, featureAxes = -1, epsilon = 1e-6 } = this.props
    const [mean, variance] = computeStats(x, reductionAxes, { ...this.props, mask, useMean: false })
    return normalize(this, x, mean, variance, { ...this.props, useBias: false, epsilon, reductionAxes, featureAxes })
  }
}

/** Props of `GroupNorm`. */
export interface GroupNormProps extends StatsProps, ScaleProps {
  /** How many groups (default 32); null where `groupSize` says it. */
  readonly numGroups?: number | null
  readonly groupSize?: number | undefined
  /** Axes over which mean and variance are taken, the last among them (default: all but the first). */
  readonly reductionAxes?: Axes | undefined
}

/**
 * Normalizes each example over groups of channels (Wu and He 2018).
 *
 * Shapes: as the input; parameters `scale`, `bias: [channels]`. Errors: LayerError. Source: `flax.linen.GroupNorm`.
 */
export class GroupNorm extends Module<GroupNormProps> {
  static readonly moduleName: string = 'GroupNorm'
  static readonly propTypes: PropTypes<GroupNormProps> = {
    ...normKinds,
    numGroups: nullable(positive),
    groupSize: positive,
    reductionAxes: axisOrAxes,
  }

  call(x: Tensor, options?: NormCall): Tensor {
    checkInput(this, x, { rank: 1 })
    const { mask } = normCall('GroupNorm', options)
    const { epsilon = 1e-6 } = this.props
    const { ndim, shape } = x
    const axes = normalAxes(
      ndim,
      this.props.reductionAxes ?? Array.from({ length: ndim - 1 }, (_, i) => i + 1),
      'GroupNorm',
      'reductionAxes',
    )
    if (axes.at(-1) !== ndim - 1) throw new LayerError('GroupNorm', 'reductionAxes must end with the last axis, that of the channels')
    const channels = shape.at(-1)!
    const groups = this.#groups(channels)
    const size = channels / groups
    const grouped = (t: Tensor): Tensor => t.reshape([...t.shape.slice(0, -1), groups, size])
    const stats = { ...this.props, mask: mask === undefined ? undefined : grouped(mask) }
    const [mean, variance] = computeStats(grouped(x), [...axes.slice(0, -1), -1], stats)
    return normalize(this, x, np.repeat(mean, size, -1), np.repeat(variance, size, -1), {
      ...this.props,
      epsilon,
      reductionAxes: axes.slice(0, -1),
      featureAxes: -1,
    })
  }

  #groups(channels: number): number {
    const { numGroups = 32, groupSize } = this.props
    if ((numGroups === null) === (groupSize === undefined))
      throw new LayerError('GroupNorm', 'give either numGroups or groupSize (with groupSize, pass numGroups: null)')
    const groups = numGroups ?? channels / groupSize!
    if (groups <= 0 || !Number.isInteger(groups) || channels % groups !== 0)
      throw new LayerError('GroupNorm', `${channels} channels can't be cut into ${groups} groups of equal size`)
    return groups
  }
}

/** Props of `InstanceNorm`. */
export interface InstanceNormProps extends StatsProps, ScaleProps {
  /** Axes of the channels, not the first among them (default the last). */
  readonly featureAxes?: Axes
}

/**
 * Normalizes each channel of each example (Ulyanov et al. 2016).
 *
 * Shapes: as the input; parameters `scale`, `bias`: the feature axes. Errors: LayerError. Source: `flax.linen.InstanceNorm`.
 */
export class InstanceNorm extends Module<InstanceNormProps> {
  static readonly moduleName: string = 'InstanceNorm'
  static readonly propTypes: PropTypes<InstanceNormProps> = { ...normKinds, featureAxes: axisOrAxes }

  call(x: Tensor, options?: NormCall): Tensor {
    checkInput(this, x, { rank: 1 })
    const { mask } = normCall('InstanceNorm', options)
    const { featureAxes = -1, epsilon = 1e-6 } = this.props
    const features = normalAxes(x.ndim, featureAxes, 'InstanceNorm', 'featureAxes')
    if (features.includes(0)) throw new LayerError('InstanceNorm', 'featureAxes must not contain 0, the axis of the batch')
    const reductionAxes = Array.from({ length: x.ndim }, (_, i) => i).filter((i) => i > 0 && !features.includes(i))
    const [mean, variance] = computeStats(x, reductionAxes, { ...this.props, mask })
    return normalize(this, x, mean, variance, { ...this.props, epsilon, reductionAxes, featureAxes })
  }
}
