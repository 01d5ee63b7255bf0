/** The GPU flavours of a browser: tfjs's WebGPU and WebGL backends. What they lack or compute loosely is done on the host. */
import { backendOf, type BackendSettings, type TfjsBackend } from '../backend'
import type { Context } from './context'
import { type GpuDevice, loadGpu } from './load'
import type { GpuFlavour } from './peers'
import { moving } from './moving'
import { pointwise } from './pointwise'
import { fused, products } from './products'
import { windows } from './window'

/** A backend of tfjs's kernels on a device. */
export const kernelBackend = (device: GpuDevice, settings: BackendSettings = {}): TfjsBackend =>
  backendOf(
    device,
    (store, host) => {
      const context: Context = { store, device, host }
      return { plans: { ...pointwise(context), ...moving(context), ...products(context), ...windows(context) }, fused: fused(context) }
    },
    settings,
  )
/** Errors: Unavailable where the package or the browser's support is missing. */
export const gpuBackend = async (flavour: GpuFlavour, settings: BackendSettings = {}): Promise<TfjsBackend> =>
  kernelBackend(await loadGpu(flavour), settings)
