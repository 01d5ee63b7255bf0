/**
 * Reads msgpack. It is written here and not taken from a library since a file may be hostile: what it says that it holds is never made room
 * for before it is there, a name that is there twice is an error, and each error has its place.
 *
 * Source: the specification of msgpack.
 */
import type { Path } from '@heddle/tree'
import { CheckpointError, type CheckpointFault } from '../error'
import { forbiddenReason, isForbidden } from '../keys'
import { rememberLayout } from './remembered'

/** Ends the reading with an error that has the place in the tree. */
export type Fail = (fault: CheckpointFault, reason: string) => never
/** What is made of parts of a file: bytes are views of it. */
export interface Making {
  readonly extension: (type: number, bytes: Uint8Array, fail: Fail) => unknown
  readonly map: (x: Record<string, unknown>, fail: Fail) => unknown
  readonly binary: (bytes: Uint8Array) => unknown
}

/** As deep as a tree may be. */
const DEEPEST = 256

/** What is read: where in the bytes, and where in the tree. */
export class Unpacker {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #path: (string | number)[] = []
  #at = 0

  readonly fail: Fail

  /** `fail` is that of a reader whose bytes hold these. */
  constructor(
    operation: string,
    bytes: Uint8Array,
    readonly making: Making,
    fail?: Fail,
  ) {
    this.fail =
      fail ??
      ((fault, reason) => {
        throw new CheckpointError(operation, fault, reason, { path: [...this.#path] as Path })
      })
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The one value that the bytes are. Errors: CheckpointError. */
  whole(): unknown {
    if (this.#bytes.length === 0) this.fail('truncated', 'the file is empty')
    const value = this.#value()
    const rest = this.#bytes.length - this.#at
    if (rest > 0) this.fail('corrupt', `${rest} bytes follow the end of what is msgpack`)
    return value
  }

  #take(n: number): number {
    const at = this.#at
    const left = this.#bytes.length - at
    if (n > left) this.fail('truncated', `the file ends here: ${n} bytes are to follow byte ${at}, and ${left} do`)
    this.#at += n
    return at
  }
  #uint(width: 1 | 2 | 4): number {
    const at = this.#take(width)
    return width === 1 ? this.#view.getUint8(at) : width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }
  #slice(n: number): Uint8Array {
    const at = this.#take(n)
    return this.#bytes.subarray(at, at + n)
  }
  #text(n: number): string {
    const bytes = this.#slice(n)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return this.fail('corrupt', 'a string is no UTF-8')
    }
  }
  #big(x: bigint): number | bigint {
    return x >= BigInt(Number.MIN_SAFE_INTEGER) && x <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(x) : x
  }
  #extension(n: number): unknown {
    const type = this.#view.getInt8(this.#take(1))
    return this.making.extension(type, this.#slice(n), this.fail)
  }
  /** Each element takes a byte at least, so no list is longer than what is left of the file. */
  #count(n: number, bytesEach: number): number {
    const left = this.#bytes.length - this.#at
    if (n * bytesEach > left) this.fail('truncated', `${n} elements are to follow, and ${left} bytes do`)
    if (this.#path.length >= DEEPEST) this.fail('limit', `it is more than ${DEEPEST} levels deep`)
    return n
  }
  #list(n: number): unknown[] {
    this.#count(n, 1)
    const out: unknown[] = []
    const floats = new Set<number>()
    for (let i = 0; i < n; i++) {
      this.#path.push(i)
      if (this.#isFloat()) floats.add(i)
      out.push(this.#value())
      this.#path.pop()
    }
    if (floats.size > 0) rememberLayout(out, { floats })
    return out
  }
  #isFloat(): boolean {
    const tag = this.#bytes[this.#at]
    return tag === 0xca || tag === 0xcb
  }
  #key(): string | number {
    const key = this.#value()
    if (typeof key !== 'string' && !(typeof key === 'number' && Number.isInteger(key)))
      return this.fail('unsupported', 'a key is neither a string nor an integer')
    if (isForbidden(String(key))) return this.fail('corrupt', forbiddenReason(String(key)))
    return key
  }
  #map(n: number): unknown {
    this.#count(n, 2)
    const out: Record<string, unknown> = {}
    const keys: (string | number)[] = []
    const floats = new Set<string>()
    for (let i = 0; i < n; i++) {
      const key = this.#key()
      if (Object.hasOwn(out, key)) this.fail('corrupt', `the key ${JSON.stringify(key)} is there twice`)
      this.#path.push(key)
      if (this.#isFloat()) floats.add(String(key))
      out[key] = this.#value()
      this.#path.pop()
      keys.push(key)
    }
    const now = Object.keys(out)
    const ordered = keys.every((key, i) => key === now[i])
    if (!ordered || floats.size > 0) rememberLayout(out, { ...(ordered ? {} : { keys }), floats })
    return this.making.map(out, this.fail)
  }
  #value(): unknown {
    const tag = this.#uint(1)
    if (tag < 0x80) return tag
    if (tag < 0x90) return this.#map(tag & 15)
    if (tag < 0xa0) return this.#list(tag & 15)
    if (tag < 0xc0) return this.#text(tag & 31)
    if (tag >= 0xe0) return tag - 256
    switch (tag) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return this.making.binary(this.#slice(this.#uint(1)))
      case 0xc5:
        return this.making.binary(this.#slice(this.#uint(2)))
      case 0xc6:
        return this.making.binary(this.#slice(this.#uint(4)))
      case 0xc7:
        return this.#extension(this.#uint(1))
      case 0xc8:
        return this.#extension(this.#uint(2))
      case 0xc9:
        return this.#extension(this.#uint(4))
      case 0xca:
        return this.#view.getFloat32(this.#take(4))
      case 0xcb:
        return this.#view.getFloat64(this.#take(8))
      case 0xcc:
        return this.#uint(1)
      case 0xcd:
        return this.#uint(2)
      case 0xce:
        return this.#uint(4)
      case 0xcf:
        return this.#big(this.#view.getBigUint64(this.#take(8)))
      case 0xd0:
        return this.#view.getInt8(this.#take(1))
      case 0xd1:
        return this.#view.getInt16(this.#take(2))
      case 0xd2:
        return this.#view.getInt32(this.#take(4))
      case 0xd3:
        return this.#big(this.#view.getBigInt64(this.#take(8)))
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (tag - 0xd4))
      case 0xd9:
        return this.#text(this.#uint(1))
      case 0xda:
        return this.#text(this.#uint(2))
      case 0xdb:
        return this.#text(this.#uint(4))
      case 0xdc:
        return this.#list(this.#uint(2))
      case 0xdd:
        return this.#list(this.#uint(4))
      case 0xde:
        return this.#map(this.#uint(2))
      case 0xdf:
        return this.#map(this.#uint(4))
      default:
        return this.fail('corrupt', `byte ${this.#at - 1} is 0x${tag.toString(16)}, which msgpack has no meaning for`)
    }
  }
}
