/** Sums and extrema of small windows by tfjs's kernels: slices of the whole array, folded. */
import type { ParamsOf } from '@heddle/func/backend'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { KernelPlans } from '../device'
import { windowSlices } from '../window-slices'
import { allOf, type Context, fits, type GpuPlan, run, using } from './context'

type OnTensor = (x: TensorInfo) => TensorInfo

const windowBy = (context: Context, operation: string, identity: number): GpuPlan<ParamsOf['reduce_window_sum']> => {
  const [fold, cut, pad] = [operation, 'StridedSlice', 'PadV2'].map((name) => context.device.op(name))
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 }
  return ({ ins, outs, params }) => {
    const cuts = allOf(ins, 'float32') && fits(...ins) ? windowSlices(ins[0]!.shape, outs[0]!.shape, params) : undefined
    if (cuts === undefined) return undefined
    const steps = cuts.axes.map((parts): OnTensor => {
      const pieces = parts.map(({ begin, end, strides }) => ({ begin: [...begin], end: [...end], strides: [...strides], ...masks }))
      return (x) => {
        let total = cut!({ x }, pieces[0])
        for (const piece of pieces.slice(1)) total = using(context, [total, cut!({ x }, piece)], (a, b) => fold!({ a: a!, b: b! }))
        return total
      }
    })
    const { padding } = cuts
    if (padding !== undefined) steps.unshift((x) => pad!({ x }, { paddings: padding.map((p) => [...p]), constantValue: identity }))
    return run(context, outs[0]!, (x) => steps.slice(1).reduce((info, step) => using(context, [info], (i) => step(i!)), steps[0]!(x!)))
  }
}
export const windows = (context: Context): KernelPlans<TensorInfo> => ({
  reduce_window_sum: windowBy(context, 'Add', 0),
  reduce_window_max: windowBy(context, 'Maximum', Number.NEGATIVE_INFINITY),
  reduce_window_min: windowBy(context, 'Minimum', Number.POSITIVE_INFINITY),
})
