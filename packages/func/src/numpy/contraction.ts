/** Products of vectors and matrices. Source: the jax.numpy functions of the same names. */
import { range, type Shape } from '../aval'
import { ShapeError } from '../error'
import { literal } from '../literal'
import { anything, dtype as dtypeKind, type Kind, optionsOf, readArgument, samples, type OptionsOf, of } from '../options'
import { dotGeneral, type DotParams } from '../primitives/contraction'
import { pad } from '../primitives/layout'
import { expandDims, reshape, squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { diagonalOf } from './diagonal'
import { multiply, subtract } from './elementwise'
import { stack } from './join'
import { contract, type Labelled, ordered, productWith } from './labelled'
import { type PrecisionLike, precisionOf } from './precision'
import { asTensor, axisOf, broadcastShapes, broadcastTo, promoteTypes, type TensorLike } from './promote'
import { sum } from './reduce'
import { moveaxis } from './shape'

/** Precisions are read by their names. */
export const productKinds = {
  /** How exactly hardware multiplies; kernels of host and tfjs are always as exact as the dtype. */
  precision: of<PrecisionLike>()(anything),
  /** The dtype to accumulate in, and of the result. */
  preferredElementType: dtypeKind,
}
/** Reads options of products. */
export const productOptions = optionsOf(productKinds)
/** Options of products: how exact, and in which dtype sums are kept. */
export interface ProductOptions extends OptionsOf<typeof productOptions> {}
/** The parameters of a product. */
const productOf = (where: string, options: ProductOptions | undefined): Pick<DotParams, 'precision' | 'preferredElementType'> => {
  const { precision, preferredElementType = null } = productOptions(where, options)
  return { precision: precisionOf(where, precision), preferredElementType }
}
const mismatch = (where: string, a: Tensor, b: Tensor): ShapeError =>
  new ShapeError(where, [a.aval, b.aval], 'the contracted axes must have equal sizes')

/** Sum of products over the last axis of `x` and the second to last (or only) axis of `y`; with a scalar, their product. */
export const dot = (x: TensorLike, y: TensorLike, options?: ProductOptions): Tensor => {
  const [a, b] = promoteTypes('dot', [x, y])
  const product = productOf('dot', options)
  if (a.ndim === 0 || b.ndim === 0) return multiply(a, b)
  const [last, first] = [a.ndim - 1, Math.max(0, b.ndim - 2)]
  if (a.shape[last] !== b.shape[first]) throw mismatch('dot', a, b)
  return dotGeneral(a, b, {
    dimensionNumbers: [
      [[last], [first]],
      [[], []],
    ],
    ...product,
  })
}
/**
 * Matrix product over the last two axes, the others broadcast; vectors are a row on the left and a column on the right.
 * Errors: ShapeError for scalars and for sizes that don't fit.
 */
export const matmul = (x: TensorLike, y: TensorLike, options?: ProductOptions): Tensor => {
  const [a, b] = promoteTypes('matmul', [x, y])
  if (a.ndim === 0 || b.ndim === 0) throw new ShapeError('matmul', [a.aval, b.aval], 'scalars are no matrices; use multiply')
  const rank = Math.max(a.ndim, b.ndim) - 2
  const [left, right] = [matrixLabels(a, rank, ['m', 'k']), matrixLabels(b, rank, ['k', 'n'])]
  if (a.shape.at(-1) !== b.shape[Math.max(0, b.ndim - 2)]) throw mismatch('matmul', a, b)
  const batch = broadcastShapes('matmul', [
    { shape: a.shape.slice(0, -2), dtype: a.dtype },
    { shape: b.shape.slice(0, -2), dtype: b.dtype },
  ])
  const [l, r] = [withoutOnes(left), withoutOnes(right)]
  const outer = range(batch.length).map(String)
  const all = [...outer, ...(a.ndim > 1 ? ['m'] : []), ...(b.ndim > 1 ? ['n'] : [])]
  const present = all.filter((label) => l.labels.includes(label) || r.labels.includes(label))
  const product = contract(l, r, new Set(present), present, productWith(productOf('matmul', options)))
  const sizes: Shape = [...batch, ...(a.ndim > 1 ? [a.shape.at(-2)!] : []), ...(b.ndim > 1 ? [b.shape.at(-1)!] : [])]
  return reshape(ordered(product, present), { newSizes: sizes })
}
/** Batch axes are labelled by their place in the result's batch, counted so that the last ones meet. */
const matrixLabels = (x: Tensor, rank: number, [row, column]: readonly [string, string]): Labelled => {
  const matrix = x.ndim === 1 ? ['k'] : [row, column]
  const batch = Math.max(0, x.ndim - 2)
  return { x, labels: [...range(batch, Math.max(0, rank) - batch).map(String), ...matrix] }
}
/** Batch axes of size 1 left out: they are broadcast. */
const withoutOnes = ({ x, labels }: Labelled): Labelled => {
  const dimensions = range(Math.max(0, x.ndim - 2)).filter((i) => x.shape[i] === 1)
  return { x: squeeze(x, { dimensions }), labels: labels.filter((_, i) => !dimensions.includes(i)) }
}

/** Matrices `[..., m, k]` times vectors `[..., k]`. */
export const matvec = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('matvec', [asTensor(x), asTensor(y)])
  return squeeze(matmul(a, expandDims(b, [b.ndim])), { dimensions: [Math.max(a.ndim - 2, b.ndim - 1) + 1] })
}
/** Vectors `[..., k]` times matrices `[..., k, n]`. */
export const vecmat = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('vecmat', [asTensor(x), asTensor(y)])
  return squeeze(matmul(expandDims(a, [a.ndim - 1]), b), { dimensions: [Math.max(a.ndim - 1, b.ndim - 2)] })
}
/** Sum of products over the last axes of both. */
export const inner = (x: TensorLike, y: TensorLike, options?: ProductOptions): Tensor => {
  const [a, b] = promoteTypes('inner', [x, y])
  productOptions('inner', options)
  if (a.ndim === 0 || b.ndim === 0) return multiply(a, b)
  return tensordot(a, b, [[-1], [-1]], options)
}
/** Products of all pairs of elements: `[n, m]`. */
export const outer = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('outer', [x, y])
  return multiply(reshape(a, { newSizes: [a.size, 1] }), reshape(b, { newSizes: [1, b.size] }))
}
/** The dot product of all elements. */
export const vdot = (x: TensorLike, y: TensorLike, options?: ProductOptions): Tensor => {
  const [a, b] = promoteTypes('vdot', [x, y])
  return dot(reshape(a, { newSizes: [a.size] }), reshape(b, { newSizes: [b.size] }), options)
}
/** Sums of products along one axis, the others broadcast. */
export const vecdot = (x: TensorLike, y: TensorLike, axis = -1): Tensor => {
  const [a, b] = promoteTypes('vecdot', [asTensor(x), asTensor(y)])
  const last = (t: Tensor): Tensor => moveaxis(t, axisOf('vecdot', axis, t.ndim), -1)
  const [l, r] = [last(a), last(b)]
  if (l.shape.at(-1) !== r.shape.at(-1)) throw mismatch('vecdot', a, b)
  const product = matmul(expandDims(l, [l.ndim - 1]), expandDims(r, [r.ndim]))
  return squeeze(product, { dimensions: [product.ndim - 2, product.ndim - 1] })
}
const listedAxes: Kind = { expected: '', is: (x) => Number.isInteger(x) || (Array.isArray(x) && x.every(Number.isInteger)) }
const contractedAxes: Kind = {
  expected: 'how many axes, or two lists of axes',
  is: (x) => samples.is(x) || (Array.isArray(x) && x.length === 2 && x.every(listedAxes.is)),
}
/** Sum of products over several axes: the last n of `x` with the first n of `y`, or the listed ones. */
export const tensordot = (
  x: TensorLike,
  y: TensorLike,
  axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
  options?: ProductOptions,
): Tensor => {
  readArgument('tensordot', 'axes', contractedAxes, axes)
  const [a, b] = promoteTypes('tensordot', [x, y])
  const list = (v: number | readonly number[], rank: number): number[] =>
    (typeof v === 'number' ? [v] : v).map((i) => axisOf('tensordot', i, rank))
  const [l, r] = typeof axes === 'number' ? [range(axes, a.ndim - axes), range(axes)] : [list(axes[0], a.ndim), list(axes[1], b.ndim)]
  if (l.length !== r.length || l.some((i, k) => a.shape[i] === undefined || a.shape[i] !== b.shape[r[k]!]))
    throw mismatch('tensordot', a, b)
  return dotGeneral(a, b, {
    dimensionNumbers: [
      [l, r],
      [[], []],
    ],
    ...productOf('tensordot', options),
  })
}
/** The Kronecker product. */
export const kron = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('kron', [x, y])
  const rank = Math.max(a.ndim, b.ndim)
  const sizes = (t: Tensor): number[] => [...range(rank - t.ndim).map(() => 1), ...t.shape]
  const [p, q] = [sizes(a), sizes(b)]
  const left = reshape(a, { newSizes: p.flatMap((n) => [n, 1]) })
  const right = reshape(b, { newSizes: q.flatMap((n) => [1, n]) })
  return reshape(multiply(left, right), { newSizes: p.map((n, i) => n * q[i]!) })
}
/** The sum of the k-th diagonal of two axes. */
export const trace = (x: TensorLike, k = 0, axis1 = 0, axis2 = 1): Tensor =>
  sum(diagonalOf(asTensor(x, 'trace'), k, axis1, axis2), { axis: -1 })
