/**
 * Softmax, its logarithm and the logarithm of its denominator over axes, with derivatives that keep the small rest beside a probability
 * that is almost 1: far logits push with what the others have, not with what is left of 1 minus 1.
 *
 * The derivative of probabilities p is `p (v - sum(p v))`, symmetric, that of their logarithm `v - sum(p v)`, in reverse `u - p sum(u)`:
 * projections. At the dominating place they subtract like numbers, which leaves a rounding error; it is a multiple of what the projection
 * takes away, so projected once more it is gone.
 */
import { literal } from '../literal'
import * as E from '../numpy/elementwise'
import { isfinite, where as choose } from '../numpy/logic'
import { max, spreadOver, sum } from '../numpy/reduce'
import { withTangent } from '../numpy/with-tangent'
import { customJvpCall, type CustomJvpParams } from '../primitives/call/custom-jvp'
import { linearCall } from '../primitives/call/linear-call'
import { stopGradient } from '../primitives/piecewise'
import { log } from '../primitives/transcendental'
import type { Tensor } from '../tensor'

type Axes = readonly number[]
const spread = (x: Tensor, to: Tensor, axes: Axes): Tensor => spreadOver(x, to.shape, axes)
const totals = (x: Tensor, axes: Axes): Tensor => sum(x, { axis: axes })
const total = (x: Tensor, axes: Axes): Tensor => spread(totals(x, axes), x, axes)
const zero = (x: Tensor): Tensor => literal(0, x.dtype)

/** The derivative of p along v. */
const slope = (p: Tensor, v: Tensor, axes: Axes): Tensor => {
  const fn = ([p, v]: readonly Tensor[]): readonly Tensor[] => {
    const each = E.multiply(p!, E.subtract(v!, total(E.multiply(p!, v!), axes)))
    return [E.subtract(each, E.multiply(p!, total(each, axes)))]
  }
  return linearCall({ fn, transpose: fn }, [p], [v], [v.aval])[0]!
}
/** That of the logarithm of p, which is `weights` over `mass`, their sum without the axes. */
const logSlope = (weights: Tensor, mass: Tensor, v: Tensor, axes: Axes): Tensor => {
  const fn = ([weights, mass, v]: readonly Tensor[]): readonly Tensor[] => {
    const once = (w: Tensor): Tensor => E.subtract(w, spread(E.divide(totals(E.multiply(weights!, w), axes), mass!), w, axes))
    return [once(once(v!))]
  }
  const transpose = ([weights, mass, u]: readonly Tensor[]): readonly Tensor[] => {
    const once = (w: Tensor): Tensor => E.subtract(w, E.multiply(weights!, spread(E.divide(totals(w, axes), mass!), w, axes)))
    return [once(once(u!))]
  }
  return linearCall({ fn, transpose }, [weights, mass], [v], [v.aval])[0]!
}

const largest = (x: Tensor, axes: Axes): Tensor =>
  stopGradient(max(x, { axis: axes, initial: x.size > 0 ? undefined : literal(Number.NEGATIVE_INFINITY, x.dtype) }))
/** Shifted so that the largest is 0. */
const shifted = (x: Tensor, axes: Axes): Tensor => E.subtract(x, spread(largest(x, axes), x, axes))

/** Exponentials that sum to 1 over axes. */
export const probabilities = (x: Tensor, axes: Axes): Tensor =>
  withTangent<readonly [Tensor]>(
    (y) => {
      const weights = E.exp(shifted(y, axes))
      return E.divide(weights, total(weights, axes))
    },
    ([v], p) => slope(p, v, axes),
  )(x)

/** The logarithm of probabilities, with the weights and the mass that its derivative needs. */
const logWithWeights = (x: Tensor, axes: Axes): readonly [out: Tensor, weights: Tensor, mass: Tensor] => {
  const low = shifted(x, axes)
  const weights = E.exp(low)
  const mass = totals(weights, axes)
  return [E.subtract(low, spread(E.log(mass), x, axes)), weights, mass]
}
export const logProbabilities = (x: Tensor, axes: Axes): Tensor => {
  const differentiated: CustomJvpParams = {
    fn: ([y]) => logWithWeights(y!, axes),
    jvp: ([y], [v]) => {
      const outs = customJvpCall([y!], differentiated)
      const [, weights, mass] = outs
      const each = E.multiply(weights!, v!)
      return [outs, [logSlope(weights!, mass!, v!, axes), each, totals(each, axes)]]
    },
    numConsts: 0,
    selfContained: true,
  }
  return customJvpCall([x], {
    ...differentiated,
    fn: ([y]) => logWithWeights(y!, axes).slice(0, 1),
    jvp: (xs, ts) => {
      const [outs, tangents] = differentiated.jvp(xs, ts)
      return [outs.slice(0, 1), tangents.slice(0, 1)]
    },
  })[0]!
}

/** A finite shift, the same along the axes: infinite elements stay what they are. */
const finiteShift = (x: Tensor, axes: Axes): Tensor => {
  const top = largest(x, axes)
  return choose(isfinite(top), top, zero(x))
}
const exponentials = (x: Tensor, shift: Tensor, axes: Axes): Tensor => E.exp(E.subtract(x, spread(shift, x, axes)))
/** Each one's part of the sum of exponentials. */
const parts = (x: Tensor, axes: Axes): Tensor =>
  withTangent<readonly [Tensor]>(
    (y) => {
      const each = exponentials(y, finiteShift(y, axes), axes)
      return E.divide(each, total(each, axes))
    },
    ([v], p) => slope(p, v, axes),
  )(x)
/** Of the sum of `b exp(x)`: each one's part, or with `exponentials` what that is a multiple of, by b. */
const weighted = (x: Tensor, b: Tensor, axes: Axes, of: 'parts' | 'exponentials'): Tensor =>
  withTangent<readonly [Tensor, Tensor]>(
    (y, factors) => {
      const each = exponentials(y, finiteShift(y, axes), axes)
      const terms = E.multiply(each, factors)
      return E.divide(of === 'parts' ? terms : each, total(terms, axes))
    },
    ([v, w], out, y, factors) => {
      const shares = weighted(y, factors, axes, 'exponentials')
      if (of === 'exponentials') {
        const moved = E.add(E.multiply(weighted(y, factors, axes, 'parts'), v), E.multiply(shares, w))
        return E.multiply(out, E.subtract(v, total(moved, axes)))
      }
      const each = E.multiply(shares, w)
      return E.add(slope(out, v, axes), E.subtract(each, E.multiply(out, total(each, axes))))
    },
  )(x, b)
/** `log(sum(b exp(x)))` over axes; without `b` the sum of the exponentials alone. Both are floats of one dtype and shape. */
export const logOfSum = (x: Tensor, b: Tensor | undefined, axes: Axes): Tensor => {
  const of = (y: Tensor, factors: Tensor | undefined): Tensor => {
    const shift = finiteShift(y, axes)
    const each = exponentials(y, shift, axes)
    return E.add(log(totals(factors === undefined ? each : E.multiply(each, factors), axes)), shift)
  }
  if (b === undefined)
    return withTangent<readonly [Tensor]>(
      (y) => of(y, undefined),
      ([v], _out, y) => totals(E.multiply(parts(y, axes), v), axes),
    )(x)
  return withTangent<readonly [Tensor, Tensor]>(of, ([v, w], _out, y, factors) =>
    totals(E.add(E.multiply(weighted(y, factors, axes, 'parts'), v), E.multiply(weighted(y, factors, axes, 'exponentials'), w)), axes),
  )(x, b)
}
