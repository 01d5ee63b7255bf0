/**
 * Rows of collectives over a mapped axis.
 *
 * A transpose rule of theirs is at work only where the derivative is taken inside of the mapped function; so the gradient
 * inside is compared with the gradient, outside, of the sum over all examples, which needs none. In the same way a second,
 * unnamed axis inside is compared with the same axis outside.
 */
import { add, mul, neg } from '../../primitives/arithmetic'
import { allGather, allToAll, axisIndex, pmax, pmin, ppermute, psum, psumScatter } from '../../primitives/collective'
import { concatenate, iota, sliceAxis } from '../../primitives/layout'
import { reduceMax, reduceMin } from '../../primitives/reduction'
import { broadcastInDim, convertElementType, reduceSum, reshape, transpose } from '../../primitives/structural'
import { cos, sin } from '../../primitives/transcendental'
import { fullLike, fullOf } from '../../literal'
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

/** A row for all three examples. */
const spread = (x: Tensor): Tensor => broadcastInDim(x, { shape: [3, ...x.shape], broadcastDimensions: [1] })
const joined = (...xs: Tensor[]): Tensor => concatenate(xs, { dimension: 0 })
const extremum = (f: Map, reduce: (x: Tensor, params: { readonly axes: readonly number[] }) => Tensor): Rows => [
  rough(
    'all',
    over((x) => mul(f(x), x)),
    [num([3, 2], distinct)],
    { same: (x) => mul(spread(reduce(x, { axes: [0] })), x) },
  ),
  ...secondAxis('', f, [3, 2]).map((r) => ({ ...r, order: 0 as const })),
]

export const collectiveRows = {
  psum: [
    smooth(
      'sum',
      over((x) => mul(sum(x), sin(x))),
      [num([3, 2])],
      { same: (x) => mul(spread(reduceSum(x, { axes: [0] })), sin(x)) },
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
  pmax: extremum((x) => pmax(x, { axes: [axisName] }), reduceMax),
  pmin: extremum((x) => pmin(x, { axes: [axisName] }), reduceMin),
  ppermute: [
    smooth(
      'a cycle',
      over((x) => mul(sent(cycle)(x), x)),
      [num([3, 2])],
      {
        same: (x) => mul(joined(sliceAxis(x, 0, 2, 3), sliceAxis(x, 0, 0, 2)), x),
      },
    ),
    smooth(
      'some get nothing',
      over((x) => mul(sent([[0, 2]])(x), x)),
      [num([3, 2])],
      {
        same: (x) => mul(joined(fullOf(0, [2, 2], x.dtype), sliceAxis(x, 0, 0, 1)), x),
      },
    ),
    smooth('of what is not mapped', (x, y) => over((a) => mul(sent([[1, 0]])(y), a))(x), [num([3, 2]), num([2])], {
      same: (x, y) => mul(joined(reshape(y, { newSizes: [1, 2] }), fullOf(0, [2, 2], y.dtype)), x),
    }),
    ...linear('', sent(cycle), [3, 2]),
  ],
  all_gather: [
    smooth(
      'a new axis',
      over((x) => mul(gathered(0, false)(x), reduceSum(sin(x), { axes: [0] }))),
      [num([3, 2])],
      {
        same: (x) => vmap((y: Tensor) => mul(x, reduceSum(sin(y), { axes: [0] })))(x),
      },
    ),
    smooth(
      'a new last axis',
      over((x) => mul(gathered(1, false)(x), reduceSum(x, { axes: [0] }))),
      [num([3, 2])],
      {
        same: (x) => vmap((y: Tensor) => mul(transpose(x, { permutation: [1, 0] }), reduceSum(y, { axes: [0] })))(x),
      },
    ),
    smooth(
      'tiled',
      over((x) => mul(gathered(0, true)(x), reduceSum(x, { axes: [0] }))),
      [num([3, 2])],
      {
        same: (x) => vmap((y: Tensor) => mul(reshape(x, { newSizes: [6] }), reduceSum(y, { axes: [0] })))(x),
      },
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
      { same: (x) => sin(transpose(x, { permutation: [1, 2, 0] })) },
    ),
    smooth(
      'tiled',
      over((x) => sin(exchanged(0, 1, true)(x))),
      [num([3, 6, 2])],
      {
        same: (x) =>
          sin(reshape(transpose(reshape(x, { newSizes: [3, 3, 2, 2] }), { permutation: [1, 2, 0, 3] }), { newSizes: [3, 2, 6] })),
      },
    ),
    ...linear(', plain', exchanged(1, 0, false), [3, 2, 3]),
    ...linear(', tiled', exchanged(0, 1, true), [3, 3, 2]),
  ],
  psum_scatter: [
    smooth(
      'one element',
      over((x) => sin(scattered(0, false)(x))),
      [num([3, 3, 2])],
      { same: (x) => sin(reduceSum(x, { axes: [0] })) },
    ),
    smooth(
      'tiled',
      over((x) => sin(scattered(0, true)(x))),
      [num([3, 6])],
      {
        same: (x) => sin(reshape(reduceSum(x, { axes: [0] }), { newSizes: [3, 2] })),
      },
    ),
    ...linear(', one element', scattered(1, false), [3, 2, 3]),
    ...linear(', tiled', scattered(0, true), [3, 6, 2]),
  ],
  axis_index: [
    smooth(
      'times',
      over((x) => mul(x, asFloat(axisIndex({ axisName }), x))),
      [num([3, 2])],
      {
        same: (x) => mul(x, iota({ dtype: x.dtype, shape: [3, 2], dimension: 0 })),
      },
    ),
    rough(
      'alone',
      over((x) => add(neg(x), axisIndex({ axisName }))),
      [int([3])],
    ),
  ],
} as const satisfies Readonly<Record<string, Rows>>
