/** Reductions over axes. Source: the jax.numpy functions of the same names. */
import { otherAxes, type Shape, sizeOf } from '../aval'
import { type DType, dtypes, isFloating } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import {
  axes as axesKind,
  axis as axisKind,
  boolean,
  dtype as dtypeKind,
  forTensors,
  nullable,
  optionsOf,
  tensorLike,
  type OptionsOf,
} from '../options'
import { div } from '../primitives/arithmetic'
import * as R from '../primitives/reduction'
import { broadcastInDim, convert, expandDims, reduceSum, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { add, maximum, minimum, multiply, subtract } from './elementwise'
import { toBool, where as choose } from './logic'
import { asTensor, axesOf, axisOf, broadcastTo, floatOperand, type TensorLike } from './promote'
import { optionsLast } from './options-last'

/** One axis, several, or all (null). Negative axes count from the end. */
export type Axis = number | readonly number[] | null
export interface AxesOptions extends OptionsOf<typeof axesKinds> {}
export interface MaskedOptions extends OptionsOf<typeof maskedKinds> {}
export interface MeanOptions extends OptionsOf<typeof meanKinds> {}
export interface ExtremumOptions extends OptionsOf<typeof extremumKinds> {}
/** Options of reductions: axes, kept axes, dtype, what is counted, a first value. */
export interface ReduceOptions extends OptionsOf<typeof reduceKinds> {}
/** Options, or the axis by itself. */
export type ReduceArg<O = ReduceOptions> = Axis | O | undefined

/** Kinds of the options of reductions; those of others are made of them. */
export const axesKinds = {
  axis: axesKind,
  /** Keep reduced axes with size 1. */
  keepdims: boolean,
}
const maskedKinds = {
  ...axesKinds,
  /** Which elements take part (broadcast to the operand). */
  where: tensorLike,
}
export const meanKinds = {
  ...maskedKinds,
  /** The dtype to reduce in, and of the result. */
  dtype: dtypeKind,
}
/** What the reduction starts from. */
const initial = tensorLike
const extremumKinds = { ...maskedKinds, initial }
export const reduceKinds = { ...meanKinds, initial }
/** Options, or the axis; `two` is the function of two tensors that was meant where there is a tensor instead. */
const aloneOr = (two: string) => ({ alone: 'axis', hint: forTensors(`for two tensors use ${two}; an axis is a number`) }) as const

export const keepAxes = (x: Tensor, axes: readonly number[], keepdims: boolean | undefined): Tensor => (keepdims ? expandDims(x, axes) : x)
/** The result of a reduction repeated over the shape that was reduced; a scalar stays one. */
export const spreadOver = (x: Tensor, shape: Shape, axes: readonly number[]): Tensor =>
  x.ndim === 0 ? x : broadcastInDim(x, { shape, broadcastDimensions: otherAxes(shape.length, axes) })
const masked = (x: Tensor, where: TensorLike | undefined, identity: number | boolean): Tensor =>
  where === undefined ? x : choose(where, x, literal(identity, x.dtype))

/** Sums of small integers are in 32 bits, and of half floats computed in float32. */
const accumulatorOf = (dtype: DType): DType => {
  const { kind, bits } = dtypes[dtype]
  if (kind === 'bool') return 'int32'
  if (bits >= 32) return dtype
  return kind === 'float' ? 'float32' : kind === 'uint' ? 'uint32' : 'int32'
}
const accumulate = (
  name: string,
  identity: number,
  reduce: (x: Tensor, axes: readonly number[]) => Tensor,
  combine: (x: TensorLike, y: TensorLike) => Tensor,
  two: string,
) => {
  const options = optionsOf(reduceKinds, aloneOr(two))
  return optionsLast(name, (x: TensorLike, arg?: ReduceArg): Tensor => {
    const { axis, keepdims, where, initial, dtype } = options(name, arg)
    const t = asTensor(x, name)
    const given = dtype === undefined ? t : convert(t, dtype)
    const axes = axesOf(name, axis, t.ndim)
    const work = inDtype(given, accumulatorOf(given.dtype))
    const out = keepAxes(reduce(masked(work, where, identity), axes), axes, keepdims)
    const narrow = isFloating(given.dtype) || dtype !== undefined ? inDtype(out, given.dtype) : out
    return initial === undefined ? narrow : combine(narrow, startOf(name, initial, narrow.dtype))
  })
}
/** As JAX has it: 2.5 as the start of integers is 2. */
const startOf = (where: string, initial: TensorLike, dtype: DType): Tensor => convert(asTensor(initial, where), dtype)
const inDtype = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : convert(x, dtype))

