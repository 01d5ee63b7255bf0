/** `np`: jax.numpy in camelCase. */
export * from './bits'
export * from './casting'
export * from './contraction'
export { array, arange, asarray, copy, empty, emptyLike, full, fullLike, ones, onesLike, zeros, zerosLike } from './creation'
export type { ArrayData, DTypeOption } from './creation'
export { cumprod, cumsum, diff, ediff1d, interp, nancumprod, nancumsum, trapezoid } from './cumulative'
export * from './dtypes'
export * from './einsum'
export * from './elementwise'
export { at } from './indexing'
export { type Index, type IndexElement, type Slice, slice } from './index-spec'
export { addAt, maxAt, minAt, mulAt, setAt, type UpdateOptions } from './index-update'
export * from './histogram'
export * from './join'
export * as linalg from './linalg'
export {
  allclose,
  arrayEqual,
  arrayEquiv,
  bitwiseAnd,
  bitwiseCount,
  bitwiseInvert,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  type CloseOptions,
  countNonzero,
  equal,
  greater,
  greaterEqual,
  invert,
  isclose,
  isfinite,
  isinf,
  isnan,
  isneginf,
  isposinf,
  leftShift,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  nanToNum,
  notEqual,
  rightShift,
  select,
  where,
} from './logic'
export * from './nan'
export * from './pattern-indices'
export * from './piecewise'
export type { PrecisionLike, PrecisionName } from './precision'
export { pad, type PadMode, type PadOptions, type PadWidth } from './pad'
export * from './places'
export { polyfit, type PolyfitOptions } from './polyfit'
export * from './polynomial'
export type { JsonArray } from './host-data'
export type { NestedArray, Scalar, TensorLike } from './promote'
export {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  type Axis,
  max,
  mean,
  min,
  prod,
  ptp,
  type ReduceArg,
  type ReduceOptions,
  sum,
} from './reduce'
export {
  diag,
  diagIndices,
  diagonal,
  eye,
  geomspace,
  identity,
  indices,
  linspace,
  logspace,
  meshgrid,
  tri,
  tril,
  trilIndices,
  triu,
  triuIndices,
  vander,
} from './sequences'
export * from './running'
export * from './set-operations'
export * from './sets'
export * from './signal'
export * from './shape'
export { argpartition, argsort, digitize, lexsort, partition, searchsorted, sort, type SortOptions } from './sorting'
export { average, corrcoef, cov, median, percentile, quantile, type QuantileOptions, std, var, type VarianceOptions } from './statistics'
export type { Tensor } from '../tensor'
export { putAlongAxis, take, takeAlongAxis, type TakeOptions } from './take'
