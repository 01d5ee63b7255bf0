/**
 * The methods of tensors: what numpy's functions do, with the tensor as first operand. Types only; `numpy/methods.ts` puts them on.
 */
import type { HostArray } from './backend/backend'
import type { DType, TypedArray } from './dtype'
import type { ProductOptions } from './numpy/contraction'
import type { IndexElement, Index } from './numpy/index-spec'
import type { UpdateOptions } from './numpy/index-update'
import type { JsonArray } from './numpy/host-data'
import type { NestedArray, Scalar, TensorLike } from './numpy/promote'
import type { ArgOptions, Axis, ExtremumOptions, MaskedOptions, MeanOptions, ReduceArg, ReduceOptions } from './numpy/reduce'
import type { SortOptions } from './numpy/sorting'
import type { VarianceOptions } from './numpy/statistics'
import type { TakeOptions } from './numpy/take'
import type { Tensor } from './tensor'

/** What an element of a dtype is in JavaScript: `item()` is a number, `item<'bool'>()` a boolean, `item<'int64'>()` a bigint. */
export type ScalarOf<D extends DType> = D extends 'bool' ? boolean : D extends 'int64' | 'uint64' ? bigint : number
type Arrays = {
  readonly float64: Float64Array
  readonly int8: Int8Array
  readonly int16: Int16Array
  readonly int32: Int32Array
  readonly int64: BigInt64Array
  readonly bool: Uint8Array
  readonly uint8: Uint8Array
  readonly uint16: Uint16Array
  readonly uint32: Uint32Array
  readonly uint64: BigUint64Array
}
/** The typed array of the elements of a dtype; of numbers where none is named: `data<'int64'>()` has bigints. */
export type DataOf<D extends DType> = [D] extends [never]
  ? Exclude<TypedArray, BigInt64Array | BigUint64Array>
  : D extends keyof Arrays
    ? Arrays[D]
    : Float32Array

type Reduction<O> = (axis?: ReduceArg<O>) => Tensor

export interface TensorMethods {
  add(y: TensorLike): Tensor
  sub(y: TensorLike): Tensor
  mul(y: TensorLike): Tensor
  /** True division: floats. */
  div(y: TensorLike): Tensor
  floorDivide(y: TensorLike): Tensor
  /** The remainder with the sign of the divisor. */
  mod(y: TensorLike): Tensor
  pow(y: TensorLike): Tensor
  neg(): Tensor
  abs(): Tensor
  sign(): Tensor
  square(): Tensor
  sqrt(): Tensor
  exp(): Tensor
  log(): Tensor
  sin(): Tensor
  cos(): Tensor
  tanh(): Tensor
  floor(): Tensor
  ceil(): Tensor
  round(decimals?: number): Tensor
  clip(min?: TensorLike | null, max?: TensorLike | null): Tensor
  maximum(y: TensorLike): Tensor
  minimum(y: TensorLike): Tensor

  /** Element by element: a tensor of booleans. */
  equal(y: TensorLike): Tensor
  notEqual(y: TensorLike): Tensor
  less(y: TensorLike): Tensor
  lessEqual(y: TensorLike): Tensor
  greater(y: TensorLike): Tensor
  greaterEqual(y: TensorLike): Tensor
  /** `equal notEqual less lessEqual greater greaterEqual` in short. */
  eq(y: TensorLike): Tensor
  ne(y: TensorLike): Tensor
  lt(y: TensorLike): Tensor
  le(y: TensorLike): Tensor
  gt(y: TensorLike): Tensor
  ge(y: TensorLike): Tensor
  logicalAnd(y: TensorLike): Tensor
  logicalOr(y: TensorLike): Tensor
  logicalNot(): Tensor
  /** Bits of integers, logic of booleans. */
  bitwiseAnd(y: TensorLike): Tensor
  bitwiseOr(y: TensorLike): Tensor
  bitwiseXor(y: TensorLike): Tensor

  dot(y: TensorLike, options?: ProductOptions): Tensor
  /** Matrix product. */
  matmul(y: TensorLike, options?: ProductOptions): Tensor