/** The sum over axes; of booleans and small integers as 32-bit integers. */
export const sum = accumulate('sum', 0, (x, axes) => reduceSum(x, { axes }), add, 'np.add')
/** The product over axes; of booleans and small integers as 32-bit integers. */
export const prod = accumulate('prod', 1, (x, axes) => R.reduceProd(x, { axes }), multiply, 'np.multiply')

const lowest = (dtype: DType): number | bigint =>
  isFloating(dtype)
    ? Number.NEGATIVE_INFINITY
    : dtypes[dtype].kind === 'uint'
      ? 0
      : dtype === 'int64'
        ? -(2n ** 63n)
        : -(2 ** (dtypes[dtype].bits - 1))
const highest = (dtype: DType): number | bigint => {
  const { kind, bits } = dtypes[dtype]
  if (kind === 'float') return Number.POSITIVE_INFINITY
  return bits === 64 ? 2n ** (kind === 'uint' ? 64n : 63n) - 1n : 2 ** (kind === 'uint' ? bits : bits - 1) - 1
}
const extremum = (
  name: string,
  reduce: (x: Tensor, axes: readonly number[]) => Tensor,
  ofBools: (x: Tensor, axes: readonly number[]) => Tensor,
  identity: (dtype: DType) => number | bigint | boolean,
  combine: (x: TensorLike, y: TensorLike) => Tensor,
  two: string,
) => {
  const options = optionsOf(extremumKinds, aloneOr(two))
  return optionsLast(name, (x: TensorLike, arg?: ReduceArg<ExtremumOptions>): Tensor => {
    const { axis, keepdims, where, initial } = options(name, arg)
    const t = asTensor(x, name)
    const axes = axesOf(name, axis, t.ndim)
    if (initial === undefined) {
      if (where !== undefined) throw new ArgumentError(name, 'with `where`, `initial` is needed too: what the extremum of nothing is')
      if (axes.some((a) => t.shape[a] === 0))
        throw new ArgumentError(
          name,
          `no element to choose from along axes [${axes.join(',')}] of shape [${t.shape.join(',')}]; give \`initial\``,
        )
    }
    const from = where === undefined ? t : choose(where, t, literal(identity(t.dtype), t.dtype))
    const out = axes.length === 0 ? from : t.dtype === 'bool' ? ofBools(from, axes) : reduce(from, axes)
    const kept = keepAxes(out, axes, keepdims)
    return initial === undefined ? kept : combine(startOf(name, initial, kept.dtype), kept)
  })
}
/** The largest element over axes; NaN wins. Errors: ArgumentError where there is none and no `initial`. */
export const max = extremum(
  'max',
  (x, axes) => R.reduceMax(x, { axes }),
  (x, axes) => R.reduceOr(x, { axes }),
  (d) => (d === 'bool' ? false : lowest(d)),
  maximum,
  'np.maximum',
)
/** The smallest element over axes; NaN wins. Errors: ArgumentError where there is none and no `initial`. */
export const min = extremum(
  'min',
  (x, axes) => R.reduceMin(x, { axes }),
  (x, axes) => R.reduceAnd(x, { axes }),
  (d) => (d === 'bool' ? true : highest(d)),
  minimum,
  'np.minimum',
)
export { max as amax, min as amin }
/** `max - min` over axes. */
export const ptp = optionsLast('ptp', (x: TensorLike, arg?: ReduceArg<ExtremumOptions>): Tensor => subtract(max(x, arg), min(x, arg)))

