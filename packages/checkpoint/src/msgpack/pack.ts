/**
 * Writes msgpack as Python's `msgpack` does: each value in the shortest form, strings and bytes apart. Law: `unpack(pack(x)) = x`.
 */
import type { Bytes } from '../bytes'

const encoder = new TextEncoder()

/** Bytes that grow; arrays are kept as they are given, and copied once, at the end. */
export class Packer {
  readonly #parts: Uint8Array[] = []
  #small = new Uint8Array(1024)
  #view = new DataView(this.#small.buffer)
  #at = 0
  #length = 0

  /** Where the next `n` bytes go. It may begin a new piece: `#small` and `#view` are read after it, never in the same expression. */
  #room(n: number): number {
    if (this.#at + n > this.#small.length) this.#flush(n)
    const at = this.#at
    this.#at += n
    this.#length += n
    return at
  }
  #flush(least = 0): void {
    if (this.#at > 0) this.#parts.push(this.#small.subarray(0, this.#at))
    this.#small = new Uint8Array(Math.max(1024, least))
    this.#view = new DataView(this.#small.buffer)
    this.#at = 0
  }
  /** Bytes as they are; not to be written to until `bytes` was called. */
  raw(bytes: Uint8Array): void {
    if (bytes.length <= 256) {
      const at = this.#room(bytes.length)
      this.#small.set(bytes, at)
    } else {
      this.#flush()
      this.#parts.push(bytes)
      this.#length += bytes.length
    }
  }
  #byte(x: number): void {
    const at = this.#room(1)
    this.#view.setUint8(at, x)
  }
  #short(tag: number, x: number): void {
    this.#byte(tag)
    const at = this.#room(2)
    this.#view.setUint16(at, x)
  }
  #long(tag: number, x: number): void {
    this.#byte(tag)
    const at = this.#room(4)
    this.#view.setUint32(at, x)
  }
  /** A head with a number of things in it: the tags of its forms, least first. */
  #head(n: number, [one, two, four]: readonly [one: number | undefined, two: number, four: number]): void {
    if (one !== undefined && n < 0x100) {
      this.#byte(one)
      this.#byte(n)
    } else if (n < 0x10000) this.#short(two, n)
    else this.#long(four, n)
  }
  nil(): void {
    this.#byte(0xc0)
  }
  boolean(x: boolean): void {
    this.#byte(x ? 0xc3 : 0xc2)
  }
  float(x: number): void {
    this.#byte(0xcb)
    const at = this.#room(8)
    this.#view.setFloat64(at, x)
  }
  integer(x: number | bigint): void {
    if (x >= 0) {
      if (x < 0x80) this.#byte(Number(x))
      else if (x < 2 ** 32) this.#head(Number(x), [0xcc, 0xcd, 0xce])
      else {
        this.#byte(0xcf)
        const at = this.#room(8)
        this.#view.setBigUint64(at, BigInt(x))
      }
    } else if (x >= -32) this.#byte(Number(x) + 256)
    else if (x >= -128) {
      this.#byte(0xd0)
      this.#byte(Number(x) + 256)
    } else if (x >= -32768) this.#short(0xd1, Number(x) + 65536)
    else if (x >= -(2 ** 31)) this.#long(0xd2, Number(x) + 2 ** 32)
    else {
      this.#byte(0xd3)
      const at = this.#room(8)
      this.#view.setBigInt64(at, BigInt(x))
    }
  }
  text(x: string): void {
    const bytes = encoder.encode(x)
    if (bytes.length < 32) this.#byte(0xa0 | bytes.length)
    else this.#head(bytes.length, [0xd9, 0xda, 0xdb])
    this.raw(bytes)
  }
  binary(bytes: Uint8Array): void {
    this.#head(bytes.length, [0xc4, 0xc5, 0xc6])
    this.raw(bytes)
  }
  list(n: number): void {
    if (n < 16) this.#byte(0x90 | n)
    else this.#head(n, [undefined, 0xdc, 0xdd])
  }
  map(n: number): void {
    if (n < 16) this.#byte(0x80 | n)
    else this.#head(n, [undefined, 0xde, 0xdf])
  }
  extension(type: number, inner: Packer): void {
    const n = inner.#length
    const fixed = [1, 2, 4, 8, 16].indexOf(n)
    if (fixed >= 0) this.#byte(0xd4 + fixed)
    else this.#head(n, [0xc7, 0xc8, 0xc9])
    this.#byte(type)
    inner.#flush()
    for (const part of inner.#parts) this.raw(part)
  }
  /** All that was written. */
  bytes(): Bytes {
    this.#flush()
    const out = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }
}
