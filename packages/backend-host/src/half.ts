/** The 16-bit floats: float16 (IEEE binary16) and bfloat16 (the upper half of a float32), to and from float32, in bulk. */

export type HalfDType = 'float16' | 'bfloat16'

/** Every float16 as a float32; filled when the first one is read. */
let table: Float32Array | undefined

const float16Value = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
const float16Table = (): Float32Array => {
  if (!table) {
    table = new Float32Array(65536)
    for (let i = 0; i < 65536; i++) table[i] = float16Value(i)
  }
  return table
}

/** 16-bit floats as float32; exact. */
export const widenHalves = (from: Uint16Array, dtype: HalfDType): Float32Array => {
  const n = from.length
  if (dtype === 'bfloat16') {
    const bits = new Uint32Array(n)
    for (let i = 0; i < n; i++) bits[i] = from[i]! << 16
    return new Float32Array(bits.buffer)
  }
  const values = float16Table()
  const out = new Float32Array(n)
  for (let i = 0; i < n; i++) out[i] = values[from[i]!]!
  return out
}

/** float32 bits to bfloat16, to nearest even; NaN stays quiet. */
const bfloat16Bits = (u: number): number =>
  (u & 0x7fffffff) > 0x7f800000 ? ((u >>> 16) & 0x8000) | 0x7fc0 : ((u + 0x7fff + ((u >>> 16) & 1)) >>> 16) & 0xffff

/** float32 bits to float16, to nearest even, with subnormals; overflow is infinity. */
const float16Bits = (u: number): number => {
  const sign = (u >>> 16) & 0x8000
  const magnitude = u & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude >= 0x38800000) {
    const rebased = magnitude - 0x38000000
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13)
  }
  const shift = 126 - (magnitude >>> 23)
  if (shift > 24) return sign
  const full = (magnitude & 0x7fffff) | 0x800000
  const kept = full >>> shift
  const rest = full & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return sign | (rest > half || (rest === half && kept & 1) ? kept + 1 : kept)
}

/** float32 rounded to 16 bits, ties to even. */
export const narrowHalves = (from: Float32Array, dtype: HalfDType): Uint16Array => {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length)
  const out = new Uint16Array(from.length)
  if (dtype === 'bfloat16') for (let i = 0; i < out.length; i++) out[i] = bfloat16Bits(bits[i]!)
  else for (let i = 0; i < out.length; i++) out[i] = float16Bits(bits[i]!)
  return out
}
