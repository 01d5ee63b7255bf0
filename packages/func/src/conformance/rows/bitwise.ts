/** Rows of the operations on bits. */
import * as b from '../../primitives/bitwise'
import type { BitwiseParams } from '../../table'
import type { Tensor } from '../../tensor'
import { bool, fixed, int, type Rows, rough, typed, word } from '../row'
import { uniform } from '../sample'

const logical = (f: (x: Tensor, y: Tensor) => Tensor): Rows => [
  rough('words', f, [word([2, 3]), word([2, 3])]),
  rough('integers', f, [int([4], -99, 99), int([4], -99, 99)]),
  rough('bool', f, [bool([2, 3]), bool([2, 3])]),
  rough('scalar on the right', f, [word([2, 3]), word([])]),
  rough('scalar on the left', f, [word([]), word([2, 3])]),
]
const amount = (shape: readonly number[]) => typed('uint32', shape, (n, next) => uniform(0, 34)(n, next).map(Math.floor))
const shift = (f: (x: Tensor, y: Tensor) => Tensor): Rows => [
  rough('words', f, [word([2, 3]), amount([2, 3])]),
  rough('integers', f, [int([4], -999, 999), int([4], 0, 33)]),
  rough('by a scalar', f, [word([2, 3]), amount([])]),
]

export const bitwiseRows: { readonly [N in keyof BitwiseParams]: Rows } = {
  and: logical(b.and),
  or: logical(b.or),
  xor: logical(b.xor),
  not: [rough('words', b.not, [word([4])]), rough('integers', b.not, [int([4])]), rough('bool', b.not, [bool([2, 3])])],
  shift_left: shift(b.shiftLeft),
  shift_right_logical: shift(b.shiftRightLogical),
  shift_right_arithmetic: shift(b.shiftRightArithmetic),
  population_count: [rough('words', b.populationCount, [word([2, 3])]), rough('integers', b.populationCount, [int([4])])],
  clz: [rough('words', b.clz, [word([2, 3])]), rough('integers', b.clz, [int([4])])],
  bitcast_convert_type: [
    rough('word to float and back', (x) => b.bitcastConvertType(b.bitcastConvertType(x, { newDtype: 'float32' }), { newDtype: 'uint32' }), [
      typed('uint32', [4], (n, next) => uniform(0, 2 ** 30)(n, next).map(Math.floor)),
    ]),
    rough('int to word', (x) => b.bitcastConvertType(x, { newDtype: 'uint32' }), [int([2, 3])]),
    rough('float32 to word', (x) => b.bitcastConvertType(x, { newDtype: 'uint32' }), [typed('float32', [2, 3], uniform(-9, 9))]),
    rough('to the same type', (x) => b.bitcastConvertType(x, { newDtype: x.dtype }), [fixed([3])]),
  ],
}
