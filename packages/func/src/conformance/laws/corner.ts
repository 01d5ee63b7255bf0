/**
 * Derivatives where differences cannot tell: at ties, kinks and poles. The numbers are JAX's.
 */
import { fullLike } from '../../literal'
import { div, integerPow, mul } from '../../primitives/arithmetic'
import { cumlogsumexp, cummax, cummin, cumprod } from '../../primitives/cumulative'
import * as p from '../../primitives/piecewise'
import { reduceMax, reduceMin, reduceProd } from '../../primitives/reduction'
import { scatter, scatterMax } from '../../primitives/scatter'
import { sort, topK } from '../../primitives/sort'
import * as t from '../../primitives/transcendental'
import { reduceWindowMax, reduceWindowMin } from '../../primitives/window'
import type { Backend } from '../../backend/backend'
import { setDefaultBackend } from '../../backend/registry'
import type { ScatterParams, WindowShape } from '../../table'
import type { Tensor } from '../../tensor'
import { mustAgree, plainOf, plainsOf, tensorOf } from '../data'
import { vjp } from '../engine'

interface Corner {
  readonly about: string
  readonly f: (...xs: Tensor[]) => Tensor
  readonly at: readonly (readonly number[])[]
  /** Gradients of the sum of the result, or of the result weighted 1, 2, 3 ... if `weighted`. */
  readonly gradients: readonly (readonly number[])[]
  readonly weighted?: boolean
}
const inf = Number.POSITIVE_INFINITY
const nan = Number.NaN
const corner = (about: string, f: Corner['f'], at: Corner['at'], gradients: Corner['gradients']): Corner => ({ about, f, at, gradients })
const places: ScatterParams = {
  dimensionNumbers: {
    updateWindowDims: [],
    insertedWindowDims: [0],
    scatterDimsToOperandDims: [0],
    operandBatchingDims: [],
    scatterIndicesBatchingDims: [],
  },
  indicesAreSorted: false,
  uniqueIndices: false,
  mode: 'fill',
}
const twice = (): Tensor => tensorOf({ shape: [3, 1], dtype: 'int32', values: [1, 1, 2] })
const pairs: WindowShape = { windowDimensions: [2], windowStrides: [1], padding: [[0, 0]], baseDilation: [1], windowDilation: [1] }
const zero = { axis: 0, reverse: false }

