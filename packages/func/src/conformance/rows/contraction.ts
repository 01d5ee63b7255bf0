/** Rows of dot_general. */
import { dotGeneral } from '../../primitives/contraction'
import type { ContractionParams } from '../../table'
import type { Tensor } from '../../tensor'
import { int, num, type Rows, rough, smooth, typed } from '../row'
import { normal } from '../sample'

type Axes = readonly [readonly number[], readonly number[]]
const dot =
  (contract: Axes, batch: Axes = [[], []]) =>
  (x: Tensor, y: Tensor): Tensor =>
    dotGeneral(x, y, { dimensionNumbers: [contract, batch], preferredElementType: null })

export const contractionRows: { readonly [N in keyof ContractionParams]: Rows } = {
  dot_general: [
    smooth('matrices', dot([[1], [0]]), [num([2, 3]), num([3, 4])]),
    smooth('first with last axis', dot([[0], [1]]), [num([3, 2]), num([4, 3])]),
    smooth('vectors', dot([[0], [0]]), [num([3]), num([3])]),
    smooth('matrix and vector', dot([[1], [0]]), [num([2, 3]), num([3])]),
    smooth('vector and matrix', dot([[0], [1]]), [num([3]), num([2, 3])]),
    smooth('outer product', dot([[], []]), [num([2]), num([3])]),
    smooth('scalars', dot([[], []]), [num([]), num([2, 3])]),
    smooth('one batch axis', dot([[2], [1]], [[0], [0]]), [num([2, 2, 3]), num([2, 3, 4])]),
    smooth('batch axes elsewhere', dot([[0], [2]], [[1], [1]]), [num([3, 2, 2]), num([4, 2, 3])]),
    smooth(
      'two contracted axes, crosswise',
      dot(
        [
          [0, 2],
          [3, 1],
        ],
        [[1], [0]],
      ),
      [num([2, 3, 4]), num([3, 4, 2, 2])],
    ),
    smooth(
      'two batch axes, crosswise',
      dot(
        [[2], [2]],
        [
          [0, 1],
          [1, 0],
        ],
      ),
      [num([2, 3, 2]), num([3, 2, 2, 2])],
    ),
    smooth('batch only', dot([[], []], [[0], [0]]), [num([3]), num([3, 2])]),
    smooth('empty contraction', dot([[1], [0]]), [num([2, 0]), num([0, 3])]),
    smooth('one operand twice', (x) => dot([[1], [1]])(x, x), [num([2, 3])]),
    rough('integers', dot([[1], [0]]), [int([2, 3]), int([3, 2])]),
    rough(
      'result type',
      (x, y) =>
        dotGeneral(x, y, {
          dimensionNumbers: [
            [[1], [0]],
            [[], []],
          ],
          preferredElementType: 'float32',
        }),
      [typed('float32', [2, 3], normal), typed('float32', [3, 2], normal)],
    ),
  ],
}
