/** Convolutions with the signatures of jax.lax. */
import { range, type Shape } from '../aval'
import { ArgumentError } from '../error'
import { productKinds, productOptions, type ProductOptions } from '../numpy/contraction'
import { precisionOf } from '../numpy/precision'
import { asTensor, type TensorLike } from '../numpy/promote'
import {
  anything,
  boolean,
  type Kind,
  nullable,
  optionsOf,
  positive,
  readArgument,
  shape as shapeKind,
  isPlainObject,
  type OptionsOf,
  of,
} from '../options'
import { convGeneralDilated as convP } from '../primitives/convolution'
import { rev } from '../primitives/layout'
import { transpose } from '../primitives/structural'
import type { ConvDimensionNumbers } from '../table'
import type { Tensor } from '../tensor'
import { type Padding, padtypeToPads } from './padding'

/** Three layouts such as ['NHWC', 'HWIO', 'NHWC'] (lhs, rhs, result), or axes in full; ['NCHW', 'OIHW', 'NCHW'] by default. */
export type ConvDims = readonly [lhs: string, rhs: string, out: string] | ConvDimensionNumbers
const layouts: Kind = {
  expected: "three layouts such as ['NHWC', 'HWIO', 'NHWC'], or { lhsSpec, rhsSpec, outSpec }",
  is: (x) =>
    Array.isArray(x)
      ? x.length === 3 && x.every((s) => typeof s === 'string')
      : isPlainObject(x) && [x.lhsSpec, x.rhsSpec, x.outSpec].every((s) => Array.isArray(s) && s.every(Number.isInteger)),
}
const spatialLetters = (spec: string, special: string): string => [...spec].filter((c) => !special.includes(c)).join('')
/** The axes that layouts name. Errors: ArgumentError for layouts that don't fit each other or the rank. */
export const convDimensionNumbers = (rank: number, dims?: ConvDims | null): ConvDimensionNumbers => {
  if (dims === undefined || dims === null) {
    const axes = range(rank)
    return { lhsSpec: axes, rhsSpec: axes, outSpec: axes }
  }
  readArgument('convDimensionNumbers', 'dimensionNumbers', layouts, dims)
  if (!isLayouts(dims)) return dims
  const [lhs, rhs, out] = dims
  const spatial = spatialLetters(rhs, 'OI')
  const bad = (): ArgumentError =>
    new ArgumentError(
      'convDimensionNumbers',
      `layouts [${dims.join(', ')}] must each name ${rank} axes: N, C (lhs, result) or O, I (rhs), and the same others`,
    )
  const axesOf = (spec: string, first: string, second: string): number[] => {
    const axes = [first, second, ...spatial].map((c) => spec.indexOf(c))
    if (spec.length !== rank || new Set(spec).size !== rank || axes.includes(-1)) throw bad()
    return axes
  }
  return { lhsSpec: axesOf(lhs, 'N', 'C'), rhsSpec: axesOf(rhs, 'O', 'I'), outSpec: axesOf(out, 'N', 'C') }
}
const isLayouts = (dims: ConvDims): dims is readonly [string, string, string] => Array.isArray(dims)
/** Kinds of the options of convolutions. */
export const convKinds = { ...productKinds, rhsDilation: shapeKind, dimensionNumbers: of<ConvDims | null>()(nullable(anything)) }
const convOptions = optionsOf({
  ...convKinds,
  lhsDilation: shapeKind,
  featureGroupCount: positive,
  batchGroupCount: positive,
})
/** Options of `convGeneralDilated`. */
export interface ConvOptions extends OptionsOf<typeof convOptions> {}
/** Strides, one for each spatial axis. */
const readStrides = (where: string, strides: Shape, spatial: number): void => {
  readArgument(where, 'windowStrides', shapeKind, strides)
  if (strides.length !== spatial || strides.includes(0))
    throw new ArgumentError(where, `expected ${spatial} strides of 1 or more, one for each spatial axis, got [${strides.join(',')}]`)
}
/**
 * A convolution (cross-correlation: the kernel is not flipped) over any number of spatial axes.
 *
 * `padding` is 'SAME', 'SAME_LOWER', 'VALID' or [low, high] for each spatial axis. Errors: ArgumentError, ShapeError.
 */
