/** Tensors from data, and tensors filled with a value or a sequence. Source: the jax.numpy functions of the same names. */
import { ConcreteTensor } from '../array'
import type { Shape } from '../aval'
import { type DType, isFloating, type TypedArray } from '../dtype'
import { ArgumentError } from '../error'
import { fullOf, literal } from '../literal'
import { describe, dtype as dtypeKind, optionsOf, sizeOrShape, type OptionsOf } from '../options'
import { add, mul } from '../primitives/arithmetic'
import { iota } from '../primitives/layout'
import { copy as copyTensor } from '../primitives/piecewise'
import { convert } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { hostOf, type NestedArray } from './host-data'
import { ofNumbers } from './host-tensor'
import { stack } from './join'
import { asTensor, asType, broadcastTo, isScalar, readScalar, type Scalar, scalarType, shapeOf, type TensorLike } from './promote'

/** A dtype, or options with one. */
export type DTypeOption = DType | TypeOptions | undefined
const typeOptions = optionsOf(
  { dtype: dtypeKind },
  { alone: 'dtype', hint: (x) => (typeof x === 'number' ? 'a shape of several sizes is a list: [2, 3]' : undefined) },
)
/** Where a dtype may be given: by itself or as an option. */
interface TypeOptions extends OptionsOf<typeof typeOptions> {}
/** Errors: ArgumentError for an unknown dtype, and for what is no option. */
export const dtypeOption = (where: string, option: DTypeOption): DType | undefined => typeOptions(where, option).dtype

/** What `array` takes: tensors may stand inside of nested arrays. */
export type ArrayData = TensorLike | readonly ArrayData[]

const holdsTensor = (x: ArrayData): boolean => isTensor(x) || (Array.isArray(x) && x.some(holdsTensor))
const stackNested = (x: ArrayData): TensorLike => (Array.isArray(x) && holdsTensor(x) ? stack(x.map(stackNested)) : (x as TensorLike))

/**
 * A tensor of nested arrays, a typed array, a scalar, or tensors (which are stacked; a tensor alone is copied).
 *
 * Without `dtype` numbers are float32, booleans bool, bigints int32; typed arrays and tensors keep theirs.
 * Errors: ArgumentError where the arrays are ragged.
 *
 * @example
 * np.array([[1, 2], [3, 4]])
 * np.array([0, 2, 1], { dtype: 'int32' })
 */
export const array = (data: ArrayData, option?: DTypeOption): Tensor =>
  isTensor(data) ? copy(asarray(data, option)) : asarray(data, option)
/** The same as `array`, but a tensor of that dtype is answered as it is. */
export const asarray = (data: ArrayData, option?: DTypeOption): Tensor => {
  const dtype = dtypeOption('array', option)
  const x = stackNested(data)
  if (isTensor(x)) return dtype === undefined ? x : convert(x, dtype)
  return ConcreteTensor.ofHost(hostOf(x as Scalar | TypedArray | NestedArray, 'array', dtype))
}
/** A tensor of its own with the same values. */
export const copy = (x: TensorLike): Tensor => copyTensor(asTensor(x, 'copy'))

const fillDtype = (value: Scalar): DType => (typeof value === 'number' ? 'float32' : scalarType(value).dtype)
/** A tensor of a shape with `value` everywhere; a tensor as value is broadcast. */
export const full = (shape: number | Shape, value: TensorLike, option?: DTypeOption): Tensor => {
  const to = shapeOf('full', shape)
  const dtype = dtypeOption('full', option)
  if (isScalar(value)) return fullOf(readScalar('full', value), to, dtype ?? fillDtype(value))
  const x = asTensor(value, 'full')
  return broadcastTo(dtype === undefined ? x : convert(x, dtype), to, 'full')
}
/** Zeros, float32 by default. */
export const zeros = (shape: number | Shape, option?: DTypeOption): Tensor =>
  fullOf(0, shapeOf('zeros', shape), dtypeOption('zeros', option) ?? 'float32')
/** Ones, float32 by default. */
export const ones = (shape: number | Shape, option?: DTypeOption): Tensor =>
  fullOf(1, shapeOf('ones', shape), dtypeOption('ones', option) ?? 'float32')
