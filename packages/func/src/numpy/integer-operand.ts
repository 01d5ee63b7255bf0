/**
 * What stands for an index, a branch or the bound of a loop: a tensor of integers, a whole JavaScript number, or an array of such.
 *
 * A tensor of floats is refused, as in JAX: it would be cut off without a word. But `np.array(1)` is float32, so a scalar whose value is
 * at hand and whole is taken. What is traced, or was computed, is cast by who means it: `.astype('int32')`.
 */
import { ConcreteTensor } from '../array'
import { isFloating } from '../dtype'
import { ArgumentError, DTypeError } from '../error'
import { literal } from '../literal'
import { convert } from '../primitives/structural'
import { isTensor, type Tensor } from '../tensor'
import { hostOf, isTypedArray, type NestedArray } from './host-data'
import { ofNumbers } from './host-tensor'
import { isScalar, type TensorLike } from './promote'

/** The number that a scalar tensor is, where that is at hand. */
export const numberOf = (x: Tensor): number | undefined =>
  x instanceof ConcreteTensor && x.knownScalar !== undefined ? Number(x.knownScalar) : undefined

const INT32 = 2 ** 31
/** A tensor of integers; booleans as int32. Errors: DTypeError of floats, unless a scalar that is known to be whole. */
export const integerTensor = (where: string, x: Tensor): Tensor => {
  if (x.dtype === 'bool') return convert(x, 'int32')
  if (!isFloating(x.dtype)) return x
  const value = numberOf(x)
  if (value !== undefined && Number.isInteger(value)) return literal(Math.max(-INT32, Math.min(value, INT32 - 1)), 'int32')
  throw new DTypeError(
    where,
    value === undefined
      ? `indices must be integers, got ${x.dtype}; convert with x.astype('int32')`
      : `indices must be whole numbers, got ${value}; round it, then convert with x.astype('int32')`,
  )
}
/** An integer tensor, and whether it may hold negative places. JavaScript numbers are made int32. */
export const integerOperand = (where: string, x: TensorLike): { readonly index: Tensor; readonly signed: boolean } => {
  if (isTensor(x)) return { index: integerTensor(where, x), signed: !x.dtype.startsWith('uint') && x.dtype !== 'bool' }
  const host = isScalar(x) ? { shape: [], data: [Number(x)] } : hostOf(x as NestedArray, where)
  const values = Array.from(host.data as ArrayLike<number | bigint>, Number)
  if (!values.every(Number.isInteger)) throw new ArgumentError(where, 'indices must be whole numbers')
  return {
    index: ofNumbers(values, isTypedArray(x) && x instanceof Uint32Array ? 'uint32' : 'int32', host.shape),
    signed: values.some((v) => v < 0),
  }
}
