/** Rows of comparison, choice and rounding. */
import * as p from '../../primitives/piecewise'
import type { PiecewiseParams } from '../../table'
import type { Tensor } from '../../tensor'
import { bool, fixed, int, num, type Rows, rough, smooth, word } from '../row'
import { distinct, given, grid, nonzero, offGrid, uniform } from '../sample'

const a = grid(0)
const b = grid(0.5)
const extremum = (f: (x: Tensor, y: Tensor) => Tensor): Rows => [
  smooth('matrices', f, [num([2, 3], a), num([2, 3], b)]),
  smooth('scalar on the right', f, [num([2, 3], a), num([], b)]),
  smooth('scalar on the left', f, [num([], a), num([2, 3], b)]),
  smooth('ties between two', f, [num([3], given(1, 2, 3)), num([3], given(1, 2, 3))], { order: 1 }),
  rough('integers', f, [int([2, 3]), int([2, 3])]),
  rough('unsigned', f, [word([4]), word([4])]),
  rough('NaN wins', f, [fixed([3], given(Number.NaN, 1, 2)), fixed([3], given(0, Number.NaN, 3))]),
]
const comparison = (f: (x: Tensor, y: Tensor) => Tensor): Rows => [
  rough('integers', f, [int([2, 3], -1, 1), int([2, 3], -1, 1)]),
  rough('floats', f, [fixed([6], given(1, 2, 3, -0, 5)), fixed([6], given(1, 3, 2, 0, Number.NaN))]),
  rough('scalar on the right', f, [int([2, 3], -1, 1), int([], -1, 1)]),
  rough('scalar on the left', f, [int([], -1, 1), int([2, 3], -1, 1)]),
  rough('unsigned', f, [word([4]), word([4])]),
]
const rounding = (f: (x: Tensor) => Tensor): Rows => [
  smooth('floats', f, [num([2, 3], offGrid)]),
  rough('halves', f, [fixed([5], given(-1.5, -0.5, 0.5, 1.5, 2.5))]),
]

export const piecewiseRows: { readonly [N in keyof PiecewiseParams]: Rows } = {
  abs: [smooth('floats', p.abs, [num([2, 3], nonzero)]), rough('integers', p.abs, [int([4])])],
  sign: [
    smooth('floats', p.sign, [num([2, 3], nonzero)]),
    rough('integers', p.sign, [int([5], -1, 1)]),
    rough('zero', p.sign, [fixed([3], given(0, -0, Number.NaN))]),
  ],
  floor: rounding(p.floor),
  ceil: rounding(p.ceil),
  round: [
    ...rounding((x) => p.round(x, { roundingMethod: 1 })),
    smooth('away from zero', (x) => p.round(x, { roundingMethod: 0 }), [num([2, 3], offGrid)]),
    rough('halves away from zero', (x) => p.round(x, { roundingMethod: 0 }), [fixed([5], given(-1.5, -0.5, 0.5, 1.5, 2.5))]),
  ] as const satisfies Rows,
  max: extremum(p.max),
  min: extremum(p.min),
  clamp: [
    smooth('scalar bounds', p.clamp, [num([], given(-0.6)), num([2, 3], grid(0.25)), num([], given(0.6))]),
    smooth('full bounds', p.clamp, [num([2, 3], given(-0.6, -1)), num([2, 3], grid(0.25)), num([2, 3], given(0.6, 1))]),
    smooth('scalars', p.clamp, [num([], given(-0.6)), num([], grid(0.25)), num([], given(0.6))]),
    rough('integers', p.clamp, [int([], -2, -1), int([5]), int([], 1, 2)]),
  ],
  is_finite: [
    rough('special', p.isFinite, [fixed([4], given(1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY))]),
    rough('matrix', p.isFinite, [fixed([2, 3])]),
  ],
  eq: comparison(p.eq),
  ne: comparison(p.ne),
  lt: comparison(p.lt),
  le: comparison(p.le),
  gt: comparison(p.gt),
  ge: comparison(p.ge),
  select_n: [
    smooth('full mask', p.selectN, [bool([2, 3]), num([2, 3]), num([2, 3])]),
    smooth('scalar mask', p.selectN, [bool([]), num([2, 3]), num([2, 3])]),
    smooth('three cases', p.selectN, [int([4], 0, 2), num([4]), num([4]), num([4])]),
    smooth('three cases, scalar index', p.selectN, [int([], 0, 2), num([4]), num([4]), num([4])]),
    smooth('one tensor in both cases', (w, x) => p.selectN(w, x, x), [bool([3]), num([3])]),
    rough('integers', p.selectN, [bool([3]), int([3]), int([3])]),
  ],
  stop_gradient: [rough('floats', p.stopGradient, [fixed([2, 3])]), rough('integers', p.stopGradient, [int([3])])],
  copy: [
    smooth('floats', p.copy, [num([2, 3])]),
    rough('integers', p.copy, [int([3])]),
    rough('far apart', p.copy, [fixed([3], uniform(-1e6, 1e6))]),
    rough('distinct', p.copy, [fixed([3], distinct)]),
  ],
}
