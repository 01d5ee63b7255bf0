/** Convolution of vectors, finite differences, window functions. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { dtypes } from '../dtype'
import { ArgumentError } from '../error'
import { axis as axisKind, finite, forTensors, oneOf, optionsOf, readArgument, samples, type OptionsOf } from '../options'
import { convGeneralDilated } from '../primitives/convolution'
import { concatenate, rev, sliceAxis } from '../primitives/layout'
import { convert, reshape } from '../primitives/structural'
import type { PrecisionPair } from '../table'
import type { Tensor } from '../tensor'
import { productKinds } from './contraction'
import { besselI0 } from './bessel'
import { divide, multiply, subtract } from './elementwise'
import { ofNumbers } from './host-tensor'
import { precisionOf } from './precision'
import { axisOf, floatOperand, promoteInexact, type TensorLike } from './promote'

/** Where the two overlap at all ('full'), as often as the longer is long ('same'), or wholly ('valid'). */
export type ConvolutionMode = 'full' | 'same' | 'valid'
/** Options of `convolve` and `correlate`. */
export interface ConvolveOptions extends OptionsOf<typeof convolveOptions> {}
const convolveOptions = optionsOf({ precision: productKinds.precision })
const modeKind = oneOf('full', 'same', 'valid')
/** Sums of products at all shifts of `w` along `x`, where `w` is not longer. */
const slide = (x: Tensor, w: Tensor, mode: ConvolutionMode, precision: PrecisionPair | null): Tensor => {
  const m = w.size
  const pads: Readonly<Record<ConvolutionMode, readonly [number, number]>> = {
    full: [m - 1, m - 1],
    same: [Math.floor(m / 2), m - Math.floor(m / 2) - 1],
    valid: [0, 0],
  }
  const spec = [0, 1, 2]
  const out = convGeneralDilated(reshape(x, { newSizes: [1, 1, x.size] }), reshape(w, { newSizes: [1, 1, m] }), {
    windowStrides: [1],
    padding: [pads[mode]],
    lhsDilation: [1],
    rhsDilation: [1],
    dimensionNumbers: { lhsSpec: spec, rhsSpec: spec, outSpec: spec },
    featureGroupCount: 1,
    batchGroupCount: 1,
    precision,
    preferredElementType: null,
  })
  return reshape(out, { newSizes: [out.shape[2]!] })
}
const vectors = (where: string, x: TensorLike, y: TensorLike): [Tensor, Tensor] => {
  const [a, b] = promoteInexact(where, [x, y])
  if (a.ndim !== 1 || b.ndim !== 1 || a.size === 0 || b.size === 0)
    throw new ArgumentError(where, `expected two vectors that are not empty, got shapes [${a.shape.join(',')}] and [${b.shape.join(',')}]`)
  return [a, b]
}
const reversed = (x: Tensor): Tensor => rev(x, { dimensions: [0] })
/** The convolution of two vectors: one of them runs backward. */
export const convolve = (x: TensorLike, y: TensorLike, mode: ConvolutionMode = 'full', options?: ConvolveOptions): Tensor => {
  readArgument('convolve', 'mode', modeKind, mode)
  const precision = precisionOf('convolve', convolveOptions('convolve', options).precision)
  const [a, b] = vectors('convolve', x, y)
  return a.size < b.size ? slide(b, reversed(a), mode, precision) : slide(a, reversed(b), mode, precision)
}
/** The cross-correlation of two vectors. */
export const correlate = (x: TensorLike, y: TensorLike, mode: ConvolutionMode = 'valid', options?: ConvolveOptions): Tensor => {
  readArgument('correlate', 'mode', modeKind, mode)
  const precision = precisionOf('correlate', convolveOptions('correlate', options).precision)
  const [a, b] = vectors('correlate', x, y)
  return a.size < b.size ? reversed(slide(b, a, mode, precision)) : slide(a, b, mode, precision)
}

const gradientAlong = (x: Tensor, axis: number, spacing: number): Tensor => {
  const n = x.shape[axis]!
  if (n < 2) throw new ArgumentError('gradient', `axis ${axis} of shape [${x.shape.join(',')}] needs at least 2 elements`)
  const difference = (low: number, high: number, count: number): Tensor =>
    subtract(sliceAxis(x, axis, high, high + count), sliceAxis(x, axis, low, low + count))
  const first = divide(difference(0, 1, 1), spacing)
  const inner = divide(difference(0, 2, n - 2), 2 * spacing)
  const last = divide(difference(n - 2, n - 1, 1), spacing)
  return concatenate([first, inner, last], { dimension: axis })
}
const gradientOptions = optionsOf({ axis: axisKind, spacing: finite })
/** Options of `gradient`. */
export interface GradientOptions extends OptionsOf<typeof gradientOptions> {}
/** Central differences along one axis (one-sided at the ends), of samples `spacing` apart. */
export const gradient = (x: TensorLike, options?: GradientOptions): Tensor => {
  const { axis = 0, spacing = 1 } = gradientOptions('gradient', options)
  const t = floatOperand('gradient', x)
  return gradientAlong(t, axisOf('gradient', axis, t.ndim), spacing)
}
/** Central differences along all axes. */
export const gradients = (x: TensorLike, spacing = 1): Tensor[] => {
  const t = floatOperand('gradients', x)
  readArgument('gradients', 'spacing', finite, spacing)
  return range(t.ndim).map((axis) => gradientAlong(t, axis, spacing))
}

const window =
  (name: string, f: (phase: number) => number) =>
  (n: number): Tensor => {
    readArgument(name, 'n', samples, n)
    return ofNumbers(
      range(n).map((i) => (n === 1 ? 1 : f(i / (n - 1)))),
      'float32',
    )
  }
const cosine = (k: number, t: number): number => Math.cos(2 * Math.PI * k * t)
/** Hann's window of n points. */
export const hanning = window('hanning', (t) => 0.5 - 0.5 * cosine(1, t))
/** Hamming's window of n points. */
export const hamming = window('hamming', (t) => 0.54 - 0.46 * cosine(1, t))
/** Blackman's window of n points. */
export const blackman = window('blackman', (t) => 0.42 - 0.5 * cosine(1, t) + 0.08 * cosine(2, t))
/** Bartlett's window (a triangle) of n points. */
export const bartlett = window('bartlett', (t) => 1 - Math.abs(2 * t - 1))
/** The modified Bessel function of the first kind of order 0. */
export const i0 = (x: TensorLike): Tensor => {
  const t = floatOperand('i0', x)
  return dtypes[t.dtype].bits < 32 ? convert(besselI0(convert(t, 'float32')), t.dtype) : besselI0(t)
}
/** Kaiser's window of n points, the narrower the larger `beta` is. */
export const kaiser = (n: number, beta: TensorLike): Tensor => {
  readArgument('kaiser', 'n', { ...samples, hint: forTensors('it is the size of the result: a number of JavaScript') }, n)
  if (n <= 1)
    return ofNumbers(
      range(n).map(() => 1),
      'float32',
    )
  const heights = ofNumbers(
    range(n).map((i) => Math.sqrt(Math.max(0, 1 - ((2 * i) / (n - 1) - 1) ** 2))),
    'float32',
  )
  return divide(i0(multiply(beta, heights)), i0(beta))
}
