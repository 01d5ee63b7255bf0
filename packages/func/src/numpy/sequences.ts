/** Evenly spaced numbers, grids, and matrices of a pattern. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { type DType, isFloating } from '../dtype'
import { ArgumentError } from '../error'
import { literal } from '../literal'
import {
  boolean,
  count,
  dtype as dtypeKind,
  finite,
  integer,
  list,
  nullable,
  number,
  oneOf,
  optionsOf,
  readArgument,
  shape as shapeKind,
  samples,
  type OptionsOf,
} from '../options'
import { add } from '../primitives/arithmetic'
import { iota } from '../primitives/layout'
import { eq, ge } from '../primitives/piecewise'
import { broadcastInDim, convert, expandDims as expand } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { type DTypeOption, dtypeOption, zeros } from './creation'
import { diagonalOf } from './diagonal'
import { add as plus, multiply, power, subtract } from './elementwise'
import { ofNumbers } from './host-tensor'
import { concatenate, stack } from './join'
import { where } from './logic'
import { asTensor, broadcastTo, commonType, inexact, type TensorLike } from './promote'

const linspaceKinds = {
  /** Whether `stop` is the last number; true. */
  endpoint: boolean,
  dtype: dtypeKind,
}
const linspaceOptions = optionsOf(linspaceKinds, { alone: 'dtype' })
export interface LinspaceOptions extends OptionsOf<typeof linspaceOptions> {}
const logspaceOptions = optionsOf({
  ...linspaceKinds,
  /** 10. */
  base: number,
})
interface LogspaceOptions extends OptionsOf<typeof logspaceOptions> {}
const spacing = (op: string, num: number, endpoint: boolean): number => {
  readArgument(op, 'num', samples, num)
  return endpoint ? num - 1 : num
}
/**
 * `num` numbers from `start` to `stop`, evenly spaced; tensors for start and stop get a new first axis.
 * Computed on the host in float64 where both are numbers.
 */
export const linspace = (start: TensorLike, stop: TensorLike, num = 50, options?: LinspaceOptions): Tensor => {
  const given = linspaceOptions('linspace', options)
  const { endpoint = true, dtype = inexact(commonType([start, stop])).dtype } = given
  const div = spacing('linspace', num, endpoint)
  const round = (x: number): number => (isFloating(dtype) ? x : Math.floor(x))
  if (typeof start === 'number' && typeof stop === 'number') {
    const at = (i: number): number => (endpoint && i === div && num > 1 ? stop : div === 0 ? start : start + ((stop - start) * i) / div)
    return ofNumbers(
      range(num).map((i) => round(at(i))),
      dtype,
    )
  }
  const [a, b] = [asTensor(start, 'linspace'), asTensor(stop, 'linspace')]
  const rank = Math.max(a.ndim, b.ndim)
  const steps = range(num).map((i) => (div <= 0 ? 0 : i / div))
  const t = ofNumbers(steps, inexact({ dtype, weakType: false }).dtype, [num, ...range(rank).map(() => 1)])
  const line = plus(multiply(a, subtract(1, t)), multiply(b, t))
  return convert(line, dtype)
}
/** `base ** linspace(start, stop)`. */
export const logspace = (start: TensorLike, stop: TensorLike, num = 50, options?: LogspaceOptions): Tensor => {
  const { base = 10, endpoint, dtype = 'float32' } = logspaceOptions('logspace', options)
  return convert(power(base, linspace(start, stop, num, { endpoint })), dtype)
}
/** Numbers of a geometric progression from `start` to `stop`, both positive. */
export const geomspace = (start: number, stop: number, num = 50, options?: LinspaceOptions): Tensor => {
  const { endpoint = true, dtype = 'float32' } = linspaceOptions('geomspace', options)
  readArgument('geomspace', 'start', finite, start)
  readArgument('geomspace', 'stop', finite, stop)
  const div = spacing('geomspace', num, endpoint)
  const ratio = div <= 0 ? 1 : Math.log(stop / start) / div
  return ofNumbers(
    range(num).map((i) => (endpoint && i === div && num > 1 ? stop : start * Math.exp(ratio * i))),
    dtype,
  )
}

