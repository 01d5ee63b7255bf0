/** Rows of the scatters. */
import * as s from '../../primitives/scatter'
import type { GatherMode, IndexingParams, ScatterDimensionNumbers, ScatterParams } from '../../table'
import type { Tensor } from '../../tensor'
import { int, num, type Operand, type Row, type Rows, rough, smooth, typed } from '../row'
import { given, nonzero, type Sampler, spaced } from '../sample'

type Scatter = (x: Tensor, indices: Tensor, updates: Tensor, params: ScatterParams) => Tensor
type Names = Extract<keyof IndexingParams, `scatter${string}`>
const put = (f: Scatter, numbers: Partial<ScatterDimensionNumbers>, mode: GatherMode = 'clip', uniqueIndices = false) => {
  const dimensionNumbers = {
    updateWindowDims: [],
    insertedWindowDims: [],
    scatterDimsToOperandDims: [0],
    operandBatchingDims: [],
    scatterIndicesBatchingDims: [],
    ...numbers,
  }
  return (x: Tensor, i: Tensor, u: Tensor): Tensor => f(x, i, u, { dimensionNumbers, indicesAreSorted: false, uniqueIndices, mode })
}
/** Index vectors given outright. */
const at = (shape: readonly number[], ...values: number[]): Operand => typed('int32', shape, given(...values))
const wholeRows = { updateWindowDims: [1], insertedWindowDims: [0] }
const points = { insertedWindowDims: [0, 1], scatterDimsToOperandDims: [0, 1] }
const batched = { insertedWindowDims: [1], scatterDimsToOperandDims: [1], operandBatchingDims: [0], scatterIndicesBatchingDims: [0] }

/** Every index is met once. */
const unique = (f: Scatter, x: Sampler, u: Sampler, order: Row['order']): readonly Row[] => [
  smooth('rows', put(f, wholeRows, 'clip', true), [num([5, 3], x), at([2, 1], 3, 1), num([2, 3], u)], { order }),
  smooth('some outside, dropped', put(f, wholeRows, 'fill', true), [num([5, 3], x), at([3, 1], 3, 7, -1), num([3, 3], u)], { order }),
  smooth(
    'windows',
    put(f, { updateWindowDims: [1, 2], scatterDimsToOperandDims: [0, 1] }, 'clip', true),
    [num([4, 5], x), at([2, 2], 0, 0, 2, 2), num([2, 2, 2], u)],
    { order },
  ),
  smooth(
    'windows, clipped, swapped axes',
    put(f, { updateWindowDims: [0, 1], scatterDimsToOperandDims: [1, 0] }, 'clip', true),
    [num([4, 5], x), at([2], 9, 1), num([2, 3], u)],
    { order },
  ),
  smooth(
    'columns, window axis first',
    put(f, { updateWindowDims: [0], insertedWindowDims: [1], scatterDimsToOperandDims: [1] }, 'promise_in_bounds', true),
    [num([3, 4], x), at([2, 1], 2, 0), num([3, 2], u)],
    { order },
  ),
  smooth('points', put(f, points, 'clip', true), [num([4, 3], x), at([3, 2], 0, 1, 3, 2, 1, 0), num([3], u)], { order }),
  smooth('batching axes', put(f, batched, 'clip', true), [num([3, 4], x), at([3, 2, 1], 0, 3, 2, 1, 1, 2), num([3, 2], u)], { order }),
]
/** Some index is met more than once. */
const repeated = (f: Scatter, x: Sampler, u: Sampler, order: Row['order']): readonly Row[] => [
  smooth('rows met twice', put(f, wholeRows), [num([5, 3], x), at([4, 1], 3, 1, 3, 0), num([4, 3], u)], { order }),
  smooth('drawn, some outside', put(f, points, 'fill'), [num([3, 3], x), int([5, 2], -1, 3), num([5], u)], { order }),
  smooth('overlapping windows', put(f, { updateWindowDims: [1] }), [num([6], x), at([2, 1], 1, 2), num([2, 3], u)], { order }),
]
const integers = (f: Scatter): readonly Row[] => [rough('integers', put(f, wholeRows), [int([4, 2]), int([3, 1], 0, 3), int([3, 2])])]
/** Two sets of numbers that never meet. */
const lattice = spaced(0.6, 0)
const between = spaced(0.6, 0.3)

export const scatterRows: { readonly [N in Names]: Rows } = {
  scatter: [
    smooth('vector', put(s.scatter, { insertedWindowDims: [0] }), [num([4]), at([1, 1], 2), num([1])]),
    ...unique(s.scatter, nonzero, nonzero, 2),
    ...repeated(s.scatter, nonzero, nonzero, 2),
    ...integers(s.scatter),
  ],
  'scatter-add': [
    smooth('vector', put(s.scatterAdd, { insertedWindowDims: [0] }), [num([4]), int([3, 1], 0, 3), num([3])]),
    ...unique(s.scatterAdd, nonzero, nonzero, 2),
    ...repeated(s.scatterAdd, nonzero, nonzero, 2),
    ...integers(s.scatterAdd),
  ],
  'scatter-mul': [
    smooth('vector', put(s.scatterMul, { insertedWindowDims: [0] }, 'clip', true), [num([4]), at([2, 1], 2, 0), num([2])]),
    smooth('every place', put(s.scatterMul, { insertedWindowDims: [0] }, 'clip', true), [num([3]), at([3, 1], 2, 0, 1), num([3])]),
    ...unique(s.scatterMul, nonzero, nonzero, 2),
    ...integers(s.scatterMul),
  ],
  'scatter-min': [
    smooth('vector', put(s.scatterMin, { insertedWindowDims: [0] }), [num([4], lattice), int([3, 1], 0, 3), num([3], between)]),
    ...unique(s.scatterMin, lattice, between, 2),
    ...repeated(s.scatterMin, lattice, between, 2),
    ...integers(s.scatterMin),
  ],
  'scatter-max': [
    smooth('vector', put(s.scatterMax, { insertedWindowDims: [0] }), [num([4], lattice), int([3, 1], 0, 3), num([3], between)]),
    ...unique(s.scatterMax, lattice, between, 2),
    ...repeated(s.scatterMax, lattice, between, 2),
    ...integers(s.scatterMax),
  ],
}
