/** Functions given by functions: by pieces, over axes. Source: the jax.numpy functions of the same names. */
import { ArgumentError } from '../error'
import { list, listOf, axis as axisKind, readArgument, readFunction } from '../options'
import { convert, expandDims } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { where } from './logic'
import { asTensor, asType, axisOf, broadcastTo, type TensorLike } from './promote'

/** What holds on a piece: a value, or a function of the whole tensor. */
export type Piece = TensorLike | ((x: Tensor) => TensorLike)
/**
 * `pieces[i]` where `conditions[i]` holds (the last of several), in the dtype of `x`; one piece more than conditions is for what is left,
 * else 0. Each function computes all elements. Errors: ArgumentError for another number of pieces.
 */
export const piecewise = (x: TensorLike, conditions: readonly TensorLike[], pieces: readonly Piece[]): Tensor => {
  const t = asTensor(x, 'piecewise')
  readArgument('piecewise', 'conditions', list, conditions)
  readArgument('piecewise', 'pieces', list, pieces)
  const n = conditions.length
  if (pieces.length !== n && pieces.length !== n + 1)
    throw new ArgumentError('piecewise', `${n} conditions need ${n} or ${n + 1} pieces, got ${pieces.length}`)
  const valueOf = (piece: Piece): Tensor => {
    const value = typeof piece === 'function' ? convert(asTensor(piece(t), 'piecewise'), t.dtype) : asType(piece, t.dtype, 'piecewise')
    return broadcastTo(value, t.shape, 'piecewise')
  }
  return conditions.reduce<Tensor>((rest, condition, i) => where(condition, valueOf(pieces[i]!), rest), valueOf(pieces[n] ?? 0))
}

const axesList = listOf(axisKind, 'a list of axes (integers)')
/** `f(x, axis)` for one axis after the other; an axis that `f` takes away is put back with size 1. Errors: ArgumentError. */
export const applyOverAxes = (f: (x: Tensor, axis: number) => Tensor, x: TensorLike, axes: readonly number[]): Tensor => {
  readFunction('applyOverAxes', f)
  readArgument('applyOverAxes', 'axes', axesList, axes)
  return axes.reduce<Tensor>(
    (t, axis) => {
      const out = f(t, axis)
      if (out.ndim === t.ndim) return out
      if (out.ndim === t.ndim - 1) return expandDims(out, [axisOf('applyOverAxes', axis, t.ndim)])
      throw new ArgumentError('applyOverAxes', `the function made shape [${out.shape.join(',')}] of shape [${t.shape.join(',')}]`)
    },
    asTensor(x, 'applyOverAxes'),
  )
}
