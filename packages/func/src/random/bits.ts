/** Uniform bits, floats and integers: what all other samplers draw from. Source: the jax.random functions of the same names. */
import type { Shape } from '../aval'
import { type DType, dtypes, isFloating, isInteger } from '../dtype'
import { ArgumentError, DTypeError } from '../error'
import { literal } from '../literal'
import { dtype as dtypeKind, optionsOf, tensorLike, type OptionsOf } from '../options'
import { finfo, iinfo } from '../numpy/dtypes'
import { clip, subtract } from '../numpy/elementwise'
import { unstack } from '../numpy/join'
import { logicalAnd, where } from '../numpy/logic'
import { asTensor, asType, broadcastPointwise, broadcastTo, operands, shapeOf, type TensorLike } from '../numpy/promote'
import { add, mul, sub } from '../primitives/arithmetic'
import { bitcastConvertType, or, shiftLeft, shiftRightLogical, xor } from '../primitives/bitwise'
import { gt, le, max, rem } from '../primitives/piecewise'
import { convert } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { hashOf, split } from './key'
import { asProgram, keyArgument, shapeArgument, parameter } from './program'

type Unsigned = 'uint8' | 'uint16' | 'uint32' | 'uint64'
const unsigned: Readonly<Record<number, Unsigned>> = { 8: 'uint8', 16: 'uint16', 32: 'uint32', 64: 'uint64' }

/** Shape as a list; a number is one axis. */
export type ShapeArg = number | Shape
/** The commonest slips: a dtype by itself, and sizes that are spread. */
export const drawHint = (x: unknown): string | undefined =>
  typeof x === 'string'
    ? `a dtype is an option: { dtype: ${JSON.stringify(x)} }`
    : typeof x === 'number'
      ? 'a shape of several sizes is a list: [2, 3]'
      : undefined
export const drawOptions = optionsOf({ dtype: dtypeKind }, { hint: drawHint })
/** Options of samplers: shape and dtype of the result. */
export interface DrawOptions extends OptionsOf<typeof drawOptions> {}
/** The float dtype of a draw: float32, or float64 where a parameter is, unless one is given. Errors: DTypeError for others. */
export const floatDtype = (where_: string, dtype: DType | undefined, ...parameters: readonly TensorLike[]): DType => {
  const wide = (x: TensorLike): boolean => x instanceof Float64Array || (isTensor(x) && x.dtype === 'float64' && !x.weakType)
  const d = dtype ?? (parameters.some(wide) ? 'float64' : 'float32')
  if (!isFloating(d)) throw new DTypeError(where_, `draws floats, got dtype ${d}`)
  return d
}
/** Uniform random bits as unsigned integers (uint32 by default). */
export const bits = asProgram(
  'bits',
  [keyArgument, shapeArgument, drawOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype = 'uint32' }: DrawOptions = {}): Tensor => {
    if (dtypes[dtype].kind !== 'uint') throw new DTypeError('random.bits', `draws unsigned integers, got dtype ${dtype}`)
    const [high, low] = hashOf('random.bits', key, shapeOf('random.bits', shape))
    if (dtype === 'uint64') return or(shiftLeft(convert(high, 'uint64'), literal(32, 'uint64')), convert(low, 'uint64'))
    return convert(xor(high, low), dtype)
  },
)
const uniformOptions = optionsOf({ dtype: dtypeKind, minval: tensorLike, maxval: tensorLike }, { hint: drawHint })
/** Options of `uniform`: from `minval` up to `maxval`, excluded. */
export interface UniformOptions extends OptionsOf<typeof uniformOptions> {}
/** Floats uniform in [minval, maxval), which are 0 and 1 by default. */
export const uniform = asProgram(
  'uniform',
  [keyArgument, shapeArgument, uniformOptions],
  (key: Tensor, shape: ShapeArg = [], { dtype, minval = 0, maxval = 1 }: UniformOptions = {}): Tensor => {
    const to = floatDtype('random.uniform', dtype, minval, maxval)
    const sizes = shapeOf('random.uniform', shape)
    const { bits: width, nmant } = finfo(to)
    const word = unsigned[width]!
    const drawn = nmant < 8 ? convert(bits(key, sizes, { dtype: 'uint8' }), word) : bits(key, sizes, { dtype: word })
    // A random mantissa under the exponent of 1 is a number in [1, 2).
    const mantissa = shiftRightLogical(drawn, literal((nmant < 8 ? 8 : width) - nmant, word))
    const one = bitcastOne(to)
    const unit = sub(bitcastConvertType(or(mantissa, literal(one, word)), { newDtype: to }), literal(1, to))
    if (minval === 0 && maxval === 1) return max(unit, literal(0, to))
    const [low, high] = [asType(minval, to, 'random.uniform'), asType(maxval, to, 'random.uniform')]
    const span =
      to === 'float32' && typeof minval === 'number' && typeof maxval === 'number'
        ? literal(difference(maxval, minval), to)
        : subtract(high, low)
    const [u, from, by] = broadcastPointwise('random.uniform', [unit, low, span])
    return broadcastTo(max(add(mul(u, by), from), from), sizes, 'random.uniform')
  },
)
const difference = (x: number, y: number): number => Math.fround(Math.fround(x) - Math.fround(y))
/** The bits of 1. */
const bitcastOne = (dtype: DType): number | bigint =>
  dtype === 'float64'
    ? 0x3ff0000000000000n
    : ({ float32: 0x3f800000, float16: 0x3c00, bfloat16: 0x3f80 } as Partial<Record<DType, number>>)[dtype]!

