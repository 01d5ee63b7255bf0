/**
 * Convolutions of at most two spatial axes on [batch, height, width, feature]. The gradient of a filter is a convolution with a window
 * nearly as large as the image; TensorFlow has an operation of its own for that.
 */
import { BackendError, type ConvolutionParams, type Shape, sizeOf } from '@heddle/func/backend'
import { type Attrs, attr } from '../graph-def'
import type { Block, Value } from './block'
import type { Lower, Lowerings } from './lowering'
import { concatenate, pad, reshape, slice, transpose, type, typed } from './ops'

type Params = ConvolutionParams['conv_general_dilated']
const spatial = (spec: readonly number[]): readonly number[] => spec.slice(2)
const two = (values: Shape): readonly [number, number] => (values.length === 2 ? [values[0]!, values[1]!] : [1, values[0] ?? 1])

/** The input with its holes, cropped where padding is negative; `pads` is what is left: top, bottom, left, right. */
const prepared = (b: Block, x: Value, p: Params): { readonly input: Value; readonly pads: readonly number[] } => {
  const { lhsSpec } = p.dimensionNumbers
  const ordered = transpose(b, x, [lhsSpec[0]!, ...spatial(lhsSpec), lhsSpec[1]!])
  const [h, w] = two(ordered.shape.slice(1, -1))
  const images = reshape(b, ordered, [ordered.shape[0]!, h, w, ordered.shape.at(-1)!])
  const [dh, dw] = two(p.lhsDilation)
  const pads = p.padding.length === 2 ? [...p.padding[0]!, ...p.padding[1]!] : [0, 0, ...(p.padding[0] ?? [0, 0])]
  const cropped = pads.map((n) => Math.min(n, 0)) as [number, number, number, number]
  const input = pad(b, images, b.scalar(0, 'float32'), [
    [0, 0, 0],
    [cropped[0], cropped[1], dh - 1],
    [cropped[2], cropped[3], dw - 1],
    [0, 0, 0],
  ])
  return { input, pads: pads.map((n) => Math.max(n, 0)) }
}
/** [height, width, in features, out features] */
const filterOf = (b: Block, x: Value, { dimensionNumbers: { rhsSpec } }: Params): Value => {
  const ordered = transpose(b, x, [...spatial(rhsSpec), rhsSpec[1]!, rhsSpec[0]!])
  const [h, w] = two(ordered.shape.slice(0, -2))
  return reshape(b, ordered, [h, w, ordered.shape.at(-2)!, ordered.shape.at(-1)!])
}
interface Window {
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  readonly pads: readonly number[]
}
const attributes = ({ strides, dilations, pads }: Window): Attrs => ({
  strides: attr.ints([1, ...strides, 1]),
  padding: attr.text('EXPLICIT'),
  explicit_paddings: attr.ints([0, 0, ...pads, 0, 0]),
  data_format: attr.text('NHWC'),
  dilations: attr.ints([1, ...dilations, 1]),
})
const convolve = (b: Block, x: Value, filter: Value, window: Window, results: readonly [number, number]): Value =>
  b.op(
    'Conv2D',
    [x, filter],
    { ...typed('T', x), ...attributes(window), use_cudnn_on_gpu: attr.flag(true) },
    type([x.shape[0]!, ...results, filter.shape[3]!], 'float32'),
  )
const depthwise = (b: Block, x: Value, filter: Value, window: Window, results: readonly [number, number], groups: number): Value => {
  const [h, w, , m] = filter.shape as [number, number, number, number]
  return b.op(
    'DepthwiseConv2dNative',
    [x, reshape(b, filter, [h, w, groups, m / groups])],
    { ...typed('T', x), ...attributes(window) },
    type([x.shape[0]!, ...results, m], 'float32'),
  )
}
/** The size that a forward convolution would have. */
const forwardSize = (n: number, low: number, high: number, window: number, stride: number, dilation: number): number =>
  Math.floor((n + low + high - (window - 1) * dilation - 1) / stride) + 1

/**
 * The same as the gradient of a filter: what was the batch is the forward input's features, the features summed over its batch, the
 * window its result's cotangent, the strides its dilations. Undefined where the sizes are no forward convolution's.
 */
