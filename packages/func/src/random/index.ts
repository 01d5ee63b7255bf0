/** `random`: jax.random in camelCase, with the same bits for the same keys. */
export { bernoulli, rademacher } from './bernoulli'
export { bits, type DrawOptions, randint, type ShapeArg, uniform, type UniformOptions } from './bits'
export {
  cauchy,
  doubleSidedMaxwell,
  exponential,
  gumbel,
  type GumbelOptions,
  laplace,
  logistic,
  lognormal,
  maxwell,
  multivariateNormal,
  normal,
  orthogonal,
  pareto,
  rayleigh,
  triangular,
  truncatedNormal,
  wald,
  weibullMin,
} from './continuous'
export { binomial, multinomial, poisson } from './counts'
export {
  categorical,
  type CategoricalOptions,
  choice,
  type ChoiceOptions,
  geometric,
  permutation,
  type PermutationOptions,
  shuffle,
} from './discrete'
export { ball, beta, chisquare, dirichlet, f, gamma, generalizedNormal, loggamma, t } from './gamma'
export { clone, foldIn, key, keyData, PRNGKey, split, wrapKeyData } from './key'
