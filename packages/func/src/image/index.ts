/** `image`: jax.image in camelCase: images of another size. */
import { range, type Shape } from '../aval'
import { ArgumentError, ShapeError } from '../error'
import { matmul } from '../numpy/contraction'
import { productKinds } from '../numpy/contraction'
import { arange } from '../numpy/creation'
import { add, clip, divide, maximum, minimum, multiply, subtract } from '../numpy/elementwise'
import { logicalAnd, notEqual, where } from '../numpy/logic'
import { asTensor, axesOf, floatOperand, type TensorLike } from '../numpy/promote'
import { sum } from '../numpy/reduce'
import { expandDims, moveaxis } from '../numpy/shape'
import { take } from '../numpy/take'
import { equal } from '../numpy/logic'
import { boolean, listOf, integer, oneOf, optionsOf, readArgument, shape as shapeKind, type OptionsOf } from '../options'
import type { Tensor } from '../tensor'
import { kernelOf } from './kernels'

const METHODS = [
  'nearest',
  'linear',
  'bilinear',
  'trilinear',
  'triangle',
  'cubic',
  'bicubic',
  'tricubic',
  'cubic-pytorch',
  'bicubic-pytorch',
  'lanczos3',
  'lanczos5',
  'area',
] as const
/** How pixels between pixels are found; names of one method stand beside each other in JAX's list. */
export type ResizeMethod = (typeof METHODS)[number]
type Interpolation = 'linear' | 'cubic' | 'cubic-pytorch' | 'lanczos3' | 'lanczos5' | 'area'
const methodKind = oneOf(...METHODS)
const interpolationOf = (where_: string, method: ResizeMethod, antialias: boolean): Interpolation => {
  if (method === 'nearest') throw new ArgumentError(where_, "'nearest' does not interpolate: resize has it, scaleAndTranslate has not")
  if (method === 'lanczos3' || method === 'lanczos5' || method === 'area') return method
  // with antialiasing PyTorch's cubic is everyone's
  if (method.endsWith('cubic-pytorch')) return antialias ? 'cubic' : 'cubic-pytorch'
  return method.endsWith('cubic') ? 'cubic' : 'linear'
}

/** How much each of `inputs` pixels [inputs, outputs] has in each of `outputs`, which lie at (i + 0.5 - translation) / scale. */
const weightsOf = (
  inputs: number,
  outputs: number,
  scale: TensorLike,
  translation: TensorLike,
  method: Interpolation,
  antialias: boolean,
  dtype: 'float32' | 'float64',
): Tensor => {
  const inverse = typeof scale === 'number' ? 1 / scale : divide(1, scale)
  const at = (n: number, from = 0): Tensor => arange(from, n, 1, { dtype })
  const start = multiply(translation, inverse)
  const row = (x: Tensor): Tensor => expandDims(x, 0)
  const column = (x: Tensor): Tensor => expandDims(x, 1)
  const sample = subtract(subtract(multiply(add(at(outputs), 0.5), inverse), start), 0.5)
  const isEdged = method === 'cubic-pytorch' && !antialias
  const normalized = (w: Tensor): Tensor => {
    const total = sum(w, { axis: 0, keepdims: true })
    const isSome = total.abs().gt(1000 * 2 ** -23)
    return where(isSome, divide(w, where(notEqual(total, 0), total, 1)), 0)
  }
  const inside = (w: Tensor): Tensor => where(row(logicalAnd(sample.ge(-0.5), sample.le(inputs - 0.5))), w, 0)
  if (method === 'area') {
    const left = subtract(multiply(at(outputs), inverse), start)
    const right = add(left, inverse)
    const pixel = column(at(inputs))
    const overlap = subtract(minimum(row(right), add(pixel, 1)), maximum(row(left), pixel))
    return inside(normalized(maximum(0, overlap)))
  }
  const { radius, weight } = kernelOf(method)
  const width = !antialias ? 1 : typeof inverse === 'number' ? Math.max(inverse, 1) : maximum(inverse, 1)
  const margin = isEdged ? radius : 0
  const places = at(inputs + margin, -margin)
  const w = weight(divide(subtract(row(sample), column(places)).abs(), width))
  if (!isEdged) return inside(normalized(w))
  // the weight of what lies outside goes to the nearest pixel
  const nearest = equal(column(at(inputs)), row(clip(places, 0, inputs - 1))).astype(dtype)
  return normalized(matmul(nearest, w))
}

const scaleOptions = optionsOf({
  /** Pixels are means of what they cover where the image becomes smaller (true). */
  antialias: boolean,
  ...productKinds,
})
/** Options of `scaleAndTranslate` and `resize`. */
export interface ResizeOptions extends OptionsOf<typeof scaleOptions> {}

