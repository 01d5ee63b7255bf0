/**
 * Convolutions: Conv and ConvTranspose.
 */
import { lax, np, type DType, type Shape, type Tensor } from '@heddle/func'
import { anything, count, dtype, func, positive, required, tensor } from '@heddle/func/options'
import { promoteDtype, type PromoteDtype } from './dtypes'
import { LayerError } from '../error'
import { defaultKernelInit, zeros, type Initializer } from './initializers'
import { Module } from '../module/module'
import { flag, initializer, padding as paddingKind, sizes } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { convGeneralDilatedOf, convProductKinds, type ConvProductProps } from './products'
import { checkInput } from './inputs'

/** Low and high padding of each axis of space, one number for both or for all, or by name. */
export type Padding = 'SAME' | 'VALID' | 'CIRCULAR' | 'REFLECT' | 'CAUSAL' | number | readonly (number | readonly [number, number])[]

/** One number for each axis of space, or one for all. */
export type Sizes = number | readonly number[]

interface CommonProps {
  readonly features: number
  /** The size of the window along each axis of space, which also says how many these are: `[3, 3]` for images. `3` is `[3]`, as in Flax. */
  readonly kernelSize: Sizes
  readonly strides?: Sizes | undefined
  readonly padding?: Padding
  readonly kernelDilation?: Sizes | undefined
  readonly useBias?: boolean
  /** Multiplied with the kernel; of its shape. */
  readonly mask?: Tensor | undefined
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  readonly kernelInit?: Initializer
  readonly biasInit?: Initializer
  /** How exactly hardware multiplies (see lax.convGeneralDilated). */
  readonly precision?: np.PrecisionLike | undefined
  /** In the place of promoteDtype. */
  readonly promoteDtype?: PromoteDtype | undefined
}

/** Props of `Conv`. */
export interface ConvProps extends CommonProps, ConvProductProps {
  readonly inputDilation?: Sizes | undefined
  /** Groups of features that see only a group of the input's. */
  readonly featureGroupCount?: number
}

/** What all convolutions take. */
const commonKinds: PropTypes<CommonProps> = {
  features: required(count),
  kernelSize: required(sizes),
  strides: sizes,
  padding: paddingKind,
  kernelDilation: sizes,
  mask: tensor,
  precision: anything,
  useBias: flag,
  dtype,
  paramDtype: dtype,
  kernelInit: initializer,
  biasInit: initializer,
  promoteDtype: func,
}
/** What a convolution takes that is cut into groups or not. */
export const convKinds: PropTypes<Omit<ConvProps, 'featureGroupCount'>> = { ...commonKinds, ...convProductKinds, inputDilation: sizes }

/** Props of sizes, each as one for each axis of space. Errors: LayerError for lists of another length. */
export const spread = <K extends string>(
  layer: string,
  props: { readonly [k in K]?: Sizes | undefined },
  rank: number,
  names: readonly K[],
) =>
  names.map((name): readonly number[] => {
    const sizes: Sizes = props[name] ?? 1
    if (typeof sizes === 'number') return Array.from({ length: rank }, () => sizes)
    if (sizes.length !== rank)
      throw new LayerError(layer, `${name} must have ${rank} entries, one for each entry of kernelSize, got [${sizes.join()}]`)
    return sizes
  })
/** Refuses inputs without all axes of space, or without channels. Errors: LayerError. */
export const checkSpace = (layer: Module, inputs: unknown, window: readonly number[]): void =>
  checkInput(layer, inputs, {
    rank: window.length + 1,
    form: `[batch..., ${window.map((k) => `space (kernelSize ${k})`).join(', ')}, channels]`,
  })

/** Padding as pairs or by name. Errors: LayerError. Source: `flax.linen.linear.canonicalize_padding`. */
const canonicalPadding = (padding: Padding, rank: number): Exclude<Padding, number> | readonly (readonly [number, number])[] => {
  if (typeof padding === 'string') return padding
  const pairs = typeof padding === 'number' ? Array.from({ length: rank }, () => padding) : padding
  if (pairs.length !== rank)
    throw new LayerError('Conv', `padding must have ${rank} entries, one for each axis of space, got ${pairs.length}`)
  return pairs.map((p) => (typeof p === 'number' ? ([p, p] as const) : p))
}