  /** Over an axis, several, or all; or options `{ axis, keepdims, where, initial, dtype }`. */
  sum: Reduction<ReduceOptions>
  prod: Reduction<ReduceOptions>
  mean: Reduction<MeanOptions>
  /** Of all elements, or over axes; the larger of two tensors is `x.maximum(y)`. */
  max: Reduction<ExtremumOptions>
  min: Reduction<ExtremumOptions>
  all: Reduction<MaskedOptions>
  any: Reduction<MaskedOptions>
  std(axis?: ReduceArg<VarianceOptions>): Tensor
  var(axis?: ReduceArg<VarianceOptions>): Tensor
  argmax(axis?: number | null | ArgOptions): Tensor
  argmin(axis?: number | null | ArgOptions): Tensor
  cumsum(axis?: number | null): Tensor
  cumprod(axis?: number | null): Tensor
  sort(option?: number | null | SortOptions): Tensor
  argsort(option?: number | null | SortOptions): Tensor

  /** `x.reshape([2, -1])` or `x.reshape(2, -1)`. */
  reshape(...shape: readonly number[] | readonly [readonly number[]]): Tensor
  ravel(): Tensor
  flatten(): Tensor
  /** Axes in another order, `x.transpose([1, 0])` or `x.transpose(1, 0)`; reversed without arguments. */
  transpose(...axes: readonly number[] | readonly [readonly number[] | null]): Tensor
  swapaxes(axis1: number, axis2: number): Tensor
  squeeze(axis?: Axis): Tensor
  expandDims(axis: number | readonly number[]): Tensor
  broadcastTo(shape: readonly number[]): Tensor
  repeat(repeats: number | readonly number[], axis?: number | null): Tensor
  take(indices: TensorLike, option?: number | null | TakeOptions): Tensor
  astype(dtype: DType): Tensor
  /** A tensor of its own with the same values. */
  copy(): Tensor
  /** Axes in reverse order. */
  readonly T: Tensor
  /** The last two axes exchanged. */
  readonly mT: Tensor

  /**
   * The element or part at an index, as numpy's `x[...]`: integers, `slice(1, -1)` or '1:-1', null for a new axis, '...', integer
   * tensors and arrays, boolean masks.
   *
   * @example
   * x.at(0, ':', np.slice(1, -1))
   */
  at(...index: readonly IndexElement[]): Tensor
  /** A tensor with `value` at an index, whose elements stand in a list: `x.setAt([0, '1:3'], 5)`. Places outside are left out. */
  setAt(index: Index, value: TensorLike, options?: UpdateOptions): Tensor
  addAt(index: Index, value: TensorLike, options?: UpdateOptions): Tensor
  mulAt(index: Index, value: TensorLike, options?: UpdateOptions): Tensor
  minAt(index: Index, value: TensorLike, options?: UpdateOptions): Tensor
  maxAt(index: Index, value: TensorLike, options?: UpdateOptions): Tensor
  /** The parts along the first axis. */
  [Symbol.iterator](): Iterator<Tensor>

  /**
   * The value of a tensor of one element. Waits for the device.
   * Errors: ConcretizationError under a transformation that traces; LostDerivativeError while the tensor is being differentiated;
   * BackendError where the device can't wait (use `await x.data()`).
   */
  item<D extends DType = 'float32'>(): ScalarOf<D>
  /** The values as nested arrays (a scalar is itself). Errors: as `item`. */
  toArray(): Scalar | NestedArray
  /**
   * What `JSON.stringify` writes: as `toArray`, with NaN, the infinities and integers beyond 2^53 as text. It does not say the dtype, so it
   * is for reading and for logs; to save variables, write `await x.hostArray()`. Errors: as `item`.
   */
  toJSON(): JsonArray
  /** The values in row-major order; float16 and bfloat16 as Float32Array. Errors: as `item`. */
  dataSync<D extends DType = never>(): DataOf<D>
  /** The values in row-major order, when the device has them. */
  data<D extends DType = never>(): Promise<DataOf<D>>
  /** Shape, dtype and raw data, copied. */
  hostArray(): Promise<HostArray>
  /** Frees the memory of a concrete tensor now; tracers have none. */
  dispose(how?: string): void
  [Symbol.dispose](): void
  /**
   * As `item()`, for `x > 0` and `Number(x)`; text in template strings. JavaScript can't tell a comparison from arithmetic, so while the
   * tensor is being differentiated all of them are a LostDerivativeError: compare by `x.greater(0).item()`, compute by methods.
   */
  [Symbol.toPrimitive](hint: string): string | number
  toString(): string
}
