/**
 * Every leaf primitive and its parameters, family by family, and every primitive that holds programs or says something of values: the
 * contract between func and backends. Types only.
 *
 * Names and meanings are those of jax.lax (in camelCase), so that printed programs compare with JAX's. In all pointwise
 * primitives operands have equal shapes, or are scalars (shape []) beside operands of the result's shape; dtypes are equal
 * unless a note says otherwise. All axes are non-negative.
 */
import type { Shape } from './aval'
import type { DType } from './dtype'
import type { ConstantParams } from './interpreters/constant'
import type { Jaxpr } from './ir/jaxpr'
import type { CheckpointParams } from './primitives/call/checkpoint'
import type { JitParams } from './primitives/call/jit'
import type { NameParams } from './primitives/call/name'
import type { CondParams } from './primitives/control/cond'
import type { ScanParams } from './primitives/control/scan-params'
import type { WhileParams } from './primitives/control/while'
import type { ShardingConstraintParams } from './primitives/sharding'

/** Nothing but operands. */
export type NoParams = Readonly<Record<never, never>>

/** Used by the interpreters themselves, so closed under every rule. */
export interface StructuralParams {
  /** Operand axis `i` becomes axis `broadcastDimensions[i]` of `shape` (its size there, or 1); other axes are new. */
  broadcast_in_dim: { readonly shape: Shape; readonly broadcastDimensions: readonly number[] }
  /** Result axis `i` is operand axis `permutation[i]`. */
  transpose: { readonly permutation: readonly number[] }
  reshape: { readonly newSizes: Shape }
  /** Removes axes of size 1. */
  squeeze: { readonly dimensions: readonly number[] }
  reduce_sum: { readonly axes: readonly number[] }
  /** Addition of cotangents: equal shapes and dtypes. */
  add_any: NoParams
  /** float to integer rounds toward zero (saturating, NaN to 0); anything to bool is `!= 0`. */
  convert_element_type: { readonly newDtype: DType; readonly weakType: boolean }
}

