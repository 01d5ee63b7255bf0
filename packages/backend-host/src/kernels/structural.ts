/** broadcast_in_dim transpose reshape squeeze reduce_sum add_any convert_element_type. */
import { type HostArray, type Kernels, sizeOf, stridesOf } from '@heddle/func/backend'
import { converter } from '../convert'
import { alloc, byArithmetic, hostArray, type NumberData, viaFloat32 } from '../element'
import { type FoldLayout, fold, foldLayout } from '../fold'
import { copier, transposer } from '../strided'
import { add } from './arithmetic'

type Family = 'broadcast_in_dim' | 'transpose' | 'reshape' | 'squeeze' | 'reduce_sum' | 'add_any' | 'convert_element_type'
type Table = Pick<Kernels<HostArray>, Family>

/** The same data under the shape of the result. */
const relabel: Table['reshape'] = ({ outs }) => {
  const { shape, dtype } = outs[0]!
  return (inputs) => [hostArray(shape, dtype, inputs[0]!.data)]
}

const broadcastInDim: Table['broadcast_in_dim'] = ({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const from = ins[0]!.shape
  if (sizeOf(from) === sizeOf(shape)) return relabel({ params: { newSizes: shape }, ins, outs })
  const own = stridesOf(from)
  const strides = shape.map(() => 0)
  params.broadcastDimensions.forEach((axis, i) => {
    if (from[i] !== 1) strides[axis] = own[i]!
  })
  const copy = copier(shape, strides)
  return (inputs) => [hostArray(shape, dtype, copy(inputs[0]!.data))]
}

const transpose: Table['transpose'] = ({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const move = transposer(ins[0]!.shape, params.permutation)
  return (inputs) => [hostArray(shape, dtype, move(inputs[0]!.data))]
}

type Sum = (x: NumberData, out: NumberData, layout: FoldLayout) => void
/** Sums of floats: accumulated in doubles, row by row so that memory is read in order. */
const sumFloats: Sum = (x, out, { outer, size, inner }) => {
  if (inner === 1) {
    for (let o = 0, p = 0; o < outer; o++) {
      let sum = 0
      for (let k = 0; k < size; k++) sum += x[p++]!
      out[o] = sum
    }
    return
  }
  const sums = new Float64Array(inner)
  for (let o = 0, p = 0; o < outer; o++) {
    sums.fill(0)
    for (let k = 0; k < size; k++) for (let i = 0; i < inner; i++) sums[i]! += x[p++]!
    out.set(sums, o * inner)
  }
}
const reduceSum: Table['reduce_sum'] = viaFloat32(({ params, ins, outs }) => {
  const { shape, dtype } = outs[0]!
  const layout = foldLayout(ins[0]!.shape, params.axes)
  const n = sizeOf(shape)
  const sum = byArithmetic<Sum>('reduce_sum', dtype, {
    float: sumFloats,
    int: (x, out) => fold<number>(x, out, layout, 0, (a, b) => (a + b) | 0),
    big: (x, out) => fold<bigint>(x, out, layout, 0n, (a, b) => a + b),
  })
  return (inputs) => {
    const out = alloc(dtype, n) as NumberData
    sum(layout.arrange(inputs[0]!.data) as NumberData, out, layout)
    return [hostArray(shape, dtype, out)]
  }
})

export const structural: Table = {
  broadcast_in_dim: broadcastInDim,
  transpose,
  reshape: relabel,
  squeeze: (call) => relabel({ ...call, params: { newSizes: call.outs[0]!.shape } }),
  reduce_sum: reduceSum,
  add_any: add,
  convert_element_type: ({ ins, outs }) => {
    const convert = converter(ins[0]!.dtype, outs[0]!.dtype)
    return (inputs) => [convert(inputs[0]!)]
  },
}
