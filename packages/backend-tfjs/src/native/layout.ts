/** Moving data by TensorFlow. */
import { type ParamsOf, sizeOf } from '@heddle/func/backend'
import type { KernelPlans } from '../device'
import { type Context, fits, type NativePlan, run } from './context'
import type { Id, Op } from './tensorflow'

const reshape =
  ({ store }: Context): NativePlan<unknown> =>
  ({ outs }) =>
  (inputs) => [store.share(inputs[0]!, outs[0]!.shape)]

const transpose =
  (context: Context): NativePlan<ParamsOf['transpose']> =>
  ({ ins, outs, params: { permutation } }) => {
    const { tf, store } = context
    if (permutation.every((axis, i) => axis === i)) return (inputs) => [store.share(inputs[0]!)]
    if (!fits(permutation)) return undefined
    const order = tf.ints(permutation)
    const op = tf.op('Transpose', tf.typed('T', ins[0]!.dtype), tf.typed('Tperm', 'int32'))
    return run(context, outs[0]!, (x) => op(x!, order()))
  }
const broadcast =
  (context: Context): NativePlan<ParamsOf['broadcast_in_dim']> =>
  ({ ins, outs, params: { shape, broadcastDimensions } }) => {
    const { tf, store } = context
    const x = ins[0]!
    if (sizeOf(x.shape) === sizeOf(shape)) return (inputs) => [store.share(inputs[0]!, shape)]
    if (!fits(shape)) return undefined
    const aligned = shape.map((_, axis) => {
      const from = broadcastDimensions.indexOf(axis)
      return from < 0 ? 1 : x.shape[from]!
    })
    const [before, after] = [tf.ints(aligned), tf.ints(shape)]
    const asIs = x.shape.length === 0 || aligned.slice(shape.length - x.shape.length).every((n, i) => n === x.shape[i])
    const to = tf.op('BroadcastTo', tf.typed('T', x.dtype), tf.typed('Tidx', 'int32'))
    const reshaped = tf.op('Reshape', tf.typed('T', x.dtype), tf.typed('Tshape', 'int32'))
    const f: Op = asIs ? (id) => to(id!, after()) : (id) => tf.using([reshaped(id!, before())], (r) => to(r!, after()))
    return run(context, outs[0]!, f)
  }
/** `StridedSlice` with nothing masked. */
export const stridedSlice = ({ tf }: Context, dtype: 'float32' | 'int32' | 'bool'): Op =>
  tf.op(
    'StridedSlice',
    tf.typed('T', dtype),
    tf.typed('Index', 'int32'),
    ...['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) => tf.int(name, 0)),
  )
const slice =
  (context: Context): NativePlan<ParamsOf['slice']> =>
  ({ ins, outs, params: { startIndices, limitIndices, strides } }) => {
    const { tf } = context
    const x = ins[0]!
    if (x.shape.length === 0 || !fits(x.shape)) return undefined
    const begin = tf.ints(startIndices)
    if (strides === null || strides.every((s) => s === 1)) {
      const size = tf.ints(outs[0]!.shape)
      const op = tf.op('Slice', tf.typed('T', x.dtype), tf.typed('Index', 'int32'))
      return run(context, outs[0]!, (id) => op(id!, begin(), size()))
    }
    const [end, step] = [tf.ints(limitIndices), tf.ints(strides)]
    const op = stridedSlice(context, x.dtype as 'float32')
    return run(context, outs[0]!, (id) => op(id!, begin(), end(), step()))
  }
const concatenate =
  (context: Context): NativePlan<ParamsOf['concatenate']> =>
  ({ ins, outs, params: { dimension } }) => {
    const { tf, store } = context
    if (ins.length === 1) return (inputs) => [store.share(inputs[0]!)]
    const axis = tf.ints(dimension)
    const op = tf.op('ConcatV2', tf.int('N', ins.length), tf.typed('T', ins[0]!.dtype), tf.typed('Tidx', 'int32'))
    return run(context, outs[0]!, (...ids) => op(...ids, axis()))
  }
const pad =
  (context: Context): NativePlan<ParamsOf['pad']> =>
  ({ ins, outs, params: { paddingConfig } }) => {
    const { tf } = context
    const x = ins[0]!
    if (x.shape.length === 0 || !fits(x.shape) || paddingConfig.some(([low, high, inside]) => low < 0 || high < 0 || inside > 0))
      return undefined
    const amounts = Int32Array.from(paddingConfig.flatMap(([low, high]) => [low, high]))
    const op = tf.op('PadV2', tf.typed('T', x.dtype), tf.typed('Tpaddings', 'int32'))
    return run(context, outs[0]!, (id, value) =>
      tf.using([tf.create(amounts, [paddingConfig.length, 2], 'int32')], (paddings) => op(id!, paddings!, value!)),
    )
  }
const reverse =
  (context: Context): NativePlan<ParamsOf['rev']> =>
  ({ ins, outs, params: { dimensions } }) => {
    const { tf } = context
    if (!fits(ins[0]!.shape)) return undefined
    const axes = tf.ints(dimensions)
    const op = tf.op('ReverseV2', tf.typed('T', ins[0]!.dtype), tf.typed('Tidx', 'int32'))
    return run(context, outs[0]!, (x) => op(x!, axes()))
  }
/** Overflow and NaN are not XLA's from float to integer, so that is the host's. */
const convert =
  (context: Context): NativePlan<ParamsOf['convert_element_type']> =>
  ({ ins, outs, params: { newDtype } }) => {
    const { tf, store } = context
    const { dtype } = ins[0]!
    if (dtype === newDtype) return (inputs) => [store.share(inputs[0]!)]
    if (newDtype === 'bool' || (newDtype === 'int32' && dtype === 'float32')) return undefined
    return run(context, outs[0]!, tf.op('Cast', tf.typed('SrcT', dtype), tf.typed('DstT', newDtype), tf.flag('Truncate', false)))
  }
export const layout = (context: Context): KernelPlans<Id> => ({
  reshape: reshape(context),
  squeeze: reshape(context),
  transpose: transpose(context),
  broadcast_in_dim: broadcast(context),
  slice: slice(context),
  concatenate: concatenate(context),
  pad: pad(context),
  rev: reverse(context),
  convert_element_type: convert(context),
})
