/** Rows of reductions and of sums along an axis. */
import * as c from '../../primitives/cumulative'
import * as r from '../../primitives/reduction'
import type { CumulativeParams, ReductionParams } from '../../table'
import type { Tensor } from '../../tensor'
import { bool, fixed, int, num, type Rows, rough, smooth, word } from '../row'
import { distinct, given, nonzero, normal, type Sampler } from '../sample'

type Reduce = (x: Tensor, params: { readonly axes: readonly number[] }) => Tensor
const reduce = (f: Reduce, sample: Sampler): Rows => [
  smooth('first and last axis', (x) => f(x, { axes: [0, 2] }), [num([2, 3, 2], sample)]),
  smooth('last axis', (x) => f(x, { axes: [1] }), [num([2, 4], sample)]),
  smooth('first axis', (x) => f(x, { axes: [0] }), [num([4, 2], sample)]),
  smooth('all', (x) => f(x, { axes: [0, 1] }), [num([2, 2], sample)]),
  smooth('no axes', (x) => f(x, { axes: [] }), [num([3], sample)]),
  rough('integers', (x) => f(x, { axes: [0] }), [int([3, 2])]),
  rough('unsigned', (x) => f(x, { axes: [1] }), [word([2, 3])]),
]
const logical = (f: Reduce): Rows => [
  rough('one axis', (x) => f(x, { axes: [1] }), [bool([3, 2])]),
  rough('all', (x) => f(x, { axes: [0, 1] }), [bool([3, 2])]),
  rough('empty', (x) => f(x, { axes: [0] }), [bool([0, 2])]),
]
const place = (f: typeof r.argmax): Rows => [
  rough('last axis', (x) => f(x, { axes: [1], indexDtype: 'int32' }), [fixed([3, 4])]),
  rough('first axis', (x) => f(x, { axes: [0], indexDtype: 'int32' }), [fixed([3, 4])]),
  rough('ties and NaN', (x) => f(x, { axes: [0], indexDtype: 'int32' }), [
    fixed([6, 2], given(1, 3, 3, Number.NaN, 3, 1, 0, Number.NaN, 1, 2)),
  ]),
  rough('integers', (x) => f(x, { axes: [1], indexDtype: 'int32' }), [int([2, 5], -2, 2)]),
]
type Cumulate = (x: Tensor, params: { readonly axis: number; readonly reverse: boolean }) => Tensor
const cumulate = (f: Cumulate, sample: Sampler): Rows => [
  smooth('first axis', (x) => f(x, { axis: 0, reverse: false }), [num([4, 2], sample)]),
  smooth('last axis', (x) => f(x, { axis: 1, reverse: false }), [num([2, 4], sample)]),
  smooth('reversed', (x) => f(x, { axis: 1, reverse: true }), [num([2, 3], sample)]),
  smooth('middle axis, reversed', (x) => f(x, { axis: 1, reverse: true }), [num([2, 3, 2], sample)]),
  smooth('one element', (x) => f(x, { axis: 0, reverse: false }), [num([1], sample)]),
]

export const reductionRows: { readonly [N in keyof ReductionParams]: Rows } = {
  reduce_max: reduce(r.reduceMax, distinct),
  reduce_min: reduce(r.reduceMin, distinct),
  reduce_prod: reduce(r.reduceProd, nonzero),
  reduce_and: logical(r.reduceAnd),
  reduce_or: logical(r.reduceOr),
  argmax: place(r.argmax),
  argmin: place(r.argmin),
}
export const cumulativeRows: { readonly [N in keyof CumulativeParams]: Rows } = {
  cumsum: [...cumulate(c.cumsum, normal), rough('integers', (x) => c.cumsum(x, { axis: 0, reverse: false }), [int([4])])],
  cumprod: cumulate(c.cumprod, nonzero),
  cummax: [...cumulate(c.cummax, distinct), rough('integers', (x) => c.cummax(x, { axis: 0, reverse: true }), [int([4])])],
  cummin: [...cumulate(c.cummin, distinct), rough('integers', (x) => c.cummin(x, { axis: 0, reverse: true }), [int([4])])],
  cumlogsumexp: cumulate(c.cumlogsumexp, normal),
}