/** One or two operands of a numeric dtype; result of the same dtype. */
export interface ArithmeticParams {
  neg: NoParams
  add: NoParams
  sub: NoParams
  mul: NoParams
  /** Integers: quotient rounded toward zero (by 0: -1, as XLA). */
  div: NoParams
  /** Remainder with the sign of the dividend. */
  rem: NoParams
  /** `x ** y`; y an integer parameter. */
  integer_pow: { readonly y: number }
  square: NoParams
}
/** Unary but where noted; floats only. */
export interface TranscendentalParams {
  exp: NoParams
  exp2: NoParams
  expm1: NoParams
  log: NoParams
  log1p: NoParams
  sqrt: NoParams
  rsqrt: NoParams
  cbrt: NoParams
  sin: NoParams
  cos: NoParams
  tan: NoParams
  asin: NoParams
  acos: NoParams
  atan: NoParams
  sinh: NoParams
  cosh: NoParams
  tanh: NoParams
  asinh: NoParams
  acosh: NoParams
  atanh: NoParams
  logistic: NoParams
  erf: NoParams
  erfc: NoParams
  erf_inv: NoParams
  lgamma: NoParams
  digamma: NoParams
  /** Binary. */
  pow: NoParams
  /** Binary. */
  atan2: NoParams
}
/** Comparison, choice and rounding. */
export interface PiecewiseParams {
  abs: NoParams
  sign: NoParams
  floor: NoParams
  ceil: NoParams
  /** Ties away from zero (0) or to even (1). */
  round: { readonly roundingMethod: 0 | 1 }
  /** Binary; NaN wins. */
  max: NoParams
  /** Binary; NaN wins. */
  min: NoParams
  /** Operands (min, x, max); min and max scalars or of the shape of x. */
  clamp: NoParams
  /** float -> bool. */
  is_finite: NoParams
  /** Two operands -> bool. */
  eq: NoParams
  ne: NoParams
  lt: NoParams
  le: NoParams
  gt: NoParams
  ge: NoParams
  /** Operands (which, ...cases): bool `which` with two cases (false, true), or int32 with any number; `which` is a scalar or of their shape. */
  select_n: NoParams
  /** Identity whose derivative is zero. */
  stop_gradient: NoParams
  /** Identity. */
  copy: NoParams
}
/** Integers; and, or, xor, not also bool (logical). */
export interface BitwiseParams {
  and: NoParams
  or: NoParams
  xor: NoParams
  not: NoParams
  shift_left: NoParams
  shift_right_logical: NoParams
  shift_right_arithmetic: NoParams
  population_count: NoParams
  clz: NoParams
  /** Same bits, other dtype of equal width. */
  bitcast_convert_type: { readonly newDtype: DType }
}
/** Reductions over axes. */
export interface ReductionParams {
  reduce_max: { readonly axes: readonly number[] }
  reduce_min: { readonly axes: readonly number[] }
  reduce_prod: { readonly axes: readonly number[] }
  /** bool only. */
  reduce_and: { readonly axes: readonly number[] }
  reduce_or: { readonly axes: readonly number[] }
  /** First index of the extremum along one axis; NaN counts as the extremum. */
  argmax: { readonly axes: readonly [number]; readonly indexDtype: DType }
  argmin: { readonly axes: readonly [number]; readonly indexDtype: DType }
}
/** Shape-preserving, inclusive. */
export interface CumulativeParams {
  cumsum: { readonly axis: number; readonly reverse: boolean }
  cumprod: { readonly axis: number; readonly reverse: boolean }
  cummax: { readonly axis: number; readonly reverse: boolean }
  cummin: { readonly axis: number; readonly reverse: boolean }
  cumlogsumexp: { readonly axis: number; readonly reverse: boolean }
}
/** What moves elements and computes nothing. */
export interface LayoutParams {
  /** Positive strides. */
  slice: { readonly startIndices: Shape; readonly limitIndices: Shape; readonly strides: Shape | null }
  concatenate: { readonly dimension: number }
  /** Operands (x, value []); per axis [low, high, interior], low and high may be negative (cropping). */
  pad: { readonly paddingConfig: readonly (readonly [number, number, number])[] }
  rev: { readonly dimensions: readonly number[] }
  /** No operands: 0, 1, ... along one axis. */
  iota: { readonly dtype: DType; readonly shape: Shape; readonly dimension: number }
}
/** Which axes of operand, indices and result are what. Source: jax.lax.GatherDimensionNumbers. */
export interface GatherDimensionNumbers {
  readonly offsetDims: readonly number[]
  readonly collapsedSliceDims: readonly number[]
  readonly startIndexMap: readonly number[]
  readonly operandBatchingDims: readonly number[]
  readonly startIndicesBatchingDims: readonly number[]
}
/** Which axes of operand, indices and updates are what. Source: jax.lax.ScatterDimensionNumbers. */
export interface ScatterDimensionNumbers {
  readonly updateWindowDims: readonly number[]
  readonly insertedWindowDims: readonly number[]
  readonly scatterDimsToOperandDims: readonly number[]
  readonly operandBatchingDims: readonly number[]
  readonly scatterIndicesBatchingDims: readonly number[]
}
/** `clip` moves a window inside; `fill` reads `fillValue` / drops the update where any index is out of bounds. */
export type GatherMode = 'clip' | 'fill' | 'promise_in_bounds'
/** Parameters of all scatters. */
export interface ScatterParams {
  readonly dimensionNumbers: ScatterDimensionNumbers
  readonly indicesAreSorted: boolean
  readonly uniqueIndices: boolean
  readonly mode: GatherMode
}
/** Gathers, scatters and slices at starts that are computed. */
export interface IndexingParams {
  /** Operands (x, ...starts: int32 scalars, one an axis); starts are clamped. */
  dynamic_slice: { readonly sliceSizes: Shape }
  /** Operands (x, update, ...starts). */
  dynamic_update_slice: NoParams
  /** Operands (x, indices [..., k] int32 or uint32): XLA's gather; the index vector is the last axis. */
  gather: {
    readonly dimensionNumbers: GatherDimensionNumbers
    readonly sliceSizes: Shape
    readonly mode: GatherMode
    /** null: NaN for floats, the lowest int, the largest uint, true for bool, as in JAX. */
    readonly fillValue: number | null
  }
  /** Operands (x, indices [..., k], updates): XLA's scatter, which replaces. */
  scatter: ScatterParams
  'scatter-add': ScatterParams
  'scatter-mul': ScatterParams
  'scatter-min': ScatterParams
  'scatter-max': ScatterParams
}
/** Sorts, and the greatest elements. */
export interface SortParams {
  /** Any number of operands of one shape, sorted together by the first `numKeys`, in lexicographic order, ascending; NaN last, -0 = 0. */
  sort: { readonly dimension: number; readonly isStable: boolean; readonly numKeys: number }
  /** One operand -> the k largest along `axis` (descending) and their int32 indices; ties: lower index first. */
  top_k: { readonly k: number; readonly axis: number }
}
/**
 * How exactly hardware with fast inexact products multiplies an operand: XLA's. The kernels of host and tfjs compute in the
 * precision of the dtype always.
 */
