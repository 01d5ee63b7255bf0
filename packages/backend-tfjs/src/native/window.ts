/**
 * Sums and extrema of windows by TensorFlow, for small windows: shifted slices, added or compared, along one axis after the other.
 *
 * MaxPool there drops a NaN, and AvgPool leaves the padding out of its count; neither knows dilation.
 */
import type { ParamsOf } from '@heddle/func/backend'
import type { Plans } from '../device'
import { allOf, type Context, fits, type NativePlan, run } from './context'
import { stridedSlice } from './layout'
import type { Id, Op } from './tensorflow'

type Params = ParamsOf['reduce_window_sum']
/** Windows with sides longer than this in all are the host's. */
const mostSlices = 16

const isTrivial = (p: Params, axis: number): boolean => p.windowDimensions[axis] === 1 && p.windowStrides[axis] === 1

const windowBy =
  (context: Context, operation: string, identity: number): NativePlan<Params> =>
  ({ ins, outs, params }) => {
    const { tf } = context
    const { shape } = ins[0]!
    const { windowDimensions: sides, padding } = params
    if (!allOf(ins, 'float32') || !fits(shape) || params.baseDilation.some((d) => d !== 1)) return undefined
    if (padding.some(([low, high]) => low < 0 || high < 0)) return undefined
    const axes = shape.map((_, i) => i).filter((i) => !isTrivial(params, i))
    if (axes.length === 0 || axes.reduce((n, i) => n + sides[i]!, 0) > mostSlices) return undefined
    const fold = tf.op(operation, tf.typed('T', 'float32'))
    const cut = stridedSlice(context, 'float32')

    const padded = shape.map((n, i) => n + padding[i]![0] + padding[i]![1])
    const sizes = [...padded]
    const along = axes.map((axis): Op => {
      const result = outs[0]!.shape[axis]!
      const stride = params.windowStrides[axis]!
      const pieces = Array.from({ length: sides[axis]! }, (_, k) => {
        const from = k * params.windowDilation[axis]!
        const begin = sizes.map((_, i) => (i === axis ? from : 0))
        const end = sizes.map((n, i) => (i === axis ? from + (result - 1) * stride + 1 : n))
        const step = sizes.map((_, i) => (i === axis ? stride : 1))
        return [tf.ints(begin), tf.ints(end), tf.ints(step)] as const
      })
      sizes[axis] = result
      const piece = (x: Id, k: number): Id => cut(x, pieces[k]![0](), pieces[k]![1](), pieces[k]![2]())
      return (x) => {
        let total = piece(x!, 0)
        for (let k = 1; k < pieces.length; k++) total = tf.using([total, piece(x!, k)], (a, b) => fold(a!, b!))
        return total
      }
    })
    const amounts = Int32Array.from(padding.flat())
    const pad = tf.op('PadV2', tf.typed('T', 'float32'), tf.typed('Tpaddings', 'int32'))
    const value = Float32Array.of(identity)
    const padIt: Op = (x) =>
      tf.using([tf.create(amounts, [shape.length, 2], 'int32'), tf.create(value, [], 'float32')], (p, v) => pad(x!, p!, v!))
    const needsPad = amounts.some((n) => n > 0)
    return run(context, outs[0]!, (x) => {
      const steps = needsPad ? [padIt, ...along] : along
      return steps.slice(1).reduce((id, step) => tf.using([id], step), steps[0]!(x!))
    })
  }
export const windows = (context: Context): Plans<Id> => ({
  reduce_window_sum: windowBy(context, 'AddV2', 0),
  reduce_window_max: windowBy(context, 'Maximum', Number.NEGATIVE_INFINITY),
  reduce_window_min: windowBy(context, 'Minimum', Number.POSITIVE_INFINITY),
})
