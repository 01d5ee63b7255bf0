/** Constants as MLIR text, exactly: decimals that read back as the same value, bits in hex where there is no such decimal. */
import { bytesOf, type DType, isFloating, type TypedArray } from '@heddle/func/backend'

export type Scalar = number | bigint | boolean

/** Bits of NaN and the infinities. */
const special: { readonly [D in DType]?: { readonly nan: string; readonly inf: string; readonly negInf: string } } = {
  bfloat16: { nan: '0x7FC0', inf: '0x7F80', negInf: '0xFF80' },
  float16: { nan: '0x7E00', inf: '0x7C00', negInf: '0xFC00' },
  float32: { nan: '0x7FC00000', inf: '0x7F800000', negInf: '0xFF800000' },
  float64: { nan: '0x7FF8000000000000', inf: '0x7FF0000000000000', negInf: '0xFFF0000000000000' },
}
/** The shortest decimal that is the same float32; a double where the value is not one. */
const shortest = (x: number, dtype: DType): string => {
  if (dtype === 'float32')
    for (let digits = 1; digits < 9; digits++) {
      const text = x.toExponential(digits)
      if (Math.fround(Number(text)) === Math.fround(x)) return text
    }
  return x.toExponential()
}
/** MLIR's decimals have a point: `1.0`, `2.5e-7`. */
const decimal = (x: number, dtype: DType): string => {
  if (Object.is(x, -0)) return '-0.0'
  const plain = String(x)
  if (/^-?\d{1,7}$/.test(plain)) return `${plain}.0`
  if (/^-?\d{1,7}\.\d{1,6}$/.test(plain)) return plain
  const [mantissa, exponent] = shortest(x, dtype).split('e') as [string, string]
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}${exponent === '+0' ? '' : `e${exponent}`}`
}
/** One element. */
export const scalarText = (value: Scalar, dtype: DType): string => {
  if (dtype === 'bool') return value ? 'true' : 'false'
  if (!isFloating(dtype)) return String(typeof value === 'boolean' ? Number(value) : value)
  const x = Number(value)
  const bits = special[dtype]!
  return Number.isNaN(x) ? bits.nan : x === Infinity ? bits.inf : x === -Infinity ? bits.negInf : decimal(x, dtype)
}
/** All elements of host data: each of a bool's, the bytes in hex of anything else. */
export const dataText = (data: TypedArray, dtype: DType): string => {
  if (data.length === 0) return ''
  if (dtype === 'bool') return `[${Array.from(data as Uint8Array, (b) => (b ? 'true' : 'false')).join(', ')}]`
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length * bytesOf(dtype))
  const digits = new Array<string>(bytes.length)
  for (let i = 0; i < bytes.length; i++) digits[i] = bytes[i]!.toString(16).padStart(2, '0')
  return `"0x${digits.join('').toUpperCase()}"`
}