/** The cross product of vectors of 3 along the last axis. A vector of 2 has a third component of 0; of two such only the third is answered. */
export const cross = (x: TensorLike, y: TensorLike, axis = -1): Tensor => {
  const [a, b] = promoteTypes('cross', [asTensor(x), asTensor(y)])
  const last = (t: Tensor): Tensor => moveaxis(t, axisOf('cross', axis, t.ndim), -1)
  const [l, r] = [last(a), last(b)]
  const [m, k] = [l.shape.at(-1)!, r.shape.at(-1)!]
  if ((m !== 3 && m !== 2) || (k !== 3 && k !== 2))
    throw new ShapeError('cross', [a.aval, b.aval], `vectors must have 2 or 3 components along axis ${axis}`)
  const n = Math.max(m, k)
  const full = (t: Tensor): Tensor =>
    t.shape.at(-1) === n
      ? t
      : pad(t, literal(0, t.dtype), { paddingConfig: t.shape.map((_, i) => [0, i === t.ndim - 1 ? 1 : 0, 0] as const) })
  const shape = broadcastShapes('cross', [full(l).aval, full(r).aval])
  const at = axisOf('cross', axis, shape.length)
  const [u, v] = [moveaxis(broadcastTo(full(l), shape), -1, 0), moveaxis(broadcastTo(full(r), shape), -1, 0)]
  const part = (t: Tensor, i: number): Tensor => t.at(i)
  const minor = (i: number, j: number): Tensor => subtract(multiply(part(u, i), part(v, j)), multiply(part(u, j), part(v, i)))
  if (n === 2) return minor(0, 1)
  return moveaxis(stack([minor(1, 2), minor(2, 0), minor(0, 1)]), 0, at)
}
