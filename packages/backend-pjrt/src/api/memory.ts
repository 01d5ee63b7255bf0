/**
 * Memory outside of JavaScript, and pointers to it.
 *
 * A pointer is a number: addresses of user space have 47 bits (57 on the largest machines; a number holds 53 exactly, and
 * what is above is refused), and numbers are faster than bigints by far. A struct is written through a view of 32-bit words.
 */
import koffi from 'koffi'
import type { Struct } from './struct'

export type Pointer = number
const HIGH = 2 ** 32

// on Windows there are no plugins, but loading this package must not fail
const self = koffi.load(process.platform === 'win32' ? 'msvcrt.dll' : null)
const calloc = self.func('calloc', 'uint64_t', ['size_t', 'size_t']) as (n: number, size: number) => Pointer
const memcpyOut = self.func('memcpy', 'void', ['void *', 'uint64_t', 'size_t']) as (
  dst: ArrayBufferView,
  src: Pointer,
  bytes: number,
) => void

/** Zeroed memory, until it is released. */
export const allocate = (bytes: number): { readonly pointer: Pointer; readonly memory: ArrayBuffer } => {
  const pointer = calloc(1, bytes)
  if (pointer === 0) throw new RangeError(`out of memory: ${bytes} bytes`)
  return { pointer, memory: koffi.view(BigInt(pointer), bytes) }
}
const freeMemory = self.func('free', 'void', ['uint64_t']) as (p: Pointer) => void
/** Gives back what `allocate` gave. */
export const release = (p: Pointer): void => freeMemory(p)

/** Copies memory into host data. */
export const copyOut = (dst: ArrayBufferView, src: Pointer, bytes = dst.byteLength): void => {
  if (bytes > 0) memcpyOut(dst, src, bytes)
}
/** Where host data lie, which do not move while they are reachable. */
export const addressOf = (data: ArrayBufferView): Pointer => Number(koffi.address(data))
export const textAt = (p: Pointer, bytes: number): string => {
  const copy = new Uint8Array(bytes)
  copyOut(copy, p)
  return new TextDecoder().decode(copy)
}
export const bytesAt = (p: Pointer, bytes: number): Uint8Array => {
  const copy = new Uint8Array(bytes)
  copyOut(copy, p)
  return copy
}

/** Words of 64 bits, as pointers, sizes and other integers that numbers hold. */
export class Words {
  readonly pointer: Pointer
  readonly #u32: Uint32Array
  /** The same memory as bytes. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#u32.buffer)
  }
  constructor(readonly length: number) {
    const { pointer, memory } = allocate(8 * Math.max(1, length))
    this.pointer = pointer
    this.#u32 = new Uint32Array(memory)
  }
  set(i: number, value: number): void {
    this.#u32[2 * i] = value >>> 0
    this.#u32[2 * i + 1] = Math.floor(value / HIGH) >>> 0
  }
  get(i: number): number {
    return this.#u32[2 * i]! + this.#u32[2 * i + 1]! * HIGH
  }
  free(): void {
    freeMemory(this.pointer)
  }
}
/** An argument struct in memory of its own, with its size filled in. */
export class Args<F extends string> {
  readonly pointer: Pointer
  readonly #u32: Uint32Array
  readonly #offsets: { readonly [K in F]: number }
  constructor(layout: Struct<F>) {
    const { pointer, memory } = allocate(Math.ceil(layout.size / 8) * 8)
    this.pointer = pointer
    this.#u32 = new Uint32Array(memory)
    this.#u32[0] = layout.size
    this.#offsets = layout.offsets
  }
  set(field: F, value: number): void {
    const i = this.#offsets[field] / 4
    this.#u32[i] = value >>> 0
    this.#u32[i + 1] = Math.floor(value / HIGH) >>> 0
  }
  get(field: F): number {
    const i = this.#offsets[field] / 4
    return this.#u32[i]! + this.#u32[i + 1]! * HIGH
  }
  /** An int or enum, of 32 bits. */
  setInt(field: F, value: number): void {
    this.#u32[this.#offsets[field] / 4] = value
  }
  getInt(field: F): number {
    return this.#u32[this.#offsets[field] / 4]! | 0
  }
  getBool(field: F): boolean {
    const at = this.#offsets[field]
    return ((this.#u32[at >>> 2]! >>> (8 * (at & 3))) & 255) !== 0
  }
  free(): void {
    freeMemory(this.pointer)
  }
  /** Several pointers and sizes at once. */
  assign(values: { readonly [K in F]?: number }): this {
    for (const [field, value] of Object.entries(values)) this.set(field as F, value as number)
    return this
  }
}
/** Bytes in memory of their own, for text and protocol buffers. */
export const nativeBytes = (bytes: Uint8Array): NativeBytes => {
  const { pointer, memory } = allocate(Math.max(1, bytes.length))
  new Uint8Array(memory).set(bytes)
  return { pointer, size: bytes.length, free: () => freeMemory(pointer) }
}
export interface NativeBytes {
  readonly pointer: Pointer
  readonly size: number
  readonly free: () => void
}
export const nativeText = (text: string): NativeBytes => nativeBytes(new TextEncoder().encode(text))
/** A list of pointers. */
export const pointersAt = (p: Pointer, count: number): readonly Pointer[] => {
  const copy = new BigUint64Array(count)
  copyOut(copy, p)
  return Array.from(copy, Number)
}
