/**
 * Extrema of float32 arrays in tfjs's heap, by a WebAssembly module of our own that is put together here.
 *
 * tfjs has none that keeps NaN: its Relu takes the sign bit for a number's, so it makes 0 of a NaN whose sign is set (as arithmetic
 * makes them), its Maximum loses a NaN on the right and takes 5 ns an element. WebAssembly's own f32x4.max and f32x4.min keep every NaN.
 * Where the engine has no SIMD the same loops run on single numbers.
 */
import { BackendError } from '@heddle/func/backend'
import type { WasmModule } from './heap'

/** Addresses of two operands and of the result, and where the first operand ends. Up to 12 bytes past the ends are read and written. */
type OfArrays = (x: number, y: number, out: number, end: number) => void
/** The same with a number as the second operand. */
type OfScalar = (x: number, y: number, out: number, end: number) => void
export interface Extrema {
  readonly max: OfArrays
  readonly min: OfArrays
  readonly maxScalar: OfScalar
  readonly minScalar: OfScalar
}

/** What is used of the standard `WebAssembly`, whose types come with the DOM's. */
interface Engine {
  readonly validate: (code: Uint8Array) => boolean
  readonly Module: new (code: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}
const engine = (): Engine => (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly

// the binary format: https://webassembly.github.io/spec/core/binary
const I32 = 0x7f
const F32 = 0x7d
const V128 = 0x7b
const [loop, end, brIf, localGet, localSet, i32Const, i32LtU, i32Add] = [0x03, 0x0b, 0x0d, 0x20, 0x21, 0x41, 0x49, 0x6a] as const
const empty = 0x40
const magic = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0] as const
/** Instructions on lanes of 4, and on single numbers. */
interface Lanes {
  readonly type: number
  readonly width: number
  readonly load: readonly number[]
  readonly store: readonly number[]
  readonly splat: readonly number[]
  readonly max: readonly number[]
  readonly min: readonly number[]
}
const four: Lanes = {
  type: V128,
  width: 16,
  load: [0xfd, 0x00, 0, 0],
  store: [0xfd, 0x0b, 0, 0],
  splat: [0xfd, 0x13],
  max: [0xfd, 0xe9, 0x01],
  min: [0xfd, 0xe8, 0x01],
}
const one: Lanes = { type: F32, width: 4, load: [0x2a, 2, 0], store: [0x38, 2, 0], splat: [], max: [0x97], min: [0x96] }

const list = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()]
const unsigned = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...unsigned(n >> 7)])
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)]
const name = (text: string): number[] => sized([...new TextEncoder().encode(text)])
const next = (local: number, width: number): number[] => [localGet, local, i32Const, width, i32Add, localSet, local]

/** `do { out = op(x, y); advance all } while (x < end)`; the operands are locals 0 to 3. */
const ofArrays = ({ load, store, width }: Lanes, op: readonly number[]): number[] => {
  const step = [localGet, 2, localGet, 0, ...load, localGet, 1, ...load, ...op, ...store]
  const body = [...step, ...next(0, width), ...next(1, width), ...next(2, width), localGet, 0, localGet, 3, i32LtU, brIf, 0]
  return sized([0, loop, empty, ...body, end, end])
}
/** The same with the number spread over a local of its own. */
const ofScalar = ({ load, store, splat, width, type }: Lanes, op: readonly number[]): number[] => {
  const spread = [localGet, 1, ...splat, localSet, 4]
  const step = [localGet, 2, localGet, 0, ...load, localGet, 4, ...op, ...store]
  const body = [...step, ...next(0, width), ...next(2, width), localGet, 0, localGet, 3, i32LtU, brIf, 0]
  return sized([1, 1, type, ...spread, loop, empty, ...body, end, end])
}
const moduleOf = (lanes: Lanes, shared: boolean): Uint8Array => {
  const arrays = [0x60, ...list([[I32], [I32], [I32], [I32]]), 0]
  const scalar = [0x60, ...list([[I32], [F32], [I32], [I32]]), 0]
  // any memory fits: at least a page; a shared one has to say how many it may have, which is all there are
  const memory = shared ? [3, 1, ...unsigned(65536)] : [0, 1]
  return Uint8Array.from([
    ...magic,
    ...section(1, list([arrays, scalar])),
    ...section(2, list([[...name('heap'), ...name('memory'), 2, ...memory]])),
    ...section(3, list([[0], [0], [1], [1]])),
    ...section(7, list((['max', 'min', 'maxScalar', 'minScalar'] as const).map((f, i) => [...name(f), 0, i]))),
    ...section(10, list([ofArrays(lanes, lanes.max), ofArrays(lanes, lanes.min), ofScalar(lanes, lanes.max), ofScalar(lanes, lanes.min)])),
  ])
}
/** The functions over tfjs's heap. Errors: BackendError where its memory can't be found. */
export const extremaOf = ({ wasmMemory, asm }: WasmModule, simd?: boolean): Extrema => {
  const memory = wasmMemory ?? asm?.memory
  if (memory === undefined) throw new BackendError('wasm', 'this version of tfjs does not show its memory')
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer
  const { validate, Module, Instance } = engine()
  const wide = moduleOf(four, shared)
  const code = (simd ?? validate(wide)) ? wide : moduleOf(one, shared)
  return new Instance(new Module(code), { heap: { memory } }).exports as Extrema
}
