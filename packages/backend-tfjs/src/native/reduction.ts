/** Reductions and running sums of TensorFlow. argmax and argmin pass over a NaN there, so they are the host's. */
import type { DType, ParamsOf } from '@heddle/func/backend'
import type { KernelPlans } from '../device'
import { allOf, type Context, fits, type NativePlan, run } from './context'
import type { Id } from './tensorflow'

type Axes = ParamsOf['reduce_sum']

const reduceBy =
  (context: Context) =>
  (name: string, ...dtypes: readonly DType[]): NativePlan<Axes> =>
  ({ ins, outs, params: { axes } }) => {
    const { tf, store } = context
    if (!allOf(ins, ...dtypes) || !fits(ins[0]!.shape)) return undefined
    if (axes.length === 0) return (inputs) => [store.share(inputs[0]!)]
    const over = tf.ints(axes)
    const typed = dtypes[0] === 'bool' ? [] : [tf.typed('T', ins[0]!.dtype)]
    const op = tf.op(name, tf.flag('keep_dims', false), ...typed, tf.typed('Tidx', 'int32'))
    return run(context, outs[0]!, (x) => op(x!, over()))
  }
const cumulate =
  (context: Context) =>
  (name: string): NativePlan<ParamsOf['cumsum']> =>
  ({ ins, outs, params: { axis, reverse } }) => {
    const { tf } = context
    if (!allOf(ins, 'float32', 'int32')) return undefined
    const along = tf.ints(axis)
    const op = tf.op(
      name,
      tf.flag('exclusive', false),
      tf.flag('reverse', reverse),
      tf.typed('T', ins[0]!.dtype),
      tf.typed('Tidx', 'int32'),
    )
    return run(context, outs[0]!, (x) => op(x!, along()))
  }
export const reduction = (context: Context): KernelPlans<Id> => {
  const by = reduceBy(context)
  const running = cumulate(context)
  return {
    reduce_sum: by('Sum', 'float32', 'int32'),
    reduce_max: by('Max', 'float32', 'int32'),
    reduce_min: by('Min', 'float32', 'int32'),
    reduce_prod: by('Prod', 'float32', 'int32'),
    reduce_and: by('All', 'bool'),
    reduce_or: by('Any', 'bool'),
    cumsum: running('Cumsum'),
    cumprod: running('Cumprod'),
  }
}