const diagonalMask = (rows: number, columns: number, k: number, at: typeof eq): Tensor => {
  const shape = [rows, columns]
  const i = iota({ dtype: 'int32', shape, dimension: 0 })
  const j = iota({ dtype: 'int32', shape, dimension: 1 })
  return at(k === 0 ? i : add(i, literal(k, 'int32')), j)
}
const eyeOptions = optionsOf(
  {
    /** Diagonal: 0 the main one, positive above it. */
    k: integer,
    dtype: dtypeKind,
  },
  { alone: 'dtype' },
)
export interface EyeOptions extends OptionsOf<typeof eyeOptions> {}
/** The sizes of a matrix. Errors: ArgumentError. */
const sizes = (where_: string, n: number, m: number | null): [number, number] => {
  readArgument(where_, 'n', samples, n)
  readArgument(where_, 'm', nullable(samples), m)
  return [n, m ?? n]
}
/** `[n, m]` (m = n) of zeros with ones on a diagonal. */
export const eye = (n: number, m: number | null = null, option?: DType | EyeOptions): Tensor => {
  const { k = 0, dtype = 'float32' } = eyeOptions('eye', option)
  return convert(diagonalMask(...sizes('eye', n, m), k, eq), dtype)
}
/** The identity matrix [n, n], float32 by default. */
export const identity = (n: number, option?: DTypeOption): Tensor => eye(n, null, { dtype: dtypeOption('identity', option) ?? 'float32' })
/** `[n, m]` with ones at and below the k-th diagonal. */
export const tri = (n: number, m: number | null = null, option?: DType | EyeOptions): Tensor => {
  const { k = 0, dtype = 'float32' } = eyeOptions('tri', option)
  return convert(diagonalMask(...sizes('tri', n, m), k, ge), dtype)
}
const matrixAxes = (op: string, x: Tensor): [number, number] => {
  if (x.ndim < 2) throw new ArgumentError(op, `expected at least 2 axes, got shape [${x.shape.join(',')}]`)
  return [x.shape.at(-2)!, x.shape.at(-1)!]
}
/** The lower triangle of the last two axes, zeros above the k-th diagonal. */
export const tril = (x: TensorLike, k = 0): Tensor => {
  const t = asTensor(x, 'tril')
  readArgument('tril', 'k', integer, k)
  return where(diagonalMask(...matrixAxes('tril', t), k, ge), t, literal(0, t.dtype))
}
/** The upper triangle of the last two axes, zeros below the k-th diagonal. */
export const triu = (x: TensorLike, k = 0): Tensor => {
  const t = asTensor(x, 'triu')
  readArgument('triu', 'k', integer, k)
  return where(diagonalMask(...matrixAxes('triu', t), k - 1, ge), literal(0, t.dtype), t)
}
/** Row and column indices of the lower triangle of an `[n, m]` matrix. */
export const trilIndices = (n: number, k = 0, m = n): [Tensor, Tensor] => triangleIndices('trilIndices', n, m, k, (i, j) => j - i <= k)
/** Row and column indices of the upper triangle of an `[n, m]` matrix. */
export const triuIndices = (n: number, k = 0, m = n): [Tensor, Tensor] => triangleIndices('triuIndices', n, m, k, (i, j) => j - i >= k)
const triangleIndices = (where_: string, n: number, m: number, k: number, inside: (i: number, j: number) => boolean): [Tensor, Tensor] => {
  sizes(where_, n, m)
  readArgument(where_, 'k', integer, k)
  const pairs = range(n).flatMap((i) =>
    range(m)
      .filter((j) => inside(i, j))
      .map((j) => [i, j] as const),
  )
  const column = (at: 0 | 1): Tensor =>
    ofNumbers(
      pairs.map((p) => p[at]),
      'int32',
    )
  return [column(0), column(1)]
}
/** Indices of the main diagonal of an `[n, n, ...]` tensor of `ndim` axes. */
export const diagIndices = (n: number, ndim = 2): Tensor[] => {
  readArgument('diagIndices', 'n', count, n)
  readArgument('diagIndices', 'ndim', samples, ndim)
  return range(ndim).map(() => iota({ dtype: 'int32', shape: [n], dimension: 0 }))
}
const meshgridOptions = optionsOf(
  {
    /** 'xy' (the default) swaps the first two axes of the results, 'ij' does not. */
    indexing: oneOf('xy', 'ij'),
    /** Leave size 1 where a result does not vary. */
    sparse: boolean,
  },
  { hint: 'the coordinates stand in one list: meshgrid([x, y])' },
)
interface MeshgridOptions extends OptionsOf<typeof meshgridOptions> {}
/** Coordinate tensors of a grid from 1-d tensors of coordinates. */
export const meshgrid = (xs: readonly TensorLike[], options?: MeshgridOptions): Tensor[] => {
  const { indexing = 'xy', sparse = false } = meshgridOptions('meshgrid', options)
  readArgument('meshgrid', 'coordinates', list, xs)
  const ts = xs.map((x) => asTensor(x, 'meshgrid'))
  for (const t of ts) if (t.ndim !== 1) throw new ArgumentError('meshgrid', `expected 1-d coordinates, got shape [${t.shape.join(',')}]`)
  const axis = (i: number): number => (indexing === 'xy' && ts.length >= 2 && i < 2 ? 1 - i : i)
  const shape = range(ts.length).map((a) => ts[axis(a)]!.shape[0]!)
  return ts.map((t, i) => {
    const thin = shape.map((_, a) => (a === axis(i) ? t.shape[0]! : 1))
    return broadcastInDim(t, { shape: sparse ? thin : shape, broadcastDimensions: [axis(i)] })
  })
}
/** `[k, ...shape]`: the index of each place of a grid. */
export const indices = (shape: readonly number[], option?: DTypeOption): Tensor => {
  readArgument('indices', 'shape', shapeKind, shape)
  const dtype = dtypeOption('indices', option) ?? 'int32'
  return stack(shape.map((_, dimension) => iota({ dtype, shape, dimension })))
}

