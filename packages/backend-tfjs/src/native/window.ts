/**
 * Sums and extrema of windows by TensorFlow. Its pooling of images is thirty times as fast as folding slices, but MaxPool drops a NaN:
 * it is used where the sum of all elements is a number, for then none of them is NaN.
 */
import { type ParamsOf, sizeOf } from '@heddle/func/backend'
import type { KernelPlans } from '../device'
import { isPooling, windowSlices } from '../window-slices'
import { allOf, type Context, fits, type NativePlan, run } from './context'
import { stridedSlice } from './layout'
import type { Id, Op } from './tensorflow'

type Params = ParamsOf['reduce_window_sum']

const windowBy =
  (context: Context, operation: string, identity: number): NativePlan<Params> =>
  ({ ins, outs, params }) => {
    const { tf } = context
    const { shape } = ins[0]!
    const cuts = allOf(ins, 'float32') && fits(shape) ? windowSlices(shape, outs[0]!.shape, params) : undefined
    if (cuts === undefined) return undefined
    const fold = tf.op(operation, tf.typed('T', 'float32'))
    const cut = stridedSlice(context, 'float32')
    const steps = cuts.axes.map((parts): Op => {
      const bounds = parts.map((p) => [p.begin, p.end, p.strides].map((v) => tf.ints(v)))
      const piece = (x: Id, k: number): Id => cut(x, ...bounds[k]!.map((b) => b()))
      return (x) => {
        let total = piece(x!, 0)
        for (let k = 1; k < parts.length; k++) total = tf.using([total, piece(x!, k)], (a, b) => fold(a!, b!))
        return total
      }
    })
    if (cuts.padding !== undefined) {
      const [amounts, value] = [Int32Array.from(cuts.padding.flat()), Float32Array.of(identity)]
      const pad = tf.op('PadV2', tf.typed('T', 'float32'), tf.typed('Tpaddings', 'int32'))
      steps.unshift((x) =>
        tf.using([tf.create(amounts, [shape.length, 2], 'int32'), tf.create(value, [], 'float32')], (p, v) => pad(x!, p!, v!)),
      )
    }
    return run(context, outs[0]!, (x) => steps.slice(1).reduce((id, step) => tf.using([id], step), steps[0]!(x!)))
  }
const pooling = ({ tf }: Context, name: 'MaxPool' | 'AvgPool', { windowDimensions, windowStrides, padding }: Params): Op =>
  tf.op(
    name,
    tf.typed('T', 'float32'),
    tf.int('ksize', windowDimensions),
    tf.int('strides', windowStrides),
    tf.text('data_format', 'NHWC'),
    ...(name === 'MaxPool' ? [tf.text('padding', 'EXPLICIT'), tf.int('explicit_paddings', padding.flat())] : [tf.text('padding', 'VALID')]),
  )
/** Averages, times their number; padding is left to the slices. */
const sums =
  (context: Context): NativePlan<Params> =>
  (call) => {
    const { tf } = context
    const { windowDimensions } = call.params
    if (!allOf(call.ins, 'float32') || !isPooling(call.params, 'unpadded')) return windowBy(context, 'AddV2', 0)(call)
    const average = pooling(context, 'AvgPool', call.params)
    const times = tf.op('Mul', tf.typed('T', 'float32'))
    const count = Float32Array.of(sizeOf(windowDimensions))
    return run(context, call.outs[0]!, (x) => tf.using([average(x!), tf.create(count, [], 'float32')], (a, n) => times(a!, n!)))
  }
const extrema =
  (context: Context, sign: 1 | -1): NativePlan<Params> =>
  (call) => {
    const { tf, store } = context
    const slices = windowBy(context, sign > 0 ? 'Maximum' : 'Minimum', sign * Number.NEGATIVE_INFINITY)(call)
    if (slices === undefined || !isPooling(call.params)) return slices
    const type = tf.typed('T', 'float32')
    const [pool, negate] = [pooling(context, 'MaxPool', call.params), tf.op('Neg', type)]
    const sum = tf.op('Sum', tf.flag('keep_dims', false), type, tf.typed('Tidx', 'int32'))
    const all = tf.ints([0, 1, 2, 3])
    const pooled = run(context, call.outs[0]!, (x) =>
      sign > 0 ? pool(x!) : tf.using([negate(x!)], (n) => tf.using([pool(n!)], (m) => negate(m!))),
    )
    return (inputs) => {
      const total = sum(store.onDevice(inputs[0]!), all())
      const value = Number(tf.binding.tensorDataSync(total)[0])
      tf.delete(total)
      return Number.isNaN(value) ? slices(inputs) : pooled(inputs)
    }
  }
export const windows = (context: Context): KernelPlans<Id> => ({
  reduce_window_sum: sums(context),
  reduce_window_max: extrema(context, 1),
  reduce_window_min: extrema(context, -1),
})
