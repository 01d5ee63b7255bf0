/** The gamma function and what is made of it. Source: the jax.scipy.special functions of the same names. */
import { range } from '../aval'
import { count, boolean, forTensors, optionsOf, readArgument, type OptionsOf } from '../options'
import { where } from '../numpy/logic'
import type { TensorLike } from '../numpy/promote'
import { withSlopes } from '../numpy/with-tangent'
import * as T from '../primitives/transcendental'
import type { Tensor } from '../tensor'
import { gammaOf, signOfGamma } from './gamma-of'
import { betalnOf } from './log-beta'
import { operation, pointwise } from './program'
import { like } from './series'

/** log |Γ(x)|: infinite at 0, -1, -2, ... */
export const gammaln = operation('gammaln', T.lgamma)
/** The derivative of log Γ. */
export const digamma = operation('digamma', T.digamma)
/** log Γ(x) of positive x; NaN of others, where it is no real number. */
export const loggamma = pointwise('loggamma', (x: Tensor): Tensor => {
  const positive = x.gt(0)
  return where(positive, T.lgamma(where(positive, x, 1)), Number.NaN)
})

/** The sign of Γ(x): 1 or -1, NaN at -1, -2, ... */
export const gammasgn = pointwise('gammasgn', signOfGamma)
/** Γ(x): infinite at 0, NaN at -1, -2, ... */
export const gamma = pointwise('gamma', gammaOf)
/** n! = Γ(n + 1), also between whole numbers; 0 below 0. */
export const factorial = pointwise('factorial', (n: Tensor): Tensor => {
  const below = n.lt(0)
  return where(below, 0, T.lgamma(where(below, 1, n.add(1))).exp())
})

const choose = (n: Tensor, k: Tensor): Tensor => {
  const defined = k.le(n).logicalAnd(n.ge(0)).logicalAnd(k.ge(0))
  const [m, j] = [where(defined, n, 0), where(defined, k, 0)]
  const log = T.lgamma(m.add(1))
    .sub(T.lgamma(j.add(1)))
    .sub(T.lgamma(m.add(1).sub(j)))
  return where(defined, log.exp(), 0)
}
const combinations = pointwise('comb', choose)
const multisets = pointwise('comb', (n: Tensor, k: Tensor): Tensor => where(k.eq(0).logicalAnd(n.ge(0)), 1, choose(n.add(k).sub(1), k)))
const combOptions = optionsOf({
  /** Whether one thing may be chosen several times. */
  repetition: boolean,
})
/** Options of `comb`. */
export interface CombOptions extends OptionsOf<typeof combOptions> {}
/** In how many ways `k` of `n` things are chosen, as floats; 0 where that can't be. */
export const comb = (n: TensorLike, k: TensorLike, options?: CombOptions): Tensor =>
  combOptions('special.comb', options).repetition ? multisets(n, k) : combinations(n, k)

/** The rising factorial Γ(z + m) / Γ(z). */
export const poch = pointwise(
  'poch',
  withSlopes<readonly [Tensor, Tensor]>(
    (z, m) => where(m.eq(0), 1, gammaOf(z.add(m)).div(gammaOf(z))),
    [(out, z, m) => T.digamma(z.add(m)).sub(T.digamma(z)).mul(out), (out, z, m) => T.digamma(z.add(m)).mul(out)],
  ),
)
/** log |B(a, b)|, B(a, b) = Γ(a) Γ(b) / Γ(a + b). */
export const betaln = pointwise('betaln', betalnOf)
/** Γ(a) Γ(b) / Γ(a + b). */
export const beta = pointwise('beta', (a: Tensor, b: Tensor): Tensor => {
  const sign = signOfGamma(a)
    .mul(signOfGamma(b))
    .mul(signOfGamma(a.add(b)))
  return sign.mul(betalnOf(a, b).exp())
})

const dimensions = { ...count, hint: forTensors('it is the size of matrices: a number of JavaScript') }
/** The logarithm of the multivariate gamma function of dimension `d`, a number. Errors: ArgumentError. */
export const multigammaln = (a: TensorLike, d: number): Tensor => {
  readArgument('special.multigammaln', 'd', dimensions, d)
  return pointwise('multigammaln', (x: Tensor) =>
    range(d).reduce<Tensor>((sum, i) => sum.add(T.lgamma(x.sub(i / 2))), like(x, 0.25 * d * (d - 1) * Math.log(Math.PI))),
  )(a)
}
