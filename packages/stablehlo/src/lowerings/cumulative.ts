/** Cumulative sums and their like: a window over all that comes before, which XLA turns into a tiled scan. */
import type { CumulativeParams, WindowShape } from '@heddle/func/backend'
import type { DType } from '@heddle/func/backend'
import { highest, type Lower, type Lowerings, lowest } from './row'
import type { Block, Value } from '../text/block'
import type { Scalar } from '../text/constant'
import { abs, add, binary, compare, exp, log1p, neg, select, sub } from '../text/ops'
import { reduceWindow } from './window'

type Combine = (b: Block, x: Value, y: Value) => Value

const upTo = (shape: readonly number[], axis: number, reverse: boolean): WindowShape => {
  const ones = shape.map(() => 1)
  const n = shape[axis]!
  return {
    windowDimensions: ones.with(axis, n),
    windowStrides: ones,
    padding: shape.map((_, i) => (i !== axis ? [0, 0] : reverse ? [0, n - 1] : [n - 1, 0])),
    baseDilation: ones,
    windowDilation: ones,
  }
}
const cumulating =
  (init: (dtype: DType) => Scalar, combine: Combine): Lower<CumulativeParams['cumsum']> =>
  (b, { params, ins: [x] }) =>
    reduceWindow(
      b,
      [x!],
      [b.constant(init(x!.dtype), x!.dtype)],
      upTo(x!.shape, params.axis, params.reverse),
      (i, [p, q]) => [combine(i, p!, q!)],
      [x!],
    )

const named =
  (name: string): Combine =>
  (b, x, y) =>
    binary(b, name, x, y)
/** log(exp(x) + exp(y)); where the difference is no number, equal infinities or a NaN, the sum is the answer. */
const logAddExp: Combine = (b, x, y) => {
  const difference = sub(b, x, y)
  const sum = add(b, binary(b, 'maximum', x, y), log1p(b, exp(b, neg(b, abs(b, difference)))))
  return select(b, compare(b, 'NE', difference, difference), add(b, x, y), sum)
}

export const cumulative: Lowerings<keyof CumulativeParams> = {
  cumsum: cumulating(() => 0, named('add')),
  cumprod: cumulating(() => 1, named('multiply')),
  cummax: cumulating(lowest, named('maximum')),
  cummin: cumulating(highest, named('minimum')),
  cumlogsumexp: cumulating(lowest, logAddExp),
}
