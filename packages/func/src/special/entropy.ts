/** Products with logarithms, entropies, logits and power transforms. Source: the jax.scipy.special functions of the same names. */
import * as E from '../numpy/elementwise'
import { isnan, where } from '../numpy/logic'
import { withSlopes, withTangent } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { operation, pointwise } from './program'
import { like } from './series'

const xLogY = withSlopes<readonly [Tensor, Tensor]>(
  (x: Tensor, y: Tensor) => where(x.ne(0).logicalOr(isnan(y)), x.mul(y.log()), 0),
  [(_out, _x, y) => y.log(), (_out, x, y) => quotient(x, y)],
)
const xLog1pY = withSlopes<readonly [Tensor, Tensor]>(
  (x: Tensor, y: Tensor) => where(x.ne(0).logicalOr(isnan(y)), x.mul(E.log1p(y)), 0),
  [(_out, _x, y) => E.log1p(y), (_out, x, y) => quotient(x, y.add(1))],
)
/** 0 by 0 is 0, as the function is 0 for x = 0. */
const quotient = (x: Tensor, y: Tensor): Tensor => where(x.eq(0), 0, x.div(where(x.eq(0), 1, y)))
const xLogX = withTangent(
  (x: Tensor) => where(x.ne(0), x.mul(x.log()), 0),
  ([t], _out, x) => t.mul(x.log().add(1)),
)
/** `x log y`; 0 where x is 0, but for y NaN. */
export const xlogy = pointwise('xlogy', xLogY)
/** `x log(1 + y)`; 0 where x is 0, but for y NaN. */
export const xlog1py = pointwise('xlog1py', xLog1pY)
/** `-x log x`: 0 at 0, minus infinity below. */
export const entr = pointwise('entr', (x: Tensor) => where(x.lt(0), Number.NEGATIVE_INFINITY, xLogX(where(x.lt(0), 1, x)).neg()))

const relative = (p: Tensor, q: Tensor): Tensor => {
  const both = p.gt(0).logicalAnd(q.gt(0))
  const [x, y] = [where(both, p, 1), where(both, q, 1)]
  const otherwise = where(p.eq(0).logicalAnd(q.ge(0)), like(p, 0), like(p, Number.POSITIVE_INFINITY))
  return where(both, xLogX(x).sub(xLogY(x, y)), otherwise)
}
/** `p log(p / q)`, the terms of the relative entropy: 0 where p is 0, infinite where one is negative or q alone is 0. */
export const relEntr = pointwise('relEntr', relative)
/** `p log(p / q) - p + q`, the terms of the Kullback-Leibler divergence. */
export const klDiv = pointwise('klDiv', (p: Tensor, q: Tensor) => relative(p, q).sub(p).add(q))

/** `log(x / (1 - x))`, the inverse of expit. */
export const logit = pointwise(
  'logit',
  withTangent(
    (x: Tensor) => x.div(like(x, 1).sub(x)).log(),
    ([t], _out, x) => t.div(x.mul(like(x, 1).sub(x))),
  ),
)
/** `1 / (1 + exp(-x))`. */
export const expit = operation('expit', T.logistic)

const powerOf = (log: Tensor, lambda: Tensor): Tensor => {
  const zero = lambda.eq(0)
  const by = where(zero, 1, lambda)
  return where(zero, log, E.expm1(by.mul(log)).div(by))
}
/** `(x ** lambda - 1) / lambda`, log x where lambda is 0. */
export const boxcox = pointwise('boxcox', (x: Tensor, lambda: Tensor) => powerOf(x.log(), lambda))
/** `((1 + x) ** lambda - 1) / lambda`, log(1 + x) where lambda is 0. */
export const boxcox1p = pointwise('boxcox1p', (x: Tensor, lambda: Tensor) => powerOf(E.log1p(x), lambda))
