/** Rows of reading and writing at computed places. */
import { dynamicSlice, dynamicUpdateSlice } from '../../primitives/dynamic-slice'
import { gather } from '../../primitives/gather'
import type { GatherDimensionNumbers, GatherMode, IndexingParams } from '../../table'
import type { Tensor } from '../../tensor'
import { fixed, int, num, type Rows, rough, smooth } from '../row'
import { scatterRows } from './scatter'

const take = (
  numbers: Partial<GatherDimensionNumbers>,
  sliceSizes: readonly number[],
  mode: GatherMode = 'clip',
  fillValue: number | null = null,
) => {
  const dimensionNumbers = {
    offsetDims: [],
    collapsedSliceDims: [],
    startIndexMap: [0],
    operandBatchingDims: [],
    startIndicesBatchingDims: [],
    ...numbers,
  }
  return (x: Tensor, i: Tensor): Tensor => gather(x, i, { dimensionNumbers, sliceSizes, mode, fillValue })
}
const takeRows = (mode: GatherMode) => take({ offsetDims: [1], collapsedSliceDims: [0] }, [1, 3], mode)

export const indexingRows: { readonly [N in keyof IndexingParams]: Rows } = {
  dynamic_slice: [
    smooth('vector', (x, i) => dynamicSlice(x, [i], { sliceSizes: [2] }), [num([5]), int([], 0, 3)]),
    smooth('matrix', (x, i, j) => dynamicSlice(x, [i, j], { sliceSizes: [2, 2] }), [num([4, 3]), int([], 0, 2), int([], 0, 1)]),
    smooth('clamped', (x, i, j) => dynamicSlice(x, [i, j], { sliceSizes: [2, 2] }), [num([4, 3]), int([], -9, -1), int([], 3, 9)]),
    smooth('one start twice', (x, i) => dynamicSlice(x, [i, i], { sliceSizes: [1, 2] }), [num([3, 4]), int([], 0, 2)]),
    rough('integers', (x, i) => dynamicSlice(x, [i], { sliceSizes: [3] }), [int([5]), int([], 0, 2)]),
  ],
  dynamic_update_slice: [
    smooth('vector', (x, u, i) => dynamicUpdateSlice(x, u, [i]), [num([5]), num([2]), int([], 0, 3)]),
    smooth('matrix', (x, u, i, j) => dynamicUpdateSlice(x, u, [i, j]), [num([4, 3]), num([2, 2]), int([], 0, 2), int([], 0, 1)]),
    smooth('clamped', (x, u, i, j) => dynamicUpdateSlice(x, u, [i, j]), [num([4, 3]), num([2, 2]), int([], -9, -1), int([], 3, 9)]),
    rough('integers', (x, u, i) => dynamicUpdateSlice(x, u, [i]), [int([5]), int([2]), int([], 0, 3)]),
  ],
  gather: [
    smooth('rows, clipped', takeRows('clip'), [num([5, 3]), int([4, 1], -2, 7)]),
    smooth('rows, filled', take({ offsetDims: [1], collapsedSliceDims: [0] }, [1, 3], 'fill', 7), [num([5, 3]), int([6, 1], -2, 7)]),
    smooth('rows, promised', takeRows('promise_in_bounds'), [num([5, 3]), int([4, 1], 0, 4)]),
    smooth('columns', take({ offsetDims: [0], collapsedSliceDims: [1], startIndexMap: [1] }, [3, 1]), [num([3, 4]), int([2, 1], 0, 3)]),
    smooth('windows', take({ offsetDims: [2, 3], startIndexMap: [0, 1] }, [2, 2]), [num([4, 5]), int([2, 3, 2], -1, 4)]),
    smooth('windows, filled', take({ offsetDims: [1, 2], startIndexMap: [0, 1] }, [2, 2], 'fill', 0), [num([4, 5]), int([5, 2], -1, 4)]),
    smooth('windows first', take({ offsetDims: [0, 2], startIndexMap: [1, 0] }, [2, 3]), [num([4, 5]), int([3, 2], 0, 3)]),
    smooth('indices of swapped axes', take({ offsetDims: [1], collapsedSliceDims: [0], startIndexMap: [1, 0] }, [1, 2]), [
      num([4, 3]),
      int([3, 2], 0, 2),
    ]),
    smooth('points', take({ collapsedSliceDims: [0, 1], startIndexMap: [0, 1] }, [1, 1]), [num([4, 3]), int([5, 2], 0, 2)]),
    smooth(
      'batching axes',
      take(
        { offsetDims: [2], collapsedSliceDims: [1], startIndexMap: [1], operandBatchingDims: [0], startIndicesBatchingDims: [0] },
        [1, 1, 2],
      ),
      [num([3, 5, 2]), int([3, 4, 1], 0, 4)],
    ),
    smooth(
      'batching axes crosswise',
      take({ collapsedSliceDims: [1], startIndexMap: [1], operandBatchingDims: [0, 2], startIndicesBatchingDims: [1, 0] }, [1, 1, 1]),
      [num([2, 4, 3]), int([3, 2, 1], 0, 3)],
    ),
    rough('NaN outside', take({ offsetDims: [1], collapsedSliceDims: [0] }, [1, 2], 'fill'), [fixed([3, 2]), int([5, 1], -2, 4)]),
    rough('integers', take({ offsetDims: [1], collapsedSliceDims: [0] }, [1, 2], 'fill'), [int([3, 2]), int([5, 1], -2, 4)]),
  ],
  ...scatterRows,
}
