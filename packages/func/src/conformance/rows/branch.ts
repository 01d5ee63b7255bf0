/** Rows of while and of branches. */
import { literal } from '../../literal'
import { add, mul, neg, sub } from '../../primitives/arithmetic'
import { gt, lt } from '../../primitives/piecewise'
import { exp, sin } from '../../primitives/transcendental'
import { convertElementType, reduceSum } from '../../primitives/structural'
import { cond, switchCase } from '../../transforms/cond'
import { scan } from '../../transforms/scan'
import { foriLoop, whileLoop } from '../../transforms/while-loop'
import type { Tensor } from '../../tensor'
import { bool, fixed, int, num, type Rows, rough, smooth } from '../row'
import { given, positive, unit } from '../sample'

const total = (x: Tensor): Tensor => reduceSum(x, { axes: x.shape.map((_, i) => i) })
const asFloat = (i: Tensor, like: Tensor): Tensor => convertElementType(i, { newDtype: like.dtype, weakType: false })
const one = (): Tensor => literal(1, 'int32')
const three = ([v]: readonly [Tensor]): Tensor => literal(3, v.dtype)

export const branchRows = {
  while: [
    smooth(
      'while small',
      (x, k) =>
        whileLoop<Tensor>(
          (v) => lt(total(v), literal(9, v.dtype)),
          (v) => add(mul(v, k), sin(k)),
          x,
        ),
      [num([2], positive), num([2], given(1.7, 1.9))],
      {
        modes: 'forward',
      },
    ),
    smooth(
      'counted',
      (x, n, k) =>
        whileLoop(
          ([i]) => lt(i, n),
          ([i, v]) => [add(i, one()), mul(sin(v), k)],
          [literal(0, 'int32'), x],
        )[1]!,
      [num([2]), int([], 0, 4), num([2])],
      {
        modes: 'forward',
      },
    ),
    smooth(
      'the limit is closed over',
      (x, k) =>
        whileLoop(
          ([v]: readonly [Tensor]) => lt(total(v), total(k)),
          ([v]) => [add(v, three([v]))] as const,
          [x] as const,
        )[0],
      [num([2], unit), num([2], given(4.1, 6.3))],
      {
        modes: 'forward',
      },
    ),
    smooth(
      'a known part beside',
      (x) =>
        whileLoop(
          ([i]) => lt(i, literal(3, 'int32')),
          ([i, v]) => [add(i, one()), mul(v, v)],
          [literal(0, 'int32'), x],
        ),
      [num([2], unit)],
      {
        modes: 'forward',
      },
    ),
    smooth(
      'a carry that is forgotten',
      (u, v, k) =>
        whileLoop(
          ([i]) => lt(i, literal(3, 'int32')),
          ([i, a, b]) => [add(i, one()), mul(k, k), mul(b, a)],
          [literal(0, 'int32'), u, v],
        ),
      [num([2]), num([2]), fixed([2])],
      {
        modes: 'forward',
      },
    ),
    smooth(
      'counted to what is data',
      (x, n, k) => foriLoop(1, n, (i, v: Tensor) => add(mul(v, k), asFloat(i, v)), x),
      [num([2]), int([], 0, 4), num([2])],
      {
        modes: 'forward',
      },
    ),
    rough(
      'no turns',
      (x) =>
        whileLoop<Tensor>(
          (v) => lt(total(v), literal(0, 'int32')),
          (v) => add(v, v),
          x,
        ),
      [int([3], 1, 4)],
    ),
    rough(
      'each its own number of turns',
      (n) =>
        whileLoop(
          ([i, v]) => lt(i, v),
          ([i, v]) => [add(i, literal(2, 'int32')), sub(v, one())],
          [literal(0, 'int32'), n],
        ),
      [int([], 0, 9)],
    ),
  ],
  cond: [
    smooth(
      'by a bool',
      (p, x, y) =>
        cond(
          p,
          (a: Tensor, b: Tensor) => mul(sin(a), b),
          (a, b) => add(a, mul(b, b)),
          x,
          y,
        ),
      [bool([]), num([2]), num([2])],
    ),
    smooth(
      'by a value',
      (x, y) =>
        cond(
          gt(total(x), literal(0.1, x.dtype)),
          () => mul(x, y),
          () => sin(y),
        ),
      [num([2]), num([2])],
    ),
    smooth(
      'by closure',
      (p, x, y) =>
        cond(
          p,
          () => mul(exp(x), y),
          () => neg(x),
        ),
      [bool([]), num([2], unit), num([2])],
    ),
    smooth(
      'an operand as it is',
      (p, x, y) =>
        cond<[Tensor, Tensor], Tensor[]>(
          p,
          (a, b) => [a, mul(a, b)],
          (a, b) => [b, sin(a)],
          x,
          y,
        ),
      [bool([]), num([2]), num([2])],
    ),
    smooth(
      'a constant branch',
      (p, x) =>
        cond(
          p,
          (a: Tensor) => mul(a, a),
          (a) => mul(literal(0, a.dtype), literal(1, a.dtype)),
          reduceSum(x, { axes: [0] }),
        ),
      [bool([]), num([2])],
    ),
    smooth(
      'operands that one branch does not read',
      (p, x, y) =>
        cond(
          p,
          (a: Tensor, _b: Tensor) => total(sin(a)),
          (_a, b) => total(mul(b, b)),
          x,
          y,
        ),
      [bool([]), num([2]), num([3])],
    ),
    smooth(
      'a constant result',
      (p, x) =>
        cond<[Tensor], Tensor[]>(
          p,
          (a) => [sin(literal(1, a.dtype)), total(sin(a))],
          (a) => [total(mul(a, a)), total(a)],
          x,
        ),
      [bool([]), num([2])],
    ),
    smooth('one of three', (i, x) => switchCase(i, [(a: Tensor) => sin(a), (a) => mul(a, a), (a) => neg(a)], x), [
      int([], -1, 4),
      num([2]),
    ]),
    smooth(
      'nested',
      (p, q, x) =>
        cond(
          p,
          (a: Tensor) =>
            cond(
              q,
              (b: Tensor) => mul(b, b),
              (b) => sin(b),
              mul(a, a),
            ),
          (a) => neg(a),
          x,
        ),
      [bool([]), bool([]), num([2])],
    ),
    smooth(
      'inside scan',
      (c, xs) =>
        scan(
          (h: Tensor, x: Tensor) => [
            cond(
              gt(x, literal(0, x.dtype)),
              (a: Tensor) => mul(a, x),
              (a) => sin(a),
              h,
            ),
            h,
          ],
          c,
          xs,
        ),
      [num([], unit), num([4])],
    ),
    rough(
      'integers',
      (p, x) =>
        cond(
          p,
          (a: Tensor) => add(a, a),
          (a) => neg(a),
          x,
        ),
      [bool([]), int([3])],
    ),
    rough(
      'results of several types',
      (p, x, i) =>
        cond<[Tensor, Tensor], Tensor[]>(
          p,
          (a, k) => [sin(a), k],
          (a, k) => [a, add(k, k)],
          x,
          i,
        ),
      [bool([]), fixed([2]), int([2])],
    ),
  ],
} as const satisfies Readonly<Record<string, Rows>>
