/**
 * Dense: a linear map of the last axis.
 */
import type { DType, Tensor } from '@heddle/func'
import { count, dtype, func, required } from '@heddle/func/options'
import { promoteDtype, type PromoteDtype } from './dtypes'
import { defaultKernelInit, zeros, type Initializer } from './initializers'
import { Module } from '../module/module'
import { flag, initializer } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { dotGeneralKinds, dotGeneralOf, type DotGeneralProps } from './products'
import { checkInput } from './inputs'

/** Props of `Dense`. */
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
  static readonly propTypes: PropTypes<DenseProps> = {
    ...dotGeneralKinds,
    features: required(count),
    useBias: flag,
    dtype,
    paramDtype: dtype,
    kernelInit: initializer,
    biasInit: initializer,
    promoteDtype: func,
  }

  call(inputs: Tensor): Tensor {
    checkInput(this, inputs, { rank: 1 })
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
