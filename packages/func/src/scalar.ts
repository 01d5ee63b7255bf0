/** One element of host data, whatever its dtype: how a JavaScript number is written to and read from storage. */
import type { DType, TypedArray } from './dtype'

const f32 = new Float32Array(1)
const u32 = new Uint32Array(f32.buffer)

/** Upper 16 bits of the float32, rounded to nearest even. */
const toBfloat16 = (x: number): number => {
  f32[0] = x
  const b = u32[0]!
  if (Number.isNaN(x)) return 0x7fc0
  return ((b + 0x7fff + ((b >>> 16) & 1)) >>> 16) & 0xffff
}
const fromBfloat16 = (b: number): number => {
  u32[0] = b << 16
  return f32[0]!
}
/** IEEE half precision, rounded to nearest even. */
const toFloat16 = (x: number): number => {
  if (Number.isNaN(x)) return 0x7e00
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const a = Math.abs(x)
  if (a >= 65520) return sign | 0x7c00
  if (a < 2 ** -14) return sign | roundEven(a * 2 ** 24)
  const e = Math.floor(Math.log2(a))
  const exponent = 2 ** e > a ? e - 1 : 2 ** (e + 1) <= a ? e + 1 : e
  return sign | (((exponent + 15) << 10) + roundEven((a / 2 ** exponent - 1) * 1024))
}
const fromFloat16 = (h: number): number => {
  const sign = h & 0x8000 ? -1 : 1
  const e = (h >>> 10) & 31
  const m = h & 1023
  if (e === 0) return sign * m * 2 ** -24
  if (e === 31) return m ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + m / 1024) * 2 ** (e - 15)
}
const roundEven = (x: number): number => {
  const r = Math.round(x)
  return r - x === 0.5 && r % 2 === 1 ? r - 1 : r
}
/** Writes a JavaScript value as an element of `dtype` (integers wrap, floats round). */
export const setElement = (data: TypedArray, i: number, dtype: DType, value: number | bigint | boolean): void => {
  if (dtype === 'int64' || dtype === 'uint64') {
    ;(data as BigInt64Array)[i] = typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value)))
    return
  }
  const x = Number(value)
  const out = data as Float64Array
  if (dtype === 'bool') out[i] = x !== 0 ? 1 : 0
  else if (dtype === 'bfloat16') out[i] = toBfloat16(x)
  else if (dtype === 'float16') out[i] = toFloat16(x)
  else out[i] = x
}
/** Reads an element as a number (64-bit integers lose bits past 2^53; bool is 0 or 1). */
export const getElement = (data: TypedArray, i: number, dtype: DType): number => {
  const x = data[i]!
  if (dtype === 'bfloat16') return fromBfloat16(x as number)
  if (dtype === 'float16') return fromFloat16(x as number)
  return Number(x)
}