/** Zeros: memory is never uninitialized here. */
export const empty = zeros
type LikeOption = DType | LikeOptions | undefined
const likeOptions = optionsOf({ dtype: dtypeKind, shape: sizeOrShape }, { alone: 'dtype' })
interface LikeOptions extends OptionsOf<typeof likeOptions> {}
const likeOf = (
  where: string,
  x: TensorLike | { readonly shape: Shape; readonly dtype: DType },
  option: LikeOption,
): { shape: Shape; dtype: DType } => {
  const type = isShapeDtype(x) ? x : asTensor(x, where)
  const { shape, dtype = type.dtype } = likeOptions(where, option)
  return { shape: shape === undefined ? type.shape : shapeOf(where, shape), dtype }
}
const isShapeDtype = (x: unknown): x is { readonly shape: Shape; readonly dtype: DType } =>
  typeof x === 'object' && x !== null && !Array.isArray(x) && 'shape' in x && 'dtype' in x

type Like = TensorLike | { readonly shape: Shape; readonly dtype: DType }
/** Zeros with shape and dtype of `x` where none are given. */
export const zerosLike = (x: Like, option?: LikeOption): Tensor => {
  const { shape, dtype } = likeOf('zerosLike', x, option)
  return fullOf(0, shape, dtype)
}
/** Ones with shape and dtype of `x` where none are given. */
export const onesLike = (x: Like, option?: LikeOption): Tensor => {
  const { shape, dtype } = likeOf('onesLike', x, option)
  return fullOf(1, shape, dtype)
}
/** Zeros with shape and dtype of `x`: nothing here is left uninitialized. */
export const emptyLike = zerosLike
/** A tensor of the type of `x` with `value` everywhere. */
export const fullLike = (x: Like, value: TensorLike, option?: LikeOption): Tensor => {
  const { shape, dtype } = likeOf('fullLike', x, option)
  return isScalar(value) ? fullOf(value, shape, dtype) : broadcastTo(asType(value, dtype, 'fullLike'), shape, 'fullLike')
}

/**
 * `arange(stop)`, `arange(start, stop)`, `arange(start, stop, step)`, then options: start, start + step, ... before stop.
 * int32 if all numbers are whole, else float32.
 */
export const arange = (...args: readonly [number, ...(number | DTypeOption)[]]): Tensor => {
  const [first, ...others] = args
  // stop may be left out where a step follows, as in Python: arange(6, undefined, 2)
  const skips = (others[0] ?? null) === null && typeof others[1] === 'number'
  const rest = skips ? others.slice(1) : others
  const end = rest.findIndex((a) => typeof a !== 'number')
  const numbers = (end < 0 ? rest : rest.slice(0, end)) as readonly number[]
  const options = rest.slice(numbers.length).filter((o) => o !== undefined) as readonly DTypeOption[]
  if (typeof first !== 'number' || numbers.length > (skips ? 1 : 2) || options.length > 1)
    throw new ArgumentError(
      'arange',
      `expected stop, or start and stop, or start, stop and step, all numbers, then options; got ${args.map(describe).join(', ')}`,
    )
  const given = dtypeOption('arange', options[0])
  const [start, stop, step = 1] = skips || numbers.length === 0 ? [0, first, numbers[0]] : [first, numbers[0]!, numbers[1]]
  if (step === 0 || ![start, stop, step].every(Number.isFinite))
    throw new ArgumentError('arange', `start ${start}, stop ${stop} and step ${step} must be finite, and step not 0`)
  const whole = [start, stop, step].every(Number.isInteger)
  const n = Math.max(0, Math.ceil((stop - start) / step))
  const dtype = given ?? (whole ? 'int32' : 'float32')
  if (!whole || (isFloating(dtype) && (start !== 0 || step !== 1)))
    return ofNumbers(
      Array.from({ length: n }, (_, i) => start + i * step),
      dtype,
    )
  const count = iota({ dtype, shape: [n], dimension: 0 })
  const scaled = step === 1 ? count : mul(count, literal(step, dtype))
  return start === 0 ? scaled : add(scaled, literal(start, dtype))
}
