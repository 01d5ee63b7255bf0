/** Starts tfjs's wasm backend: SIMD where the engine has it; threads only in browsers that allow them. */
import type { DType } from '@heddle/func/backend'
import type { Device } from '../device'
import { loadCore, startBackend, unwrapped } from '../engine'
import { type Block, Heap, type WasmBackend } from './heap'
import { withoutTheirListeners } from './listeners'

/** Where a browser finds the .wasm files: a folder's address, or one for each file. */
export type WasmPaths = string | Readonly<Record<string, string>>

export interface WasmDevice extends Device<Block> {
  readonly heap: Heap
}
const holds: ReadonlySet<DType> = new Set<DType>(['float32', 'int32', 'bool'])

export const loadWasm = async (paths?: WasmPaths): Promise<WasmDevice> => {
  const core = await loadCore()
  const wasm = unwrapped(await import('@tensorflow/tfjs-backend-wasm'), 'setWasmPaths')
  if (paths !== undefined) wasm.setWasmPaths(paths as Parameters<typeof wasm.setWasmPaths>[0])
  const backend = await withoutTheirListeners(() => startBackend<WasmBackend>(core, 'wasm', 'wasm'))
  const simd = await core.env().getAsync('WASM_HAS_SIMD_SUPPORT')
  const threads = wasm.getThreadsCount()
  return wasmDevice(new Heap(backend), `${wasm.version_wasm} (${simd ? 'SIMD' : 'no SIMD'}, ${threads} thread${threads === 1 ? '' : 's'})`)
}
const wasmDevice = (heap: Heap, version: string): WasmDevice => ({
  heap,
  flavour: 'wasm',
  description: `tfjs wasm ${version}`,
  gpu: false,
  holds,
  reads: 'view',
  sync: true,
  upload: (data, _shape, dtype) => heap.upload(data, dtype),
  read: (block, dtype, size) => heap.view(block, dtype, size),
  readAsync: async (block, dtype, size) => heap.view(block, dtype, size).slice(),
  reshaped: undefined,
  free: (block) => heap.free(block),
})
