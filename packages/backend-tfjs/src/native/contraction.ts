/** Matrix products of TensorFlow: an operand that is transposed within each matrix is passed as it is, with a flag. */
import { type Aval, type FusedKernels, type ParamsOf, type Shape, sizeOf } from '@heddle/func/backend'
import type { KernelPlans } from '../device'
import { pick } from '../strided'
import { allOf, type Buffer, type Context, fits, type NativePlan } from './context'
import type { Id, Op } from './tensorflow'

/** An operand as [...batch, rows, columns], or with both swapped. */
interface Side {
  readonly transposed: boolean
  /** Makes the array that is multiplied; `made` says whether it has to be deleted. */
  readonly arrange: (x: Buffer) => { readonly id: Id; readonly made: boolean }
}
const isOrdered = (order: readonly number[]): boolean => order.every((axis, i) => axis === i)

const side = (
  { tf, store }: Context,
  { shape, dtype }: Aval,
  batch: readonly number[],
  rows: readonly number[],
  columns: readonly number[],
): Side => {
  const transposed = !isOrdered([...batch, ...rows, ...columns]) && isOrdered([...batch, ...columns, ...rows])
  const order = transposed ? [...batch, ...columns, ...rows] : [...batch, ...rows, ...columns]
  const [first, second] = transposed ? [columns, rows] : [rows, columns]
  const target: Shape = [...pick(shape, batch), sizeOf(pick(shape, first)), sizeOf(pick(shape, second))]
  const steps: Op[] = []
  if (!isOrdered(order)) {
    const axes = tf.ints(order)
    const op = tf.op('Transpose', tf.typed('T', dtype), tf.typed('Tperm', 'int32'))
    steps.push((x) => op(x!, axes()))
  }
  if (first.length !== 1 || second.length !== 1) {
    const size = tf.ints(target)
    const op = tf.op('Reshape', tf.typed('T', dtype), tf.typed('Tshape', 'int32'))
    steps.push((x) => op(x!, size()))
  }
  const arrange: Side['arrange'] = (x) => {
    let id = store.onDevice(x)
    steps.forEach((step, i) => {
      const before = id
      id = step(before)
      if (i > 0) tf.delete(before)
    })
    return { id, made: steps.length > 0 }
  }
  return { transposed, arrange }
}
const dotGeneral =
  (context: Context): NativePlan<ParamsOf['dot_general']> =>
  ({ ins, outs, params: { dimensionNumbers } }) => {
    const { tf, store } = context
    const [lhs, rhs] = ins as readonly [Aval, Aval]
    if (!allOf([...ins, ...outs], 'float32') || !fits(lhs.shape, rhs.shape)) return undefined
    const [[lhsContract, rhsContract], [lhsBatch, rhsBatch]] = dimensionNumbers
    const free = (a: Aval, ...used: (readonly number[])[]): number[] =>
      a.shape.map((_, i) => i).filter((i) => !used.some((u) => u.includes(i)))
    const left = side(context, lhs, lhsBatch, free(lhs, lhsBatch, lhsContract), lhsContract)
    const right = side(context, rhs, rhsBatch, rhsContract, free(rhs, rhsBatch, rhsContract))
    const type = tf.typed('T', 'float32')
    const multiply =
      lhsBatch.length === 0
        ? tf.op('MatMul', type, tf.flag('transpose_a', left.transposed), tf.flag('transpose_b', right.transposed))
        : tf.op('BatchMatMulV2', type, tf.flag('adj_x', left.transposed), tf.flag('adj_y', right.transposed))
    const out = outs[0]!
    const rows = sizeOf(pick(lhs.shape, free(lhs, lhsBatch, lhsContract)))
    const columns = sizeOf(pick(rhs.shape, free(rhs, rhsBatch, rhsContract)))
    const shape = [...pick(lhs.shape, lhsBatch), rows, columns]
    return (inputs) => {
      const a = left.arrange(inputs[0]!)
      const b = right.arrange(inputs[1]!)
      const id = multiply(a.id, b.id)
      if (a.made) tf.delete(a.id)
      if (b.made) tf.delete(b.id)
      return [store.ofDevice(id, out, shape)]
    }
  }
export const contraction = (context: Context): KernelPlans<Id> => ({ dot_general: dotGeneral(context) })

const activations = { relu: 'Relu', logistic: 'Sigmoid', tanh: 'Tanh' } as const
/** A dense layer by three operations and no dispatch in between. */
export const fused = ({ tf, store }: Context): FusedKernels<Buffer> => ({
  dense: ({ ins, outs, params: { bias, activation } }) => {
    if (!allOf(ins, 'float32') || ins[0]!.shape.length !== 2 || ins[1]!.shape.length !== 2) return undefined
    if ([...ins, ...outs].some((a) => a.shape.includes(0))) return undefined
    const type = tf.typed('T', 'float32')
    const multiply = tf.op('MatMul', type, tf.flag('transpose_a', false), tf.flag('transpose_b', false))
    const shift = tf.op('BiasAdd', type, tf.text('data_format', 'NHWC'))
    const activate = activation === 'none' ? undefined : tf.op(activations[activation], type)
    return (inputs) => {
      const [x, w, b] = inputs.map((buffer) => store.onDevice(buffer))
      const product = multiply(x!, w!)
      const shifted = bias ? tf.using([product], (p) => shift(p!, b!)) : product
      return [store.ofDevice(activate ? tf.using([shifted], (s) => activate(s!)) : shifted, outs[0]!)]
    }
  },
})
