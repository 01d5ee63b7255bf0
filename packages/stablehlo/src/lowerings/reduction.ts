/** Reductions, and the places of extrema. */
import type { DType, ReductionParams } from '@heddle/func/backend'
import { isFloating } from '@heddle/func/backend'
import { highest, type Lower, type Lowerings, lowest } from './row'
import type { Block, Value } from '../text/block'
import type { Scalar } from '../text/constant'
import { and, compare, generic, iota, or, reduce, select } from '../text/ops'
import { i64s, type } from '../text/type'

const reducing =
  (name: string, init: (dtype: DType) => Scalar): Lower<{ readonly axes: readonly number[] }> =>
  (b, { params, ins: [x] }) => [reduce(b, name, x!, init(x!.dtype), params.axes)]

/** Pairs of a value and its index reduced to the better: NaN before all, then the extremum, then the lower index. */
const better =
  (direction: 'GT' | 'LT') =>
  (b: Block, [x, i, y, j]: readonly Value[]): readonly Value[] => {
    const wins = compare(b, direction, x!, y!)
    const first = isFloating(x!.dtype) ? or(b, wins, compare(b, 'NE', x!, x!)) : wins
    const tie = and(b, compare(b, 'EQ', x!, y!), compare(b, 'LT', i!, j!))
    return [select(b, first, x!, y!), select(b, or(b, first, tie), i!, j!)]
  }
const place =
  (direction: 'GT' | 'LT'): Lower<ReductionParams['argmax']> =>
  (b, { params: { axes, indexDtype }, ins: [x], outs: [out] }) => {
    const values = b.constant(direction === 'GT' ? lowest(x!.dtype) : highest(x!.dtype), x!.dtype)
    const indices = b.constant(0, indexDtype)
    const [value, index] = [type([], x!.dtype), type([], indexDtype)]
    const region = () => b.region([value, index, value, index], better(direction))
    const where = iota(b, x!.shape, indexDtype, axes[0])
    const results = generic(
      b,
      'reduce',
      [x!, where, values, indices],
      { dimensions: i64s(axes) },
      [region],
      [type(out!.shape, x!.dtype), type(out!.shape, indexDtype)],
    )
    return [results[1]!]
  }

export const reduction: Lowerings<keyof ReductionParams> = {
  reduce_max: reducing('maximum', lowest),
  reduce_min: reducing('minimum', highest),
  reduce_prod: reducing('multiply', () => 1),
  reduce_and: reducing('and', () => true),
  reduce_or: reducing('or', () => false),
  argmax: place('GT'),
  argmin: place('LT'),
}
