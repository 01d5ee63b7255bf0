/** How results of the parts of a batch become one: what `microbatch` and its kin are given by name, or as functions. */
import { ArgumentError, isFloating, np, type ShapeDtype, type Tensor } from '@heddle/func'
import type { Kind } from '@heddle/func/options'
import { map, mapUntil } from '@heddle/tree'

/** How results of parts become one: `init` of the types of one, `update` with each, `finalize` at the end; `aggregate` of many at once. */
export interface Accumulator<C = never, V = never> {
  init(types: unknown): C
  update(carry: C, value: V, index: Tensor): C
  finalize(carry: C): unknown
  aggregate(values: V): unknown
}
/** Accumulators by name: the sum, the mean, the mean of as many parts as there were, or all results in the order of the batch. */
export type AccumulationType = 'sum' | 'mean' | 'runningMean' | 'concat'
/** An accumulator for a whole result, or a tree of such for parts of it. */
export type AccumulatorTree = AccumulationType | Accumulator | readonly AccumulatorTree[] | { readonly [key: string]: AccumulatorTree }

const types: readonly unknown[] = ['sum', 'mean', 'runningMean', 'concat'] satisfies readonly AccumulationType[]
const isAccumulator = (x: unknown): x is Accumulator =>
  typeof x === 'object' &&
  x !== null &&
  ['init', 'update', 'finalize', 'aggregate'].every((name) => typeof Reflect.get(x, name) === 'function')
const isOne = (x: unknown): boolean => types.includes(x) || isAccumulator(x)
export const accumulatorKind: Kind<AccumulatorTree> = {
  expected: "'sum', 'mean', 'runningMean', 'concat', an accumulator, or a tree of such",
  is: (x) => {
    let all = true
    if (x === undefined || x === null) return false
    mapUntil(isOne, (leaf: unknown) => (all &&= isOne(leaf)), x)
    return all
  },
}

/** What one leaf of the results goes through. */
interface LeafAccumulator {
  readonly init: (type: ShapeDtype) => Tensor
  readonly update: (carry: Tensor, value: Tensor, index: Tensor) => Tensor
  readonly finalize: (carry: Tensor) => Tensor
  readonly aggregate: (values: Tensor) => Tensor
}
const zeros = ({ shape, dtype }: ShapeDtype): Tensor => np.zeros(shape, dtype)
const floats =
  (where: string, name: string) =>
  (type: ShapeDtype): Tensor => {
    if (!isFloating(type.dtype)) throw new ArgumentError(where, `'${name}' is of floats, and a result is ${type.dtype}; 'sum' takes all`)
    return zeros(type)
  }
const same = (x: Tensor): Tensor => x
const leafAccumulators = (where: string, parts: number): Readonly<Record<AccumulationType, LeafAccumulator>> => ({
  sum: { init: zeros, update: (c, v) => np.add(c, v), finalize: same, aggregate: (v) => np.sum(v, { axis: 0 }) },
  mean: {
    init: floats(where, 'mean'),
    update: (c, v) => np.add(c, v),
    finalize: (c) => np.divide(c, parts),
    aggregate: (v) => np.mean(v, { axis: 0 }),
  },
  runningMean: {
    init: floats(where, 'runningMean'),
    update: (c, v, i) => {
      const kept = np.astype(np.divide(i, np.add(i, 1)), c.dtype)
      return np.add(np.multiply(c, kept), np.multiply(v, np.subtract(1, kept)))
    },
    finalize: same,
    aggregate: (v) => np.mean(v, { axis: 0 }),
  },
  concat: {
    init: ({ shape, dtype }) => np.zeros([parts, ...shape], dtype),
    update: (c, v, i) => np.setAt(c, [i], v),
    // parts were taken at a stride: their places come first again
    finalize: (c) => {
      if (c.ndim < 2)
        throw new ArgumentError(where, "'concat' is of results with a leading axis, and there is a scalar; 'sum' or 'mean' take it")
      return np.reshape(np.swapaxes(c, 0, 1), [-1, ...c.shape.slice(2)])
    },
    aggregate: same,
  },
})
/** One accumulator, of whole results, of a tree of them. */
export const composed = (where: string, tree: AccumulatorTree, parts: number): Accumulator<unknown, unknown> => {
  const byName = leafAccumulators(where, parts)
  const one = (x: AccumulationType | Accumulator): Accumulator<unknown, unknown> => {
    if (typeof x !== 'string') return x as unknown as Accumulator<unknown, unknown>
    const a = byName[x]
    return {
      init: (t) => mapUntil(isType, (leaf: ShapeDtype) => a.init(leaf), t),
      update: (c, v, i) => map((carry: Tensor, value: Tensor) => a.update(carry, value, i), c, v),
      finalize: (c) => map((carry: Tensor) => a.finalize(carry), c),
      aggregate: (v) => map((value: Tensor) => a.aggregate(value), v),
    }
  }
  const all = mapUntil(isOne, one, tree)
  const each = <R>(f: (a: Accumulator<unknown, unknown>, ...xs: unknown[]) => R, ...trees: readonly unknown[]): unknown =>
    mapUntil(isAccumulator, f, all, ...trees)
  return {
    init: (t) => each((a, x) => a.init(x), t),
    update: (c, v, i) => each((a, x, y) => a.update(x, y, i), c, v),
    finalize: (c) => each((a, x) => a.finalize(x), c),
    aggregate: (v) => each((a, x) => a.aggregate(x), v),
  }
}
const isType = (x: unknown): boolean => typeof x === 'object' && x !== null && 'shape' in x && 'dtype' in x
