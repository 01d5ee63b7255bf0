/**
 * Dropout.
 */
import { np, random, type Tensor } from '@heddle/func'
import type { Key } from '@heddle/lift'
import { mergeParam } from '../merge-param'
import { Module } from '../module'

export interface DropoutProps {
  /** The share of elements that become 0. */
  readonly rate: number
  /** Axes along which all elements share one draw. */
  readonly broadcastDims?: readonly number[]
  /** Leave the input as it is: in evaluation. Here or at the call. */
  readonly deterministic?: boolean | undefined
  readonly rngCollection?: string
}

/** Arguments of Dropout's call. */
export interface DropoutCall {
  readonly deterministic?: boolean | undefined
  readonly rng?: Key | undefined
}

/**
 * Sets random elements to 0 and scales the others up, so that the mean stays.
 *
 * Takes a key of the stream `dropout`. Errors: MergeParamError, InvalidRngError. Source: `flax.linen.Dropout`.
 */
export class Dropout extends Module<DropoutProps> {
  static readonly moduleName: string = 'Dropout'

  call(inputs: Tensor, { deterministic, rng }: DropoutCall = {}): Tensor {
    const { rate, broadcastDims = [], rngCollection = 'dropout' } = this.props
    const off = mergeParam('deterministic', this.props.deterministic, deterministic)
    if (rate === 0 || off) return inputs
    if (rate === 1) return np.zerosLike(inputs)
    const keep = 1 - rate
    const rank = inputs.ndim
    const shared = broadcastDims.map((d) => (d < 0 ? rank + d : d))
    const shape = inputs.shape.map((n, i) => (shared.includes(i) ? 1 : n))
    const mask = random.bernoulli(rng ?? this.makeRng(rngCollection), keep, shape)
    return np.where(np.broadcastTo(mask, inputs.shape), inputs.div(keep), np.zerosLike(inputs))
  }
}
