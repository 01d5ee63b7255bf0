/** Functions of tensors whose derivative is said, not found: where what they are made of has another at a kink, or loses it in a tail. */
import { customJvpCall, type CustomJvpParams } from '../primitives/call/custom-jvp'
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
