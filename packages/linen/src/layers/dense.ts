/**
 * Dense: a linear map of the last axis.
 */
import type { DType, Tensor } from '@heddle/func'
import { promoteDtype, type PromoteDtype } from '../dtypes'
import { defaultKernelInit, zeros, type Initializer } from '../initializers'
import { Module } from '../module'
import { dotGeneralOf, type DotGeneralProps } from './products'

export interface DenseProps extends DotGeneralProps {
  readonly features: number
  readonly useBias?: boolean
  /** Dtype of the computation: by default the common one of input and parameters. */
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  readonly kernelInit?: Initializer
  readonly biasInit?: Initializer
  /** In the place of promoteDtype. */
  readonly promoteDtype?: PromoteDtype | undefined
}

/**
 * `y = x @ kernel + bias`.
 *
 * Shapes: `x: [..., n]`, `y: [..., features]`; parameters `kernel: [n, features]`, `bias: [features]`. Source: `flax.linen.Dense`.
 */
export class Dense extends Module<DenseProps> {
  static readonly moduleName: string = 'Dense'

  call(inputs: Tensor): Tensor {
    const { features, useBias = true, dtype, paramDtype = 'float32', kernelInit = defaultKernelInit, biasInit = zeros } = this.props
    const promote = this.props.promoteDtype ?? promoteDtype
    const rawKernel = this.param('kernel', kernelInit, [inputs.shape.at(-1)!, features], paramDtype)
    const rawBias = useBias ? this.param('bias', biasInit, [features], paramDtype) : undefined
    const [x, kernel, bias] = promote([inputs, rawKernel, rawBias], { dtype })
    const y = dotGeneralOf(this.props)(x, kernel, [
      [[x.ndim - 1], [0]],
      [[], []],
    ])
    return bias === undefined ? y : y.add(bias)
  }
}
