/**
 * BatchNorm.
 */
import { np, type Tensor } from '@heddle/func'
import { tensor, type OptionsOf } from '@heddle/func/options'
import { optionsOf } from '@heddle/lift'
import { mergeParam } from './merge-param'
import { Module } from '../module/module'
import { axisOrAxes, flag, share } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { computeStats, normalAxes, normalize, normKinds, type ScaleProps, type StatsProps } from './norm-stats'
import { checkInput } from './inputs'

/** Props of `BatchNorm`. */
export interface BatchNormProps extends StatsProps, ScaleProps {
  /** Use the statistics of training, not those of the batch: in evaluation. Here or at the call. */
  readonly useRunningAverage?: boolean | undefined
  /** The axis of the features (default the last). */
  readonly axis?: number
  /** The share of the running statistics that stays at each step (default 0.99). */
  readonly momentum?: number
}

const batchNormCall = optionsOf({ useRunningAverage: flag, mask: tensor })
/** Arguments of BatchNorm's call. */
export interface BatchNormCall extends OptionsOf<typeof batchNormCall> {}

/**
 * Normalizes each feature over the batch (Ioffe and Szegedy 2015).
 *
 * Shapes: as the input; parameters `scale`, `bias`, and variables `mean`, `var` of `batch_stats`: `[features]`. To update these, pass
 * `mutable: ['batch_stats']`. Errors: MergeParamError, ModifyScopeVariableError. Source: `flax.linen.BatchNorm`.
 */
export class BatchNorm extends Module<BatchNormProps> {
  static readonly moduleName: string = 'BatchNorm'
  static readonly propTypes: PropTypes<BatchNormProps> = { ...normKinds, useRunningAverage: flag, axis: axisOrAxes, momentum: share }

  call(x: Tensor, given?: BatchNormCall): Tensor {
    checkInput(this, x, { rank: 1 })
    const { useRunningAverage, mask } = batchNormCall('BatchNorm', given)
    const { axis = -1, momentum = 0.99, epsilon = 1e-5, paramDtype = 'float32', forceFloat32Reductions = true } = this.props
    const running = mergeParam('useRunningAverage', this.props.useRunningAverage, useRunningAverage)
    const featureAxes = normalAxes(x.ndim, axis, 'BatchNorm', 'axis')
    const reductionAxes = x.shape.map((_, i) => i).filter((i) => !featureAxes.includes(i))
    const shape = featureAxes.map((a) => x.shape[a]!)
    const dtype = forceFloat32Reductions ? 'float32' : paramDtype
    const mean = this.variable('batch_stats', 'mean', () => np.zeros(shape, dtype))
    const variance = this.variable('batch_stats', 'var', () => np.ones(shape, dtype))
    const options = { ...this.props, epsilon, reductionAxes, featureAxes }
    if (running) return normalize(this, x, mean.value.astype(dtype), variance.value.astype(dtype), options)
    const initializing = this.isInitializing()
    const axisName = initializing ? undefined : this.props.axisName
    const [mu, sigma2] = computeStats(x, reductionAxes, { ...this.props, axisName, mask })
    if (!initializing) {
      mean.value = mean.value.mul(momentum).add(mu.mul(1 - momentum))
      variance.value = variance.value.mul(momentum).add(sigma2.mul(1 - momentum))
    }
    return normalize(this, x, mu, sigma2, options)
  }
}