export type Precision = 'default' | 'high' | 'highest'
/** How exact products are, for each side. */
export type PrecisionPair = readonly [lhs: Precision, rhs: Precision]
/** Products. */
export interface ContractionParams {
  /** Result axes: batch, then free axes of lhs, then of rhs. */
  dot_general: {
    readonly dimensionNumbers: readonly [
      contract: readonly [lhs: readonly number[], rhs: readonly number[]],
      batch: readonly [lhs: readonly number[], rhs: readonly number[]],
    ]
    /** Absent or null: the backend's default. */
    readonly precision?: PrecisionPair | null
    readonly preferredElementType: DType | null
  }
}
/** Which axes of both sides and the result are batch, features and space. Source: jax.lax.ConvDimensionNumbers. */
export interface ConvDimensionNumbers {
  /** Axis of lhs that is [batch, feature, ...spatial]. */
  readonly lhsSpec: readonly number[]
  /** Axis of rhs that is [out feature, in feature, ...spatial]. */
  readonly rhsSpec: readonly number[]
  /** Axis of the result that is [batch, feature, ...spatial]. */
  readonly outSpec: readonly number[]
}
/** Convolutions. */
export interface ConvolutionParams {
  /** Any number of spatial axes. Padding may be negative. rhs is not flipped. */
  conv_general_dilated: {
    readonly windowStrides: Shape
    readonly padding: readonly (readonly [number, number])[]
    readonly lhsDilation: Shape
    readonly rhsDilation: Shape
    readonly dimensionNumbers: ConvDimensionNumbers
    readonly featureGroupCount: number
    readonly batchGroupCount: number
    readonly precision?: PrecisionPair | null
    readonly preferredElementType: DType | null
  }
}
/** Windows over an array: sizes, strides, padding, dilations. */
export interface WindowShape {
  /** One entry for each axis of the operand. */
  readonly windowDimensions: Shape
  readonly windowStrides: Shape
  readonly padding: readonly (readonly [number, number])[]
  readonly baseDilation: Shape
  readonly windowDilation: Shape
}
/** Reductions over windows, and their derivatives. */
export interface WindowParams {
  reduce_window_sum: WindowShape
  /** Padding reads the identity: -inf, or the lowest integer. */
  reduce_window_max: WindowShape
  reduce_window_min: WindowShape
  /** Operands (source, operand): adds each source element to the first place of its window where operand is largest (ge) or smallest (le). */
  select_and_scatter_add: {
    readonly select: 'ge' | 'le'
    readonly windowDimensions: Shape
    readonly windowStrides: Shape
    readonly padding: readonly (readonly [number, number])[]
  }
  /** Operands (tangents, operand): for each window of operand the tangent at the place of its first largest or smallest element. */
  select_and_gather_add: WindowShape & { readonly select: 'ge' | 'le' }
}
/** Random bits. */
export interface RandomParams {
  /** Operands (key1, key2, x1, x2), uint32 and pointwise (scalars broadcast) -> two uint32 results: Threefry-2x32, 20 rounds. */
  threefry2x32: NoParams
}
/** Linear algebra. */
export interface LinalgParams {
  /** [..., m, n] -> q [..., m, k], r [..., k, n], k = m if fullMatrices else min(m, n); Householder, LAPACK's signs. */
  qr: { readonly fullMatrices: boolean }
  /** Lower triangular; only the lower triangle is read (callers symmetrize); NaN where not positive definite. */
  cholesky: NoParams
  /** Operands (a [..., n, n], b [..., n, m] or [..., m, n]): solves op(a) x = b, or x op(a) = b when not leftSide. */
  triangular_solve: {
    readonly leftSide: boolean
    readonly lower: boolean
    readonly transposeA: boolean
    readonly unitDiagonal: boolean
  }
  /** [..., n, n] symmetric, of which one triangle is read -> eigenvectors v (columns) [..., n, n], eigenvalues w [..., n], ascending; NaN where x has any. */
  eigh: { readonly lower: boolean }
  /** [..., m, n] -> s [..., k], descending, k = min(m, n); if computeUv also u [..., m, k or m] and vt [..., k or n, n]; NaN where x has any. */
  svd: { readonly fullMatrices: boolean; readonly computeUv: boolean }
  /** [..., m, n] -> l below the diagonal and u [..., m, n], pivots and permutation: int32 [..., k], [..., m]; x[permutation] = l u; LAPACK's. */
  lu: NoParams
}

