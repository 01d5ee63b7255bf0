/** Places in matrices by a pattern. Source: the jax.numpy functions of the same names. */
import { ArgumentError } from '../error'
import { integer, readArgument, readFunction, samples } from '../options'
import type { Tensor } from '../tensor'
import { ones } from './creation'
import { asTensor, type TensorLike } from './promote'
import { diagIndices, trilIndices, triuIndices } from './sequences'
import { nonzero, type SizeOptions } from './sets'

const sizesOf = (where: string, x: TensorLike): readonly [number, number] => {
  const { shape } = asTensor(x, where)
  if (shape.length !== 2) throw new ArgumentError(where, `expected a matrix, got shape [${shape.join(',')}]`)
  return [shape[0]!, shape[1]!]
}
/** Row and column indices of the lower triangle of a matrix like `x`. Errors: ArgumentError. */
export const trilIndicesFrom = (x: TensorLike, k = 0): [Tensor, Tensor] => {
  const [n, m] = sizesOf('trilIndicesFrom', x)
  return trilIndices(n, k, m)
}
/** Row and column indices of the upper triangle of a matrix like `x`. Errors: ArgumentError. */
export const triuIndicesFrom = (x: TensorLike, k = 0): [Tensor, Tensor] => {
  const [n, m] = sizesOf('triuIndicesFrom', x)
  return triuIndices(n, k, m)
}
/** Indices of the main diagonal of a tensor whose axes have one size. Errors: ArgumentError. */
export const diagIndicesFrom = (x: TensorLike): Tensor[] => {
  const { shape } = asTensor(x, 'diagIndicesFrom')
  if (shape.length < 2 || new Set(shape).size !== 1)
    throw new ArgumentError('diagIndicesFrom', `expected at least two axes, all of one size, got shape [${shape.join(',')}]`)
  return diagIndices(shape[0]!, shape.length)
}
/**
 * Row and column indices of what `mask` (such as `np.triu`) leaves of an `[n, n]` matrix of ones. Inside of jit `size` says how many.
 * Errors: ConcretizationError under jit without `size`.
 */
export const maskIndices = (n: number, mask: (x: Tensor, k: number) => Tensor, k = 0, options?: SizeOptions): [Tensor, Tensor] => {
  readArgument('maskIndices', 'n', samples, n)
  readFunction('maskIndices', mask, 'mask')
  readArgument('maskIndices', 'k', integer, k)
  const [rows, columns] = nonzero(mask(ones([n, n]), k), options)
  return [rows!, columns!]
}
