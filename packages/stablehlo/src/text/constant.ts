/** Constants as MLIR text, exactly: decimals that read back as the same value, bits in hex where there is no such decimal. */
import { bytesOf, type DType, isFloating, type Shape, type TypedArray } from '@heddle/func/backend'

export type Scalar = number | bigint | boolean

/** Bits of NaN and the infinities. */
const special: { readonly [D in DType]?: { readonly nan: string; readonly inf: string; readonly negInf: string } } = {
  bfloat16: { nan: '0x7FC0', inf: '0x7F80', negInf: '0xFF80' },
  float16: { nan: '0x7E00', inf: '0x7C00', negInf: '0xFC00' },
  float32: { nan: '0x7FC00000', inf: '0x7F800000', negInf: '0xFF800000' },
  float64: { nan: '0x7FF8000000000000', inf: '0x7FF0000000000000', negInf: '0xFFF0000000000000' },
}
/** A number with the fewest digits that is the same float32; unchanged where the value is of another type. */
const shortest = (x: number, dtype: DType): number => {
  if (dtype !== 'float32') return x
  for (let digits = 1; digits < 9; digits++) {
    const y = Number(x.toPrecision(digits))
    if (Math.fround(y) === Math.fround(x)) return y
  }
  return x
}
/** MLIR's decimals have a point: `1.0`, `2.5e-7`. */
const decimal = (x: number, dtype: DType): string => {
  if (Object.is(x, -0)) return '-0.0'
  const [mantissa, exponent] = String(shortest(x, dtype)).split('e') as [string, string | undefined]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}${exponent === undefined ? '' : `e${exponent}`}`
}
/** One element. */
export const scalarText = (value: Scalar, dtype: DType): string => {
  if (dtype === 'bool') return value ? 'true' : 'false'
  if (!isFloating(dtype)) return String(typeof value === 'boolean' ? Number(value) : value)
  const x = Number(value)
  const bits = special[dtype]!
  return Number.isNaN(x) ? bits.nan : x === Infinity ? bits.inf : x === -Infinity ? bits.negInf : decimal(x, dtype)
}
/** Above this number of elements data are written as bytes. */
const MAX_LISTED = 64

const element = (data: TypedArray, i: number, dtype: DType): string => {
  if (dtype === 'bool') return data[i] === 0 ? 'false' : 'true'
  if (dtype === 'bfloat16' || dtype === 'float16') return `0x${data[i]!.toString(16).toUpperCase().padStart(4, '0')}`
  return scalarText(data[i]!, dtype)
}
/** Elements as lists of lists; one alone without brackets. */
const nested = (data: TypedArray, shape: Shape, dtype: DType): string => {
  let parts = Array.from({ length: data.length }, (_, i) => element(data, i, dtype))
  for (const n of shape.toReversed())
    parts = Array.from({ length: parts.length / n }, (_, i) => `[${parts.slice(i * n, (i + 1) * n).join(', ')}]`)
  return parts[0]!
}
/** All elements of host data: listed, or as the hex of their bytes where they are many (a bool's never: MLIR packs them). */
export const dataText = (data: TypedArray, shape: Shape, dtype: DType): string => {
  if (data.length === 0) return ''
  if (data.length <= MAX_LISTED || dtype === 'bool') return nested(data, shape, dtype)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length * bytesOf(dtype))
  const digits = new Array<string>(bytes.length)
  for (let i = 0; i < bytes.length; i++) digits[i] = bytes[i]!.toString(16).padStart(2, '0')
  return `"0x${digits.join('').toUpperCase()}"`
}
