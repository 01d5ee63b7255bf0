/**
 * Elements: how arrays of each dtype are made, and in which arithmetic they are computed.
 *
 * There are three arithmetics. Floats and integers of up to 32 bits are JavaScript numbers, and the store into their typed
 * array rounds (float32) or wraps (integers). 64-bit integers are BigInts, and their store wraps. The 16-bit floats are
 * computed as float32 and rounded once a kernel (`viaFloat32`), as XLA does on CPU.
 */
import { type Aval, BackendError, type DType, dtypes, type HostArray, isFloating, type Kernel, type TypedArray } from '@heddle/func/backend'
import { type HalfDType, narrowHalves, widenHalves } from './half'

export type BigData = BigInt64Array | BigUint64Array
export type NumberData = Exclude<TypedArray, BigData>

export type HostKernel<P> = Kernel<HostArray, P>

export const isHalf = (dtype: DType): dtype is HalfDType => dtype === 'float16' || dtype === 'bfloat16'
export const isBig = (dtype: DType): boolean => dtype === 'int64' || dtype === 'uint64'

/** Number of elements of a shape. */
/** Zeros in the storage of a dtype. */
export const alloc = (dtype: DType, n: number): TypedArray => new dtypes[dtype].storage(n)
export const hostArray = (shape: readonly number[], dtype: DType, data: TypedArray): HostArray => ({ shape, dtype, data })

/** An error of this backend. */
export const hostError = (reason: string): BackendError => new BackendError('host', reason)

/** 16-bit floats as float32, anything else as it is. */
export const widen = (x: HostArray): HostArray =>
  isHalf(x.dtype) ? hostArray(x.shape, 'float32', widenHalves(x.data as Uint16Array, x.dtype)) : x
/** A float32 array as the 16-bit floats `dtype`, anything else as it is. */
export const narrow = (x: HostArray, dtype: DType): HostArray =>
  isHalf(dtype) ? hostArray(x.shape, dtype, narrowHalves(x.data as Float32Array, dtype)) : x

const widenAval = (a: Aval): Aval => (isHalf(a.dtype) ? { ...a, dtype: 'float32' } : a)

/** The kernel for 16-bit floats too: operands are widened to float32, results are rounded. */
export const viaFloat32 =
  <P>(kernel: HostKernel<P>): HostKernel<P> =>
  (call) => {
    if (!call.ins.some((a) => isHalf(a.dtype)) && !call.outs.some((a) => isHalf(a.dtype))) return kernel(call)
    const run = kernel({ params: call.params, ins: call.ins.map(widenAval), outs: call.outs.map(widenAval) })
    return (inputs) => run(inputs.map(widen)).map((out, i) => narrow(out, call.outs[i]!.dtype))
  }

/** The extremes of a dtype as it is stored: what a maximum or minimum over nothing is. Floats have infinities, bool is 0 and 1. */
export const lowest = (dtype: DType): number | bigint => {
  const { kind, bits } = dtypes[dtype]
  if (kind === 'float') return Number.NEGATIVE_INFINITY
  if (kind !== 'int') return isBig(dtype) ? 0n : 0
  return bits === 64 ? -(2n ** 63n) : -(2 ** (bits - 1))
}
export const highest = (dtype: DType): number | bigint => {
  const { kind, bits } = dtypes[dtype]
  if (kind === 'float') return Number.POSITIVE_INFINITY
  if (kind === 'bool') return 1
  const magnitude = BigInt(kind === 'int' ? bits - 1 : bits)
  const value = 2n ** magnitude - 1n
  return bits === 64 ? value : Number(value)
}

/** Data as a list of numbers that index or count: BigInts become numbers. */
export const asIndices = (x: HostArray): NumberData => {
  if (isBig(x.dtype)) return Float64Array.from(x.data as BigInt64Array, Number)
  return x.data as NumberData
}
/** The element of a scalar that is an index. */
export const asIndex = (x: HostArray): number => Number(x.data[0])

/** The same function for every call of a kernel, by the arithmetic of a dtype. */
export const byArithmetic = <T>(name: string, dtype: DType, of: { float?: T; int?: T; big?: T }): T => {
  const found = isBig(dtype) ? of.big : isFloating(dtype) ? of.float : of.int
  if (found === undefined) throw hostError(`${name} has no meaning for ${dtype}`)
  return found
}
