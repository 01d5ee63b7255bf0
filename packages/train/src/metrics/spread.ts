/** The standard deviation, and the last value. */
import { np, type Tensor } from '@heddle/func'
import type { Output } from './average'
import { floating, type Masked, maskFor, type Metric, outputOf, summed } from './metric'

/** How many, their mean, and the sum of the squares of what they are off it: no large squares are subtracted. Source: Chan et al., 1979. */
export interface StdValue {
  readonly count: Tensor
  readonly mean: Tensor
  readonly squares: Tensor
}
const atLeastOne = (count: Tensor): Tensor => np.maximum(count, 1)
const std = <O extends Masked>(where: string, name: string): Metric<O, StdValue> => ({
  empty: () => ({ count: np.zeros([], 'int32'), mean: np.zeros([]), squares: np.zeros([]) }),
  fromModelOutput: (outputs) => {
    const values = floating(outputOf(where, outputs, name))
    const mask = maskFor(where, outputs, values) ?? np.onesLike(values, 'bool')
    const count = np.sum(np.astype(mask, 'int32'))
    const none = np.zerosLike(values)
    const mean = np.divide(np.sum(np.where(mask, values, none)), atLeastOne(count))
    return { count, mean, squares: np.sum(np.where(mask, np.square(np.subtract(values, mean)), none)) }
  },
  merge: (a, b) => {
    const count = np.add(a.count, b.count)
    const between = np.subtract(b.mean, a.mean)
    const share = np.divide(b.count, atLeastOne(count))
    const mean = np.add(a.mean, np.multiply(between, share))
    const squares = np.add(np.add(a.squares, b.squares), np.multiply(np.square(between), np.multiply(a.count, share)))
    return { count, mean, squares }
  },
  reduce: ({ count, mean, squares }) => {
    const all = summed(count)
    const middle = np.divide(summed(np.multiply(mean, count)), atLeastOne(all))
    return { count: all, mean: middle, squares: summed(np.add(squares, np.multiply(count, np.square(np.subtract(mean, middle))))) }
  },
  compute: ({ count, squares }) => np.where(np.greater(count, 0), np.sqrt(np.divide(squares, atLeastOne(count))), Number.NaN),
})
/** The standard deviation of `values`, that of all of them (`ddof` 0); of no examples NaN. Source: clu.metrics.Std. */
export const Std = {
  ...std<Output<'values'>>('Std', 'values'),
  /** That of the output of a name. */
  fromOutput: <N extends string>(name: N): Metric<Output<N>, StdValue> => std(`Std.fromOutput("${name}")`, name),
} as const

/** A value, and of how many examples it is the mean; none where none counted. */
export interface LastValueValue {
  readonly value: Tensor
  readonly count: Tensor
}
const last = <O extends Masked>(where: string, name: string): Metric<O, LastValueValue> => ({
  empty: () => ({ value: np.array(Number.NaN), count: np.zeros([], 'int32') }),
  fromModelOutput: (outputs) => {
    const values = floating(outputOf(where, outputs, name))
    const mask = maskFor(where, outputs, values) ?? np.onesLike(values, 'bool')
    const count = np.sum(np.astype(mask, 'int32'))
    const mean = np.divide(np.sum(np.where(mask, values, np.zerosLike(values))), atLeastOne(count))
    return { value: np.where(np.greater(count, 0), mean, Number.NaN), count }
  },
  merge: (a, b) => {
    const some = np.greater(b.count, 0)
    return { value: np.where(some, b.value, a.value), count: np.where(some, b.count, a.count) }
  },
  reduce: ({ value, count }) => {
    const places = np.arange(count.shape[0]!, { dtype: 'int32' })
    const at = np.max(np.where(np.greater(count, 0), places, np.zerosLike(places)))
    return { value: np.take(value, at, { axis: 0 }), count: np.take(count, at, { axis: 0 }) }
  },
  compute: ({ value }) => value,
})
/** The mean of the `values` of the last batch that had examples; NaN where there was none. Source: clu.metrics.LastValue. */
export const LastValue = {
  ...last<Output<'values'>>('LastValue', 'values'),
  /** That of the output of a name. */
  fromOutput: <N extends string>(name: N): Metric<Output<N>, LastValueValue> => last(`LastValue.fromOutput("${name}")`, name),
} as const
