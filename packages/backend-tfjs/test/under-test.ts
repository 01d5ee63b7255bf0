/**
 * The flavours that can be tested here: cpu, wasm, node where HEDDLE_TFJS_NODE says where it is, and the kernels of the GPU flavours
 * run on tfjs's cpu backend, which registers kernels of the same names. All send even tiny calls to the device (`hostBelow: 0`).
 */
import type { Aval, HostArray, KernelCall, Kernel, LeafName } from '@heddle/func/backend'
import type { TfjsBackend } from '../src/backend'
import { tfjs } from '../src/choose'
import { loadCore, quietly } from '../src/engine'
import { kernelBackend } from '../src/gpu'
import { kernelDevice } from '../src/gpu/load'
import { avalOf } from './arrays'

const gpuStandIn = async (): Promise<TfjsBackend> => {
  const core = await loadCore()
  await quietly(core, () => import('@tensorflow/tfjs-backend-cpu'))
  ;(core.engine().findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false
  const device = await kernelDevice(core, 'cpu', 'webgpu', core.version_core)
  return kernelBackend({ ...device, sync: true }, { hostBelow: 0 })
}
export interface UnderTest {
  readonly name: string
  readonly make: () => Promise<TfjsBackend>
}
export const underTest: readonly UnderTest[] = [
  { name: 'cpu', make: () => tfjs({ demand: 'cpu', hostBelow: 0 }) },
  { name: 'wasm', make: () => tfjs({ demand: 'wasm', hostBelow: 0 }) },
  ...(process.env.HEDDLE_TFJS_NODE ? [{ name: 'node', make: () => tfjs({ demand: 'node', hostBelow: 0 }) }] : []),
  { name: 'gpu kernels', make: gpuStandIn },
]

/** Runs a primitive on a backend, with everything released afterwards but what leaks. */
export const runOn = (
  backend: TfjsBackend,
  primitive: LeafName,
  params: unknown,
  ins: readonly HostArray[],
  outs: readonly Aval[],
): HostArray[] => {
  const { storage } = backend
  const call: KernelCall<unknown> = { params, ins: ins.map(avalOf), outs }
  const run = (backend.kernels[primitive] as Kernel<unknown, unknown>)(call)
  const inputs = ins.map((a) => storage.upload(a))
  const results = run(inputs) as typeof inputs
  const read = results.map((r, i) => storage.downloadSync!(r, outs[i]!))
  for (const b of [...inputs, ...results]) storage.release(b)
  return read
}
