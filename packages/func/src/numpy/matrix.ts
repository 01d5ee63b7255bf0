/** What functions of matrices take: the last two axes; leading ones are batches. */
import { ShapeError } from '../error'
import type { Tensor } from '../tensor'
import { floatOperand, type TensorLike } from './promote'

/** A floating matrix. Errors: ShapeError. */
export const matrix = (where_: string, x: TensorLike): Tensor => {
  const t = floatOperand(where_, x)
  if (t.ndim < 2) throw new ShapeError(where_, [t.aval], 'expected a matrix (or several, in leading axes)')
  return t
}
/** A floating square matrix. Errors: ShapeError. */
export const squareMatrix = (where_: string, x: TensorLike): Tensor => {
  const t = matrix(where_, x)
  if (t.shape.at(-1) !== t.shape.at(-2)) throw new ShapeError(where_, [t.aval], 'the last two axes must have equal sizes')
  return t
}
