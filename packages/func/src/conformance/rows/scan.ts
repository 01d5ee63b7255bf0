/** Rows of scan. */
import { literal } from '../../literal'
import { add, mul } from '../../primitives/arithmetic'
import { dotGeneral } from '../../primitives/contraction'
import { sin, tanh } from '../../primitives/transcendental'
import { broadcastInDim, convertElementType } from '../../primitives/structural'
import { scan } from '../../transforms/scan'
import { foriLoop } from '../../transforms/while-loop'
import type { Tensor } from '../../tensor'
import { fixed, int, num, type Rows, rough, smooth } from '../row'
import { unit } from '../sample'

const matvec = (w: Tensor, x: Tensor): Tensor =>
  dotGeneral(w, x, {
    dimensionNumbers: [
      [[1], [0]],
      [[], []],
    ],
    preferredElementType: null,
  })
const one = (): Tensor => literal(1, 'int32')
const asFloat = (i: Tensor, like: Tensor): Tensor => convertElementType(i, { newDtype: like.dtype, weakType: false })

/** carry (n), xs (t, n), constant matrix (n, n). */
const recurrent =
  (reverse: boolean) =>
  (c: Tensor, xs: Tensor, w: Tensor): Tensor[] => {
    const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = tanh(add(matvec(w, h), mul(x, h)))
      return [next, mul(next, x)]
    }
    return scan(step, c, xs, { reverse })
  }
const product = (x: Tensor, w: Tensor): Tensor =>
  dotGeneral(x, w, {
    dimensionNumbers: [
      [[1], [0]],
      [[], []],
    ],
    preferredElementType: null,
  })
/** carry (b, n), xs (t, b, m), weights (n, n) and (m, n), bias (n): gradients of the last three are sums over all steps. */
const layers =
  (reverse: boolean) =>
  (c: Tensor, xs: Tensor, w: Tensor, v: Tensor, bias: Tensor): Tensor[] => {
    const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = tanh(add(add(product(h, w), product(x, v)), broadcastInDim(bias, { shape: h.shape, broadcastDimensions: [1] })))
      return [next, product(next, w)]
    }
    return scan(step, c, xs, { reverse })
  }
/** Two carries of which one needs no derivative of the constant, integers that ride along, a constant output. */
const mixed = (c: Tensor, xs: Tensor, k: Tensor): Tensor[] => {
  const [[a, , n], [y, z]] = scan(
    ([u, v, i]: Tensor[], x: Tensor): [Tensor[], Tensor[]] => {
      const next = add(mul(u!, asFloat(i!, u!)), x)
      return [
        [next, sin(v!), add(i!, one())],
        [mul(v!, k), sin(k)],
      ]
    },
    [c, mul(k, k), one()],
    xs,
  )
  return [a!, n!, y!, z!]
}
export const scanRows = {
  scan: [
    smooth('recurrent', recurrent(false), [num([2], unit), num([3, 2], unit), num([2, 2], unit)]),
    smooth('recurrent, reversed', recurrent(true), [num([2], unit), num([3, 2], unit), num([2, 2], unit)]),
    smooth('weights and biases', layers(false), [
      num([2, 3], unit),
      num([3, 2, 2], unit),
      num([3, 3], unit),
      num([2, 3], unit),
      num([3], unit),
    ]),
    smooth('weights and biases, reversed', layers(true), [
      num([2, 3], unit),
      num([3, 2, 2], unit),
      num([3, 3], unit),
      num([2, 3], unit),
      num([3], unit),
    ]),
    smooth('integers ride along', mixed, [num([2], unit), num([3, 2], unit), num([2], unit)]),
    smooth('no carry', (xs, k) => scan((_, x: Tensor) => [null, mul(sin(x), k)], null, xs)[1], [num([3, 2]), num([2])]),
    smooth('no slices', (c, k) => scan((x: Tensor) => [mul(sin(x), k), null], c, null, { length: 3 })[0], [num([2]), num([2])]),
    smooth('no turns', (c) => scan((x: Tensor) => [mul(x, x), x], c, null, { length: 0 })[0], [num([2])]),
    smooth('slices come out as they went in', (c, xs) => scan((h: Tensor, x: Tensor) => [add(h, x), [x, h]], c, xs).flat(), [
      num([2]),
      num([3, 2]),
    ]),
    smooth('a swap', (a, b) => scan(([u, v]: Tensor[]) => [[v!, mul(u!, v!)], null], [a, b], null, { length: 3 })[0], [
      num([2], unit),
      num([2], unit),
    ]),
    smooth(
      'derivative of only a late part',
      (a, b) => scan(([u, v]: Tensor[]) => [[add(u!, sin(v!)), v!], u!], [a, b], null, { length: 3 }).flat(),
      [num([2]), num([2])],
    ),
    smooth('two scanned', (c, xs, ys) => scan((h: Tensor, [x, y]: Tensor[]) => [add(sin(mul(h, x!)), y!), mul(sin(y!), x!)], c, [xs, ys]), [
      num([2], unit),
      num([3, 2], unit),
      num([3, 2], unit),
    ]),
    smooth(
      'nested',
      (c, xs) => scan((h: Tensor, row: Tensor) => scan((g: Tensor, x: Tensor) => [mul(sin(g), x), add(g, x)], h, row), c, xs),
      [num([], unit), num([2, 3], unit)],
    ),
    smooth(
      'a carry that is forgotten',
      (u, v, k) => scan(([a, b]: Tensor[]) => [[mul(k, k), add(mul(b!, a!), sin(b!))], null], [u, v], null, { length: 3 })[0],
      [num([2], unit), num([2], unit), fixed([2])],
    ),
    smooth(
      'two carries that are forgotten',
      (u, v, w, k) => scan(([a, b, c]: Tensor[]) => [[mul(k, k), sin(k), add(mul(c!, a!), b!)], null], [u, v, w], null, { length: 3 })[0],
      [num([2], unit), num([2], unit), num([2], unit), fixed([2])],
    ),
    smooth(
      'a weak carry becomes what the body makes of it',
      (xs) => scan((c: Tensor, x: Tensor) => [mul(c, x), c], literal(1, xs.dtype, true), xs),
      [num([3], unit)],
    ),
    smooth('counted loop', (c, k) => foriLoop(0, 3, (i, x: Tensor) => add(mul(x, k), asFloat(i, x)), c), [num([2], unit), num([2], unit)]),
    rough('integers', (xs) => scan((c: Tensor, x: Tensor) => [add(c, x), mul(c, x)], literal(1, 'int32'), xs), [int([4])]),
  ],
} as const satisfies Readonly<Record<string, Rows>>
