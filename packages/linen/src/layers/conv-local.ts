/**
 * ConvLocal: a convolution with a kernel of its own at each place.
 */
import { evalShape, lax, type Tensor } from '@heddle/func'
import { promoteDtype } from './dtypes'
import { defaultKernelInit, zeros } from './initializers'
import { Module } from '../module/module'
import type { PropTypes } from '../module/props'
import { checkSpace, convKinds, type ConvProps, flatBatch, layouts, masked, padded, spread, windowOf } from './conv'
import { convGeneralDilatedOf } from './products'

/** Props of `ConvLocal`. */
export type ConvLocalProps = Omit<ConvProps, 'featureGroupCount'>

/**
 * A convolution whose places share no weights.
 *
 * Shapes: `x: [batch..., *space, n]`, answer `[batch..., *space', features]`; parameters
 * `kernel: [*space', product(kernelSize) * n, features]`, whose rows are channel by channel the places of the window, and
 * `bias: [*space', features]`. Errors: LayerError. Source: `flax.linen.ConvLocal`.
 */
export class ConvLocal extends Module<ConvLocalProps> {
  static readonly moduleName: string = 'ConvLocal'
  static readonly propTypes: PropTypes<ConvLocalProps> = convKinds

  call(inputs: Tensor): Tensor {
    const { features, padding = 'SAME', useBias = true, dtype, paramDtype = 'float32', precision } = this.props
    const { kernelInit = defaultKernelInit, biasInit = zeros, mask } = this.props
    const window = windowOf(this.props.kernelSize)
    const rank = window.length
    const [strides, lhsDilation, rhsDilation] = spread('ConvLocal', this.props, rank, ['strides', 'inputDilation', 'kernelDilation'])
    checkSpace(this, inputs, window)
    const { flat, unflat } = flatBatch(inputs, rank)
    const [around, pads] = padded(flat, padding, window, rhsDilation!)
    const channels = around.shape.at(-1)!
    const options = { lhsDilation, rhsDilation, dimensionNumbers: layouts(rank) }
    const shared = { shape: [...window, channels, features], dtype: around.dtype }
    const shifted = (x: Tensor, kernel: Tensor): Tensor => convGeneralDilatedOf(this.props)(x, kernel, strides!, pads, options)
    const places = evalShape(shifted, around.aval, shared).shape.slice(1, -1)
    const shape = [...places, window.reduce((a, b) => a * b, channels), features]
    const rawKernel = masked(this.param('kernel', kernelInit, shape, paramDtype), mask, shape)
    const rawBias = useBias ? this.param('bias', biasInit, [...places, features], paramDtype) : undefined
    const [x, kernel, bias] = (this.props.promoteDtype ?? promoteDtype)([around, rawKernel, rawBias], { dtype })
    const y = lax.convGeneralDilatedLocal(x, kernel, strides!, pads, window, { ...options, precision })
    return unflat(bias === undefined ? y : y.add(bias))
  }
}
