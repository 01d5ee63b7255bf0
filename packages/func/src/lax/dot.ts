/** Contractions with the signatures of jax.lax. */
import { range } from '../aval'
import { ShapeError } from '../error'
import { productOptions, type ProductOptions } from '../numpy/contraction'
import { precisionOf } from '../numpy/precision'
import { asTensor, type TensorLike } from '../numpy/promote'
import { type Kind, readArgument } from '../options'
import { dotGeneral as dotP, type DotDimensionNumbers } from '../primitives/contraction'
import type { Tensor } from '../tensor'

/** Options of `dotGeneral`, `dot` and `batchMatmul`. */
export type DotOptions = ProductOptions
const pairOf =
  (is: (x: unknown) => boolean) =>
  (x: unknown): boolean =>
    Array.isArray(x) && x.length === 2 && x.every(is)
const dotDims: Kind = {
  expected: '[[contracted axes of lhs, of rhs], [batch axes of lhs, of rhs]]',
  is: pairOf(pairOf((x) => Array.isArray(x) && x.every(Number.isInteger))),
}
/** Contracted and batch axes of both operands; result axes are batch, free of lhs, free of rhs. */
export const dotGeneral = (lhs: TensorLike, rhs: TensorLike, dimensionNumbers: DotDimensionNumbers, options?: DotOptions): Tensor => {
  const { precision, preferredElementType } = productOptions('lax.dotGeneral', options)
  readArgument('lax.dotGeneral', 'dimensionNumbers', dotDims, dimensionNumbers)
  return dotP(asTensor(lhs, 'lax.dotGeneral'), asTensor(rhs, 'lax.dotGeneral'), {
    dimensionNumbers,
    precision: precisionOf('lax.dotGeneral', precision),
    preferredElementType: preferredElementType ?? null,
  })
}
/** Vector and matrix products. */
export const dot = (lhs: TensorLike, rhs: TensorLike, options?: DotOptions): Tensor => {
  const [a, b] = [asTensor(lhs, 'lax.dot'), asTensor(rhs, 'lax.dot')]
  if (a.ndim < 1 || a.ndim > 2 || b.ndim < 1 || b.ndim > 2)
    throw new ShapeError('lax.dot', [a.aval, b.aval], 'expected vectors or matrices')
  return dotGeneral(
    a,
    b,
    [
      [[a.ndim - 1], [0]],
      [[], []],
    ],
    options,
  )
}
/** Matrix products over the last two axes, all others being batch axes of equal sizes. */
export const batchMatmul = (lhs: TensorLike, rhs: TensorLike, options?: DotOptions): Tensor => {
  const [a, b] = [asTensor(lhs, 'lax.batchMatmul'), asTensor(rhs, 'lax.batchMatmul')]
  const batch = range(a.ndim - 2)
  return dotGeneral(
    a,
    b,
    [
      [[a.ndim - 1], [b.ndim - 2]],
      [batch, batch],
    ],
    options,
  )
}