const booleans = (name: string, identity: boolean, reduce: (x: Tensor, axes: readonly number[]) => Tensor, two: string) => {
  const options = optionsOf(maskedKinds, aloneOr(two))
  return optionsLast(name, (x: TensorLike, arg?: ReduceArg<MaskedOptions>): Tensor => {
    const { axis, keepdims, where } = options(name, arg)
    const t = toBool(x, name)
    const axes = axesOf(name, axis, t.ndim)
    const from = masked(t, where, identity)
    return keepAxes(axes.length === 0 ? from : reduce(from, axes), axes, keepdims)
  })
}
/** Whether all elements over axes are true (not zero). */
export const all = booleans('all', true, (x, axes) => R.reduceAnd(x, { axes }), 'np.logicalAnd')
/** Whether any element over axes is true (not zero). */
export const any = booleans('any', false, (x, axes) => R.reduceOr(x, { axes }), 'np.logicalOr')
const argOptions = optionsOf(
  {
    /** Along one axis; null (the default): the flat index into all elements. */
    axis: nullable(axisKind),
    keepdims: boolean,
  },
  { alone: 'axis' },
)
export interface ArgOptions extends OptionsOf<typeof argOptions> {}
const argExtremum = (name: string, find: (x: Tensor, params: { axes: readonly [number]; indexDtype: DType }) => Tensor) =>
  optionsLast(name, (x: TensorLike, arg?: number | null | ArgOptions): Tensor => {
    const { axis = null, keepdims } = argOptions(name, arg)
    const t = asTensor(x, name)
    const from = axis === null ? reshape(t, { newSizes: [t.size] }) : t
    const at = axis === null ? 0 : axisOf(name, axis, t.ndim)
    if (from.shape[at] === 0) throw new ArgumentError(name, `no element to choose from along axis ${at} of shape [${from.shape.join(',')}]`)
    const out = find(from, { axes: [at], indexDtype: 'int32' })
    if (!keepdims) return out
    return axis === null ? reshape(out, { newSizes: t.shape.map(() => 1) }) : expandDims(out, [at])
  })
/** The index of the first largest element; a NaN counts as the largest. */
export const argmax = argExtremum('argmax', R.argmax)
/** The index of the first smallest element; a NaN counts as the smallest. */
export const argmin = argExtremum('argmin', R.argmin)

/** Number of elements that each result of a reduction is made from: a number, or a tensor where a mask chooses. */
export const countOf = (
  t: Tensor,
  axes: readonly number[],
  where: TensorLike | undefined,
  keepdims: boolean | undefined,
): number | Tensor => {
  if (where === undefined) return sizeOf(axes.map((a) => t.shape[a]!))
  return sum(broadcastTo(convert(toBool(where), 'float32'), t.shape, 'where'), { axis: axes, keepdims })
}
const meanOptions = optionsOf(meanKinds, { alone: 'axis' })
/** The mean over axes; of integers as float32, of half floats computed in float32. */
export const mean = optionsLast('mean', (x: TensorLike, arg?: ReduceArg<MeanOptions>): Tensor => {
  const { axis, keepdims, where, dtype } = meanOptions('mean', arg)
  const t = floatOperand('mean', x)
  const given = dtype ?? t.dtype
  const axes = axesOf('mean', axis, t.ndim)
  const work = dtypes[given].bits < 32 ? convert(t, 'float32') : dtype === undefined ? t : convert(t, given)
  const total = sum(work, { axis: axes, keepdims, where })
  const n = countOf(work, axes, where, keepdims)
  const out = typeof n === 'number' ? div(total, literal(n, total.dtype, total.weakType)) : div(total, convert(n, total.dtype))
  return inDtype(out, given)
})
