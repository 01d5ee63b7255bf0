/** Operations on sets of values: outside of transformations, or with a `size`. Source: jax.numpy. */
import type { Tensor } from '../tensor'
import { concatenate } from './join'
import { logicalNot } from './logic'
import { asTensor, promoteTypes, type TensorLike } from './promote'
import { compress } from './places'
import { isin, type SizeOptions, unique, uniqueAll } from './sets'
import { ravel } from './shape'

/** The sorted values of either. */
export const union1d = (x: TensorLike, y: TensorLike, options?: SizeOptions): Tensor => unique(concatenate([ravel(x), ravel(y)]), options)
/** The sorted values of both. */
export const intersect1d = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('intersect1d', [asTensor(x), asTensor(y)])
  const values = unique(a)
  return compress(isin(values, b), values)
}
/** The sorted values of `x` that are not in `y`. */
export const setdiff1d = (x: TensorLike, y: TensorLike): Tensor => {
  const values = unique(x)
  return compress(logicalNot(isin(values, y)), values)
}
/** The sorted values of one of them only. */
export const setxor1d = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteTypes('setxor1d', [asTensor(x), asTensor(y)])
  return unique(concatenate([setdiff1d(a, b), setdiff1d(b, a)]))
}
/** Distinct values and how often each occurs. */
export const uniqueCounts = (x: TensorLike, options?: SizeOptions): { readonly values: Tensor; readonly counts: Tensor } => {
  const { values, counts } = uniqueAll(x, options)
  return { values, counts }
}
/** Distinct values and for each element the place of its value. */
export const uniqueInverse = (x: TensorLike, options?: SizeOptions): { readonly values: Tensor; readonly inverse: Tensor } => {
  const { values, inverse } = uniqueAll(x, options)
  return { values, inverse }
}