const scaled = (
  image: Tensor,
  shape: Shape,
  axes: readonly number[],
  scale: (i: number) => TensorLike,
  translation: (i: number) => TensorLike,
  method: Interpolation,
  { antialias = true, precision = 'highest' }: ResizeOptions,
): Tensor =>
  axes.reduce((x, axis, i) => {
    const dtype = image.dtype === 'float64' ? 'float64' : 'float32'
    const w = weightsOf(image.shape[axis]!, shape[axis]!, scale(i), translation(i), method, antialias, dtype).astype(image.dtype)
    return moveaxis(matmul(moveaxis(x, axis, -1), w, { precision }), -1, axis)
  }, image)
const readShape = (where_: string, image: Tensor, shape: Shape): void => {
  readArgument(where_, 'shape', shapeKind, shape)
  if (shape.length !== image.ndim)
    throw new ShapeError(
      where_,
      [image.aval],
      `the new shape must have an entry for each axis, ${image.ndim}, also for those that stay; got [${shape.join(',')}]`,
    )
}
const readMethod = (where_: string, method: ResizeMethod): void => readArgument(where_, 'method', methodKind, method)

/**
 * An image (any array) of another shape: axes whose size changes are interpolated, in the centres of pixels.
 *
 * Shapes: `shape` has an entry for each axis, batches and channels too. Integers become float32, but for 'nearest'.
 * Errors: ShapeError, ArgumentError. Source: jax.image.resize.
 *
 * @example
 * image.resize(x, [8, 64, 64, 3], 'bilinear') // of [8, 32, 32, 3]
 */
export const resize = (image: TensorLike, shape: Shape, method: ResizeMethod, options?: ResizeOptions): Tensor => {
  const where_ = 'image.resize'
  const read = scaleOptions(where_, options)
  readMethod(where_, method)
  const given = asTensor(image, where_)
  readShape(where_, given, shape)
  const axes = range(given.ndim).filter((i) => given.shape[i] !== shape[i])
  if (axes.some((i) => given.shape[i] === 0))
    throw new ShapeError(where_, [given.aval], 'an axis without pixels has nothing to interpolate')
  if (method === 'nearest') return axes.reduce((x, axis) => nearestAlong(x, axis, shape[axis]!), given)
  const x = floatOperand(where_, given)
  const ratio = (i: number): number => (shape[axes[i]!] === 0 ? 1 : shape[axes[i]!]! / x.shape[axes[i]!]!)
  return scaled(x, shape, axes, ratio, () => 0, interpolationOf(where_, method, read.antialias ?? true), read)
}
/** Pixel i is the one that its centre lies in. */
const nearestAlong = (x: Tensor, axis: number, n: number): Tensor => {
  const m = x.shape[axis]!
  const at = range(n).map((i) => Math.min(m - 1, Math.floor(Math.fround((Math.fround(i + 0.5) * m) / n))))
  return take(x, new Int32Array(at), { axis, mode: 'clip' })
}
/**
 * An image of another shape, whose axes `spatialDims` are scaled by `scale` and then moved by `translation` pixels (one for each of them, may be
 * traced and differentiated); what comes from outside is 0.
 *
 * Errors: ShapeError; ArgumentError, for 'nearest' too. Source: jax.image.scale_and_translate.
 */
export const scaleAndTranslate = (
  image: TensorLike,
  shape: Shape,
  spatialDims: readonly number[],
  scale: TensorLike,
  translation: TensorLike,
  method: ResizeMethod,
  options?: ResizeOptions,
): Tensor => {
  const where_ = 'image.scaleAndTranslate'
  const read = scaleOptions(where_, options)
  readMethod(where_, method)
  const x = floatOperand(where_, image)
  readShape(where_, x, shape)
  readArgument(where_, 'spatialDims', listOf(integer, 'a list of axes'), spatialDims)
  const axes = axesOf(where_, spatialDims, x.ndim, true)
  const [scales, moves] = [floatOperand(where_, scale), floatOperand(where_, translation)]
  for (const t of [scales, moves])
    if (t.ndim !== 1 || t.shape[0] !== axes.length)
      throw new ShapeError(where_, [t.aval], `scale and translation have one number for each of the ${axes.length} spatial axes`)
  const other = range(x.ndim).find((i) => !axes.includes(i) && x.shape[i] !== shape[i])
  if (other !== undefined)
    throw new ShapeError(where_, [x.aval], `axis ${other} is none of the spatial ones, so its size stays; got [${shape.join(',')}]`)
  return scaled(
    x,
    shape,
    axes,
    (i) => scales.at(i),
    (i) => moves.at(i),
    interpolationOf(where_, method, read.antialias ?? true),
    read,
  )
}
