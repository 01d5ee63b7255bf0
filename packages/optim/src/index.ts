/**
 * Gradient transformations, schedules and losses, with the names and numbers of optax.
 *
 * An optimizer is a pair of pure functions over trees of tensors: `state = optimizer.init(params)`, then at each step
 * `[updates, state] = optimizer.update(gradients, state, params)` and `params = applyUpdates(params, updates)`.
 */
export * from './accumulate'
export * from './adan'
export type { AccumulationType, Accumulator, AccumulatorTree } from './accumulators'
export * from './adaptive'
export * from './assignment'
export * from './clip'
export * from './conditional'
export * from './contrib/adam-kin'
export * from './contrib/adapted'
export * from './contrib/cocob'
export * from './contrib/dog'
export * from './contrib/madgrad'
export * from './contrib/mechanic'
export * from './contrib/momo'
export * from './contrib/muon'
export * from './contrib/plateau'
export * from './contrib/privacy'
export * from './contrib/sam'
export * from './contrib/schedule-free'
export * from './contrib/sophia'
export * from './distance'
export * from './factored'
export * from './flatten'
export { ArgumentError } from '@heddle/func'
export * from './gradients'
export { HeddleError } from '@heddle/tree'
export type { AxisOptions } from './losses/arguments'
export * from './inject'
export * from './lbfgs'
export * from './linesearch/backtracking'
export * from './linesearch/zoom'
export * from './lookahead'
export * from './losses/classification'
export * from './losses/ctc'
export * from './losses/divergences'
export * from './losses/embeddings'
export * from './losses/fenchel-young'
export * from './losses/margins'
export * from './losses/ranking'
export * from './losses/regression'
export * from './losses/segmentation'
export * from './linear-algebra'
export * from './mask'
export * from './microbatching'
export * from './momentum'
export * from './monitor'
export * from './noisy'
export * from './norms'
export * from './optimistic'
export * from './optimizers'
export * from './per-example'
export * from './polyak'
export * from './perturbations'
export * from './projections'
export * from './rms'
export * from './rprop'
export * from './scale'
export * from './schedules'
export * from './skip'
export * from './sm3'
export * from './state'
export * from './second-order'
export {
  chain,
  type EmptyState,
  emptyState,
  type Extra,
  type GradientTransformation,
  identity,
  namedChain,
  setToZero,
  stateless,
  statelessWithTreeMap,
} from './transformation'
export { globalNorm, safeIncrement, type Scalar, squaredNorm } from './tree-math'
export * from './trees/arithmetic'
export * from './trees/making'
export * from './trees/moments'
export * from './trees/search'
export * from './update'
export * from './weight-decay'
