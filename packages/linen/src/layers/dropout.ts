/**
 * Dropout.
 */
import { np, random, type Tensor } from '@heddle/func'
import { anything, integer, listOf, required, string, type OptionsOf, of } from '@heddle/func/options'
import { optionsOf, type Key } from '@heddle/lift'
import { mergeParam } from './merge-param'
import { Module } from '../module/module'
import { flag, share } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { checkInput } from './inputs'
import { normalAxes } from './norm-stats'

/** Props of `Dropout`. */
export interface DropoutProps {
  /** The share of elements that become 0. */
  readonly rate: number
  /** Axes along which all elements share one draw. */
  readonly broadcastDims?: readonly number[]
  /** Leave the input as it is: in evaluation. Here or at the call. */
  readonly deterministic?: boolean | undefined
  readonly rngCollection?: string
}

const dropoutCall = optionsOf({ deterministic: flag, rng: of<Key>()(anything) })
/** Arguments of Dropout's call. */
export interface DropoutCall extends OptionsOf<typeof dropoutCall> {}

/**
 * Sets random elements to 0 and scales the others up, so that the mean stays.
 *
 * Takes a key of the stream `dropout`. Errors: MergeParamError, InvalidRngError. Source: `flax.linen.Dropout`.
 */
export class Dropout extends Module<DropoutProps> {
  static readonly moduleName: string = 'Dropout'
  static readonly propTypes: PropTypes<DropoutProps> = {
    rate: required(share),
    broadcastDims: listOf(integer),
    deterministic: flag,
    rngCollection: string,
  }

  call(inputs: Tensor, options?: DropoutCall): Tensor {
    checkInput(this, inputs)
    const { deterministic, rng } = dropoutCall('Dropout', options)
    const { rate, broadcastDims = [], rngCollection = 'dropout' } = this.props
    const off = mergeParam('deterministic', this.props.deterministic, deterministic)
    if (rate === 0 || off) return inputs
    if (rate === 1) return np.zerosLike(inputs)
    const keep = 1 - rate
    const rank = inputs.ndim
    const shared = normalAxes(rank, broadcastDims, 'Dropout', 'broadcastDims')
    const shape = inputs.shape.map((n, i) => (shared.includes(i) ? 1 : n))
    const mask = random.bernoulli(rng ?? this.makeRng(rngCollection), keep, shape)
    return np.where(np.broadcastTo(mask, inputs.shape), inputs.div(keep), np.zerosLike(inputs))
  }
}