export const convGeneralDilated = (
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Shape,
  padding: Padding,
  given?: ConvOptions,
): Tensor => {
  const options = convOptions('lax.convGeneralDilated', given)
  const [x, w] = [asTensor(lhs, 'lax.convGeneralDilated'), asTensor(rhs, 'lax.convGeneralDilated')]
  const dimensionNumbers = convDimensionNumbers(x.ndim, options.dimensionNumbers)
  const spatial = range(x.ndim - 2)
  readStrides('lax.convGeneralDilated', windowStrides, spatial.length)
  const [lhsDilation, rhsDilation] = [options.lhsDilation ?? spatial.map(() => 1), options.rhsDilation ?? spatial.map(() => 1)]
  const dilated = (n: number, d: number): number => (n === 0 ? 0 : (n - 1) * d + 1)
  const sizes = spatial.map((i) => dilated(x.shape[dimensionNumbers.lhsSpec[i + 2]!]!, lhsDilation[i]!))
  const window = spatial.map((i) => dilated(w.shape[dimensionNumbers.rhsSpec[i + 2]!]!, rhsDilation[i]!))
  if (typeof padding === 'string' && lhsDilation.some((d) => d !== 1) && padding !== 'VALID')
    throw new ArgumentError('lax.convGeneralDilated', "with lhsDilation give padding as pairs, or use convTranspose for 'SAME'")
  return convP(x, w, {
    windowStrides,
    padding: padtypeToPads(sizes, window, windowStrides, padding),
    lhsDilation,
    rhsDilation,
    dimensionNumbers,
    featureGroupCount: options.featureGroupCount ?? 1,
    batchGroupCount: options.batchGroupCount ?? 1,
    precision: precisionOf('lax.convGeneralDilated', options.precision),
    preferredElementType: options.preferredElementType ?? null,
  })
}
/** A convolution of layouts NCHW and OIHW. */
export const conv = (lhs: TensorLike, rhs: TensorLike, windowStrides: Shape, padding: Padding, options?: ProductOptions): Tensor =>
  convGeneralDilated(lhs, rhs, windowStrides, padding, productOptions('lax.conv', options))
/** The same with dilations. */
export const convWithGeneralPadding = (
  lhs: TensorLike,
  rhs: TensorLike,
  windowStrides: Shape,
  padding: Padding,
  lhsDilation?: Shape,
  rhsDilation?: Shape,
  options?: ProductOptions,
): Tensor =>
  convGeneralDilated(lhs, rhs, windowStrides, padding, {
    ...productOptions('lax.convWithGeneralPadding', options),
    lhsDilation,
    rhsDilation,
  })
const convTransposeOptions = optionsOf({
  ...convKinds,
  /** Flip the kernel and exchange its features: the exact transpose of a convolution with this kernel. */
  transposeKernel: boolean,
})
/** Options of `convTranspose`. */
export interface ConvTransposeOptions extends OptionsOf<typeof convTransposeOptions> {}
const defaultLayouts: Readonly<Record<number, readonly [string, string, string]>> = {
  2: ['NC', 'IO', 'NC'],
  3: ['NHC', 'HIO', 'NHC'],
  4: ['NHWC', 'HWIO', 'NHWC'],
  5: ['NHWDC', 'HWDIO', 'NHWDC'],
}
const transposePads = (k: number, stride: number, padding: 'SAME' | 'VALID'): [number, number] => {
  const same = k + stride - 2
  const total = padding === 'SAME' ? same : same + Math.max(k - stride, 0)
  const before = padding === 'SAME' ? (stride > k - 1 ? k - 1 : Math.ceil(total / 2)) : k - 1
  return [before, total - before]
}
/** A fractionally strided convolution. Source: jax.lax.conv_transpose. */
export const convTranspose = (lhs: TensorLike, rhs: TensorLike, strides: Shape, padding: Padding, given?: ConvTransposeOptions): Tensor => {
  const options = convTransposeOptions('lax.convTranspose', given)
  const [x, w] = [asTensor(lhs, 'lax.convTranspose'), asTensor(rhs, 'lax.convTranspose')]
  const layouts = options.dimensionNumbers ?? defaultLayouts[x.ndim]
  if (!layouts)
    throw new ArgumentError('lax.convTranspose', `there is no default layout for ${x.ndim - 2} spatial axes; give dimensionNumbers`)
  const dimensionNumbers = convDimensionNumbers(x.ndim, layouts)
  const spatial = dimensionNumbers.rhsSpec.slice(2)
  readStrides('lax.convTranspose', strides, spatial.length)
  const rhsDilation = options.rhsDilation ?? spatial.map(() => 1)
  const sizes = spatial.map((a, i) => (w.shape[a]! - 1) * rhsDilation[i]! + 1)
  if (padding === 'SAME_LOWER') throw new ArgumentError('lax.convTranspose', "padding must be 'SAME', 'VALID' or pairs")
  const pads = typeof padding === 'string' ? sizes.map((k, i) => transposePads(k, strides[i]!, padding)) : padding
  const [o, i] = dimensionNumbers.rhsSpec as readonly [number, number]
  const flipped = options.transposeKernel ? swap(rev(w, { dimensions: [...spatial].sort((a, b) => a - b) }), o, i) : w
  return convGeneralDilated(
    x,
    flipped,
    spatial.map(() => 1),
    pads,
    {
      lhsDilation: strides,
      rhsDilation,
      dimensionNumbers,
      precision: options.precision,
      preferredElementType: options.preferredElementType,
    },
  )
}
const swap = (x: Tensor, a: number, b: number): Tensor =>
  transpose(x, { permutation: range(x.ndim).map((i) => (i === a ? b : i === b ? a : i)) })
