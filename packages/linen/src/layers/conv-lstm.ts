/**
 * ConvLSTMCell: an LSTM over images.
 */
import { nn, np, type DType, type Shape, type Tensor } from '@heddle/func'
import { count, dtype, listOf, positive, required } from '@heddle/func/options'
import type { Key } from '@heddle/lift'
import { zeros, type Initializer } from './initializers'
import { flag, initializer, padding as paddingKind } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { Conv, type Padding } from './conv'
import { gates, initialCarry, type LSTMCarry } from './lstm'
import { carryShape, RNNCellBase } from './recurrent-cell'
import { checkCarries } from './inputs'

/** Props of `ConvLSTMCell`. */
export interface ConvLSTMCellProps {
  readonly features: number
  readonly kernelSize: readonly number[]
  readonly strides?: readonly number[] | undefined
  readonly padding?: Padding
  readonly useBias?: boolean
  readonly carryInit?: Initializer
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
}

/**
 * An LSTM cell whose products are convolutions (Shi et al. 2015).
 *
 * Shapes: `x: [..., *space, n]`, output `[..., *space, features]`; parameters `ih`, `hh`. Source: `flax.linen.ConvLSTMCell`.
 */
export class ConvLSTMCell extends RNNCellBase<ConvLSTMCellProps, LSTMCarry> {
  static override readonly moduleName: string = 'ConvLSTMCell'
  static readonly propTypes: PropTypes<ConvLSTMCellProps> = {
    features: required(count),
    kernelSize: required(listOf(positive)),
    strides: listOf(positive),
    padding: paddingKind,
    useBias: flag,
    carryInit: initializer,
    dtype,
    paramDtype: dtype,
  }

  call(carry: LSTMCarry, inputs: Tensor): readonly [carry: LSTMCarry, output: Tensor] {
    checkCarries(this, carry, this.props.features)
    const [c, h] = carry
    const { features, kernelSize, strides, padding = 'SAME', useBias = true, dtype, paramDtype = 'float32' } = this.props
    const conv = (name: string): Conv =>
      new Conv({ features: 4 * features, kernelSize, strides: strides ?? 1, padding, useBias, dtype, paramDtype }, { name })
    const sums = conv('ih').call(inputs).add(conv('hh').call(h))
    const [i, g, f, o] = np.split(sums, 4, -1) as [Tensor, Tensor, Tensor, Tensor]
    return gates(c, [i, f.add(1), g, o], nn.sigmoid, np.tanh)
  }

  initializeCarry(rng: Key, inputShape: Shape): LSTMCarry {
    const { features, carryInit = zeros, paramDtype = 'float32' } = this.props
    return initialCarry(rng, carryShape(inputShape, features), carryInit, paramDtype)
  }

  override get numFeatureAxes(): number {
    return this.props.kernelSize.length + 1
  }
}