const asFilterGradient = (
  b: Block,
  x: Value,
  filter: Value,
  { strides, dilations, pads }: Window,
  results: readonly [number, number],
): Value | undefined => {
  const window = [filter.shape[0]!, filter.shape[1]!]
  if (window[0]! * window[1]! <= results[0] * results[1]) return undefined
  const fits = [0, 1].every(
    (k) => forwardSize(x.shape[k + 1]!, pads[2 * k]!, pads[2 * k + 1]!, results[k]!, dilations[k]!, strides[k]!) === window[k],
  )
  const isPadded = pads.some((n, i) => n >= results[i >> 1]! * strides[i >> 1]!)
  if (!fits || isPadded || strides.some((s) => s !== 1)) return undefined
  const [c, o] = [x.shape[0]!, filter.shape[3]!]
  const sizes = b.ints([...results, c, o])
  const gradient = b.op(
    'Conv2DBackpropFilter',
    [transpose(b, x, [3, 1, 2, 0]), sizes, transpose(b, filter, [2, 0, 1, 3])],
    { ...typed('T', x), ...attributes({ strides: dilations, dilations: strides, pads }), use_cudnn_on_gpu: attr.flag(true) },
    type([...results, c, o], 'float32'),
  )
  return transpose(b, gradient, [2, 0, 1, 3])
}
/** Each group by itself: parts of the input along `axis` and of the filter's out features. */
const inGroups = (b: Block, x: Value, filter: Value, groups: number, axis: 0 | 3, f: (x: Value, filter: Value) => Value): Value => {
  const part = (v: Value, along: number, k: number): Value => {
    const size = v.shape[along]! / groups
    return slice(
      b,
      v,
      v.shape.map((_, i) => (i === along ? k * size : 0)),
      v.shape.map((d, i) => (i === along ? size : d)),
    )
  }
  return concatenate(
    b,
    Array.from({ length: groups }, (_, k) => f(part(x, axis, k), part(filter, 3, k))),
    3,
  )
}
const convolution: Lower<Params> = (b, { params: p, ins: [lhs, rhs], outs: [out] }) => {
  const rank = p.windowStrides.length
  if (lhs!.dtype !== 'float32' || rank > 2)
    throw new BackendError('tfjs', `TensorFlow convolves float32 over at most two axes, not ${lhs!.dtype} over ${rank}`)
  const { outSpec } = p.dimensionNumbers
  const { input, pads } = prepared(b, lhs!, p)
  const filter = filterOf(b, rhs!, p)
  const window: Window = { strides: two(p.windowStrides), dilations: two(p.rhsDilation), pads }
  const spatialSizes = spatial(outSpec).map((i) => out!.shape[i]!)
  const results = two(spatialSizes)
  const groups = p.featureGroupCount * p.batchGroupCount
  const isDepthwise =
    groups > 1 &&
    p.batchGroupCount === 1 &&
    groups === input.shape[3] &&
    window.strides[0] === window.strides[1] &&
    window.dilations.every((d) => d === 1)
  const one = (x: Value, w: Value): Value => asFilterGradient(b, x, w, window, results) ?? convolve(b, x, w, window, results)
  const empty = sizeOf(input.shape) === 0 || sizeOf(filter.shape) === 0
  if (empty) throw new BackendError('tfjs', 'TensorFlow has no convolution of nothing')
  const made = isDepthwise
    ? depthwise(b, input, filter, window, results, groups)
    : groups === 1
      ? one(input, filter)
      : inGroups(b, input, filter, groups, p.batchGroupCount > 1 ? 0 : 3, one)
  const shaped = reshape(b, made, [made.shape[0]!, ...spatialSizes, made.shape[3]!])
  const canonical = [outSpec[0]!, ...spatial(outSpec), outSpec[1]!]
  return [
    transpose(
      b,
      shaped,
      canonical.map((_, axis) => canonical.indexOf(axis)),
    ),
  ]
}
export const convolutions: Lowerings<keyof ConvolutionParams> = { conv_general_dilated: convolution }