/** A vector as the k-th diagonal of a matrix; the k-th diagonal of a matrix. */
export const diag = (x: TensorLike, k = 0): Tensor => {
  const t = asTensor(x, 'diag')
  readArgument('diag', 'k', integer, k)
  if (t.ndim === 2) return diagonal(t, k)
  if (t.ndim !== 1) throw new ArgumentError('diag', `expected a vector or a matrix, got shape [${t.shape.join(',')}]`)
  const n = t.shape[0]! + Math.abs(k)
  const padded = k >= 0 ? concatenate([zeros([k], t.dtype), t]) : concatenate([t, zeros([-k], t.dtype)])
  return where(diagonalMask(n, n, k, eq), broadcastTo(k === 0 ? t : padded, [n, n]), literal(0, t.dtype))
}
/** The k-th diagonals of a tensor's planes, as a new last axis. */
export const diagonal = (x: TensorLike, k = 0, axis1 = 0, axis2 = 1): Tensor => diagonalOf(asTensor(x, 'diagonal'), k, axis1, axis2)
const vanderOptions = optionsOf({ increasing: boolean })
interface VanderOptions extends OptionsOf<typeof vanderOptions> {}
/** Products with itself: `[n, k]` of powers from k - 1 down to 0. */
export const vander = (x: TensorLike, n?: number, options?: VanderOptions): Tensor => {
  const { increasing = false } = vanderOptions('vander', options)
  const t = asTensor(x, 'vander')
  if (t.ndim !== 1) throw new ArgumentError('vander', `expected a vector, got shape [${t.shape.join(',')}]`)
  const k = n ?? t.shape[0]!
  readArgument('vander', 'n', samples, k)
  const exponents = ofNumbers(
    range(k).map((i) => (increasing ? i : k - 1 - i)),
    t.dtype,
  )
  return power(expand(t, [1]), exponents)
}
