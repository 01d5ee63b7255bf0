/** The wasm flavour: what it computes itself, and the backend of it. */
import { backendOf, type BackendSettings, type TfjsBackend } from '../backend'
import type { KernelPlans } from '../device'
import type { Context } from './context'
import { contraction } from './contraction'
import { convolutions } from './convolution'
import { fused } from './fused'
import type { Block } from './heap'
import { indexing } from './indexing'
import { layout } from './layout'
import { loadWasm } from './load'
import type { WasmPaths } from './places'
import { pointwise } from './pointwise'
import { reduction } from './reduction'
import { windows } from './window'

const plansOf = (context: Context): KernelPlans<Block> => ({
  ...pointwise(context),
  ...reduction(context),
  ...layout(context),
  ...contraction(context),
  ...convolutions(context),
  ...windows(context),
  ...indexing(context),
})
/** tfjs's WebAssembly backend. Errors: BackendError where it does not start. */
export const wasmBackend = async (paths?: WasmPaths, settings: BackendSettings = {}): Promise<TfjsBackend> => {
  const device = await loadWasm(paths)
  return backendOf(
    device,
    (store, host) => {
      const context: Context = { store, heap: device.heap, host }
      return { plans: plansOf(context), fused: fused(context) }
    },
    settings,
  )
}
