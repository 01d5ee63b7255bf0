/**
 * DenseGeneral and Einsum: linear maps of several axes.
 */
import { np, type DType, type Shape, type Tensor } from '@heddle/func'
import { anything, dtype, func, integer, listOf, required, shape, string } from '@heddle/func/options'
import { AxisMetadata } from '@heddle/lift'
import { promoteDtype, type PromoteDtype } from './dtypes'
import { LayerError } from '../error'
import { defaultKernelInit, zeros, type Initializer } from './initializers'
import { mergeParam } from './merge-param'
import { Module } from '../module/module'
import { axisOrAxes, counts, flag, initializer } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { dotGeneralKinds, dotGeneralOf, type DotGeneralProps } from './products'
import { checkInput } from './inputs'
import { normalAxes } from './norm-stats'

/** Props of `DenseGeneral`. */
export interface DenseGeneralProps extends DotGeneralProps {
  /** Sizes of the axes of the output that are new. */
  readonly features: number | readonly number[]
  /** Axes of the input that are mapped (default: the last). */
  readonly axis?: number | readonly number[]
  /** Leading axes of the input that have a kernel for each index. */
  readonly batchDims?: readonly number[]
  readonly useBias?: boolean
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  readonly kernelInit?: Initializer
  readonly biasInit?: Initializer
  /** In the place of promoteDtype. */
  readonly promoteDtype?: PromoteDtype | undefined
}

const product = (xs: readonly number[]): number => xs.reduce((a, b) => a * b, 1)
const normalizeAxes = (axes: readonly number[], rank: number, prop: string): readonly number[] =>
  [...normalAxes(rank, axes, 'DenseGeneral', prop)].sort((a, b) => a - b)

/** An initializer for a flat shape as one for another shape. */
const reshaped = (init: Initializer, flat: readonly number[]): Initializer => {
  return (key, shape, dtype) => {
    const value = init(key, flat, dtype)
    return value instanceof AxisMetadata ? value.replaceBoxed(value.unbox().reshape(shape)) : value.reshape(shape)
  }
}

/**
 * A linear map of some axes to others.
 *
 * Shapes: `axis` of the input are replaced by `features` at the end; parameters `kernel: [...batch, ...axes, ...features]`,
 * `bias: [...batch, ...features]`. Errors: LayerError. Source: `flax.linen.DenseGeneral`.
 */
export class DenseGeneral extends Module<DenseGeneralProps> {
  static readonly moduleName: string = 'DenseGeneral'
  static readonly propTypes: PropTypes<DenseGeneralProps> = {
    ...dotGeneralKinds,
    features: required(counts),
    axis: axisOrAxes,
    batchDims: listOf(integer),
    useBias: flag,
    dtype,
    paramDtype: dtype,
    kernelInit: initializer,
    biasInit: initializer,
    promoteDtype: func,
  }

  call(inputs: Tensor): Tensor {
    checkInput(this, inputs, { rank: 1 })
    const { useBias = true, dtype, paramDtype = 'float32', kernelInit = defaultKernelInit, biasInit = zeros } = this.props
    const features = [this.props.features].flat()
    const { ndim, shape } = inputs
    const axes = normalizeAxes([this.props.axis ?? -1].flat(), ndim, 'axis')
    const batch = normalizeAxes(this.props.batchDims ?? [], ndim, 'batchDims')
    if (batch.some((d, i) => d !== i))
      throw new LayerError('DenseGeneral', `batchDims must be consecutive leading axes beginning with 0, got [${batch.join(', ')}]`)
    const batchShape = batch.map((a) => shape[a]!)
    const mapped = axes.map((a) => shape[a]!)
    const flat = [product(batchShape) * product(mapped), product(features)]
    const rawKernel = this.param('kernel', reshaped(kernelInit, flat), [...batchShape, ...mapped, ...features], paramDtype)
    const flatBias = [product(batchShape) * product(features)]
    const rawBias = useBias ? this.param('bias', reshaped(biasInit, flatBias), [...batchShape, ...features], paramDtype) : undefined
    const [x, kernel, bias] = (this.props.promoteDtype ?? promoteDtype)([inputs, rawKernel, rawBias], { dtype })
    const contracted = axes.map((_, i) => i + batch.length)
    const y = dotGeneralOf(this.props)(x, kernel, [
      [axes, contracted],
      [batch, batch],
    ])
    if (bias === undefined) return y
    const spread = shape.flatMap((n, a) => (axes.includes(a) ? [] : [batch.includes(a) ? n : 1]))
    return y.add(bias.reshape([...spread, ...features]))
  }
}

