/**
 * NumPy's `.npy`: one array in a file.
 */
import { bytesOf, type Tensor } from '@heddle/func'
import type { HostArray } from '@heddle/func/backend'
import { describe } from '@heddle/tree/options'
import { CheckpointError } from '../error'
import { byteLength, bytesOfHost, readTensor, swapBytes, tensorOfBytes } from '../host'
import { asBytes } from '../source/source'
import { readNpyHeader, writeNpyHeader } from './header'
import type { Bytes } from '../bytes'

/** Column-major bytes as row-major ones. */
const rowMajor = (bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array => {
  const out = new Uint8Array(bytes.length)
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, width))
  const index = shape.map(() => 0)
  for (let to = 0; to < bytes.length; to += width) {
    let from = 0
    for (let i = 0; i < index.length; i++) from += index[i]! * strides[i]!
    for (let b = 0; b < width; b++) out[to + b] = bytes[from + b]!
    for (let i = index.length - 1; i >= 0 && ++index[i]! === shape[i]; i--) index[i] = 0
  }
  return out
}

/** The same for another function, whose name errors have. */
export const decodeNpy = (operation: string, bytes: Uint8Array): Tensor => {
  const { dtype, bigEndian, fortran, shape, start } = readNpyHeader(operation, bytes)
  const size = byteLength(shape, dtype)
  const there = bytes.length - start
  if (size === undefined || size > there)
    throw new CheckpointError(
      operation,
      'truncated',
      `${dtype}[${shape.join(',')}] takes ${size ?? 'more bytes than can be counted'}${size === undefined ? '' : ' bytes'}, and ${there} follow its header`,
    )
  if (size < there) throw new CheckpointError(operation, 'corrupt', `${there - size} bytes follow the end of the array`)
  let data = bytes.subarray(start)
  const width = bytesOf(dtype)
  if (bigEndian && width > 1) {
    data = data.slice()
    swapBytes(data, width)
  }
  return tensorOfBytes(shape, dtype, fortran && shape.length > 1 ? rowMajor(data, shape, width) : data)
}
/**
 * The array of an `.npy` file, of either byte order and either order of axes; it is on the host until a backend needs it. What NumPy wrote of
 * an array of bfloat16 (`V2`) is one of bfloat16.
 *
 * Errors: CheckpointError where it is none, a damaged one, or one of objects, records, strings or complex numbers. Source: `numpy.load`.
 */
export const loadNpy = (file: Uint8Array | ArrayBuffer): Tensor => decodeNpy('loadNpy', asBytes('loadNpy', file))

/** An array of the host as a file. */
export const encodeNpy = (array: HostArray): Bytes => {
  const header = writeNpyHeader(array.shape, array.dtype)
  const data = bytesOfHost(array)
  const out = new Uint8Array(header.length + data.length)
  out.set(header)
  out.set(data, header.length)
  return out
}
/**
 * The bytes of an `.npy` file, the same as NumPy's. The tensor is read from its device, so it takes a promise.
 *
 * Errors: CheckpointError for what is no tensor. Source: `numpy.save`.
 */
export const saveNpy = async (x: Tensor): Promise<Bytes> => encodeNpy(await readTensor('saveNpy', x, {}, describe(x)))
