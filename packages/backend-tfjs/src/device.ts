/**
 * What the backend asks of a device: to hold arrays of a few dtypes, to give them back, and which primitives it has kernels for.
 *
 * `H` is the device's own handle on an array: a tensor of TensorFlow, a piece of the WebAssembly heap, a GPU tensor of tfjs.
 * All that a device can't hold or compute stays on the host and is computed there.
 */
import type { DType, HostArray, Kernels, LeafName, ParamsOf, Shape, TypedArray } from '@heddle/func/backend'
import type { KernelCall } from '@heddle/func/backend'
import type { Flavour } from './flavour'
import type { TfjsBuffer } from './store'

export interface FlavourDevice<H> {
  readonly flavour: Flavour
  /** For people: library, version, what it runs on. */
  readonly description: string
  /** Whether a graphics processor computes. */
  readonly gpu: boolean
  /** Element types that arrays on the device can have. */
  readonly holds: ReadonlySet<DType>
  /**
   * What `read` gives. `view`: the device's own memory, valid until it allocates. `shared`: the device's memory, kept alive by
   * the array. `copy`: an array of its own.
   */
  readonly reads: 'view' | 'shared' | 'copy'
  /** Whether the device can be waited for. */
  readonly sync: boolean
  readonly upload: (data: TypedArray, shape: Shape, dtype: DType) => H
  readonly read: (handle: H, dtype: DType, size: number) => TypedArray
  /** What `read` gives, but never a view: the device may allocate before the caller goes on. The handle is alive until then. */
  readonly readAsync: (handle: H, dtype: DType, size: number) => Promise<TypedArray>
  /**
   * The handle after what `read` answers is written to: what the device has derived from the data is forgotten. Only where `read` is a view;
   * absent where arrays are not to be written to.
   */
  readonly written?: (handle: H, size: number) => H
  /** A handle on the same data in another shape; undefined where handles have no shape. */
  readonly reshaped: ((handle: H, shape: Shape) => H) | undefined
  readonly free: (handle: H) => void
}

/** A prepared kernel on the backend's buffers. */
export type Run<H> = (inputs: readonly TfjsBuffer<H>[]) => readonly TfjsBuffer<H>[]
/** Prepares a kernel on the device, or declines (undefined): then the host computes. Shapes are never empty here. */
export type KernelPlan<H, P> = (call: KernelCall<P>) => Run<H> | undefined
/** What a device computes itself. A primitive that is absent is computed on the host. */
export type KernelPlans<H> = { readonly [N in LeafName]?: KernelPlan<H, ParamsOf[N]> }

export type HostKernels = Kernels<HostArray>
