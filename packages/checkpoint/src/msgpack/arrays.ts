/**
 * Arrays in Flax's msgpack: an extension that holds msgpack of (shape, name of the dtype, bytes); one that is too large for msgpack is cut in
 * pieces that are arrays.
 */
import { ConcreteTensor, isDType, type Tensor } from '@heddle/func'
import type { HostArray } from '@heddle/func/backend'
import { byteLength, bytesOfHost, isShape, tensorOfBytes } from '../host'
import { Packer } from './pack'
import { rememberScalar } from './remembered'
import { type Fail, type Making, Unpacker } from './unpack'

/** Numbers of Flax's extensions. */
const NDARRAY = 1
const COMPLEX = 2
const SCALAR = 3
/** The key that marks the pieces of a large array. */
const CHUNKED = '__msgpack_chunked_array__'

/** An array holds a shape, a name and bytes. */
const inArray: Making = {
  extension: (_type, _bytes, fail) => fail('corrupt', 'an array holds an extension'),
  map: (_x, fail) => fail('corrupt', 'an array holds a map'),
  binary: (bytes) => bytes,
}

const arrayIn = (operation: string, bytes: Uint8Array, fail: Fail): Tensor => {
  const said: unknown = new Unpacker(operation, bytes, inArray, fail).whole()
  if (!Array.isArray(said) || said.length !== 3) return fail('corrupt', 'an array is no list of shape, dtype and bytes')
  const [shape, name, data] = said as readonly unknown[]
  if (typeof name !== 'string') return fail('corrupt', 'an array has no dtype')
  if (name.startsWith('complex'))
    return fail('unsupported', `it is of dtype ${name}, and heddle has no complex numbers; save its real and imaginary parts`)
  if (!isDType(name)) return fail('unsupported', `it is of dtype ${JSON.stringify(name.slice(0, 40))}, which heddle has not`)
  if (!isShape(shape)) return fail('corrupt', 'the shape of an array is no list of sizes')
  const size = byteLength(shape, name)
  if (!(data instanceof Uint8Array) || data.length !== size)
    return fail(
      'corrupt',
      `${name}[${shape.join(',')}] takes ${size ?? 'too many'} bytes, and there are ${data instanceof Uint8Array ? data.length : 'none'}`,
    )
  return tensorOfBytes(shape, name, data)
}
const packHost = (to: Packer, { shape, dtype, data }: HostArray, scalar: boolean): void => {
  const inner = new Packer()
  inner.list(3)
  inner.list(shape.length)
  for (const n of shape) inner.integer(n)
  inner.text(dtype)
  inner.binary(bytesOfHost({ shape, dtype, data }))
  to.extension(scalar ? SCALAR : NDARRAY, inner)
}
/** Writes an array, in pieces of at most `most` bytes where it has more. */
export const packArray = (to: Packer, array: HostArray, scalar: boolean, most: number): void => {
  const { shape, dtype, data } = array
  if (data.byteLength <= most) return packHost(to, array, scalar)
  const each = Math.max(1, Math.floor(most / data.BYTES_PER_ELEMENT))
  const pieces = Array.from({ length: Math.ceil(data.length / each) }, (_, i) => data.subarray(i * each, (i + 1) * each))
  to.map(3)
  to.text(CHUNKED)
  to.boolean(true)
  to.text('shape')
  to.map(shape.length)
  for (const [i, n] of shape.entries()) {
    to.text(String(i))
    to.integer(n)
  }
  to.text('chunks')
  to.map(pieces.length)
  for (const [i, piece] of pieces.entries()) {
    to.text(String(i))
    packHost(to, { shape: [piece.length], dtype, data: piece }, false)
  }
}

const inTurn = (x: unknown): readonly unknown[] | undefined => {
  if (typeof x !== 'object' || x === null) return undefined
  const keys = Object.keys(x)
  const values = keys.map((_, i) => (x as Readonly<Record<string, unknown>>)[String(i)])
  return values.includes(undefined) ? undefined : values
}
/** One array of the pieces of a large one. */
const unchunk = (x: Readonly<Record<string, unknown>>, fail: Fail): Tensor => {
  const shape = inTurn(x.shape)
  const pieces = inTurn(x.chunks)
  if (!isShape(shape) || pieces === undefined || pieces.length === 0)
    return fail('corrupt', 'an array in pieces lacks its shape or its pieces')
  const [first] = pieces
  if (!(first instanceof ConcreteTensor)) return fail('corrupt', 'piece 0 of an array is none')
  const { dtype } = first
  const size = byteLength(shape, dtype)
  const parts = pieces.map((piece, i) => {
    if (!(piece instanceof ConcreteTensor) || piece.dtype !== dtype || piece.ndim !== 1)
      return fail('corrupt', `piece ${i} of an array is none of ${dtype}[n]`)
    return bytesOfHost(piece.hostSync())
  })
  const got = parts.reduce((n, part) => n + part.length, 0)
  if (got !== size)
    return fail('corrupt', `the pieces of ${dtype}[${shape.join(',')}] have ${got} bytes in all, in place of ${size ?? 'too many'}`)
  const bytes = new Uint8Array(got)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return tensorOfBytes(shape, dtype, bytes)
}

/** What Flax makes of msgpack. */
export const flaxMaking = (operation: string): Making => ({
  extension: (type, bytes, fail) => {
    if (type === NDARRAY) return arrayIn(operation, bytes, fail)
    if (type === SCALAR) {
      const x = arrayIn(operation, bytes, fail)
      return x.ndim === 0 ? rememberScalar(x) : fail('corrupt', `a NumPy scalar has shape [${x.shape.join(',')}]`)
    }
    if (type === COMPLEX) return fail('unsupported', 'it is a complex number, and heddle has none; save its real and imaginary parts')
    return fail('unsupported', `it is an extension of msgpack of type ${type}, which is none of Flax's`)
  },
  map: (x, fail) => (Object.hasOwn(x, CHUNKED) ? unchunk(x, fail) : x),
  binary: (bytes) => bytes.slice(),
})
