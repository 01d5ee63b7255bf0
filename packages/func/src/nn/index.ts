/** `nn`: jax.nn in camelCase: activations, softmax, attention, initializers. */
export * from './activations'
export { type AttentionOptions, dotProductAttention } from './attention'
export * as initializers from './initializers'
export type { Initializer } from './initializers'
export {
  logmeanexp,
  logsumexp,
  type LogsumexpOptions,
  logSoftmax,
  oneHot,
  type OneHotOptions,
  softmax,
  type SoftmaxOptions,
  standardize,
  type StandardizeOptions,
} from './softmax'
