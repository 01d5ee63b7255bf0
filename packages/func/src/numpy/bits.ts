/** Bits of bytes, and the parts of floats. Source: the jax.numpy functions of the same names. */
import { range } from '../aval'
import { dtypes, isFloating } from '../dtype'
import { DTypeError } from '../error'
import { fullOf, literal } from '../literal'
import { axis as axisKind, count, nullable, oneOf, optionsOf, type OptionsOf } from '../options'
import * as A from '../primitives/arithmetic'
import * as B from '../primitives/bitwise'
import { sliceAxis } from '../primitives/layout'
import * as P from '../primitives/piecewise'
import { convert, expandDims, reshape } from '../primitives/structural'
import type { Tensor } from '../tensor'
import { copysign, multiply, nextafter } from './elementwise'
import { ofNumbers } from './host-tensor'
import { isfinite, where } from './logic'
import { pad } from './pad'
import { asTensor, axisOf, broadcastTo, floatOperand, type TensorLike } from './promote'
import { sum } from './reduce'
import { swapaxes } from './shape'
import { withTangent } from './with-tangent'

const kinds = {
  /** null: the flat order. */
  axis: nullable(axisKind),
  /** Whether the first bit is the highest one, 'big' (the default), or the lowest. */
  bitorder: oneOf('big', 'little'),
}
const packOptions = optionsOf(kinds)
const unpackOptions = optionsOf({
  ...kinds,
  /** How many bits; all. More are zeros. */
  count,
})
/** Options of `packbits`. */
export interface PackOptions extends OptionsOf<typeof packOptions> {}
/** Options of `unpackbits`. */
export interface UnpackOptions extends OptionsOf<typeof unpackOptions> {}
/** The operand with the axis last, and how to bring it back. */
const alongLast = (where_: string, t: Tensor, axis: number | null): readonly [Tensor, (y: Tensor) => Tensor] => {
  if (axis === null) return [reshape(t, { newSizes: [t.size] }), (y) => y]
  const at = axisOf(where_, axis, t.ndim)
  return [swapaxes(t, at, -1), (y) => swapaxes(y, at, -1)]
}
const shifts = (bitorder: 'big' | 'little'): Tensor =>
  ofNumbers(
    range(8).map((i) => (bitorder === 'big' ? 7 - i : i)),
    'uint8',
  )
/** Whether elements are not 0 as bits, eight in a uint8, the last filled with zeros. Errors: DTypeError of floats. */
export const packbits = (x: TensorLike, options?: PackOptions): Tensor => {
  const { axis = null, bitorder = 'big' } = packOptions('packbits', options)
  const t = asTensor(x, 'packbits')
  if (isFloating(t.dtype)) throw new DTypeError('packbits', `expected integers or booleans, got ${t.dtype}; compare first: x.ne(0)`)
  const [bits, back] = alongLast('packbits', convert(P.ne(t, literal(0, t.dtype)), 'int32'), axis)
  const n = bits.shape.at(-1)!
  const rest = (8 - (n % 8)) % 8
  const whole = rest === 0 ? bits : pad(bits, [...range(bits.ndim - 1).map((): [number, number] => [0, 0]), [0, rest]])
  const rows = reshape(whole, { newSizes: [...whole.shape.slice(0, -1), (n + rest) / 8, 8] })
  const weights = ofNumbers(
    range(8).map((i) => 2 ** (bitorder === 'big' ? 7 - i : i)),
    'int32',
  )
  return back(convert(sum(multiply(rows, weights), -1), 'uint8'))
}
/** The bits of uint8 elements, each a uint8 of 0 or 1. Errors: DTypeError of other dtypes. */
export const unpackbits = (x: TensorLike, options?: UnpackOptions): Tensor => {
  const { axis = null, bitorder = 'big', count: wanted } = unpackOptions('unpackbits', options)
  const given = asTensor(x, 'unpackbits')
  if (given.dtype !== 'uint8') throw new DTypeError('unpackbits', `expected uint8, got ${given.dtype}; cast by .astype('uint8')`)
  const [t, back] = alongLast('unpackbits', given, axis)
  const wide = broadcastTo(expandDims(t, [t.ndim]), [...t.shape, 8])
  const split = B.and(B.shiftRightLogical(wide, broadcastTo(shifts(bitorder), wide.shape)), fullOf(1, wide.shape, 'uint8'))
  const bits = reshape(split, { newSizes: [...t.shape.slice(0, -1), t.shape.at(-1)! * 8] })
  const n = bits.shape.at(-1)!
  if (wanted === undefined || wanted === n) return back(bits)
  if (wanted < n) return back(sliceAxis(bits, bits.ndim - 1, 0, wanted))
  return back(pad(bits, [...range(bits.ndim - 1).map((): [number, number] => [0, 0]), [0, wanted - n]]))
}

const words = {
  float32: { word: 'int32', mantissa: 23, bias: 126, mask: 0xff, lift: 2 ** 25, lifted: 25 },
  float64: { word: 'int64', mantissa: 52, bias: 1022, mask: 0x7ff, lift: 2 ** 54, lifted: 54 },
} as const
const parts = (x: Tensor): readonly [fraction: Tensor, exponent: Tensor] => {
  const { word, mantissa, bias, mask, lift, lifted } = words[x.dtype === 'float64' ? 'float64' : 'float32']
  const tiny = P.lt(P.abs(x), literal(2 ** (1 - bias), x.dtype))
  const normal = where(tiny, A.mul(x, literal(lift, x.dtype)), x)
  const bits = B.bitcastConvertType(normal, { newDtype: word })
  const shift = literal(mantissa, word)
  const field = B.and(B.shiftRightLogical(bits, shift), literal(mask, word))
  const kept = B.and(bits, B.not(B.shiftLeft(literal(mask, word), shift)))
  const fraction = B.bitcastConvertType(B.or(kept, B.shiftLeft(literal(bias, word), shift)), { newDtype: x.dtype })
  const exponent = A.sub(convert(field, 'int32'), where(tiny, literal(bias + lifted, 'int32'), literal(bias, 'int32')))
  const whole = P.eq(x, literal(0, x.dtype)).logicalOr(isfinite(x).logicalNot())
  return [where(whole, x, fraction), where(whole, literal(0, 'int32'), exponent)]
}
const fractionOf = withTangent(
  (x: Tensor) => parts(x)[0],
  ([t], out, x) => A.mul(t, where(P.eq(x, literal(0, x.dtype)), literal(1, x.dtype), A.div(out, x))),
)
/** A fraction from 0.5 up to 1 (with the sign of x) and an int32 exponent: `x = fraction * 2 ** exponent`. */
export const frexp = (x: TensorLike): [fraction: Tensor, exponent: Tensor] => {
  const given = floatOperand('frexp', x)
  const t = dtypes[given.dtype].bits < 32 ? convert(given, 'float32') : given
  return [convert(fractionOf(t), given.dtype), parts(P.stopGradient(t))[1]]
}
const smallest = { bfloat16: 2 ** -133, float32: 2 ** -149, float64: 2 ** -1074 } as const
/** The distance to the next float away from 0 (of float16: to the next larger one), with the sign of x. */
export const spacing = (x: TensorLike): Tensor => {
  const t = floatOperand('spacing', x)
  const infinity = literal(Number.POSITIVE_INFINITY, t.dtype)
  if (t.dtype === 'float16') return A.sub(nextafter(t, infinity), t)
  const step = A.sub(nextafter(t, copysign(infinity, t)), t)
  const least = literal(smallest[t.dtype as keyof typeof smallest], t.dtype)
  return where(P.eq(step, literal(0, t.dtype)), copysign(least, t), step)
}
