/** Conversion between dtypes: integers wrap into one another; floats to integers round toward zero and saturate, NaN to 0. */
import { type DType, dtypes, type HostArray, isFloating, type TypedArray } from '@heddle/func/backend'
import { alloc, type BigData, highest, hostArray, isBig, isHalf, lowest, type NumberData, narrow, widen } from './element'

type Copy = (from: TypedArray, to: TypedArray) => void

const numberToBool: Copy = (from, to) => {
  for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1
}
const bigToBool: Copy = (from, to) => {
  for (let i = 0; i < to.length; i++) to[i] = from[i] === 0n ? 0 : 1
}
const numberToNumber: Copy = (from, to) => {
  const x = from as NumberData
  for (let i = 0; i < to.length; i++) to[i] = x[i]!
}
const bigToFloat: Copy = (from, to) => {
  for (let i = 0; i < to.length; i++) to[i] = Number(from[i]!)
}
const bigToInt: Copy = (from, to) => {
  const x = from as BigData
  for (let i = 0; i < to.length; i++) to[i] = Number(BigInt.asIntN(32, x[i]!))
}
const intToBig: Copy = (from, to) => {
  const x = from as NumberData
  for (let i = 0; i < to.length; i++) to[i] = BigInt(x[i]!)
}
const bigToBig: Copy = (from, to) => {
  const x = from as BigData
  for (let i = 0; i < to.length; i++) to[i] = x[i]!
}
const floatToInt =
  (dtype: DType): Copy =>
  (from, to) => {
    const x = from as NumberData
    const low = Number(lowest(dtype))
    const high = Number(highest(dtype))
    for (let i = 0; i < to.length; i++) {
      const v = x[i]!
      to[i] = v >= high ? high : v <= low ? low : Math.trunc(v)
    }
  }
const floatToBig =
  (dtype: DType): Copy =>
  (from, to) => {
    const x = from as NumberData
    const low = lowest(dtype) as bigint
    const high = highest(dtype) as bigint
    for (let i = 0; i < to.length; i++) {
      const v = x[i]!
      to[i] = Number.isNaN(v) ? 0n : v >= Number(high) ? high : v <= Number(low) ? low : BigInt(Math.trunc(v))
    }
  }

/** The loop between two dtypes of which neither is a 16-bit float. */
const loopOf = (from: DType, to: DType): Copy => {
  if (to === 'bool') return isBig(from) ? bigToBool : numberToBool
  if (isBig(to)) return isFloating(from) ? floatToBig(to) : isBig(from) ? bigToBig : intToBig
  if (isBig(from)) return isFloating(to) ? bigToFloat : bigToInt
  return isFloating(from) && dtypes[to].kind !== 'float' ? floatToInt(to) : numberToNumber
}
const wide = (dtype: DType): DType => (isHalf(dtype) ? 'float32' : dtype)

/** A prepared conversion of dense arrays; between equal dtypes the data are shared. */
export const converter = (from: DType, to: DType): ((x: HostArray) => HostArray) => {
  if (from === to) return (x) => hostArray(x.shape, to, x.data)
  const loop = loopOf(wide(from), wide(to))
  return (x) => {
    const source = widen(x).data
    if (wide(from) === wide(to)) return narrow(hostArray(x.shape, wide(to), source), to)
    const out = alloc(wide(to), source.length)
    loop(source, out)
    return narrow(hostArray(x.shape, wide(to), out), to)
  }
}
