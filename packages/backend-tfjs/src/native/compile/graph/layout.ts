/** Structure and layout: shapes, slices, padding. */
import type { LayoutParams, StructuralParams } from '@heddle/func/backend'
import type { Lowerings } from './lowering'
import { add, broadcast, concatenate, iota, pad, reduce, reshape, reverse, stridedSlice, transpose } from './ops'
import { convert } from './pointwise'

export const structural: Lowerings<keyof StructuralParams> = {
  broadcast_in_dim: (b, { params: { shape, broadcastDimensions }, ins: [x] }) => [broadcast(b, x!, shape, broadcastDimensions)],
  transpose: (b, { params: { permutation }, ins: [x] }) => [transpose(b, x!, permutation)],
  reshape: (b, { ins: [x], outs: [out] }) => [reshape(b, x!, out!.shape)],
  squeeze: (b, { ins: [x], outs: [out] }) => [reshape(b, x!, out!.shape)],
  reduce_sum: (b, { params: { axes }, ins: [x] }) => [reduce(b, 'Sum', x!, axes)],
  add_any: (b, { ins: [x, y] }) => [add(b, x!, y!)],
  convert_element_type: (b, { params: { newDtype }, ins: [x] }) => [convert(b, x!, newDtype)],
}
export const layout: Lowerings<keyof LayoutParams> = {
  slice: (b, { params: { startIndices, limitIndices, strides }, ins: [x] }) => [
    startIndices.length === 0 ? x! : stridedSlice(b, x!, startIndices, limitIndices, strides ?? startIndices.map(() => 1)),
  ],
  concatenate: (b, { params: { dimension }, ins }) => [concatenate(b, ins, dimension)],
  pad: (b, { params: { paddingConfig }, ins: [x, value] }) => [pad(b, x!, value!, paddingConfig)],
  rev: (b, { params: { dimensions }, ins: [x] }) => [reverse(b, x!, dimensions)],
  iota: (b, { params: { shape, dimension, dtype } }) => [convert(b, iota(b, shape, dimension), dtype)],
}
