/** Matrices, the last two axes, in terms of other primitives: what rules of decompositions are written in. */
import { type Aval, range } from '../aval'
import type { Tensor } from '../tensor'
import { add } from './arithmetic'
import { dotGeneral } from './contraction'
import { concatenate, iota, sliceAxis } from './layout'
import { eq, ge, selectN } from './piecewise'
import { constant, dtypeFault, floats } from './pointwise'
import { broadcastInDim, convert, transpose } from './structural'

export const rows = (x: { readonly aval: Aval }): number => x.aval.shape.at(-2)!
export const cols = (x: { readonly aval: Aval }): number => x.aval.shape.at(-1)!
export const matrixTranspose = (x: Tensor): Tensor => {
  const n = x.ndim
  return transpose(x, { permutation: [...range(n - 2), n - 1, n - 2] })
}
export const matmul = (x: Tensor, y: Tensor): Tensor => {
  const batch = range(x.ndim - 2)
  return dotGeneral(x, y, {
    dimensionNumbers: [
      [[x.ndim - 1], [x.ndim - 2]],
      [batch, batch],
    ],
    preferredElementType: null,
  })
}
/** Where column - row, both counted from 0, is at most `k`: the lower triangle up to its k-th superdiagonal. */
const below = (x: Tensor, k: number): Tensor => {
  const shape = [rows(x), cols(x)]
  const at = (dimension: number): Tensor => iota({ dtype: 'int32', shape, dimension })
  const row = at(0)
  const mask = ge(k === 0 ? row : add(row, constant(row, k)), at(1))
  return broadcastInDim(mask, { shape: x.shape, broadcastDimensions: [x.ndim - 2, x.ndim - 1] })
}
export const lowerTriangle = (x: Tensor, k = 0): Tensor => selectN(below(x, k), constant(x, 0), x)
export const upperTriangle = (x: Tensor, k = 0): Tensor => selectN(below(x, k - 1), x, constant(x, 0))
/** The identity in the shape of `x`. */
export const eyeLike = (x: Tensor): Tensor => {
  const shape = [rows(x), cols(x)]
  const at = (dimension: number): Tensor => iota({ dtype: 'int32', shape, dimension })
  return broadcastInDim(convert(eq(at(0), at(1)), x.dtype), { shape: x.shape, broadcastDimensions: [x.ndim - 2, x.ndim - 1] })
}
export const columns = (x: Tensor, from: number, to: number): Tensor => sliceAxis(x, x.ndim - 1, from, to)
export const rowsOf = (x: Tensor, from: number, to: number): Tensor => sliceAxis(x, x.ndim - 2, from, to)
export const withColumns = (x: Tensor, y: Tensor): Tensor => concatenate([x, y], { dimension: x.ndim - 1 })

/** Why operands are no floating matrices. */
export const matrixFault = (ins: readonly Aval[]): string | undefined =>
  dtypeFault(ins, floats) ??
  (ins.every((x) => x.shape.length >= 2) ? undefined : 'operands must be matrices, perhaps with leading batch axes')
