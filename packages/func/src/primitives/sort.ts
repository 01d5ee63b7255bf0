/** Sorting. Tangents follow their elements, by gathers at the places that the sort found. */
import { type Aval, aval, otherAxes, sameShape, sizeOf } from '../aval'
import { defineLeaf, type Primitive } from '../primitive'
import type { SortParams } from '../table'
import type { Tensor } from '../tensor'
import { bind } from '../trace'
import { gather } from './gather'
import { iota } from './layout'
import { notLinear } from './pointwise'
import { batchAt, reshape } from './structural'

/**
 * Sorts operands of one shape together along an axis by the first `numKeys` of them; NaN last, -0 equal to 0.
 * Source: jax.lax.sort.
 */
export const sort = (xs: readonly Tensor[], params: SortParams['sort']): Tensor[] => [...bind(sortP, xs, params)]
/** The `k` largest along an axis, descending, and their int32 indices; the lower index first at ties. Source: jax.lax.top_k. */
export const topK = (x: Tensor, params: SortParams['top_k']): [values: Tensor, indices: Tensor] =>
  bind(topKP, [x], params) as [Tensor, Tensor]

/** For each index the element of `x` there along `axis`; indices have the rank of `x`. */
const takeAlong = (x: Tensor, indices: Tensor, axis: number): Tensor => {
  const others = otherAxes(x.ndim, [axis])
  return gather(x, reshape(indices, { newSizes: [...indices.shape, 1] }), {
    dimensionNumbers: {
      offsetDims: [],
      collapsedSliceDims: [axis],
      startIndexMap: [axis],
      operandBatchingDims: others,
      startIndicesBatchingDims: others,
    },
    sliceSizes: x.shape.map(() => 1),
    mode: 'promise_in_bounds',
    fillValue: null,
  })
}

const sortFault = (ins: readonly Aval[], { dimension, numKeys }: SortParams['sort']): string | undefined => {
  const [x] = ins
  if (x === undefined) return 'takes at least one operand'
  if (!ins.every((y) => sameShape(x.shape, y.shape))) return 'operands must have equal shapes'
  if (!Number.isInteger(dimension) || dimension < 0 || dimension >= x.shape.length) return `there is no axis ${dimension} to sort along`
  return Number.isInteger(numKeys) && numKeys >= 1 && numKeys <= ins.length
    ? undefined
    : `numKeys must be from 1 to ${ins.length}, not ${numKeys}`
}
const sortP: Primitive<SortParams['sort']> = defineLeaf('sort', {
  abstractEval: (ins, params) => sortFault(ins, params) ?? ins,
  jvp: (xs, ts, params) => {
    const { dimension } = params
    const shape = xs[0]!.shape
    const sorted = sort([...xs, iota({ dtype: 'int32', shape, dimension })], params)
    const places = sorted[xs.length]!
    const empty = sizeOf(shape) === 0
    return [sorted.slice(0, -1), ts.map((t) => (t && !empty ? takeAlong(t, places, dimension) : t))]
  },
  transpose: notLinear,
  batch: (axis, xs, dims, { dimension, ...rest }) => {
    const at = dims.find((d) => d !== null)!
    const ys = xs.map((x, i) => batchAt(axis.size, x, dims[i]!, at))
    return [sort(ys, { ...rest, dimension: at <= dimension ? dimension + 1 : dimension }), ys.map(() => at)]
  },
})

const topKFault = (x: Aval, { k, axis }: SortParams['top_k']): string | undefined => {
  if (!Number.isInteger(axis) || axis < 0 || axis >= x.shape.length) return `the operand has no axis ${axis}`
  if (!Number.isInteger(k) || k < 0) return `k must be an integer of at least 0, not ${k}`
  return k <= x.shape[axis]! ? undefined : `k = ${k} is more than the ${x.shape[axis]} elements along axis ${axis}`
}
const topKP: Primitive<SortParams['top_k']> = defineLeaf('top_k', {
  abstractEval: ([x], params) => {
    const shape = x!.shape.map((n, i) => (i === params.axis ? params.k : n))
    return topKFault(x!, params) ?? [aval(shape, x!.dtype, x!.weakType), aval(shape, 'int32')]
  },
  jvp: ([x], [t], params) => {
    const [values, indices] = topK(x!, params)
    return [
      [values, indices],
      [t ? takeAlong(t, indices, params.axis) : null, null],
    ]
  },
  transpose: notLinear,
  batch: (_axis, [x], [d], { k, axis }) => [topK(x!, { k, axis: d! <= axis ? axis + 1 : axis }), [d!, d!]],
})
