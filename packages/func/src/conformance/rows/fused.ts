/** Rows of what the planner may hand to a backend as one kernel. */
import { fullOf } from '../../literal'
import { add } from '../../primitives/arithmetic'
import { dotGeneral } from '../../primitives/contraction'
import { max } from '../../primitives/piecewise'
import { broadcastInDim } from '../../primitives/structural'
import { logistic, tanh } from '../../primitives/transcendental'
import type { Tensor } from '../../tensor'
import { num, type Rows, smooth } from '../row'
import { given, uniform, unit } from '../sample'

const dense = (activation: (x: Tensor) => Tensor) => (x: Tensor, w: Tensor, b: Tensor) => {
  const product = dotGeneral(x, w, {
    dimensionNumbers: [
      [[1], [0]],
      [[], []],
    ],
    preferredElementType: null,
  })
  return activation(add(product, broadcastInDim(b, { shape: product.shape, broadcastDimensions: [1] })))
}
/** The bias decides the sign, so no kink is near. */
const operands = [num([2, 3], unit), num([3, 4], uniform(-0.4, 0.4)), num([4], given(3, -3, 4, -2))]
/** What a backend may do in one kernel. */
export const fusedRows = {
  'dense layer': [
    smooth(
      'no activation',
      dense((x) => x),
      operands,
    ),
    smooth(
      'relu',
      dense((x) => max(x, fullOf(0, [], x.dtype))),
      operands,
    ),
    smooth(
      'relu, the zero first',
      dense((x) => max(fullOf(0, [], x.dtype), x)),
      operands,
    ),
    smooth('tanh', dense(tanh), operands),
    smooth('logistic', dense(logistic), operands),
    smooth(
      'not with the largest of one',
      dense((x) => max(x, fullOf(1, [], x.dtype))),
      operands,
    ),
    smooth(
      'the product is a result too',
      (x, w, b) => {
        const product = dotGeneral(x, w, {
          dimensionNumbers: [
            [[1], [0]],
            [[], []],
          ],
          preferredElementType: null,
        })
        return [product, tanh(add(broadcastInDim(b, { shape: [2, 4], broadcastDimensions: [1] }), product))]
      },
      operands,
    ),
    smooth(
      'a bias of rows',
      (x, w, b) => {
        const product = dotGeneral(x, w, {
          dimensionNumbers: [
            [[1], [0]],
            [[], []],
          ],
          preferredElementType: null,
        })
        return tanh(add(product, broadcastInDim(b, { shape: [3, 3], broadcastDimensions: [0] })))
      },
      [num([3, 2]), num([2, 3]), num([3])],
    ),
  ],
} as const satisfies Readonly<Record<string, Rows>>
