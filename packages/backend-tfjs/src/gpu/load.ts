/** Starts tfjs's WebGPU or WebGL backend, and calls its kernels without tfjs's engine: no tape, no scopes. */
import { BackendError, type DType, dtypes, type Shape, type TypedArray } from '@heddle/func/backend'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { FlavourDevice } from '../device'
import { loadCore, startBackend, type TfjsCore } from '../engine'
import type { Flavour } from '../flavour'
import { type GpuFlavour, peers } from './peers'
import { Unavailable } from '../unavailable'

/** What the backends of tfjs have in common. */
interface KernelBackend {
  readonly write: (values: TypedArray, shape: readonly number[], dtype: string) => object
  readonly readSync: (id: object) => ArrayLike<number>
  readonly read: (id: object) => Promise<ArrayLike<number>>
  readonly disposeData: (id: object) => boolean
}
type Attributes = Readonly<Record<string, unknown>>
type RunKernel = (inputs: Readonly<Record<string, TensorInfo>> | readonly TensorInfo[], attrs?: Attributes) => TensorInfo

export interface GpuDevice extends FlavourDevice<TensorInfo> {
  /** A kernel of tfjs by its name. Errors: BackendError if this backend lacks it. */
  readonly op: (name: string) => RunKernel
  readonly has: (name: string) => boolean
  /** The dtypes whose arithmetic is exact: WebGL keeps int32 in floats. */
  readonly exact: readonly DType[]
}
const holds: ReadonlySet<DType> = new Set<DType>(['float32', 'int32', 'bool'])

const typedArray = (values: ArrayLike<number>, dtype: DType): TypedArray => {
  const Storage = dtypes[dtype].storage as unknown as new (values: ArrayLike<number>) => TypedArray
  return values instanceof dtypes[dtype].storage ? (values as unknown as TypedArray) : new Storage(values)
}
/** A device of the kernels that one backend of tfjs has registered. */
export const kernelDevice = async (core: TfjsCore, name: string, flavour: Flavour, version: string): Promise<GpuDevice> => {
  const backend = await startBackend<KernelBackend>(core, name, flavour)
  const info = (dataId: object, shape: Shape, dtype: DType): TensorInfo => ({
    dataId,
    shape: [...shape],
    dtype: dtype as TensorInfo['dtype'],
  })
  const has = (kernel: string): boolean => core.getKernel(kernel, name) !== undefined
  const op = (kernel: string): RunKernel => {
    const config = core.getKernel(kernel, name)
    if (config === undefined) throw new BackendError(flavour, `tfjs has no kernel ${kernel}`)
    return (inputs, attrs = {}) => config.kernelFunc({ inputs: inputs as never, attrs: attrs as never, backend }) as TensorInfo
  }
  const reshape = op('Reshape')
  return {
    op,
    has,
    exact: flavour === 'webgl' ? ['float32', 'bool'] : ['float32', 'int32', 'bool'],
    flavour,
    description: `tfjs ${flavour} ${version}`,
    gpu: true,
    holds,
    // tfjs keeps what it has read, and hands it out again
    reads: 'shared',
    // tfjs reads WebGPU memory through a canvas when it must at once; users are told to await instead
    sync: flavour !== 'webgpu',
    upload: (data, shape, dtype) => info(backend.write(data, shape, dtype), shape, dtype),
    read: ({ dataId }, dtype) => typedArray(backend.readSync(dataId), dtype),
    readAsync: async ({ dataId }, dtype) => typedArray(await backend.read(dataId), dtype),
    reshaped: (x, shape) => reshape({ x }, { shape: [...shape] }),
    free: ({ dataId }) => void backend.disposeData(dataId),
  }
}
/** A browser may have the API and no device for it; tfjs would fail noisily. */
const hasAdapter = async (): Promise<boolean> => {
  const { gpu } =
    (globalThis as { readonly navigator?: { readonly gpu?: { readonly requestAdapter: () => Promise<unknown> } } }).navigator ?? {}
  return gpu !== undefined && (await gpu.requestAdapter()) !== null
}
export const loadGpu = async (flavour: GpuFlavour): Promise<GpuDevice> => {
  const core = await loadCore()
  const isThere = (): boolean => core.engine().registryFactory[flavour] !== undefined
  const load = peers[flavour]
  if (!isThere()) {
    if (load === undefined) throw new Unavailable(flavour, "not imported: import '@heddle/backend-tfjs/gpu' first", true)
    await load().catch((cause: unknown) => {
      throw new Unavailable(flavour, `@tensorflow/tfjs-backend-${flavour} does not load: ${(cause as Error).message}`, false, { cause })
    })
  }
  if (!isThere()) throw new Unavailable(flavour, flavour === 'webgpu' ? 'this browser has no WebGPU' : 'this browser has no WebGL', true)
  if (flavour === 'webgpu' && !(await hasAdapter())) throw new Unavailable(flavour, 'this browser has no adapter for WebGPU', true)
  return kernelDevice(core, flavour, flavour, core.version_core)
}
