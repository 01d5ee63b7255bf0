/** Structural primitives: layout without arithmetic, sums, and changes of dtype. */
import type { StructuralParams } from '@heddle/func/backend'
import type { Lowerings } from './row'
import { add, broadcast, compare, convert, like, reduce, reshape, transpose } from '../text/ops'

export const structural: Lowerings<keyof StructuralParams> = {
  broadcast_in_dim: (b, { params: { shape, broadcastDimensions }, ins: [x] }) => [broadcast(b, x!, shape, broadcastDimensions)],
  transpose: (b, { params, ins: [x] }) => [transpose(b, x!, params.permutation)],
  reshape: (b, { params, ins: [x] }) => [reshape(b, x!, params.newSizes)],
  squeeze: (b, { ins: [x], outs: [out] }) => [reshape(b, x!, out!.shape)],
  reduce_sum: (b, { params, ins: [x] }) => [reduce(b, 'add', x!, 0, params.axes)],
  add_any: (b, { ins: [x, y] }) => [add(b, x!, y!)],
  convert_element_type: (b, { params: { newDtype }, ins: [x] }) => {
    if (newDtype !== 'bool') return [convert(b, x!, newDtype)]
    return [x!.dtype === 'bool' ? x! : compare(b, 'NE', x!, like(b, x!, 0))]
  },
}
