/** Sums and extrema of small windows by TensorFlow: slices of the whole array, folded. */
import type { ParamsOf } from '@heddle/func/backend'
import type { Plans } from '../device'
import { windowSlices } from '../window-slices'
import { allOf, type Context, fits, type NativePlan, run } from './context'
import { stridedSlice } from './layout'
import type { Id, Op } from './tensorflow'

const windowBy =
  (context: Context, operation: string, identity: number): NativePlan<ParamsOf['reduce_window_sum']> =>
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
export const windows = (context: Context): Plans<Id> => ({
  reduce_window_sum: windowBy(context, 'AddV2', 0),
  reduce_window_max: windowBy(context, 'Maximum', Number.NEGATIVE_INFINITY),
  reduce_window_min: windowBy(context, 'Minimum', Number.POSITIVE_INFINITY),
})
