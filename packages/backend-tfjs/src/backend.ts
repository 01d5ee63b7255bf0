/** A backend from a device: its storage and its table of kernels. */
import { type KernelBackend, type DType, dtypes, type FusedKernels } from '@heddle/func/backend'
import { kernels as hostKernels, writers } from '@heddle/backend-host'
import type { FlavourDevice, KernelPlans } from './device'
import type { Flavour } from './flavour'
import { inPlaceOf, kernelTable } from './kernels'
import { Store, type TfjsBuffer } from './store'

/** A backend by a flavour of tfjs. */
export interface TfjsBackend extends KernelBackend<TfjsBuffer> {
  readonly flavour: Flavour
  /** What computes, for people: `tfjs wasm 4.22.0 (SIMD, 1 thread), gpu no`. */
  readonly describe: () => string
}
interface Made<H> {
  readonly plans: KernelPlans<H>
  readonly fused?: FusedKernels<TfjsBuffer<H>>
  readonly compiler?:
    | { readonly compile: NonNullable<KernelBackend<TfjsBuffer<H>>['compile']>; readonly describe: () => string }
    | undefined
}

export interface BackendSettings {
  /**
   * Calls whose operands and results have at most this many elements, and whose operands are all on the host, are computed there.
   * Default 32; 0 sends everything to the device that it has a kernel for.
   */
  readonly hostBelow?: number | undefined
}

/** Every dtype is supported: what the device can't hold stays on the host. */
export const backendOf = <H>(
  device: FlavourDevice<H>,
  make: (store: Store<H>, host: typeof hostKernels) => Made<H>,
  { hostBelow = 32 }: BackendSettings = {},
): TfjsBackend => {
  const store = new Store(device)
  const { plans, fused, compiler } = make(store, hostKernels)
  const backend: KernelBackend<TfjsBuffer<H>> = {
    name: `tfjs-${device.flavour}`,
    dtypes: new Set(Object.keys(dtypes) as DType[]),
    storage: store.storage(),
    kernels: kernelTable(store, hostKernels, plans, hostBelow),
    // where data stay on the host, or are written to from it
    ...((device.written !== undefined || device.holds.size === 0) && { inPlace: inPlaceOf(store, writers) }),
    ...(fused && { fused }),
    ...(compiler && { compile: compiler.compile }),
  }
  return {
    // buffers are handed out and taken back only, so their handles' type is nobody else's business
    ...(backend as unknown as KernelBackend<TfjsBuffer>),
    flavour: device.flavour,
    describe: () => [device.description, `gpu ${device.gpu ? 'yes' : 'no'}`, ...(compiler ? [compiler.describe()] : [])].join(', '),
  }
}
