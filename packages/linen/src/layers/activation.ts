/**
 * Activations: those of `jax.nn`, under linen's roof, and PReLU, which has a parameter.
 */
import { np, type DType, type Tensor } from '@heddle/func'
import { Module } from '../module/module'

export {
  celu,
  elu,
  gelu,
  glu,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  identity,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  logsumexp,
  oneHot,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softSign,
  standardize,
  swish,
  tanh,
} from '@heddle/func/nn'

/** Props of `PReLU`. */
export interface PReLUProps {
  readonly negativeSlopeInit?: number
  readonly paramDtype?: DType
}

/**
 * `x` where it is positive, elsewhere `x` times a slope that is learned (He et al. 2015).
 *
 * Shapes: as the input; parameter `negative_slope`: a scalar. Source: `flax.linen.PReLU`.
 */
export class PReLU extends Module<PReLUProps> {
  static readonly moduleName: string = 'PReLU'

  call(inputs: Tensor): Tensor {
    const { negativeSlopeInit = 0.01, paramDtype = 'float32' } = this.props
    const slope = this.param('negative_slope', () => np.full([], negativeSlopeInit, paramDtype))
    return np.where(inputs.greaterEqual(0), inputs, inputs.mul(slope.astype(inputs.dtype)))
  }
}