type Pads = 'SAME' | 'VALID' | readonly (readonly [number, number])[]

/** Padding that lax does not know is done before. */
export const padded = (x: Tensor, padding: Padding, window: readonly number[], dilation: readonly number[]): readonly [Tensor, Pads] => {
  const pads = canonicalPadding(padding, window.length)
  const around = (space: readonly (readonly [number, number])[]): [number, number][] => [
    [0, 0],
    ...space.map(([a, b]): [number, number] => [a, b]),
    [0, 0],
  ]
  if (pads === 'CIRCULAR' || pads === 'REFLECT') {
    const space = window.map((k, i): readonly [number, number] => {
      const n = (k - 1) * dilation[i]! + 1
      return [Math.floor((n - 1) / 2), Math.floor(n / 2)]
    })
    return [np.pad(x, around(space), pads === 'CIRCULAR' ? 'wrap' : 'reflect'), 'VALID']
  }
  if (pads === 'CAUSAL') {
    if (window.length !== 1) throw new LayerError('Conv', `CAUSAL padding is for one axis of space, got ${window.length}`)
    return [np.pad(x, around([[dilation[0]! * (window[0]! - 1), 0]])), 'VALID']
  }
  return [x, pads as Pads]
}

/** Layouts with the channels last. */
export const layouts = (rank: number): readonly [string, string, string] => {
  const space = 'HWDEFG'.slice(0, rank)
  return [`N${space}C`, `${space}IO`, `N${space}C`]
}

/** All axes of the batch as one; and back. */
export const flatBatch = (x: Tensor, rank: number): { readonly flat: Tensor; readonly unflat: (y: Tensor) => Tensor } => {
  const batch = x.shape.slice(0, x.ndim - rank - 1)
  if (batch.length === 1) return { flat: x, unflat: (y) => y }
  return { flat: x.reshape([-1, ...x.shape.slice(batch.length)]), unflat: (y) => y.reshape([...batch, ...y.shape.slice(1)]) }
}

/** A kernel without what its mask takes. Errors: LayerError. */
export const masked = (kernel: Tensor, mask: Tensor | undefined, shape: Shape): Tensor => {
  if (mask === undefined) return kernel
  if (mask.shape.join() !== shape.join())
    throw new LayerError('Conv', `mask must have the shape of the kernel [${shape.join()}], got [${mask.shape.join()}]`)
  return kernel.mul(mask)
}

/** The size of the window along each axis. */
export const windowOf = (kernelSize: Sizes): readonly number[] => [kernelSize].flat()

/**
 * A convolution over any number of axes of space.
 *
 * Shapes: `x: [batch..., *space, n]`, answer `[batch..., *space', features]`; parameters `kernel: [*kernelSize, n / groups, features]`,
 * `bias: [features]`. Errors: LayerError. Source: `flax.linen.Conv`.
 */
export class Conv extends Module<ConvProps> {
  static readonly moduleName: string = 'Conv'
  static readonly propTypes: PropTypes<ConvProps> = { ...convKinds, featureGroupCount: positive }

  call(inputs: Tensor): Tensor {
    const { features, padding = 'SAME', featureGroupCount = 1, useBias = true, dtype, paramDtype = 'float32' } = this.props
    const { kernelInit = defaultKernelInit, biasInit = zeros, mask } = this.props
    const window = windowOf(this.props.kernelSize)
    const rank = window.length
    const [strides, lhsDilation, rhsDilation] = spread('Conv', this.props, rank, ['strides', 'inputDilation', 'kernelDilation'])
    checkSpace(this, inputs, window)
    const { flat, unflat } = flatBatch(inputs, rank)
    const channels = flat.shape.at(-1)!
    if (channels % featureGroupCount !== 0)
      throw new LayerError('Conv', `${channels} channels can't be cut into ${featureGroupCount} groups of equal size`)
    const shape = [...window, channels / featureGroupCount, features]
    const rawKernel = masked(this.param('kernel', kernelInit, shape, paramDtype), mask, shape)
    const rawBias = useBias ? this.param('bias', biasInit, [features], paramDtype) : undefined
    const [around, pads] = padded(flat, padding, window, rhsDilation!)
    const [x, kernel, bias] = (this.props.promoteDtype ?? promoteDtype)([around, rawKernel, rawBias], { dtype })
    const y = convGeneralDilatedOf(this.props)(x, kernel, strides!, pads, {
      lhsDilation,
      rhsDilation,
      dimensionNumbers: layouts(rank),
      featureGroupCount,
      precision: this.props.precision,
    })
    return unflat(bias === undefined ? y : y.add(bias))
  }
}

