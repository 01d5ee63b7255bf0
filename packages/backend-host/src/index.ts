/**
 * The reference backend of heddle: every primitive in plain TypeScript over typed arrays, for every dtype.
 *
 * It is what other backends are compared with, what they compute on when their device lacks a primitive (`kernels`), and a
 * backend for those who want no dependency (`hostBackend`).
 */
import { type DType, dtypes, type HostArray, type Kernel, type KernelBackend, type Kernels, type LeafName } from '@heddle/func/backend'
import { kernels, writers } from './kernels'
import { hostStorage } from './storage'

/** A backend over host memory with counts of its own. Buffers are host arrays, whose data nobody writes to but `inPlace`. */
export const hostBackend = (): KernelBackend<HostArray> => {
  const storage = hostStorage()
  const counted =
    <P>(kernel: Kernel<HostArray, P>): Kernel<HostArray, P> =>
    (call) => {
      const run = kernel(call)
      return (inputs) => {
        const outs = run(inputs)
        for (const out of outs) storage.adopt(out)
        return outs
      }
    }
  const names = Object.keys(kernels) as LeafName[]
  return {
    name: 'host',
    dtypes: new Set(Object.keys(dtypes) as DType[]),
    storage,
    // each under its own name, so of its own type
    kernels: Object.fromEntries(
      names.map((name) => [name, counted(kernels[name] as Kernel<HostArray, unknown>)]),
    ) as unknown as Kernels<HostArray>,
    inPlace: { owns: storage.owns, kernels: writers },
  }
}

export { converter } from './convert'
export { kernels, writers } from './kernels'
