/** What the families of wasm kernels share: where buffers live, and how a kernel in JavaScript runs in the heap. */
import { type Aval, type TypedArray, sizeOf } from '@heddle/func/backend'
import type { HostKernels, Run } from '../device'
import type { Store, TfjsBuffer } from '../store'
import type { Block, Heap } from './heap'

export interface Context {
  readonly store: Store<Block>
  readonly heap: Heap
  readonly host: HostKernels
}
export type Buffer = TfjsBuffer<Block>
export type WasmRun = Run<Block>

export const isFloat32 = (types: readonly Aval[]): boolean => types.every((a) => a.dtype === 'float32')

/** The same elements as integers, for moving and choosing among them without branches. */
export const bitsOf = (x: Float32Array): Int32Array => new Int32Array(x.buffer, x.byteOffset, x.length)

/** A kernel in JavaScript that writes its float32 result into the heap; operands may be anywhere. */
export const inHeap = (
  { store, heap }: Context,
  out: Aval,
  body: (out: Float32Array, reads: readonly TypedArray[], inputs: readonly Buffer[]) => void,
): WasmRun => {
  const n = sizeOf(out.shape)
  return (inputs) => {
    const block = heap.alloc('float32', n)
    body(
      heap.f32(block, n),
      inputs.map((b) => store.onHost(b)),
      inputs,
    )
    return [store.ofDevice(block, out)]
  }
}
