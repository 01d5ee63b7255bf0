/**
 * Reductions over windows (pooling), and the two primitives that their derivatives need: reading the tangent at the place of
 * an extremum, and adding a cotangent there.
 */
import { type Aval, aval, sameShape, type Shape } from '../aval'
import { isFloating } from '../dtype'
import { RuleUnsupportedError } from '../error'
import { literal } from '../literal'
import { defineLeaf, type Primitive, unsupported } from '../primitive'
import type { WindowParams, WindowShape } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { pad, slice } from './layout'
import { known } from './pointwise'
import { alignBatch } from './structural'
import { dilated, windowReason, windowShape, withAxis } from './window-shapes'

type ScatterWindow = WindowParams['select_and_scatter_add']
type GatherWindow = WindowParams['select_and_gather_add']

/** Sum of each window; padding counts as 0. Source: jax.lax.reduce_window with add. */
export const reduceWindowSum = (x: Tensor, params: WindowShape): Tensor => bind1(reduceWindowSumP, [x], params)
/** Maximum of each window; padding never wins. Source: jax.lax.reduce_window with max. */
export const reduceWindowMax = (x: Tensor, params: WindowShape): Tensor => bind1(reduceWindowMaxP, [x], params)
/** Minimum of each window; padding never wins. Source: jax.lax.reduce_window with min. */
export const reduceWindowMin = (x: Tensor, params: WindowShape): Tensor => bind1(reduceWindowMinP, [x], params)
/**
 * Adds each element of `source` at the first place of its window where `operand` is largest (ge) or smallest (le); the
 * result has the shape of `operand`. Source: jax's select_and_scatter_add_p.
 */
export const selectAndScatterAdd = (source: Tensor, operand: Tensor, params: ScatterWindow): Tensor =>
  bind1(selectAndScatterAddP, [source, operand], params)
/** For each window of `operand` the element of `tangents` where it is first largest (ge) or smallest (le). Source: jax's select_and_gather_add_p. */
export const selectAndGatherAdd = (tangents: Tensor, operand: Tensor, params: GatherWindow): Tensor =>
  bind1(selectAndGatherAddP, [tangents, operand], params)

const numbersReason = (x: Aval): string | null =>
  x.dtype === 'bool' ? 'booleans have no windows; convert to int32 or float32 first' : null
const pooled = (x: Aval, w: WindowShape): readonly Aval[] | string =>
  numbersReason(x) ?? windowReason(x.shape.length, w) ?? [aval(windowShape(x.shape, w), x.dtype, x.weakType)]

/** Sums of the cotangent, spread out to where the windows stood. */
const transposeSum = (ct: Tensor, shape: Shape, w: WindowShape): Tensor => {
  const config = shape.map((n, i): readonly [number, number, number] => {
    const window = dilated(w.windowDimensions[i]!, w.windowDilation[i]!)
    const before = window - w.padding[i]![0] - 1
    const after = dilated(n, w.baseDilation[i]!) + window - 1 - dilated(ct.shape[i]!, w.windowStrides[i]!) - before
    return [before, after, w.windowStrides[i]! - 1]
  })
  return reduceWindowSum(pad(ct, literal(0, ct.dtype), { paddingConfig: config }), {
    windowDimensions: w.windowDimensions,
    windowStrides: w.baseDilation,
    padding: shape.map(() => [0, 0] as const),
    baseDilation: shape.map(() => 1),
    windowDilation: w.windowDilation,
  })
}
const reduceWindowSumP = defineLeaf('reduce_window_sum', {
  abstractEval: ([x], w) => pooled(x!, w),
  jvp: ([x], [t], w) => [[reduceWindowSum(x!, w)], [t ? reduceWindowSum(t, w) : null]],
  transpose: ([ct], [x], w) => [ct ? transposeSum(ct, x!.aval.shape, w) : null],
  batch: (_axis, [x], [d], w) => [[reduceWindowSum(x!, withAxis(w, d!))], [d!]],
})
const extremum = (
  name: 'reduce_window_max' | 'reduce_window_min',
  select: 'ge' | 'le',
  self: (x: Tensor, w: WindowShape) => Tensor,
): Primitive<WindowShape> =>
  defineLeaf(name, {
    abstractEval: ([x], w) => pooled(x!, w),
    jvp: ([x], [t], w) => [[self(x!, w)], [t ? selectAndGatherAdd(t, x!, { ...w, select }) : null]],
    transpose: unsupported('it is not linear; differentiate it by its jvp'),
    batch: (_axis, [x], [d], w) => [[self(x!, withAxis(w, d!))], [d!]],
  })
