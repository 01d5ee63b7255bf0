/**
 * What stands around a model: train states, metrics that merge, data, and a loop.
 */
export { ArgumentError } from '@heddle/func'
export { HeddleError } from '@heddle/tree'
export * from './early-stopping'
export * from './state/train-state'
