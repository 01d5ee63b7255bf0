/** Reductions, the places of extrema, and running reductions. */
import type { CumulativeParams, ReductionParams } from '@heddle/func/backend'
import { attr } from '../graph-def'
import type { Block, Value } from './block'
import type { Lower, Lowerings } from './lowering'
import { compare, concatenate, extremum, flipped, iota, reduce, reshape, reverse, select, slice, typed } from './ops'
import { convert } from './pointwise'
import { sortKey } from './sort-key'

type Axes = Lower<{ readonly axes: readonly number[] }>
const extreme =
  (op: 'Max' | 'Min', logical: 'Any' | 'All'): Axes =>
  (b, { params: { axes }, ins: [x] }) => {
    if (x!.dtype === 'bool') return [reduce(b, logical, x!, axes)]
    if (x!.dtype !== 'uint32') return [reduce(b, op, x!, axes)]
    return [{ ...flipped(b, reduce(b, op, flipped(b, x!), axes)), dtype: 'uint32' }]
  }
const plain =
  (op: string): Axes =>
  (b, { params: { axes }, ins: [x] }) => [reduce(b, op, x!, axes)]

/** The least index of those whose key is the extreme one; a NaN is beyond all. */
const place =
  (op: 'Max' | 'Min'): Lower<ReductionParams['argmax']> =>
  (b, { params: { axes, indexDtype }, ins: [x] }) => {
    const [axis] = axes
    const { shape } = x!
    const keys = sortKey(b, x!, op === 'Max' ? 'last' : 'first')
    const best = reshape(
      b,
      reduce(b, op, keys, axes),
      shape.map((d, i) => (i === axis ? 1 : d)),
    )
    const isBest = compare(b, 'Equal', keys, best)
    const at = select(b, isBest, iota(b, shape, axis), b.scalar(shape[axis]!, 'int32'))
    return [convert(b, reduce(b, 'Min', at, axes), indexDtype)]
  }
export const reduction: Lowerings<keyof ReductionParams> = {
  reduce_max: extreme('Max', 'Any'),
  reduce_min: extreme('Min', 'All'),
  reduce_prod: plain('Prod'),
  reduce_and: plain('All'),
  reduce_or: plain('Any'),
  argmax: place('Max'),
  argmin: place('Min'),
}

const running =
  (op: string): Lower<CumulativeParams['cumsum']> =>
  (b, { params: { axis, reverse: isReverse }, ins: [x] }) => [
    b.op(
      op,
      [x!, b.scalar(axis, 'int32')],
      { exclusive: attr.flag(false), reverse: attr.flag(isReverse), ...typed('T', x!), Tidx: attr.type('int32') },
      x!,
    ),
  ]
type Combine = (b: Block, x: Value, y: Value) => Value
/** In log2(n) steps: after step k each place has what the 2^k before it give. */
const doubling =
  (combine: Combine): Lower<CumulativeParams['cumsum']> =>
  (b, { params: { axis, reverse: isReverse }, ins: [x] }) => {
    const { shape } = x!
    const n = shape[axis]!
    let y = isReverse ? reverse(b, x!, [axis]) : x!
    const part = (from: number, size: number): Value =>
      slice(
        b,
        y,
        shape.map((_, i) => (i === axis ? from : 0)),
        shape.map((d, i) => (i === axis ? size : d)),
      )
    for (let step = 1; step < n; step *= 2) y = concatenate(b, [part(0, step), combine(b, part(step, n - step), part(0, n - step))], axis)
    return [isReverse ? reverse(b, y, [axis]) : y]
  }
const logAddExp: Combine = (b, x, y) => {
  const difference = b.op('Sub', [x, y], typed('T', x), x)
  const size = b.op('Neg', [b.op('Abs', [difference], typed('T', x), x)], typed('T', x), x)
  const tail = b.op('Log1p', [b.op('Exp', [size], typed('T', x), x)], typed('T', x), x)
  const sum = b.op('AddV2', [extremum(b, 'Maximum', x, y), tail], typed('T', x), x)
  const isNumber = compare(b, 'Equal', difference, difference)
  return select(b, isNumber, sum, b.op('AddV2', [x, y], typed('T', x), x))
}
export const cumulative: Lowerings<keyof CumulativeParams> = {
  cumsum: running('Cumsum'),
  cumprod: running('Cumprod'),
  cummax: doubling((b, x, y) => extremum(b, 'Maximum', x, y)),
  cummin: doubling((b, x, y) => extremum(b, 'Minimum', x, y)),
  cumlogsumexp: doubling(logAddExp),
}
