/** Rows of cutting, joining, padding, turning and sorting. */
import { concatenate, iota, pad, rev, slice } from '../../primitives/layout'
import { sort, topK } from '../../primitives/sort'
import type { LayoutParams, SortParams } from '../../table'
import { add } from '../../primitives/arithmetic'
import { bool, fixed, int, num, type Rows, rough, smooth, word } from '../row'
import { distinct, given } from '../sample'

export const layoutRows: { readonly [N in keyof LayoutParams]: Rows } = {
  slice: [
    smooth('matrix', (x) => slice(x, { startIndices: [1, 0], limitIndices: [3, 2], strides: null }), [num([4, 3])]),
    smooth('strides', (x) => slice(x, { startIndices: [1, 0], limitIndices: [7, 3], strides: [3, 2] }), [num([8, 3])]),
    smooth('stride that does not divide', (x) => slice(x, { startIndices: [0], limitIndices: [6], strides: [4] }), [num([7])]),
    smooth('empty', (x) => slice(x, { startIndices: [2], limitIndices: [2], strides: null }), [num([4])]),
    rough('bool', (x) => slice(x, { startIndices: [0, 1], limitIndices: [2, 3], strides: null }), [bool([2, 3])]),
  ],
  concatenate: [
    smooth('first axis', (...xs) => concatenate(xs, { dimension: 0 }), [num([2, 3]), num([1, 3]), num([3, 3])]),
    smooth('last axis', (...xs) => concatenate(xs, { dimension: 1 }), [num([2, 3]), num([2, 1])]),
    smooth('one operand', (x) => concatenate([x], { dimension: 0 }), [num([3])]),
    smooth('one operand twice', (x) => concatenate([x, x], { dimension: 0 }), [num([3])]),
    smooth('an empty operand', (x, y) => concatenate([x, y], { dimension: 1 }), [num([2, 0]), num([2, 2])]),
    rough('integers', (x, y) => concatenate([x, y], { dimension: 0 }), [int([2]), int([3])]),
  ],
  pad: [
    smooth('around', (x, v) => pad(x, v, { paddingConfig: [[1, 2, 0]] }), [num([3]), num([])]),
    smooth(
      'inside',
      (x, v) =>
        pad(x, v, {
          paddingConfig: [
            [1, 0, 2],
            [0, 2, 1],
          ],
        }),
      [num([3, 2]), num([])],
    ),
    smooth(
      'cropped',
      (x, v) =>
        pad(x, v, {
          paddingConfig: [
            [-1, 2, 0],
            [1, -2, 0],
          ],
        }),
      [num([3, 4]), num([])],
    ),
    smooth('cropped and dilated', (x, v) => pad(x, v, { paddingConfig: [[-1, -2, 1]] }), [num([4]), num([])]),
    smooth('nothing', (x, v) => pad(x, v, { paddingConfig: [[0, 0, 0]] }), [num([3]), num([])]),
    rough('integers', (x, v) => pad(x, v, { paddingConfig: [[1, 1, 1]] }), [int([3]), int([])]),
  ],
  rev: [
    smooth('first axis', (x) => rev(x, { dimensions: [0] }), [num([3, 2])]),
    smooth('two of three', (x) => rev(x, { dimensions: [0, 2] }), [num([3, 2, 2])]),
    smooth('no axes', (x) => rev(x, { dimensions: [] }), [num([2])]),
    rough('integers', (x) => rev(x, { dimensions: [0] }), [int([4])]),
  ],
  iota: [
    rough('along the last axis', () => iota({ dtype: 'int32', shape: [2, 3], dimension: 1 }), []),
    rough('along the first axis', () => iota({ dtype: 'float32', shape: [3, 2], dimension: 0 }), []),
    smooth('added', (x) => add(x, iota({ dtype: x.dtype, shape: [3], dimension: 0 })), [num([3])]),
  ],
}

export const sortRows: { readonly [N in keyof SortParams]: Rows } = {
  sort: [
    smooth('last axis', (x) => sort([x], { dimension: 1, isStable: true, numKeys: 1 }), [num([2, 4], distinct)]),
    smooth('first axis', (x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 }), [num([4, 2], distinct)]),
    smooth('companion', (x, y) => sort([x, y], { dimension: 0, isStable: true, numKeys: 1 }), [num([4], distinct), num([4])]),
    smooth('integer key, float companion', (k, x) => sort([k, x], { dimension: 1, isStable: true, numKeys: 1 }), [
      int([2, 4], 0, 2),
      num([2, 4]),
    ]),
    smooth('two keys', (k, x, y) => sort([k, x, y], { dimension: 0, isStable: true, numKeys: 2 }), [
      int([5], 0, 1),
      num([5], distinct),
      num([5]),
    ]),
    rough('integers', (x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 }), [int([6])]),
    rough('unsigned', (x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 }), [word([5])]),
    rough('NaN last', (x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 }), [
      fixed([5], given(Number.NaN, 2, -1, Number.POSITIVE_INFINITY, 0)),
    ]),
    rough('stable', (k, x) => sort([k, x], { dimension: 0, isStable: true, numKeys: 1 }), [int([8], 0, 1), fixed([8])]),
  ],
  top_k: [
    smooth('last axis', (x) => topK(x, { k: 2, axis: 1 }), [num([3, 4], distinct)]),
    smooth('first axis', (x) => topK(x, { k: 2, axis: 0 }), [num([4, 2], distinct)]),
    smooth('all of them', (x) => topK(x, { k: 3, axis: 0 }), [num([3], distinct)]),
    rough('ties', (x) => topK(x, { k: 3, axis: 0 }), [int([6], 0, 2)]),
  ],
}
