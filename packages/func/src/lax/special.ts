/** Special functions by the names of jax.lax; they are those of `special`, which promotes and broadcasts its operands. */
import { gammaGrad } from '../random/gamma-grad'
import { gradientByShape } from '../special/incomplete-gamma'
import { pointwise } from '../special/program'
import { polygammaOf } from '../special/zeta'

export { i0e as besselI0e, i1e as besselI1e } from '../special/bessel'
export { betainc, gammainc as igamma, gammaincc as igammac } from '../special/incomplete'
export { zeta } from '../special/zeta'
/** The derivative of `igamma(a, x)` by `a`. */
export const igammaGradA = pointwise('igammaGradA', gradientByShape)
/** The derivative of a draw `x` from the gamma distribution of shape `a` by `a`. */
export const randomGammaGrad = pointwise('randomGammaGrad', gammaGrad)
/** The m-th derivative of digamma, m in floats. Errors: RuleUnsupportedError where it is differentiated by `m`. */
export const polygamma = pointwise('polygamma', polygammaOf)