/** The parameters of each leaf. */
export interface ParamsOf
  extends StructuralParams,
    ArithmeticParams,
    TranscendentalParams,
    PiecewiseParams,
    BitwiseParams,
    ReductionParams,
    CumulativeParams,
    LayoutParams,
    IndexingParams,
    SortParams,
    ContractionParams,
    ConvolutionParams,
    WindowParams,
    RandomParams,
    LinalgParams {}
/** Leaves: what a backend of kernels has a kernel for. */
export type LeafName = keyof ParamsOf

/** Primitives of programs that are no leaves. Where a backend has kernels, func runs them; a compiler lowers them. */
export interface BodyParams {
  /** Calls a program. */
  jit: JitParams
  /** Calls a program; where `preventCse`, its work is not to be merged with equal work outside. */
  checkpoint: CheckpointParams
  /** Call the program, whose derivative is the user's. */
  custom_jvp_call: { readonly jaxpr: Jaxpr }
  custom_vjp_call: { readonly jaxpr: Jaxpr }
  /** Calls the program, a linear function whose transpose is given. */
  linear_call: { readonly jaxpr: Jaxpr }
  /** Calls the program, whose batching is the user's. */
  custom_vmap_call: { readonly jaxpr: Jaxpr }
  /** Operands: constants, carry, arrays whose rows the steps read. Results: carry, rows of all steps. */
  scan: ScanParams
  /** Operands: constants of the condition, of the body, carry. Results: carry. */
  while: WhileParams
  /** Operands: index (int32, clamped), then what every branch gets. */
  cond: CondParams
  /** No operands: a tensor. */
  constant: ConstantParams
  /** Identity. */
  name: NameParams
  /** Identity, which says how a value lies over devices. */
  sharding_constraint: ShardingConstraintParams
}
/** Primitives that hold programs, or are marks in them. */
export type BodyName = keyof BodyParams
/** All that stands in the programs that a backend gets. */
export interface PrimitiveParams extends ParamsOf, BodyParams {}
/** All that stands in programs that a backend gets. */
export type PrimitiveName = keyof PrimitiveParams
