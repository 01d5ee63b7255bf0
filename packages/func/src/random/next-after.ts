/** The float next to a float. */
import { type DType, dtypes, type TypedArray } from '../dtype'
import { getElement, setElement } from '../scalar'

/** The next larger (or smaller) number of a float dtype. */
export const nextAfter = (x: number, up: boolean, dtype: DType): number => {
  const data = new dtypes[dtype].storage(1)
  setElement(data, 0, dtype, x)
  const value = getElement(data, 0, dtype)
  if (Number.isNaN(value) || value === (up ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)) return value
  const away = value === 0 || value > 0 === up
  stepBits(data, dtypes[dtype].bits, value === 0, away)
  const next = getElement(data, 0, dtype)
  return value === 0 && !up ? -next : next
}
/** One more or less in the bits; from either zero to the smallest subnormal. */
const stepBits = (data: TypedArray, bits: number, fromZero: boolean, away: boolean): void => {
  const by = away ? 1 : -1
  if (bits === 64) {
    const words = new BigUint64Array(data.buffer)
    words[0] = fromZero ? 1n : words[0]! + BigInt(by)
  } else {
    const words = bits === 32 ? new Uint32Array(data.buffer) : new Uint16Array(data.buffer)
    words[0] = fromZero ? 1 : words[0]! + by
  }
}
