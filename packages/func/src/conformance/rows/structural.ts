/** Rows of the primitives that the interpreters themselves use. */
import { addAny, broadcastInDim, convertElementType, reduceSum, reshape, squeeze, transpose } from '../../primitives/structural'
import { mul } from '../../primitives/arithmetic'
import { sin } from '../../primitives/transcendental'
import type { DType } from '../../dtype'
import type { Tensor } from '../../tensor'
import type { StructuralParams } from '../../table'
import { bool, fixed, int, num, type Rows, rough, smooth, typed } from '../row'
import { given, offGrid, uniform } from '../sample'

const to = (newDtype: DType, x: Tensor): Tensor => convertElementType(x, { newDtype, weakType: false })

export const structuralRows: { readonly [N in keyof StructuralParams]: Rows } = {
  broadcast_in_dim: [
    smooth('new axes around', (x) => broadcastInDim(x, { shape: [4, 2, 5, 3], broadcastDimensions: [1, 3] }), [num([2, 3])]),
    smooth('stretched axis', (x) => broadcastInDim(x, { shape: [2, 4, 3], broadcastDimensions: [0, 2] }), [num([1, 3])]),
    smooth('scalar', (x) => broadcastInDim(x, { shape: [2, 3], broadcastDimensions: [] }), [num([])]),
    smooth('nothing to do', (x) => broadcastInDim(x, { shape: [2, 3], broadcastDimensions: [0, 1] }), [num([2, 3])]),
    smooth('size 1 to 0', (x) => broadcastInDim(x, { shape: [0, 3], broadcastDimensions: [0, 1] }), [num([1, 3])]),
    rough('integers', (x) => broadcastInDim(x, { shape: [3, 2], broadcastDimensions: [1] }), [int([2])]),
  ],
  transpose: [
    smooth('cycle of three', (x) => transpose(x, { permutation: [2, 0, 1] }), [num([2, 3, 4])]),
    smooth('four axes', (x) => transpose(x, { permutation: [3, 1, 0, 2] }), [num([2, 3, 1, 2])]),
    smooth('scalar', (x) => transpose(x, { permutation: [] }), [num([])]),
    rough('bool', (x) => transpose(x, { permutation: [1, 0] }), [bool([2, 3])]),
  ],
  reshape: [
    smooth('split an axis', (x) => reshape(x, { newSizes: [2, 2, 3] }), [num([4, 3])]),
    smooth('merge axes', (x) => reshape(x, { newSizes: [6, 2] }), [num([3, 2, 2])]),
    smooth('to a scalar', (x) => reshape(x, { newSizes: [] }), [num([1, 1])]),
    smooth('empty', (x) => reshape(x, { newSizes: [3, 0] }), [num([0, 2])]),
    rough('integers', (x) => reshape(x, { newSizes: [6] }), [int([2, 3])]),
  ],
  squeeze: [
    smooth('two axes', (x) => squeeze(x, { dimensions: [0, 2] }), [num([1, 3, 1, 2])]),
    smooth('last axis', (x) => squeeze(x, { dimensions: [1] }), [num([3, 1])]),
    smooth('to a scalar', (x) => squeeze(x, { dimensions: [0] }), [num([1])]),
    rough('integers', (x) => squeeze(x, { dimensions: [1] }), [int([2, 1])]),
  ],
  reduce_sum: [
    smooth('first and last axis', (x) => reduceSum(x, { axes: [0, 2] }), [num([2, 3, 4])]),
    smooth('middle axis', (x) => reduceSum(x, { axes: [1] }), [num([2, 3, 2])]),
    smooth('all', (x) => reduceSum(x, { axes: [0, 1] }), [num([2, 3])]),
    smooth('no axes', (x) => reduceSum(x, { axes: [] }), [num([2, 3])]),
    smooth('empty axis', (x) => reduceSum(x, { axes: [1] }), [num([2, 0])]),
    rough('integers', (x) => reduceSum(x, { axes: [1] }), [int([2, 3])]),
  ],
  add_any: [
    smooth('matrices', addAny, [num([2, 3]), num([2, 3])]),
    smooth('scalars', addAny, [num([]), num([])]),
    smooth('one operand twice', (x) => addAny(x, x), [num([3])]),
  ],
  convert_element_type: [
    smooth('in the middle of a computation', (x) => to(x.dtype, sin(mul(to('float32', x), sin(to('float32', x))))), [num([2, 3])], {
      order: 1,
      tolerance: 1e4,
    }),
    smooth('to the same type', (x) => to(x.dtype, x), [num([2, 3])]),
    rough('float to int', (x) => to('int32', x), [fixed([6], offGrid)]),
    rough('float to bool', (x) => to('bool', x), [fixed([4], given(0, 1, -2, 0))]),
    rough('bool to float', (x) => to('float32', x), [bool([2, 3])]),
    rough('int to uint', (x) => to('uint32', x), [int([4])]),
    rough('uint to float', (x) => to('float32', x), [typed('uint32', [4], (n, next) => uniform(0, 2 ** 24)(n, next).map(Math.floor))]),
  ],
}