interface Limit {
  /** In the working dtype. */
  readonly value: Tensor
  /** Whether it was above the largest number of the working dtype, and so was clipped. */
  readonly beyond: Tensor | false
}
/** A limit in the working dtype, clipped to `within` or to what the dtype holds. */
const limitOf = (x: TensorLike, work: DType, within: readonly [number, number] | undefined): Limit => {
  const { min, max: most } = iinfo(work)
  const [low, high] = within ?? [min, most]
  if (typeof x === 'number' || typeof x === 'bigint') {
    if (typeof x === 'number' && !Number.isInteger(x)) throw new ArgumentError('random.randint', `limits must be whole numbers, got ${x}`)
    const clipped = x < low ? low : x > high ? high : x
    return { value: literal(clipped, work), beyond: !within && x > most ? literal(true, 'bool') : false }
  }
  const given = asTensor(x, 'random.randint')
  const t = isFloating(given.dtype) ? convert(given, 'int32') : given
  if (t.dtype === work && !within) return { value: t, beyond: false }
  const own = iinfo(t.dtype)
  const from = low > own.min ? low : own.min
  const to = high < own.max ? high : own.max
  const value = convert(clip(t, literal(from, t.dtype), literal(to, t.dtype)), work)
  return { value, beyond: !within && own.max > most ? gt(...operands('random.randint', [t, literal(most, t.dtype)])) : false }
}
/** Integers uniform in [minval, maxval), int32 by default; limits broadcast to the shape. */
export const randint = asProgram(
  'randint',
  [keyArgument, shapeArgument, parameter('minval'), parameter('maxval'), drawOptions],
  (key: Tensor, shape: ShapeArg, minval: TensorLike, maxval: TensorLike, { dtype = 'int32' }: DrawOptions = {}): Tensor => {
    if (!isInteger(dtype)) throw new DTypeError('random.randint', `draws integers, got dtype ${dtype}`)
    const sizes = shapeOf('random.randint', shape)
    const info = iinfo(dtype)
    const small = info.bits < 32
    const work: DType = small ? 'int32' : dtype
    const low = limitOf(minval, work, small ? [Number(info.min), Number(info.max)] : undefined)
    const high = limitOf(maxval, work, small ? [Number(info.min), Number(info.max) + 1] : undefined)
    const [k1, k2] = unstack(split(key)) as [Tensor, Tensor]
    const width = Math.max(32, info.bits)
    const word = unsigned[width]!
    const [from, to] = broadcastPointwise('random.randint', [low.value, high.value])
    const one = literal(1, word)
    const distance = where(le(to, from), one, convert(sub(to, from), word))
    // A limit above the largest integer was clipped to it, so the span is one more.
    const span = high.beyond === false ? distance : where(logicalAnd(high.beyond, gt(to, from)), add(distance, one), distance)
    const half = rem(literal(width === 64 ? 4294967296n : 65536, word), span)
    const multiplier = rem(mul(half, half), span)
    const draw = (k: Tensor): Tensor => bits(k, sizes, { dtype: word })
    const [upper, lower, n, m] = broadcastPointwise('random.randint', [draw(k1), draw(k2), span, multiplier])
    const offset = rem(add(mul(rem(upper, n), m), rem(lower, n)), n)
    const [o, base] = broadcastPointwise('random.randint', [convert(offset, work), low.value])
    return convert(broadcastTo(add(base, o), sizes, 'random.randint'), dtype)
  },
)
