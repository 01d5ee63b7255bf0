/**
 * The WebAssembly heap of tfjs: arrays in it, and its C functions called directly.
 *
 * tfjs's own wrappers cost 2 µs a call, two thirds of it bookkeeping, and copy whole tensors for a slice. The exports of the
 * module work on arrays that are registered by a number, so an array here is a number and an address. What C does badly or
 * wrongly is done by JavaScript in the same memory (`view`). Views end when the heap grows: take them after all allocations.
 */
import { BackendError, bytesOf, type DType, dtypes, type Shape, type TypedArray } from '@heddle/func/backend'
import { type Extrema, extremaOf } from './extrema'

interface WasmMemory {
  readonly buffer: ArrayBufferLike
}
export interface WasmModule {
  readonly HEAPU8: Uint8Array
  /** The memory: of the build with threads, and of the others. */
  readonly wasmMemory?: WasmMemory
  readonly asm?: { readonly memory?: WasmMemory }
  readonly _malloc: (bytes: number) => number
  readonly _free: (address: number) => void
  readonly tfjs: {
    readonly registerTensor: (id: number, size: number, address: number) => void
    readonly disposeData: (id: number) => void
  }
}
/** tfjs's backend: its numbering of arrays is shared with us. */
export interface WasmBackend {
  readonly wasm: WasmModule
  dataIdNextNumber: number
}
export type CFunction = (...args: readonly number[]) => void

/** An array in the heap. */
export class Block {
  /** Other numbers of the same memory, by the dimensions they were used with as the right operand of a matrix product. */
  aliases: Map<string, number> | undefined
  constructor(
    readonly id: number,
    readonly address: number,
  ) {}
}

/** XNNPACK, and our own extrema, read up to 16 bytes past the end of their operands. */
const slack = 16
/** More bytes than this can't be addressed. */
const most = 2 ** 32 - 2 ** 16
/** Room for shapes: two of at most 8 axes. */
const scratchInts = 16

export class Heap {
  readonly backend: WasmBackend
  readonly #module: WasmModule
  readonly #scratch: number
  #ints: Int32Array
  readonly extrema: Extrema
  constructor(backend: WasmBackend) {
    this.extrema = extremaOf(backend.wasm)
    this.backend = backend
    this.#module = backend.wasm
    this.#scratch = backend.wasm._malloc(scratchInts * 4) >>> 0
    this.#ints = new Int32Array(backend.wasm.HEAPU8.buffer, this.#scratch, scratchInts)
  }
  /** The C function of a kernel. */
  call(name: string): CFunction {
    return (this.#module as unknown as Record<string, CFunction>)[`_${name}`]!
  }
  get #nextId(): number {
    return this.backend.dataIdNextNumber++
  }
  /** A new array, not cleared. Errors: BackendError when the heap is full. */
  alloc(dtype: DType, size: number): Block {
    const bytes = size * bytesOf(dtype)
    const address = bytes < most ? this.#module._malloc(bytes + slack) >>> 0 : 0
    if (address === 0)
      throw new BackendError('wasm', `out of memory: ${bytes} bytes for ${size} elements of ${dtype} (WebAssembly has at most 4 GB)`)
    const id = this.#nextId
    this.#module.tfjs.registerTensor(id, size, address)
    return new Block(id, address)
  }
  free(block: Block): void {
    this.freeSlice(block)
    this.#module._free(block.address)
  }
  /** The same memory under a new number: XNNPACK keeps packed operands by theirs, which go with the old one. */
  renumbered(block: Block, size: number): Block {
    this.freeSlice(block)
    return new Block(this.part(block, 0, size), block.address)
  }
  /** Registers a part of an array under a number of its own; `forget` ends it. */
  part(block: Block, offset: number, size: number): number {
    const id = this.#nextId
    this.#module.tfjs.registerTensor(id, size, block.address + offset * 4)
    return id
  }
  /** A part of a float32 array as an array of its own, which does not outlive it. */
  slice(block: Block, offset: number, size: number): Block {
    return new Block(this.part(block, offset, size), block.address + offset * 4)
  }
  freeSlice(block: Block): void {
    this.forget(block.id)
    if (block.aliases !== undefined) for (const id of block.aliases.values()) if (id !== block.id) this.forget(id)
  }
  forget(id: number): void {
    this.#module.tfjs.disposeData(id)
  }
  /** The elements of an array, where they are. */
  view(block: Block, dtype: DType, size: number): TypedArray {
    const { buffer } = this.#module.HEAPU8
    const Storage = dtypes[dtype].storage as unknown as new (b: ArrayBufferLike, o: number, n: number) => TypedArray
    return new Storage(buffer, block.address, size)
  }
  f32(block: Block, size: number): Float32Array {
    return new Float32Array(this.#module.HEAPU8.buffer, block.address, size)
  }
  upload(data: TypedArray, dtype: DType): Block {
    const block = this.alloc(dtype, data.length)
    this.#module.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), block.address)
    return block
  }
  /** Copies float32 elements. */
  copy(from: Block, to: Block, size: number): void {
    this.#module.HEAPU8.copyWithin(to.address, from.address, from.address + size * 4)
  }
  /** Where C finds a shape, until the next call with the same `slot`. */
  shape(slot: 0 | 1, shape: Shape): number {
    if (this.#ints.buffer !== this.#module.HEAPU8.buffer)
      this.#ints = new Int32Array(this.#module.HEAPU8.buffer, this.#scratch, scratchInts)
    const at = slot * 8
    for (let i = 0; i < shape.length; i++) this.#ints[at + i] = shape[i]!
    return this.#scratch + at * 4
  }
}
