/**
 * Rows of collectives over a mapped axis.
 *
 * A transpose rule of theirs is at work only where the derivative is taken inside of the mapped function; so the gradient
 * inside is compared with the gradient, outside, of the sum over all examples, which needs none. In the same way a second,
 * unnamed axis inside is compared with the same axis outside.
 */
import { add, mul, neg } from '../../primitives/arithmetic'
import { allGather, allToAll, axisIndex, pmax, pmin, ppermute, psum, psumScatter } from '../../primitives/collective'
import { convertElementType, reduceSum } from '../../primitives/structural'
import { cos, sin } from '../../primitives/transcendental'
import { fullLike } from '../../literal'
import { grad } from '../../transforms/vjp'
import { jit } from '../../transforms/jit'
import { scan } from '../../transforms/scan'
import { vmap } from '../../transforms/vmap'
import type { Tensor } from '../../tensor'
import { int, num, type Row, type Rows, rough, smooth } from '../row'
import { distinct, unit } from '../sample'

type Map = (x: Tensor) => Tensor
const axisName = 'i'
const over = <R>(f: (x: Tensor) => R): ((x: Tensor) => R) => vmap(f, { axisName })
const total = (x: Tensor): Tensor => reduceSum(x, { axes: x.shape.map((_, i) => i) })
const asFloat = (n: Tensor, like: Tensor): Tensor => convertElementType(n, { newDtype: like.dtype, weakType: false })
const sum: Map = (x) => psum(x, { axes: [axisName] })

/** The gradient of `f` inside, and of the sum of all outside. */
const gradientInside = (of: string, f: Map, shape: readonly number[]): Row => {
  const loss: Map = (x) => total(mul(f(sin(x)), cos(f(x))))
  return smooth(`gradient inside${of}`, over(grad(loss)), [num(shape, unit)], { same: grad((x: Tensor) => total(over(loss)(x))), order: 1 })
}
/** One more axis of size 2 at each place, mapped inside and outside. `shape` is that of all examples, without it. */
const secondAxis = (of: string, f: Map, shape: readonly number[]): readonly Row[] =>
  shape.map((_, at) => {
    const operand = [...shape.slice(0, at + 1), 2, ...shape.slice(at + 1)]
    const options = { same: vmap(over(f), { inAxes: at + 1, outAxes: 1 }) }
    return smooth(`a second axis at ${at}${of}`, over(vmap(f, { inAxes: at })), [num(operand)], options)
  })
const linear = (of: string, f: Map, shape: readonly number[]): readonly Row[] => [gradientInside(of, f, shape), ...secondAxis(of, f, shape)]
const cycle = [
  [0, 1],
  [1, 2],
  [2, 0],
] as const

const gathered =
  (allGatherDimension: number, tiled: boolean): Map =>
  (x) =>
    allGather(x, { axisName, allGatherDimension, tiled })
const exchanged =
  (splitAxis: number, concatAxis: number, tiled: boolean): Map =>
  (x) =>
    allToAll(x, { axisName, splitAxis, concatAxis, tiled })
const scattered =
  (scatterDimension: number, tiled: boolean): Map =>
  (x) =>
    psumScatter(x, { axisName, scatterDimension, tiled })
const sent =
  (perm: readonly (readonly [number, number])[]): Map =>
  (x) =>
    ppermute(x, { axisName, perm })

export const collectiveRows = {
  psum: [
    smooth(
      'sum',
      over((x) => mul(sum(x), sin(x))),
      [num([3, 2])],
    ),
    smooth('of what is not mapped', (x, y) => over((a) => mul(sum(y), a))(x), [num([3, 2]), num([2])], {
      same: (x, y) => vmap((a: Tensor) => mul(mul(y, fullLike(y, 3)), a))(x),
    }),
    smooth(
      'under a second axis',
      vmap(
        over((x) => mul(sum(x), x)),
        { inAxes: 1 },
      ),
      [num([3, 2])],
    ),
    smooth(
      'over two axes',
      vmap(
        vmap((x: Tensor) => mul(psum(x, { axes: ['i', 'j'] }), x), { axisName: 'i' }),
        { axisName: 'j' },
      ),
      [num([3, 2])],
      {
        same: (x) => vmap(vmap((y: Tensor) => mul(total(x), y)))(x),
      },
    ),
    smooth('in jit', over(jit((x: Tensor) => mul(sum(sin(x)), x))), [num([3, 2])]),
    smooth(
      'in scan',
      over((x) => scan((h: Tensor) => [sin(sum(mul(h, x))), h], x, null, { length: 2 })),
      [num([3, 2], unit)],
    ),
    ...linear('', sum, [3, 2]),
    rough('integers', over(sum), [int([3, 2])]),
  ],
  pmax: [
    rough(
      'largest',
      over((x) => pmax(x, { axes: [axisName] })),
      [num([3, 2], distinct)],
    ),
    ...secondAxis('', (x) => pmax(x, { axes: [axisName] }), [3, 2]).map((r) => ({ ...r, order: 0 as const })),
  ],
  pmin: [
    rough(
      'smallest',
      over((x) => pmin(x, { axes: [axisName] })),
      [num([3, 2], distinct)],
    ),
    ...secondAxis('', (x) => pmin(x, { axes: [axisName] }), [3, 2]).map((r) => ({ ...r, order: 0 as const })),
  ],
  ppermute: [
    smooth(
      'a cycle',
      over((x) => mul(sent(cycle)(x), x)),
      [num([3, 2])],
    ),
    smooth(
      'some get nothing',
      over((x) => mul(sent([[0, 2]])(x), x)),
      [num([3, 2])],
    ),
    ...linear('', sent(cycle), [3, 2]),
  ],
  all_gather: [
    smooth(
      'a new axis',
      over((x) => mul(gathered(0, false)(x), reduceSum(sin(x), { axes: [0] }))),
      [num([3, 2])],
    ),
    smooth(
      'tiled',
      over((x) => sin(gathered(0, true)(x))),
      [num([3, 2])],
    ),
    ...linear(', first', gathered(0, false), [3, 2]),
    ...linear(', last', gathered(1, false), [3, 2]),
    ...linear(', tiled', gathered(1, true), [3, 2, 2]),
  ],
  all_to_all: [
    smooth(
      'plain',
      over((x) => sin(exchanged(0, 1, false)(x))),
      [num([3, 3, 2])],
    ),
    smooth(
      'tiled',
      over((x) => sin(exchanged(0, 1, true)(x))),
      [num([3, 6, 2])],
    ),
    ...linear(', plain', exchanged(1, 0, false), [3, 2, 3]),
    ...linear(', tiled', exchanged(0, 1, true), [3, 3, 2]),
  ],
  psum_scatter: [
    smooth(
      'one element',
      over((x) => sin(scattered(0, false)(x))),
      [num([3, 3, 2])],
    ),
    smooth(
      'tiled',
      over((x) => sin(scattered(0, true)(x))),
      [num([3, 6])],
    ),
    ...linear(', one element', scattered(1, false), [3, 2, 3]),
    ...linear(', tiled', scattered(0, true), [3, 6, 2]),
  ],
  axis_index: [
    smooth(
      'times',
      over((x) => mul(x, asFloat(axisIndex({ axisName }), x))),
      [num([3, 2])],
    ),
    rough(
      'alone',
      over((x) => add(neg(x), axisIndex({ axisName }))),
      [int([3])],
    ),
  ],
} as const satisfies Readonly<Record<string, Rows>>
