/** The gamma function of floats of one shape. */
import * as E from '../numpy/elementwise'
import { isnan, where } from '../numpy/logic'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { like } from './series'

/** The sign of Γ(x), NaN at -1, -2, ... */
export const signOfGamma = (x: Tensor): Tensor => {
  const [floor, negative] = [E.floor(x), x.lt(0)]
  const odd = negative.logicalAnd(E.mod(floor, 2).ne(0)).logicalOr(x.eq(0).logicalAnd(E.signbit(x)))
  return where(negative.logicalAnd(x.eq(floor)).logicalOr(isnan(x)), like(x, Number.NaN), where(odd, like(x, -1), like(x, 1)))
}
/** Γ(x). */
export const gammaOf = (x: Tensor): Tensor => signOfGamma(x).mul(T.lgamma(x).exp())
