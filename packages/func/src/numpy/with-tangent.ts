/** Functions of tensors whose derivative is said, not found: where what they are made of has another at a kink, or loses it in a tail. */
import { customJvpCall, type CustomJvpParams } from '../primitives/call/custom-jvp'
import { add, mul } from '../primitives/arithmetic'
import type { Tangent } from '../primitive'
import type { Tensor } from '../tensor'

/** `f`, with the tangent of its result from tangents of the operands (zeros included), the result and the operands. */
export const withTangent = <Xs extends readonly Tensor[]>(
  f: (...xs: Xs) => Tensor,
  tangent: (ts: Xs, out: Tensor, ...xs: Xs) => Tensor,
): ((...xs: Xs) => Tensor) => {
  const params: CustomJvpParams = {
    fn: (xs) => [f(...(xs as Xs))],
    jvp: (xs, ts) => {
      const out = self(...(xs as Xs))
      return [[out], [tangent(ts as Xs, out, ...(xs as Xs))]]
    },
    numConsts: 0,
    selfContained: true,
  }
  const self = (...xs: Xs): Tensor => customJvpCall(xs, params)[0]!
  return self
}

type Slopes<Xs extends readonly Tensor[]> = { [K in keyof Xs]: (out: Tensor, ...xs: Xs) => Tensor }
/**
 * `f`, element by element, with its derivative by each operand from the result and the operands. Only those are computed that are asked for,
 * so that an infinite one does no harm to the others, and one that is not there may throw.
 */
export const withSlopes = <Xs extends readonly Tensor[]>(f: (...xs: Xs) => Tensor, slopes: Slopes<Xs>): ((...xs: Xs) => Tensor) => {
  const rule = (xs: readonly Tensor[], ts: readonly Tangent[]): readonly [readonly Tensor[], readonly Tensor[]] => {
    const out = self(...(xs as Xs))
    const parts = ts.flatMap((t, i) => (t === null ? [] : [mul(t, slopes[i]!(out, ...(xs as Xs)))]))
    return [[out], [parts.reduce((x, y) => add(x, y))]]
  }
  const params: CustomJvpParams = { fn: (xs) => [f(...(xs as Xs))], jvp: rule, sparse: rule, numConsts: 0, selfContained: true }
  const self = (...xs: Xs): Tensor => customJvpCall(xs, params)[0]!
  return self
}
