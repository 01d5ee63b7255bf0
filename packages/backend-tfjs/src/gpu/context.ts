/** What the families of GPU kernels share. */
import type { Aval, DType } from '@heddle/func/backend'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { HostKernels, KernelPlan, Run } from '../device'
import type { Store, TfjsBuffer } from '../store'
import type { GpuDevice } from './load'

export interface Context {
  readonly store: Store<TensorInfo>
  readonly device: GpuDevice
  readonly host: HostKernels
}
export type Buffer = TfjsBuffer<TensorInfo>
export type GpuPlan<P> = KernelPlan<TensorInfo, P>
export type GpuRun = Run<TensorInfo>

export const allOf = (types: readonly Aval[], ...dtypes: readonly DType[]): boolean => types.every((a) => dtypes.includes(a.dtype))
/** Whether the device computes with these dtypes without rounding. */
export const exact = ({ device }: Context, types: readonly Aval[]): boolean => types.every((a) => device.exact.includes(a.dtype))

/** A kernel with one result from what an expression in tfjs kernels answers. */
export const run = ({ store }: Context, out: Aval, f: (...xs: readonly TensorInfo[]) => TensorInfo): GpuRun => {
  return (inputs) => {
    const made = f(...inputs.map((b) => store.onDevice(b)))
    return [store.ofDevice(made, out, made.shape)]
  }
}
/** Frees temporaries once `f` is done with them. */
export const using = ({ device }: Context, xs: readonly TensorInfo[], f: (...xs: readonly TensorInfo[]) => TensorInfo): TensorInfo => {
  try {
    return f(...xs)
  } finally {
    for (const x of xs) device.free(x)
  }
}
/** tfjs's kernels are written for at most 6 axes, most shaders for 4 to 6. */
const MAX_AXES = 4
export const fits = (...types: readonly Aval[]): boolean => types.every((a) => a.shape.length <= MAX_AXES)
/** The same data in another shape; to be freed. */
export const reshaped = ({ device }: Context, x: TensorInfo, shape: readonly number[]): TensorInfo => device.reshaped!(x, shape)