const reduceWindowMaxP = extremum('reduce_window_max', 'ge', reduceWindowMax)
const reduceWindowMinP = extremum('reduce_window_min', 'le', reduceWindowMin)

const scatteredReason = (source: Aval, x: Aval, w: ScatterWindow): string | null => {
  const rank = x.shape.length
  const ones = x.shape.map(() => 1)
  if (source.dtype !== x.dtype) return 'source and operand must have equal dtypes'
  const reason = numbersReason(x) ?? windowReason(rank, w)
  if (reason !== null) return reason
  const expected = windowShape(x.shape, { ...w, baseDilation: ones, windowDilation: ones })
  return sameShape(source.shape, expected) ? null : `source must have one element for each window of operand, [${expected}]`
}
const selectAndScatterAddP = defineLeaf('select_and_scatter_add', {
  abstractEval: ([source, x], w) => scatteredReason(source!, x!, w) ?? [aval(x!.shape, x!.dtype, source!.weakType && x!.weakType)],
  // Which place is selected does not change with a small change of operand: only the source has a tangent.
  jvp: ([source, x], [t], w) => [[selectAndScatterAdd(source!, x!, w)], [t ? selectAndScatterAdd(t, x!, w) : null]],
  transpose: ([ct], [, x], w) => {
    const ones = w.windowDimensions.map(() => 1)
    return [ct ? selectAndGatherAdd(ct, known(x), { ...w, baseDilation: ones, windowDilation: ones }) : null, null]
  },
  batch: ({ size }, xs, dims, w) => {
    const [source, x] = alignBatch(size, xs, dims)
    return [[selectAndScatterAdd(source!, x!, withAxis(w, 0))], [0]]
  },
})

/** The cotangent goes back to the selected places; holes of a dilated operand are made real, then removed. */
const transposeGather = (ct: Tensor, x: Tensor, { baseDilation, windowDilation, ...w }: GatherWindow): Tensor => {
  if (windowDilation.some((d) => d !== 1))
    throw new RuleUnsupportedError(
      'select_and_gather_add',
      'transpose',
      `reverse mode through the maximum or minimum of dilated windows (windowDilation [${windowDilation}]) does not exist, as in JAX`,
    )
  if (baseDilation.every((d) => d === 1)) return selectAndScatterAdd(ct, x, w)
  const never = literal(w.select === 'ge' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, x.dtype)
  const wide = pad(x, never, { paddingConfig: baseDilation.map((d) => [0, 0, d - 1] as const) })
  const out = selectAndScatterAdd(ct, wide, w)
  return slice(out, { startIndices: out.shape.map(() => 0), limitIndices: out.shape, strides: baseDilation })
}
const selectAndGatherAddP = defineLeaf('select_and_gather_add', {
  abstractEval: ([t, x], w) =>
    !sameShape(t!.shape, x!.shape) || t!.dtype !== x!.dtype
      ? 'tangents and operand must have equal types'
      : isFloating(x!.dtype)
        ? pooled(x!, w)
        : 'takes floating-point numbers',
  jvp: ([t, x], [dt], w) => [[selectAndGatherAdd(t!, x!, w)], [dt ? selectAndGatherAdd(dt, x!, w) : null]],
  transpose: ([ct], [, x], w) => [ct ? transposeGather(ct, known(x), w) : null, null],
  batch: ({ size }, xs, dims, w) => {
    const [t, x] = alignBatch(size, xs, dims)
    return [[selectAndGatherAdd(t!, x!, withAxis(w, 0))], [0]]
  },
})
