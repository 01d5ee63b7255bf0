/**
 * Softmax, its logarithm and the logarithm of its denominator over axes, with derivatives that keep the small rest beside a probability
 * that is almost 1: far logits push with what the others have, not with what is left of 1 minus 1.
 *
 * The derivative of probabilities p is `p (v - sum(p v))`, symmetric, and the same for v shifted by any number. Shifted by that of the
 * dominating place, whose own sum is then of the others alone, nothing cancels, forwards and in reverse.
 */
import { literal } from '../literal'
import * as E from '../numpy/elementwise'
import { isfinite, where as choose } from '../numpy/logic'
import { max, spreadOver, sum } from '../numpy/reduce'
import { withTangent } from '../numpy/with-tangent'
import { linearCall } from '../primitives/call/linear-call'
import { gt, stopGradient } from '../primitives/piecewise'
import { log } from '../primitives/transcendental'
import type { Tensor } from '../tensor'

type Axes = readonly number[]
const total = (x: Tensor, axes: Axes): Tensor => spreadOver(sum(x, { axis: axes }), x.shape, axes)
const zero = (x: Tensor): Tensor => literal(0, x.dtype)
/** Where a probability is more than all others together: at most once along the axes. */
const dominating = (p: Tensor): Tensor => gt(p, literal(0.5, p.dtype))
const fromDominating = (p: Tensor, v: Tensor, axes: Axes): Tensor => E.subtract(v, total(choose(dominating(p), v, zero(v)), axes))

/** The derivative of p along v. */
const slope = (p: Tensor, v: Tensor, axes: Axes): Tensor => {
  const fn = ([p, v]: readonly Tensor[]): readonly Tensor[] => {
    const w = fromDominating(p!, v!, axes)
    return [E.multiply(p!, E.subtract(w, total(E.multiply(p!, w), axes)))]
  }
  return linearCall({ fn, transpose: fn }, [p], [v], [v.aval])[0]!
}
/** That of the logarithm of p. In reverse `u - p sum(u)`, which sums to 0: the dominating one is what the others are not. */
const logSlope = (p: Tensor, v: Tensor, axes: Axes): Tensor => {
  const fn = ([p, v]: readonly Tensor[]): readonly Tensor[] => {
    const w = fromDominating(p!, v!, axes)
    return [E.subtract(w, total(E.multiply(p!, w), axes))]
  }
  const transpose = ([p, u]: readonly Tensor[]): readonly Tensor[] => {
    const each = E.subtract(u!, E.multiply(p!, total(u!, axes)))
    const here = dominating(p!)
    return [choose(here, E.negative(total(choose(here, zero(each), each), axes)), each)]
  }
  return linearCall({ fn, transpose }, [p], [v], [v.aval])[0]!
}

const largest = (x: Tensor, axes: Axes): Tensor =>
  stopGradient(max(x, { axis: axes, initial: x.size > 0 ? undefined : literal(Number.NEGATIVE_INFINITY, x.dtype) }))
/** Shifted so that the largest is 0. */
const shifted = (x: Tensor, axes: Axes): Tensor => E.subtract(x, spreadOver(largest(x, axes), x.shape, axes))

/** Exponentials that sum to 1 over axes. */
export const probabilities = (x: Tensor, axes: Axes): Tensor =>
  withTangent<readonly [Tensor]>(
    (y) => {
      const weights = E.exp(shifted(y, axes))
      return E.divide(weights, total(weights, axes))
    },
    ([v], p) => slope(p, v, axes),
  )(x)
export const logProbabilities = (x: Tensor, axes: Axes): Tensor =>
  withTangent<readonly [Tensor]>(
    (y) => {
      const low = shifted(y, axes)
      return E.subtract(low, spreadOver(E.log(sum(E.exp(low), { axis: axes })), y.shape, axes))
    },
    ([v], out) => logSlope(E.exp(out), v, axes),
  )(x)

/** A finite shift, the same along the axes: infinite elements stay what they are. */
const finiteShift = (x: Tensor, axes: Axes): Tensor => {
  const top = largest(x, axes)
  return choose(isfinite(top), top, zero(x))
}
const exponentials = (x: Tensor, shift: Tensor, axes: Axes): Tensor => E.exp(E.subtract(x, spreadOver(shift, x.shape, axes)))
/** Each one's part of the sum of exponentials. */
const parts = (x: Tensor, axes: Axes): Tensor =>
  withTangent<readonly [Tensor]>(
    (y) => {
      const each = exponentials(y, finiteShift(y, axes), axes)
      return E.divide(each, total(each, axes))
    },
    ([v], p) => slope(p, v, axes),
  )(x)
/** `log(sum(b exp(x)))` over axes; without `b` the sum of the exponentials alone. */
export const logOfSum = (x: Tensor, b: Tensor | undefined, axes: Axes): Tensor => {
  const of = (y: Tensor, factors: Tensor | undefined): Tensor => {
    const shift = finiteShift(y, axes)
    const each = exponentials(y, shift, axes)
    return E.add(log(sum(factors === undefined ? each : E.multiply(each, factors), { axis: axes })), shift)
  }
  if (b !== undefined) return of(x, b)
  return withTangent<readonly [Tensor]>(
    (y) => of(y, undefined),
    ([v], _out, y) => sum(E.multiply(parts(y, axes), v), { axis: axes }),
  )(x)
}