/** Props of `Einsum`. */
export interface EinsumProps {
  /** The shape of the kernel. */
  readonly shape: Shape
  /** As `abc,cde->abde`: input, kernel and output. */
  readonly einsumStr?: string | undefined
  readonly useBias?: boolean
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  /** How exactly hardware multiplies (see np.einsum). */
  readonly precision?: np.PrecisionLike | undefined
  readonly preferredElementType?: DType | undefined
  readonly kernelInit?: Initializer
  readonly biasInit?: Initializer
  /** In the place of promoteDtype. */
  readonly promoteDtype?: PromoteDtype | undefined
}

/**
 * The shape of the bias: the axes of the output that the kernel has, also those that an ellipsis of the kernel stands for; and that shape
 * among all axes of the output.
 */
const biasShapes = (equation: string, inputs: Tensor, shape: Shape) => {
  const [operands, result] = equation.split('->') as [string, string]
  const [left, right] = operands.split(',') as [string, string]
  const dots = (labels: string, rank: number): number => (labels.includes('...') ? Math.max(0, rank - labels.length + 3) : 0)
  const most = Math.max(dots(left, inputs.ndim), dots(right, shape.length))
  // An ellipsis has a label for each of its axes; shorter ones end where the longest does.
  const spelled = (labels: string, count: number): readonly string[] => {
    const at = labels.indexOf('...')
    if (at < 0) return [...labels]
    return [...labels.slice(0, at), ...Array.from({ length: count }, (_, i) => `.${most - count + i}`), ...labels.slice(at + 3)]
  }
  const kernel = spelled(right, dots(right, shape.length))
  const sizes = spelled(result, most).map((label) => shape[kernel.indexOf(label)])
  return { bias: sizes.filter((n) => n !== undefined), spread: sizes.map((n) => n ?? 1) }
}

/**
 * A linear map given by an equation of Einstein's notation.
 *
 * Shapes: as the equation says; parameters `kernel: shape`, `bias`: the axes of the output that the kernel has. Errors: LayerError,
 * MergeParamError. Source: `flax.linen.Einsum`.
 */
export class Einsum extends Module<EinsumProps> {
  static readonly moduleName: string = 'Einsum'
  static readonly propTypes: PropTypes<EinsumProps> = {
    shape: required(shape),
    einsumStr: string,
    precision: anything,
    preferredElementType: dtype,
    useBias: flag,
    dtype,
    paramDtype: dtype,
    kernelInit: initializer,
    biasInit: initializer,
    promoteDtype: func,
  }

  call(inputs: Tensor, einsumStr?: string): Tensor {
    checkInput(this, inputs)
    const { shape, useBias = true, dtype, paramDtype = 'float32', precision, preferredElementType } = this.props
    const { kernelInit = defaultKernelInit, biasInit = zeros } = this.props
    const equation = mergeParam('einsumStr', this.props.einsumStr, einsumStr).replaceAll(' ', '')
    if (!equation.includes('->')) throw new LayerError('Einsum', `the equation must contain "->", got "${equation}"`)
    if (equation.split(',').length !== 2) throw new LayerError('Einsum', `the equation must have two operands, got "${equation}"`)
    const rawKernel = this.param('kernel', kernelInit, shape, paramDtype)
    const { bias: biasShape, spread } = biasShapes(equation, inputs, shape)
    const rawBias = useBias ? this.param('bias', biasInit, biasShape, paramDtype) : undefined
    const [x, kernel, bias] = (this.props.promoteDtype ?? promoteDtype)([inputs, rawKernel, rawBias], { dtype })
    const y = np.einsum(equation, x, kernel, { precision, preferredElementType })
    return bias === undefined ? y : y.add(bias.reshape(spread))
  }
}
