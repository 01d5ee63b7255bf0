/** Rows of moving windows. */
import * as w from '../../primitives/window'
import type { WindowParams, WindowShape } from '../../table'
import type { Tensor } from '../../tensor'
import { int, num, type Row, type Rows, rough, smooth } from '../row'
import { distinct, normal, type Sampler } from '../sample'

const window = (windowDimensions: readonly number[], given: Partial<WindowShape> = {}): WindowShape => ({
  windowDimensions,
  windowStrides: windowDimensions.map(() => 1),
  padding: windowDimensions.map(() => [0, 0] as const),
  baseDilation: windowDimensions.map(() => 1),
  windowDilation: windowDimensions.map(() => 1),
  ...given,
})
const pooling = window([2, 2], {
  windowStrides: [2, 1],
  padding: [
    [1, 0],
    [0, 1],
  ],
})
type Reduce = (x: Tensor, params: WindowShape) => Tensor
const reduce = (f: Reduce, sample: Sampler): Rows => [
  smooth('along a line', (x) => f(x, window([3])), [num([6], sample)]),
  smooth('strides', (x) => f(x, window([3], { windowStrides: [2] })), [num([8], sample)]),
  smooth('stride beyond the window', (x) => f(x, window([2], { windowStrides: [3] })), [num([8], sample)]),
  smooth('padded plane', (x) => f(x, pooling), [num([4, 3], sample)]),
  smooth('batch and channels', (x) => f(x, window([1, 2, 2, 1], { windowStrides: [1, 2, 2, 1] })), [num([2, 4, 4, 1], sample)]),
  rough('integers', (x) => f(x, pooling), [int([4, 3])]),
]
/** Dilated windows: value and vmap; derivatives where JAX has them (sums). */
const dilated = window([2], { baseDilation: [2], windowDilation: [3], padding: [[1, 2]] })
const pool = {
  windowDimensions: [2, 3],
  windowStrides: [2, 1],
  padding: [
    [0, 1],
    [1, 1],
  ],
} as const
const line = { windowDimensions: [2], windowStrides: [2], padding: [[0, 0]] } as const
const undilated = { baseDilation: [1], windowDilation: [1] } as const

/** Dilated operands have a derivative in both modes, dilated windows of extrema in one, as in JAX. */
const dilatedExtrema = (f: Reduce): readonly Row[] => [
  rough('dilated', (x) => f(x, dilated), [num([5], distinct)]),
  smooth('dilated operand', (x) => f(x, window([3], { baseDilation: [2], padding: [[1, 0]] })), [num([5], distinct)]),
  smooth('dilated window', (x) => f(x, window([2], { windowDilation: [2], windowStrides: [2] })), [num([6], distinct)], {
    modes: 'forward',
  }),
]

export const windowRows: { readonly [N in keyof WindowParams]: Rows } = {
  reduce_window_sum: [
    ...reduce(w.reduceWindowSum, normal),
    smooth('dilated', (x) => w.reduceWindowSum(x, dilated), [num([5])]),
    smooth('dilated and strided', (x) => w.reduceWindowSum(x, { ...dilated, windowStrides: [2] }), [num([5])]),
  ],
  reduce_window_max: [...reduce(w.reduceWindowMax, distinct), ...dilatedExtrema(w.reduceWindowMax)],
  reduce_window_min: [...reduce(w.reduceWindowMin, distinct), ...dilatedExtrema(w.reduceWindowMin)],
  select_and_scatter_add: [
    smooth('line, largest', (s, x) => w.selectAndScatterAdd(s, x, { select: 'ge', ...line }), [
      num([3]),
      { ...num([6], distinct), smooth: false },
    ]),
    smooth('plane, largest', (s, x) => w.selectAndScatterAdd(s, x, { select: 'ge', ...pool }), [
      num([2, 3]),
      { ...num([3, 3], distinct), smooth: false },
    ]),
    smooth('plane, smallest', (s, x) => w.selectAndScatterAdd(s, x, { select: 'le', ...pool }), [
      num([2, 3]),
      { ...num([3, 3], distinct), smooth: false },
    ]),
  ],
  select_and_gather_add: [
    smooth('line, largest', (t, x) => w.selectAndGatherAdd(t, x, { select: 'ge', ...line, ...undilated }), [
      num([6]),
      { ...num([6], distinct), smooth: false },
    ]),
    smooth('plane, largest', (t, x) => w.selectAndGatherAdd(t, x, { select: 'ge', ...pooling }), [
      num([4, 3]),
      { ...num([4, 3], distinct), smooth: false },
    ]),
    smooth('plane, smallest', (t, x) => w.selectAndGatherAdd(t, x, { select: 'le', ...pooling }), [
      num([4, 3]),
      { ...num([4, 3], distinct), smooth: false },
    ]),
  ],
}
