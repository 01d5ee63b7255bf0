/**
 * What stands around a model: train states, metrics that merge, data, and a loop.
 */
export { ArgumentError } from '@heddle/func'
export { HeddleError } from '@heddle/tree'
export * from './early-stopping'
export * from './state/train-state'
export type { Classified, Masked, Metric } from './metrics/metric'
export {
  Accuracy,
  Average,
  type AverageValue,
  type Output,
  Perplexity,
  TopKAccuracy,
  type TopKOptions,
  type Weighted,
  WeightedAverage,
} from './metrics/average'
export * from './metrics/collection'
export * from './metrics/confusion'
export * from './metrics/spread'
export { DataError, NonFiniteLossError } from './error'
export { type ByteSource, lines, type RecordOptions, records } from './data/bytes'
export { type BatchOptions, type DataIterator, type DataPosition, Dataset, type PrefetchOptions, type ShuffleOptions } from './data/dataset'
export type { Json } from './data/pull'
export type { ArrayLike, Batched, Rows, RowsOf } from './data/rows'
export { concat, fromArrays, fromItems, fromIterable } from './data/sources'
export { evaluate } from './loop/evaluate'
export { fit, type FitOptions, type FitResult, type Snapshot } from './loop/fit'
export type { Measured } from './loop/measured'
export {
  type Curve,
  type EndReason,
  type EvaluationEntry,
  type History,
  history,
  jsonLine,
  type LogEntry,
  logElement,
  logLine,
  logLines,
  plotSpec,
  type Reporter,
} from './loop/report'