/** Props of `ConvTranspose`. */
export interface ConvTransposeProps extends CommonProps {
  /** Flip the kernel and exchange its axes of features: the transpose of a Conv with the same kernel. */
  readonly transposeKernel?: boolean
  readonly preferredElementType?: DType | undefined
}

/** Folds what a circular convolution has beyond each period back into it. */
const wrapped = (y: Tensor, periods: readonly number[], transposeKernel: boolean): Tensor => {
  const pads = periods.map((period, i): [number, number] => {
    const less = y.shape[i + 1]! - period
    const missing = ((-less % (2 * period)) + 2 * period) % (2 * period)
    const [small, large] = [Math.floor(missing / 2), Math.floor((missing + 1) / 2)]
    return transposeKernel ? [small, large] : [large, small]
  })
  return periods.reduce(
    (x, period, i) => x.reshape([...x.shape.slice(0, i + 1), -1, period, ...x.shape.slice(i + 2)]).sum(i + 1),
    np.pad(y, [[0, 0], ...pads, [0, 0]]),
  )
}

/**
 * A transposed convolution, which enlarges space by its strides.
 *
 * Shapes: `x: [batch..., *space, n]`, answer `[batch..., *space', features]`; parameters `kernel: [*kernelSize, n, features]`,
 * `bias: [features]`. Errors: LayerError. Source: `flax.linen.ConvTranspose`.
 */
export class ConvTranspose extends Module<ConvTransposeProps> {
  static readonly moduleName: string = 'ConvTranspose'
  static readonly propTypes: PropTypes<ConvTransposeProps> = { ...commonKinds, transposeKernel: flag, preferredElementType: dtype }

  call(inputs: Tensor): Tensor {
    const { features, padding = 'SAME', useBias = true, dtype, paramDtype = 'float32', transposeKernel = false } = this.props
    const { kernelInit = defaultKernelInit, biasInit = zeros, mask, preferredElementType } = this.props
    const window = windowOf(this.props.kernelSize)
    const rank = window.length
    const [strides, rhsDilation] = spread('ConvTranspose', this.props, rank, ['strides', 'kernelDilation'])
    checkSpace(this, inputs, window)
    const { flat, unflat } = flatBatch(inputs, rank)
    const channels = flat.shape.at(-1)!
    const shape = [...window, ...(transposeKernel ? [features, channels] : [channels, features])]
    const rawKernel = masked(this.param('kernel', kernelInit, shape, paramDtype), mask, shape)
    const rawBias = useBias ? this.param('bias', biasInit, [features], paramDtype) : undefined
    const pads = canonicalPadding(padding, rank)
    if (pads === 'REFLECT' || pads === 'CAUSAL')
      throw new LayerError('ConvTranspose', `there is no padding ${pads} of transposed convolutions`)
    const [x, kernel, bias] = (this.props.promoteDtype ?? promoteDtype)([flat, rawKernel, rawBias], { dtype })
    const y = lax.convTranspose(x, kernel, strides!, pads === 'CIRCULAR' ? 'VALID' : (pads as Pads), {
      rhsDilation,
      dimensionNumbers: layouts(rank),
      transposeKernel,
      precision: this.props.precision,
      preferredElementType,
    })
    const periods = x.shape.slice(1, -1).map((n, i) => n * strides![i]!)
    const z = pads === 'CIRCULAR' ? wrapped(y, periods, transposeKernel) : y
    return unflat(bias === undefined ? z : z.add(bias))
  }
}
