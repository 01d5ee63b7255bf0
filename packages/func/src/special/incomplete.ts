/** Incomplete gamma and beta functions. Source: the jax.scipy.special functions of the same names. */
import { incompleteBeta } from './incomplete-beta'
import { lower, upper } from './incomplete-gamma'
import { pointwise } from './program'

/** The regularized lower incomplete gamma function P(a, x), the distribution function of the gamma distribution. */
export const gammainc = pointwise('gammainc', lower)
/** The regularized upper incomplete gamma function, 1 - P(a, x), exact where it is small. */
export const gammaincc = pointwise('gammaincc', upper)
/**
 * The regularized incomplete beta function, the distribution function of the beta distribution.
 * Errors: RuleUnsupportedError where it is differentiated by a or b.
 */
export const betainc = pointwise('betainc', incompleteBeta)
