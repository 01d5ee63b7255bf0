/** Reductions and layout by tfjs's kernels on a GPU. */
import { type DType, type ParamsOf, sizeOf } from '@heddle/func/backend'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { KernelPlans } from '../device'
import { allOf, type Context, exact, fits, type GpuPlan, reshaped, run, using } from './context'

/**
 * Of float32, and of bool. On WebGPU int32 would be summed in floats; and axes other than the last are brought there by its
 * transposition, whose shader compiles for floats only and takes all that was queued beside it down with it.
 */
const reduceBy =
  (context: Context) =>
  (name: string, axisName: 'axis' | 'reductionIndices', dtype: DType): GpuPlan<ParamsOf['reduce_sum']> => {
    const op = context.device.op(name)
    return ({ ins, outs, params: { axes } }) => {
      const rank = ins[0]!.shape.length
      const moves = axes.some((axis) => axis < rank - axes.length)
      if (!allOf(ins, dtype) || !fits(...ins) || (moves && dtype !== 'float32' && context.device.flavour === 'webgpu')) return undefined
      if (axes.length === 0) return (inputs) => [context.store.share(inputs[0]!)]
      return run(context, outs[0]!, (x) => op({ x: x! }, { [axisName]: [...axes], keepDims: false }))
    }
  }
/** From the end by reversing twice: WebGPU's own is wrong. */
const cumsum = (context: Context): GpuPlan<ParamsOf['cumsum']> => {
  const [sum, turn] = [context.device.op('Cumsum'), context.device.op('Reverse')]
  return ({ ins, outs, params: { axis, reverse } }) => {
    if (!allOf(ins, 'float32') || !fits(...ins)) return undefined
    const forward = { axis, reverse: false, exclusive: false }
    const along = { dims: [axis] }
    if (!reverse) return run(context, outs[0]!, (x) => sum({ x: x! }, forward))
    return run(context, outs[0]!, (x) =>
      using(context, [turn({ x: x! }, along)], (r) => using(context, [sum({ x: r! }, forward)], (s) => turn({ x: s! }, along))),
    )
  }
}
const reshape =
  ({ store }: Context): GpuPlan<unknown> =>
  ({ outs }) =>
  (inputs) => [store.share(inputs[0]!, outs[0]!.shape)]

const transpose = (context: Context): GpuPlan<ParamsOf['transpose']> => {
  const op = context.device.op('Transpose')
  return ({ ins, outs, params: { permutation } }) => {
    if (permutation.every((axis, i) => axis === i)) return (inputs) => [context.store.share(inputs[0]!)]
    // of four axes of int32 or bool, WebGPU's answers what was in memory before
    return allOf(ins, 'float32') && fits(...ins) ? run(context, outs[0]!, (x) => op({ x: x! }, { perm: [...permutation] })) : undefined
  }
}
const broadcast = (context: Context): GpuPlan<ParamsOf['broadcast_in_dim']> => {
  const tile = context.device.op('Tile')
  return ({ ins, outs, params: { shape, broadcastDimensions } }) => {
    const x = ins[0]!
    if (sizeOf(x.shape) === sizeOf(shape)) return (inputs) => [context.store.share(inputs[0]!, shape)]
    if (!exact(context, ins) || !fits(...outs)) return undefined
    const aligned = shape.map((_, axis) => {
      const from = broadcastDimensions.indexOf(axis)
      return from < 0 ? 1 : x.shape[from]!
    })
    const reps = shape.map((n, i) => n / aligned[i]!)
    return run(context, outs[0]!, (id) => using(context, [reshaped(context, id!, aligned)], (r) => tile({ x: r! }, { reps })))
  }
}
const slice = (context: Context): GpuPlan<ParamsOf['slice']> => {
  const op = context.device.op('Slice')
  return ({ ins, outs, params: { startIndices, strides } }) => {
    if (!exact(context, ins) || !fits(...ins) || ins[0]!.shape.length === 0 || strides?.some((s) => s !== 1)) return undefined
    return run(context, outs[0]!, (x) => op({ x: x! }, { begin: [...startIndices], size: [...outs[0]!.shape] }))
  }
}
const dynamicSlice = (context: Context): GpuPlan<ParamsOf['dynamic_slice']> => {
  const { store, device } = context
  const op = device.op('Slice')
  return ({ ins, outs, params: { sliceSizes } }) => {
    const { shape } = ins[0]!
    if (!exact(context, [ins[0]!]) || !fits(ins[0]!) || shape.length === 0) return undefined
    return ([x, ...starts]) => {
      const begin = starts.map((s, i) => Math.min(Math.max(Number(store.onHost(s)[0]), 0), shape[i]! - sliceSizes[i]!))
      return [store.ofDevice(op({ x: store.onDevice(x!) }, { begin, size: [...sliceSizes] }), outs[0]!)]
    }
  }
}
const concatenate = (context: Context): GpuPlan<ParamsOf['concatenate']> => {
  const op = context.device.op('Concat')
  return ({ ins, outs, params: { dimension } }) => {
    if (ins.length === 1) return (inputs) => [context.store.share(inputs[0]!)]
    return exact(context, ins) && fits(...ins) ? run(context, outs[0]!, (...xs) => op(xs, { axis: dimension })) : undefined
  }
}
const pad = (context: Context): GpuPlan<ParamsOf['pad']> => {
  const { store, device } = context
  const op = device.op('PadV2')
  return ({ ins, outs, params: { paddingConfig } }) => {
    const plain = paddingConfig.every(([low, high, inside]) => low >= 0 && high >= 0 && inside === 0)
    if (!allOf(ins, 'float32') || !fits(ins[0]!) || ins[0]!.shape.length === 0 || !plain) return undefined
    const paddings = paddingConfig.map(([low, high]) => [low, high])
    return ([x, value]) => [
      store.ofDevice(op({ x: store.onDevice(x!) }, { paddings, constantValue: Number(store.onHost(value!)[0]) }), outs[0]!),
    ]
  }
}
const reverse = (context: Context): GpuPlan<ParamsOf['rev']> => {
  const op = context.device.op('Reverse')
  return ({ ins, outs, params: { dimensions } }) =>
    allOf(ins, 'float32') && fits(...ins) ? run(context, outs[0]!, (x) => op({ x: x! }, { dims: [...dimensions] })) : undefined
}
const convert = (context: Context): GpuPlan<ParamsOf['convert_element_type']> => {
  const op = context.device.op('Cast')
  return ({ ins, outs, params: { newDtype } }) => {
    if (ins[0]!.dtype === newDtype) return (inputs) => [context.store.share(inputs[0]!)]
    if (newDtype !== 'float32' || !exact(context, ins)) return undefined
    return run(context, outs[0]!, (x) => op({ x: x! }, { dtype: newDtype }))
  }
}
export const moving = (context: Context): KernelPlans<TensorInfo> => {
  const by = reduceBy(context)
  return {
    reduce_sum: by('Sum', 'axis', 'float32'),
    reduce_max: by('Max', 'reductionIndices', 'float32'),
    reduce_min: by('Min', 'axis', 'float32'),
    reduce_and: by('All', 'axis', 'bool'),
    reduce_or: by('Any', 'axis', 'bool'),
    cumsum: cumsum(context),
    reshape: reshape(context),
    squeeze: reshape(context),
    transpose: transpose(context),
    broadcast_in_dim: broadcast(context),
    slice: slice(context),
    dynamic_slice: dynamicSlice(context),
    concatenate: concatenate(context),
    pad: pad(context),
    rev: reverse(context),
    convert_element_type: convert(context),
  }
}
