/**
 * Normal draws far from 0, where the distribution function is 1 in all digits and can't be inverted: the logarithm of the tail is, by
 * Newton's method, from the start that a Rayleigh distribution would be exact with.
 */
import * as E from '../numpy/elementwise'
import type { Tensor } from '../tensor'

/** From here on tails are drawn so. */
export const tailFrom = 4
/** Enough for float64 from there on. */
const terms = 24
/** The tail over the density, by Laplace's continued fraction: 1 / (x + 1 / (x + 2 / (x + ...))). */
const mills = (x: Tensor): Tensor => {
  let below = x
  for (let k = terms; k > 0; k--) below = E.add(x, E.divide(k, below))
  return E.reciprocal(below)
}
/** A draw from [lower, upper), lower from `tailFrom` on, at the share `u` in [0, 1) of it. */
export const normalTail = (u: Tensor, lower: Tensor, upper: Tensor): Tensor => {
  const base = E.log(mills(lower))
  // The part of the tail beyond the upper bound.
  const span = E.subtract(upper, lower)
  const drop = E.subtract(E.subtract(E.log(mills(upper)), base), E.multiply(span, E.add(lower, E.divide(span, 2))))
  const target = E.log1p(E.multiply(u, E.expm1(drop)))
  const twice = E.multiply(target, -2)
  let s = E.divide(twice, E.add(E.sqrt(E.add(E.square(lower), twice)), lower))
  for (let i = 0; i < 3; i++) {
    const m = mills(E.add(lower, s))
    const off = E.subtract(E.subtract(E.subtract(E.log(m), base), E.multiply(s, E.add(lower, E.divide(s, 2)))), target)
    s = E.add(s, E.multiply(off, m))
  }
  return E.add(lower, s)
}
