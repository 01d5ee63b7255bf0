/** Seeded draws of numbers, shapes, dtypes and arrays: what random calls are made of. */
import { type DType, isFloating, np } from '@heddle/func'
import { type ArrayJson, kindOf, textOf } from './call'

export interface Random {
  /** In [0, 1). */
  readonly unit: () => number
  /** A whole number from low to high, both included. */
  readonly int: (low: number, high: number) => number
  readonly chance: (p: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
}
/** The generator of a seed (mulberry32). */
export const randomOf = (seed: number): Random => {
  let state = seed >>> 0
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 15), z | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1))
  return { unit, int, chance: (p) => unit() < p, pick: (list) => list[int(0, list.length - 1)]! }
}

export type Shape = readonly number[]
export const floats: readonly DType[] = ['float32', 'float32', 'float32', 'float32', 'float16', 'bfloat16', 'float64']
export const ints: readonly DType[] = ['int32', 'int32', 'int32', 'int8', 'uint8', 'int16', 'uint16', 'uint32', 'int64', 'uint64']
export const reals: readonly DType[] = [...floats, ...floats, ...ints]
export const all: readonly DType[] = [...reals, 'bool', 'bool', 'bool']

/** Some have more elements than are computed on the host, some none. */
const shapes: readonly Shape[] = [[], [1], [3], [5], [2, 3], [3, 3], [3, 1], [1, 4], [2, 3, 2], [2, 1, 3, 2], [41], [6, 7], [0], [2, 0]]
export const shape = (r: Random, least = 0, most = 4): Shape => {
  const fitting = shapes.filter((s) => s.length >= least && s.length <= most)
  const found = r.pick(fitting)
  return found.includes(0) && r.chance(0.6) ? r.pick(fitting) : found
}
/** A shape that is broadcast to this one or, seldom, the other way. */
export const beside = (r: Random, to: Shape): Shape => {
  const cut = r.chance(0.3) ? to.slice(r.int(0, to.length)) : to
  return cut.map((n) => (r.chance(0.15) ? 1 : n))
}
export const axis = (r: Random, rank: number): number => r.int(-rank, rank - 1)
/** Distinct axes, ascending, some counted from the end. */
export const axes = (r: Random, rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => i)
    .filter(() => r.chance(0.5))
    .map((i) => (r.chance(0.3) ? i - rank : i))

/** What elements are drawn: `any` may be NaN, infinities and extremes, `real` are ordinary with ties, the others as they say. */
export type Domain = 'any' | 'real' | 'positive' | 'unit' | 'above1' | 'small'
const special = (dtype: DType): readonly number[] => {
  if (dtype === 'bool') return [0, 1]
  if (!isFloating(dtype)) {
    const { min, max } = np.iinfo(dtype)
    const unsigned = kindOf(dtype) === 'uint'
    return [Number(min), Number(max), 0, 1, 2, ...(unsigned ? [] : [-1])]
  }
  const { max, tiny } = np.finfo(dtype)
  return [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5, max, -max, tiny, 100, -100]
}
const ordinary = (r: Random, dtype: DType, domain: Domain): number => {
  const kind = kindOf(dtype)
  if (kind === 'bool') return r.int(0, 1)
  if (kind === 'uint') return domain === 'small' ? r.int(0, 3) : r.int(domain === 'positive' || domain === 'above1' ? 1 : 0, 9)
  if (kind === 'int') return domain === 'small' ? r.int(0, 3) : domain === 'positive' || domain === 'above1' ? r.int(1, 9) : r.int(-6, 8)
  const round = (x: number): number => Math.round(x * 1000) / 1000
  switch (domain) {
    case 'unit':
      return round(0.05 + 0.9 * r.unit())
    case 'positive':
      return round(0.1 + 4 * r.unit())
    case 'above1':
      return round(1.05 + 3 * r.unit())
    case 'small':
      return r.int(0, 3)
    default:
      return r.chance(0.2) ? r.int(-2, 2) : round((r.unit() + r.unit() + r.unit() - 1.5) * 3)
  }
}
/** An array of a dtype and shape, and whether its elements are special ones (at which derivatives are not compared). */
export const array = (r: Random, dtype: DType, of: Shape, domain: Domain = 'any'): ArrayJson => {
  const count = of.reduce((a, b) => a * b, 1)
  const extreme = domain === 'any' && r.chance(0.15)
  const pool = special(dtype)
  const values = Array.from({ length: count }, () => (extreme && r.chance(0.7) ? r.pick(pool) : ordinary(r, dtype, domain)))
  return { array: [dtype, of, textOf(dtype, values)], ...(extreme ? { special: true } : {}) }
}
/** Given numbers as an array. */
export const arrayOf = (dtype: DType, of: Shape, values: readonly number[]): ArrayJson => ({ array: [dtype, of, textOf(dtype, values)] })
/** Ascending elements; for floats all different. */
export const ascending = (r: Random, dtype: DType, n: number): ArrayJson => {
  let at = 0
  const values = Array.from(
    { length: n },
    () => (at += isFloating(dtype) ? 0.25 + r.int(0, 3) / 4 : r.int(0, 2)) - (isFloating(dtype) ? 2 : 0),
  )
  return arrayOf(dtype, [n], values)
}