const corners: readonly Corner[] = [
  corner(
    'max',
    p.max,
    [
      [1, 2, nan, 0],
      [1, 1, 0, -0],
    ],
    [
      [0.5, 1, 0, 0.5],
      [0.5, 0, 0, 0.5],
    ],
  ),
  corner(
    'min',
    p.min,
    [
      [1, 2, nan, 0],
      [1, 1, 0, -0],
    ],
    [
      [0.5, 0, 0, 0.5],
      [0.5, 1, 0, 0.5],
    ],
  ),
  corner('abs', p.abs, [[0, -0, -2]], [[1, 1, -1]]),
  corner('sign', p.sign, [[0, 1]], [[0, 0]]),
  corner('floor', p.floor, [[1, 0.5]], [[0, 0]]),
  corner('ceil', p.ceil, [[1, 0.5]], [[0, 0]]),
  corner('round', (x) => p.round(x, { roundingMethod: 1 }), [[1, 0.5]], [[0, 0]]),
  corner(
    'clamp',
    p.clamp,
    [
      [0, 0, 0, 0],
      [0, 1, 0.5, 2],
      [1, 1, 1, 1],
    ],
    [
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ],
  ),
  corner('stop_gradient', (x) => mul(p.stopGradient(x), x), [[2, 3]], [[2, 3]]),
  corner('reduce_max', (x) => reduceMax(x, { axes: [0] }), [[3, 1, 3, 3]], [[1 / 3, 0, 1 / 3, 1 / 3]]),
  corner('reduce_min', (x) => reduceMin(x, { axes: [0] }), [[1, 1, 3, 2]], [[0.5, 0.5, 0, 0]]),
  corner('reduce_prod, one zero', (x) => reduceProd(x, { axes: [0] }), [[2, 0, 3]], [[0, 6, 0]]),
  corner('reduce_prod, two zeros', (x) => reduceProd(x, { axes: [0] }), [[2, 0, 0]], [[0, 0, 0]]),
  corner('cumprod, a zero', (x) => cumprod(x, zero), [[2, 0, 3]], [[1, 8, 0]]),
  corner('cumprod reversed, a zero', (x) => cumprod(x, { axis: 0, reverse: true }), [[2, 0, 3]], [[0, 9, 1]]),
  corner('cummax', (x) => cummax(x, zero), [[1, 3, 3, 2]], [[1, 2, 1, 0]]),
  corner('cummin', (x) => cummin(x, zero), [[3, 1, 1, 2]], [[1, 2, 1, 0]]),
  corner('cumlogsumexp', (x) => cumlogsumexp(x, zero), [[-inf, 0, 1]], [[1, 1.2689414, 0.7310586]]),
  { ...corner('sort', (x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 })[0]!, [[2, 1, 2, 1]], [[3, 1, 4, 2]]), weighted: true },
  { ...corner('top_k', (x) => topK(x, { k: 2, axis: 0 })[0], [[2, 1, 2, 1]], [[1, 0, 2, 0]]), weighted: true },
  corner('sqrt', t.sqrt, [[0, 4]], [[inf, 0.25]]),
  corner('rsqrt', t.rsqrt, [[0, 4]], [[-inf, -0.0625]]),
  corner('cbrt', t.cbrt, [[0, 8]], [[inf, 1 / 12]]),
  corner('log', t.log, [[0, 2]], [[inf, 0.5]]),
  corner('log1p', t.log1p, [[0, -1]], [[1, inf]]),
  corner(
    'pow',
    t.pow,
    [
      [0, 0, 0, 2, 1],
      [1, 2, 0.5, 0, 3],
    ],
    [
      [1, 0, inf, 0, 3],
      [0, 0, 0, Math.LN2, 0],
    ],
  ),
  corner('integer_pow 0', (x) => integerPow(x, { y: 0 }), [[0, 2]], [[0, 0]]),
  corner('integer_pow 1', (x) => integerPow(x, { y: 1 }), [[0, 2]], [[1, 1]]),
  corner('integer_pow 2', (x) => integerPow(x, { y: 2 }), [[0, 2]], [[0, 4]]),
  corner('integer_pow -1', (x) => integerPow(x, { y: -1 }), [[0, 2]], [[-inf, -0.25]]),
  corner('logistic', t.logistic, [[100, -100, 0]], [[0, 0, 0.25]]),
  corner('tanh', t.tanh, [[100, -100, 0]], [[0, 0, 1]]),
  corner(
    'atan2',
    t.atan2,
    [
      [1, 0],
      [0, -1],
    ],
    [
      [0, -1],
      [-1, 0],
    ],
  ),
  corner('digamma', t.digamma, [[1, 2.5]], [[1.6449341, 0.4903578]]),
  corner('asin', t.asin, [[1, 0]], [[inf, 1]]),
  corner('acosh', t.acosh, [[1, 2]], [[inf, 0.5773503]]),
  corner('erf_inv', t.erfInv, [[0, 1, -1]], [[0.886227, inf, inf]]),
  corner(
    'rem',
    p.rem,
    [
      [4, 5, -5],
      [2, 2, 2],
    ],
    [
      [1, 1, 1],
      [-2, -2, 2],
    ],
  ),
  corner('div by zero', div, [[1], [0]], [[inf], [-inf]]),
  corner('reduce_window_max', (x) => reduceWindowMax(x, pairs), [[1, 1, 2, 2]], [[1, 0, 2, 0]]),
  corner('reduce_window_min', (x) => reduceWindowMin(x, pairs), [[1, 1, 2, 2]], [[1, 1, 1, 0]]),
  {
    ...corner(
      'scatter, one place twice',
      (x, u) => scatter(x, twice(), u, places),
      [
        [5, 6, 7, 8],
        [1, 2, 3],
      ],
      [
        [1, 0, 0, 4],
        [0, 2, 3],
      ],
    ),
    weighted: true,
  },
  {
    ...corner(
      'scatter-max, ties',
      (x, u) => scatterMax(x, twice(), u, places),
      [
        [5, 6, 7, 8],
        [9, 9, 7],
      ],
      [
        [1, 0, 1.5, 4],
        [1, 1, 1.5],
      ],
    ),
    weighted: true,
  },
  corner('a function that ignores its operand', (x) => fullLike(x, 1), [[1, 2]], [[0, 0]]),
]

/** A test for each corner. */
export const cornerTests = (backend: Backend): readonly { readonly name: string; readonly run: () => Promise<void> }[] =>
  corners.map(({ about, f, at, gradients, weighted }) => ({
    name: `the derivative at a corner is JAX’s: ${about}`,
    run: async () => {
      setDefaultBackend(backend)
      const dtype = 'float32'
      const xs = at.map((values) => tensorOf({ shape: [values.length], dtype, values }))
      const [outs, pull] = vjp((...ys) => [f(...ys)], xs)
      const out = await plainOf(outs[0]!)
      const ct = tensorOf({ ...out, values: out.values.map((_, i) => (weighted ? i + 1 : 1)) })
      const want = gradients.map((values) => ({ shape: [values.length], dtype, values }) as const)
      mustAgree(await plainsOf(pull([ct])), want, 1e-5, 'gradient')
    },
  }))
