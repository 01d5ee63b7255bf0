/** Reductions over axes, which the result lacks. (reduce_sum is in structural.ts.) A derivative is shared evenly among equal extrema. */
import { type Aval, aval, dropAxes, otherAxes } from '../aval'
import { isInteger } from '../dtype'
import { zerosLike } from '../literal'
import { defineLeaf, type Primitive } from '../primitive'
import type { ReductionParams } from '../table'
import type { Tensor } from '../tensor'
import { bind1 } from '../trace'
import { add, div, mul } from './arithmetic'
import { concatenate, sliceAxis } from './layout'
import { eq } from './piecewise'
import { anything, booleans, dtypeFault, type Kind, notLinear, numbers, zeroDerivative } from './pointwise'
import { broadcastInDim, convertElementType, reduceSum, squeeze } from './structural'

interface Axes {
  readonly axes: readonly number[]
}
/** The largest element; NaN wins. Source: jax.lax.reduce_max_p. */
export const reduceMax = (x: Tensor, params: Axes): Tensor => bind1(reduceMaxP, [x], params)
/** The smallest element; NaN wins. Source: jax.lax.reduce_min_p. */
export const reduceMin = (x: Tensor, params: Axes): Tensor => bind1(reduceMinP, [x], params)
/** The product. Source: jax.lax.reduce_prod_p. */
export const reduceProd = (x: Tensor, params: Axes): Tensor => bind1(reduceProdP, [x], params)
/** Are all true? Source: jax.lax.reduce_and_p. */
export const reduceAnd = (x: Tensor, params: Axes): Tensor => bind1(reduceAndP, [x], params)
/** Is any true? Source: jax.lax.reduce_or_p. */
export const reduceOr = (x: Tensor, params: Axes): Tensor => bind1(reduceOrP, [x], params)
/** The index of the first largest element along an axis; NaN counts as largest. Source: jax.lax.argmax. */
export const argmax = (x: Tensor, params: ReductionParams['argmax']): Tensor => bind1(argmaxP, [x], params)
/** The index of the first smallest element along an axis; NaN counts as smallest. Source: jax.lax.argmin. */
export const argmin = (x: Tensor, params: ReductionParams['argmin']): Tensor => bind1(argminP, [x], params)

const axesFault = (x: Aval, axes: readonly number[]): string | undefined =>
  new Set(axes).size === axes.length && axes.every((a) => Number.isInteger(a) && a >= 0 && a < x.shape.length)
    ? undefined
    : `axes [${axes}] must be axes of the operand, each once`

/** A reduction to the same dtype; `tangent` is its derivative, null for none. */
const reduction = (
  name: 'reduce_max' | 'reduce_min' | 'reduce_prod' | 'reduce_and' | 'reduce_or',
  kind: Kind,
  tangent: ((t: Tensor, out: Tensor, x: Tensor, axes: readonly number[]) => Tensor) | null,
): Primitive<Axes> => {
  const self: Primitive<Axes> = defineLeaf(name, {
    abstractEval: (ins, { axes }) =>
      dtypeFault(ins, kind) ??
      axesFault(ins[0]!, axes) ?? [aval(dropAxes(ins[0]!.shape, axes), ins[0]!.dtype, kind !== booleans && ins[0]!.weakType)],
    jvp: ([x], [t], params) => {
      const out = bind1(self, [x!], params)
      return [[out], [t && tangent ? tangent(t, out, x!, params.axes) : null]]
    },
    transpose: tangent ? notLinear : zeroDerivative,
    batch: (_axis, [x], [d], { axes }) => {
      const rest = otherAxes(x!.ndim, [d!])
      const moved = axes.map((a) => rest[a]!)
      return [[bind1(self, [x!], { axes: moved })], [d! - moved.filter((a) => a < d!).length]]
    },
  })
  return self
}

/** The mean of the tangents at the places that hold the extremum. */
const chosen = (t: Tensor, out: Tensor, x: Tensor, axes: readonly number[]): Tensor => {
  const extremum = broadcastInDim(out, { shape: x.shape, broadcastDimensions: otherAxes(x.ndim, axes) })
  const places = convertElementType(eq(x, extremum), { newDtype: t.dtype, weakType: t.weakType })
  return div(reduceSum(mul(t, places), { axes }), reduceSum(places, { axes }))
}
/** Products of halves and their tangents, again and again: as exact as the product itself, zeros included. */
const halves = (x: Tensor, t: Tensor, axis: number): readonly [x: Tensor, t: Tensor] => {
  const n = x.shape[axis]!
  if (n === 1) return [x, t]
  const half = Math.floor(n / 2)
  const part = (y: Tensor, from: number, to: number): Tensor => sliceAxis(y, axis, from, to)
  const [x1, x2, t1, t2] = [part(x, 0, half), part(x, half, 2 * half), part(t, 0, half), part(t, half, 2 * half)]
  const withRest = (y: Tensor, whole: Tensor): Tensor => (n % 2 === 0 ? y : concatenate([y, part(whole, n - 1, n)], { dimension: axis }))
  return halves(withRest(mul(x1, x2), x), withRest(add(mul(t1, x2), mul(x1, t2)), t), axis)
}
const productTangent = (t: Tensor, out: Tensor, x: Tensor, axes: readonly number[]): Tensor => {
  if (axes.some((a) => x.shape[a] === 0)) return zerosLike(out)
  const [, u] = axes.reduce<readonly [Tensor, Tensor]>(([y, s], axis) => halves(y, s, axis), [x, t])
  return squeeze(u, { dimensions: axes })
}

const reduceMaxP = reduction('reduce_max', anything, chosen)
const reduceMinP = reduction('reduce_min', anything, chosen)
const reduceProdP = reduction('reduce_prod', numbers, productTangent)
const reduceAndP = reduction('reduce_and', booleans, null)
const reduceOrP = reduction('reduce_or', booleans, null)

const extremumIndex = (name: 'argmax' | 'argmin'): Primitive<ReductionParams['argmax']> => {
  const self: Primitive<ReductionParams['argmax']> = defineLeaf(name, {
    abstractEval: ([x], { axes, indexDtype }) => {
      if (axes.length !== 1) return 'takes exactly one axis'
      const fault = axesFault(x!, axes)
      if (fault !== undefined) return fault
      if (x!.shape[axes[0]] === 0) return `axis ${axes[0]} is empty, so it has no extremum`
      return isInteger(indexDtype) ? [aval(dropAxes(x!.shape, axes), indexDtype)] : `indexDtype must be an integer type, not ${indexDtype}`
    },
    jvp: ([x], _ts, params) => [[bind1(self, [x!], params)], [null]],
    transpose: zeroDerivative,
    batch: (_axis, [x], [d], { axes: [a], indexDtype }) => {
      const moved = a < d! ? a : a + 1
      return [[bind1(self, [x!], { axes: [moved], indexDtype })], [moved < d! ? d! - 1 : d!]]
    },
  })
  return self
}
const argmaxP = extremumIndex('argmax')
const argminP = extremumIndex('argmin')
