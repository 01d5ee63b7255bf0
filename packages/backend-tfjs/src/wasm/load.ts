/** Starts tfjs's wasm backend: SIMD where the engine has it; threads only in browsers that allow them. */
import type { DType } from '@heddle/func/backend'
import type { FlavourDevice } from '../device'
import { loadCore, startBackend, unwrapped } from '../engine'
import { inNode } from '../flavour'
import { type Block, Heap, type WasmBackend } from './heap'
import { withoutTheirListeners } from './listeners'
import { expectWasm, fileFor, placesOf, type WasmPaths } from './places'

export interface WasmDevice extends FlavourDevice<Block> {
  readonly heap: Heap
}
const holds: ReadonlySet<DType> = new Set<DType>(['float32', 'int32', 'bool'])

export const loadWasm = async (paths?: WasmPaths): Promise<WasmDevice> => {
  const core = await loadCore()
  const wasm = unwrapped(await import('@tensorflow/tfjs-backend-wasm'), 'setWasmPaths')
  const simd = (await core.env().getAsync('WASM_HAS_SIMD_SUPPORT')) as boolean
  if (paths !== undefined || !inNode()) {
    const places = placesOf(paths)
    const threads = simd && ((await core.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) as boolean)
    if (!inNode()) await expectWasm(places[fileFor(simd, threads)])
    wasm.setWasmPaths(places)
  }
  const backend = await withoutTheirListeners(() => startBackend<WasmBackend>(core, 'wasm', 'wasm'))
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
  written: (block, size) => heap.renumbered(block, size),
  free: (block) => heap.free(block),
})
