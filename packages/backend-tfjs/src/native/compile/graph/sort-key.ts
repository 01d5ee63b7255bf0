/** Values of any dtype as int32 whose order is theirs. */
import type { Block, Value } from './block'
import { binary, bitcast, cast, compare, flipped, isNaN, select } from './ops'

/** The two zeros are equal; all NaN are one, the `first` or the `last`. */
export const sortKey = (b: Block, x: Value, nan: 'first' | 'last'): Value => {
  if (x.dtype === 'bool') return cast(b, x, 'int32')
  if (x.dtype === 'uint32') return flipped(b, x)
  if (x.dtype !== 'float32') return x
  const isZero = compare(b, 'Equal', x, b.scalar(0, 'float32'))
  const bits = bitcast(b, select(b, isZero, b.scalar(0, 'float32'), x), 'int32')
  // a negative number's bits grow with its size
  const isNegative = compare(b, 'Less', bits, b.scalar(0, 'int32'))
  const key = select(b, isNegative, binary(b, 'BitwiseXor', bits, b.scalar(0x7fffffff, 'int32')), bits)
  return select(b, isNaN(b, x), b.scalar(nan === 'last' ? 0x7fffffff : -0x80000000, 'int32'), key)
}
