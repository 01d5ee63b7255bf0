/** Products of matrices: an operand that is transposed within each matrix is passed as it is, with a flag. */
import { BackendError, type ContractionParams, sizeOf } from '@heddle/func/backend'
import type { Block, Value } from './block'
import type { Lower, Lowerings } from './lowering'
import { cast, matmul, reshape, transpose } from './ops'

const isOrdered = (order: readonly number[]): boolean => order.every((axis, i) => axis === i)
/** As [...batch, rows, columns], or with both swapped. */
const arranged = (b: Block, x: Value, batch: readonly number[], rows: readonly number[], columns: readonly number[]) => {
  const transposed = !isOrdered([...batch, ...rows, ...columns]) && isOrdered([...batch, ...columns, ...rows])
  const [first, second] = transposed ? [columns, rows] : [rows, columns]
  const sizes = (axes: readonly number[]): number[] => axes.map((i) => x.shape[i]!)
  const moved = transpose(b, x, [...batch, ...first, ...second])
  return { transposed, value: reshape(b, moved, [...sizes(batch), sizeOf(sizes(first)), sizeOf(sizes(second))]) }
}
const dotGeneral: Lower<ContractionParams['dot_general']> = (b, { params, ins: [lhs, rhs], outs: [out] }) => {
  const [[lhsContract, rhsContract], [lhsBatch, rhsBatch]] = params.dimensionNumbers
  if (lhs!.dtype === 'bool') throw new BackendError('tfjs', 'TensorFlow has no product of bool matrices')
  const free = (x: Value, ...used: (readonly number[])[]): number[] =>
    x.shape.map((_, i) => i).filter((i) => !used.some((u) => u.includes(i)))
  const [x, y] = [lhs!, rhs!].map((v) => (v.dtype === out!.dtype || v.dtype === 'uint32' ? v : cast(b, v, out!.dtype)))
  const left = arranged(b, x!, lhsBatch, free(lhs!, lhsBatch, lhsContract), lhsContract)
  const right = arranged(b, y!, rhsBatch, rhsContract, free(rhs!, rhsBatch, rhsContract))
  return [reshape(b, matmul(b, left.value, right.value, left.transposed, right.transposed), out!.shape)]
}
export const contraction: Lowerings<keyof ContractionParams> = { dot_general: dotGeneral }
