/** Norms of vectors and matrices. Source: the jax.numpy.linalg functions of the same names. */
import { ArgumentError } from '../error'
import { literal } from '../literal'
import { axes as axesKind, boolean, either, number, of, oneOf, optionsOf, type OptionsOf } from '../options'
import { expandDims, squeeze } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { svdvals } from './decompositions'
import { absolute, power, sqrt, square } from './elementwise'
import { notEqual } from './logic'
import { axesOf, floatOperand, type TensorLike } from './promote'
import { max, min, sum } from './reduce'
import { moveaxis } from './shape'

/** Which norm: a number, Infinity, or for matrices `fro`, or `nuc`, the sum of singular values. */
export type NormOrder = number | 'fro' | 'nuc'
const normOptions = optionsOf({
  ord: of<NormOrder | null>()(either(number, oneOf('fro', 'nuc', null))),
  /** One axis for vectors, two for matrices, none for all elements. */
  axis: axesKind,
  keepdims: boolean,
})
/** Options of `norm`. */
export interface NormOptions extends OptionsOf<typeof normOptions> {}
/** The norm of vectors: 2 by default, any p, 0 (how many are not 0), Infinity and -Infinity. */
export const vectorNorm = (x: TensorLike, given?: NormOptions): Tensor => {
  const { ord = 2, axis = null, keepdims = false } = normOptions('linalg.vectorNorm', given)
  const t = floatOperand('vectorNorm', x)
  const options = { axis, keepdims }
  if (ord === 'nuc') throw new ArgumentError('linalg.vectorNorm', "'nuc' is a norm of matrices: give two axes")
  if (ord === null || ord === 2 || ord === 'fro') return sqrt(sum(square(t), options))
  if (ord === Number.POSITIVE_INFINITY) return max(absolute(t), options)
  if (ord === Number.NEGATIVE_INFINITY) return min(absolute(t), options)
  if (ord === 0) return sum(notEqual(t, 0), { ...options, dtype: t.dtype })
  if (ord === 1) return sum(absolute(t), options)
  return power(sum(power(absolute(t), literal(ord, t.dtype)), options), literal(1 / ord, t.dtype))
}
/**
 * The norm of matrices: Frobenius by default, 1 and Infinity (largest column and row sum), -1 and -Infinity (smallest), 2 and -2 (largest and
 * smallest singular value), nuc (their sum).
 */
export const matrixNorm = (x: TensorLike, given?: NormOptions): Tensor => {
  const { ord = 'fro', axis = [-2, -1], keepdims = false } = normOptions('linalg.matrixNorm', given)
  const t = floatOperand('matrixNorm', x)
  const [rows, columns, ...more] = axesOf('matrixNorm', axis, t.ndim, true)
  if (columns === undefined || more.length > 0) throw new ArgumentError('linalg.matrixNorm', 'a matrix norm needs two axes')
  if (ord === null || ord === 'fro') return sqrt(sum(square(t), { axis: [rows!, columns!], keepdims }))
  if (ord === 'nuc' || Math.abs(ord) === 2) {
    const s = svdvals(moveaxis(t, [rows!, columns], [-2, -1]))
    const out = ord === 'nuc' ? sum(s, { axis: -1 }) : ord === 2 ? max(s, { axis: -1, initial: 0 }) : min(s, { axis: -1 })
    return keepdims
      ? expandDims(
          out,
          [rows!, columns].sort((a, b) => a - b),
        )
      : out
  }
  if (Math.abs(ord) !== 1 && Math.abs(ord) !== Number.POSITIVE_INFINITY)
    throw new ArgumentError(
      'linalg.norm',
      `the order of a matrix norm may be 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity, got ${ord}`,
    )
  const [summed, compared] = Math.abs(ord) === 1 ? [rows!, columns!] : [columns!, rows!]
  const sums = sum(absolute(t), { axis: summed, keepdims: true })
  const out = ord > 0 ? max(sums, { axis: compared, keepdims: true, initial: 0 }) : min(sums, { axis: compared, keepdims: true })
  return keepdims ? out : squeeze(out, { dimensions: [rows!, columns!].sort((a, b) => a - b) })
}
/** The norm of vectors (one axis), matrices (two axes and an order), or of all elements. */
export const norm = (x: TensorLike, given?: NormOptions): Tensor => {
  const options = normOptions('linalg.norm', given)
  const t = floatOperand('norm', x)
  const { ord = null, axis = null } = options
  if (ord === null) return sqrt(sum(square(t), { axis, keepdims: options.keepdims }))
  const count = axis === null ? t.ndim : typeof axis === 'number' ? 1 : axis.length
  if (count === 1) return vectorNorm(t, options)
  if (count === 2) return matrixNorm(t, { ...options, axis: axis ?? [0, 1] })
  throw new ArgumentError('linalg.norm', `an order needs one axis (vectors) or two (matrices), got ${count}`)
}
