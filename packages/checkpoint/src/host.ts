/**
 * Arrays and their bytes: little-endian and row-major, as all formats here have them, whatever the machine's order is.
 *
 * Law: `bytesOfHost(hostOfBytes(shape, dtype, bytes)) = bytes`, but that a boolean is 0 or 1.
 */
import { ConcreteTensor, dtypes, isTensor, type Tensor, bytesOf } from '@heddle/func'
import type { DType, HostArray } from '@heddle/func/backend'
import { littleEndian } from './endian'
import { CheckpointError, type CheckpointFaultMore } from './error'

/** Turns the bytes of each element round, in place. */
export const swapBytes = (bytes: Uint8Array, width: number): void => {
  for (let at = 0; at + width <= bytes.length; at += width) bytes.subarray(at, at + width).reverse()
}

/** The number of bytes that an array has; undefined where that is no number to count with. */
export const byteLength = (shape: readonly number[], dtype: DType): number | undefined => {
  if (shape.includes(0)) return 0
  let n = bytesOf(dtype)
  for (const size of shape) n *= size
  return Number.isSafeInteger(n) ? n : undefined
}

/** Whether it is a list of sizes. */
export const isShape = (x: unknown): x is readonly number[] =>
  Array.isArray(x) && x.every((n) => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0)

/** An array of little-endian bytes, which are copied: as many as `byteLength` says. */
export const hostOfBytes = (shape: readonly number[], dtype: DType, bytes: Uint8Array): HostArray => {
  const copy = new Uint8Array(bytes)
  const width = bytesOf(dtype)
  if (dtype === 'bool') for (let i = 0; i < copy.length; i++) if (copy[i]! > 1) copy[i] = 1
  if (!littleEndian && width > 1) swapBytes(copy, width)
  const Storage = dtypes[dtype].storage as unknown as new (buffer: ArrayBuffer, offset: number, length: number) => HostArray['data']
  return { shape: [...shape], dtype, data: new Storage(copy.buffer, 0, copy.length / width) }
}
/** A tensor of little-endian bytes, on the host until a backend needs it. */
export const tensorOfBytes = (shape: readonly number[], dtype: DType, bytes: Uint8Array): Tensor =>
  ConcreteTensor.ofHost(hostOfBytes(shape, dtype, bytes))

/** The little-endian bytes of an array: a view of its data where the machine has that order. */
export const bytesOfHost = ({ dtype, data }: HostArray): Uint8Array => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const width = bytesOf(dtype)
  if (littleEndian || width === 1) return bytes
  const copy = new Uint8Array(bytes)
  swapBytes(copy, width)
  return copy
}

/** The values of a tensor, read from its device. Errors: CheckpointError for what is no tensor; ConcretizationError for one that is traced. */
export const readTensor = async (operation: string, x: unknown, more: CheckpointFaultMore, what: string): Promise<HostArray> => {
  if (!isTensor(x)) throw new CheckpointError(operation, 'unsupported', `expected a tensor, got ${what}`, more)
  return x.hostArray()
}
