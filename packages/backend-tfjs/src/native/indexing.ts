/**
 * Indexing by TensorFlow. Its gather and scatter fail where an index is out of bounds, so indices are looked at on the host first
 * (where they mostly are); if one is outside, the host computes.
 */
import type { Aval, KernelCall, LeafName, ParamsOf } from '@heddle/func/backend'
import type { KernelPlans, Run } from '../device'
import { onHost } from '../kernels'
import { rowsOfGather, rowsOfScatter } from '../rows'
import { allOf, type Buffer, type Context, fits, type NativePlan, run } from './context'
import type { Id } from './tensorflow'

const within = ({ store }: Context, indices: Buffer, size: number): boolean => {
  for (const i of store.onHost(indices)) if (i < 0 || i >= size) return false
  return true
}
const startsOf = ({ store }: Context, starts: readonly Buffer[], shape: readonly number[], window: readonly number[]): number[] =>
  starts.map((s, i) => Math.min(Math.max(Number(store.onHost(s)[0]), 0), shape[i]! - window[i]!))

const dynamicSlice =
  (context: Context): NativePlan<ParamsOf['dynamic_slice']> =>
  ({ ins, outs, params: { sliceSizes } }) => {
    const { tf, store } = context
    const { shape, dtype } = ins[0]!
    if (shape.length === 0 || !fits(shape)) return undefined
    const size = tf.ints(sliceSizes)
    const op = tf.op('Slice', tf.typed('T', dtype), tf.typed('Index', 'int32'))
    return ([x, ...starts]) => {
      const begin = tf.create(Int32Array.from(startsOf(context, starts, shape, sliceSizes)), [shape.length], 'int32')
      return [
        store.ofDevice(
          tf.using([begin], (b) => op(store.onDevice(x!), b!, size())),
          outs[0]!,
        ),
      ]
    }
  }
const dynamicUpdateSlice =
  (context: Context): NativePlan<ParamsOf['dynamic_update_slice']> =>
  ({ ins, outs }) => {
    const { tf, store } = context
    const [{ shape, dtype }, update] = ins as readonly [Aval, Aval]
    if (shape.length === 0 || !fits(shape)) return undefined
    const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) => tf.int(name, 0))
    const op = tf.op('TensorStridedSliceUpdate', tf.typed('T', dtype), tf.typed('Index', 'int32'), ...masks)
    const ones = tf.ints(shape.map(() => 1))
    return ([x, u, ...starts]) => {
      const begin = startsOf(context, starts, shape, update.shape)
      const bounds = [begin, begin.map((b, i) => b + update.shape[i]!)].map((v) => tf.create(Int32Array.from(v), [shape.length], 'int32'))
      return [
        store.ofDevice(
          tf.using(bounds, (from, to) => op(store.onDevice(x!), from!, to!, ones(), store.onDevice(u!))),
          outs[0]!,
        ),
      ]
    }
  }
/** `plan` where all indices are within `size`, the host elsewhere. */
const guarded = <N extends LeafName>(context: Context, name: N, call: KernelCall<ParamsOf[N]>, size: number, plan: Run<Id>): Run<Id> => {
  const fallback = onHost<Id, N>(context.store, context.host[name], call)
  return (inputs) => (within(context, inputs[1]!, size) ? plan(inputs) : fallback(inputs))
}
const gather =
  (context: Context): NativePlan<ParamsOf['gather']> =>
  (call) => {
    const { tf, store } = context
    const [x, indices] = call.ins as readonly [Aval, Aval]
    const rows = allOf([indices], 'int32') && fits(x.shape, call.outs[0]!.shape) ? rowsOfGather(x, indices, call.params) : undefined
    if (rows === undefined) return undefined
    const axis = tf.ints(rows.axis)
    const flat = indices.shape.slice(0, -1)
    const op = tf.op(
      'GatherV2',
      tf.int('batch_dims', 0),
      tf.typed('Tparams', x.dtype),
      tf.typed('Tindices', 'int32'),
      tf.typed('Taxis', 'int32'),
    )
    const take: Run<Id> = (inputs) => {
      const at = store.share(inputs[1]!, flat)
      try {
        return [store.ofDevice(op(store.onDevice(inputs[0]!), store.onDevice(at), axis()), call.outs[0]!)]
      } finally {
        store.release(at)
      }
    }
    return guarded(context, 'gather', call, rows.size, take)
  }
const scatterBy =
  (context: Context, name: 'scatter' | 'scatter-add', operation: string): NativePlan<ParamsOf['scatter']> =>
  (call) => {
    const { tf } = context
    const [x, indices, updates] = call.ins as readonly [Aval, Aval, Aval]
    if (!allOf([x, updates], 'float32', 'int32') || !allOf([indices], 'int32') || !fits(x.shape, updates.shape)) return undefined
    const rows = rowsOfScatter(x, indices, updates, call.params)
    if (rows === undefined || rows.axis !== 0 || indices.shape.length < 2) return undefined
    const op = tf.op(operation, tf.typed('T', x.dtype), tf.typed('Tindices', 'int32'))
    return guarded(context, name, call, rows.size, run(context, call.outs[0]!, op))
  }
export const indexing = (context: Context): KernelPlans<Id> => ({
  dynamic_slice: dynamicSlice(context),
  dynamic_update_slice: dynamicUpdateSlice(context),
  gather: gather(context),
  scatter: scatterBy(context, 'scatter', 'TensorScatterUpdate'),
  'scatter-add': scatterBy(context, 'scatter-add', 'TensorScatterAdd'),
})
