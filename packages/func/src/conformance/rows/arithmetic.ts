/** Rows of arithmetic. */
import { add, div, integerPow, mul, neg, square, sub } from '../../primitives/arithmetic'
import { rem } from '../../primitives/piecewise'
import type { ArithmeticParams } from '../../table'
import { fixed, int, num, type Rows, rough, smooth, word } from '../row'
import { given, nonzero, offGrid, positive } from '../sample'

export const arithmeticRows: { readonly [N in keyof ArithmeticParams]: Rows } = {
  neg: [
    smooth('matrix', neg, [num([2, 3])]),
    smooth('scalar', neg, [num([])]),
    rough('integers', neg, [int([4])]),
    rough('unsigned', neg, [word([4])]),
  ],
  add: [
    smooth('matrices', add, [num([2, 3]), num([2, 3])]),
    smooth('scalar on the right', add, [num([2, 3]), num([])]),
    smooth('scalar on the left', add, [num([]), num([2, 3])]),
    smooth('one operand twice', (x) => add(x, x), [num([3])]),
    smooth('empty', add, [num([0, 2]), num([0, 2])]),
    rough('integers', add, [int([2, 3]), int([2, 3])]),
    rough('unsigned, wrapping', add, [word([4]), word([4])]),
  ],
  sub: [
    smooth('matrices', sub, [num([2, 3]), num([2, 3])]),
    smooth('scalar on the right', sub, [num([2, 3]), num([])]),
    smooth('scalar on the left', sub, [num([]), num([2, 3])]),
    smooth('one operand twice', (x) => sub(mul(x, x), x), [num([3])]),
    rough('unsigned, wrapping', sub, [word([4]), word([4])]),
  ],
  mul: [
    smooth('matrices', mul, [num([2, 3]), num([2, 3])]),
    smooth('scalar on the right', mul, [num([2, 3]), num([])]),
    smooth('scalar on the left', mul, [num([]), num([2, 3])]),
    smooth('scalars', mul, [num([]), num([])]),
    smooth('one operand twice', (x) => mul(x, x), [num([3])]),
    smooth('thrice', (x, y) => mul(mul(x, y), x), [num([3]), num([3])]),
    rough('integers', mul, [int([2, 3]), int([2, 3])]),
    rough('unsigned, wrapping', mul, [word([4]), word([4])]),
  ],
  div: [
    smooth('matrices', div, [num([2, 3]), num([2, 3], nonzero)]),
    smooth('scalar on the right', div, [num([2, 3]), num([], nonzero)]),
    smooth('scalar on the left', div, [num([]), num([2, 3], nonzero)]),
    rough('integers round to zero', div, [int([5], -9, 9), int([5], 1, 4)]),
    rough('by zero', div, [int([3], -2, 2), int([3], 0, 0)]),
  ],
  rem: [
    smooth('floats', rem, [num([5], offGrid), num([5], given(2, -2, 1, -1, 2))]),
    smooth('by a scalar', rem, [num([2, 3], offGrid), num([], given(1))]),
    rough('integers', rem, [int([6], -9, 9), int([6], 1, 4)]),
    rough('negative divisor', rem, [int([6], -9, 9), int([6], -4, -1)]),
  ],
  integer_pow: [
    smooth('cube', (x) => integerPow(x, { y: 3 }), [num([2, 3])]),
    smooth('fourth power', (x) => integerPow(x, { y: 4 }), [num([3])]),
    smooth('second power', (x) => integerPow(x, { y: 2 }), [num([3])]),
    smooth('zeroth power', (x) => integerPow(x, { y: 0 }), [num([3])]),
    smooth('first power', (x) => integerPow(x, { y: 1 }), [num([3])]),
    smooth('negative power', (x) => integerPow(x, { y: -2 }), [num([3], nonzero)]),
    smooth('inverse', (x) => integerPow(x, { y: -1 }), [num([3], positive)]),
    rough('integers', (x) => integerPow(x, { y: 3 }), [int([4])]),
  ],
  square: [
    smooth('matrix', square, [num([2, 3])]),
    smooth('scalar', square, [num([])]),
    rough('integers', square, [int([4])]),
    rough('special', square, [fixed([2], given(0, -0))]),
  ],
}
