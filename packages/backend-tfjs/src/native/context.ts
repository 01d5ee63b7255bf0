/** What the families of native kernels share. */
import type { Aval, DType, Shape } from '@heddle/func/backend'
import type { HostKernels, KernelPlan, Run } from '../device'
import type { Store, TfjsBuffer } from '../store'
import type { Id, Tensorflow } from './tensorflow'

export interface Context {
  readonly store: Store<Id>
  readonly tf: Tensorflow
  readonly host: HostKernels
}
export type Buffer = TfjsBuffer<Id>
export type NativePlan<P> = KernelPlan<Id, P>

export const allOf = (types: readonly Aval[], ...dtypes: readonly DType[]): boolean => types.every((a) => dtypes.includes(a.dtype))

/** A kernel with one result from what an expression in operations answers. */
export const run = ({ store }: Context, out: Aval, f: (...ids: readonly Id[]) => Id): Run<Id> => {
  return (inputs) => [store.ofDevice(f(...inputs.map((b) => store.onDevice(b))), out)]
}
/** TensorFlow's arrays have at most 8 axes in many operations. */
const MAX_AXES = 6
export const fits = (...shapes: readonly Shape[]): boolean => shapes.every((s) => s.length <= MAX_AXES)
