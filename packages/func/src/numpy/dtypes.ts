/** Questions about dtypes, and the constants of numpy. */
import { type DType, dtypes, isFloating, isInteger, type Promotable, promote } from '../dtype'
import { DTypeError } from '../error'
import { readDType } from '../options'
import { isTensor, type Tensor } from '../tensor'
import { commonType, type TensorLike } from './promote'

/** What `finfo` answers. */
export interface FloatInfo {
  readonly bits: number
  /** Bits of the stored mantissa. */
  readonly nmant: number
  /** The distance from 1 to the next larger number. */
  readonly eps: number
  readonly max: number
  readonly min: number
  /** The smallest positive normal number. */
  readonly tiny: number
  readonly smallestSubnormal: number
}
const floatInfo = (bits: number, nmant: number, exponentBits: number): FloatInfo => {
  const bias = 2 ** (exponentBits - 1) - 1
  const max = (2 - 2 ** -nmant) * 2 ** bias
  return { bits, nmant, eps: 2 ** -nmant, max, min: -max, tiny: 2 ** (1 - bias), smallestSubnormal: 2 ** (1 - bias - nmant) }
}
const floats: Partial<Record<DType, FloatInfo>> = {
  bfloat16: floatInfo(16, 7, 8),
  float16: floatInfo(16, 10, 5),
  float32: floatInfo(32, 23, 8),
  float64: floatInfo(64, 52, 11),
}
const dtypeOf = (where: string, x: DType | Tensor): DType => (isTensor(x) ? x.dtype : readDType(where, x))
/** Limits of a float dtype. */
export const finfo = (of: DType | Tensor): FloatInfo => {
  const dtype = dtypeOf('finfo', of)
  const info = floats[dtype]
  if (!info) throw new DTypeError('finfo', `${dtype} is no float dtype`)
  return info
}
/** What `iinfo` answers. */
export interface IntInfo {
  readonly bits: number
  readonly min: number | bigint
  readonly max: number | bigint
}
/** Limits of an integer dtype; bigints for 64 bits. */
export const iinfo = (of: DType | Tensor): IntInfo => {
  const dtype = dtypeOf('iinfo', of)
  const { kind, bits } = dtypes[dtype]
  if (!isInteger(dtype)) throw new DTypeError('iinfo', `${dtype} is no integer dtype`)
  const [low, high] = kind === 'uint' ? [0n, 2n ** BigInt(bits) - 1n] : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
  return bits === 64 ? { bits, min: low, max: high } : { bits, min: Number(low), max: Number(high) }
}
const strong = (dtype: DType): Promotable => ({ dtype, weakType: false })
/** The dtype that two dtypes are promoted to. */
export const promoteTypes = (a: DType, b: DType): DType =>
  promote([strong(readDType('promoteTypes', a)), strong(readDType('promoteTypes', b))]).dtype
/** The dtype that operands (and dtypes) are promoted to. */
export const resultType = (...xs: readonly (TensorLike | DType)[]): DType =>
  promote(xs.map((x) => (typeof x === 'string' ? strong(readDType('resultType', x)) : commonType([x])))).dtype

/** Families of dtypes that `issubdtype` knows. */
export type DTypeFamily = 'integer' | 'signedinteger' | 'unsignedinteger' | 'floating' | 'inexact' | 'number' | 'bool'
/** Whether a dtype is of a family, or the same dtype. */
export const issubdtype = (dtype: DType, of: DTypeFamily | DType): boolean => {
  const { kind } = dtypes[readDType('issubdtype', dtype)]
  switch (of) {
    case 'integer':
      return isInteger(dtype)
    case 'signedinteger':
      return kind === 'int'
    case 'unsignedinteger':
      return kind === 'uint'
    case 'floating':
    case 'inexact':
      return isFloating(dtype)
    case 'bool':
      return kind === 'bool'
    case 'number':
      return kind !== 'bool'
    default:
      return dtype === readDType('issubdtype', of)
  }
}
/** π. */
export const pi = Math.PI
/** Euler's number. */
export const e = Math.E
/** Infinity. */
export const inf = Number.POSITIVE_INFINITY
/** Not a number. */
export const nan = Number.NaN
/** Euler's constant γ. */
export const eulerGamma = 0.5772156649015329
/** A new axis in an index. */
export const newaxis = null
