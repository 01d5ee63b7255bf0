import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HalfDType, narrowHalves, widenHalves } from './half'

const every = Uint16Array.from({ length: 65536 }, (_, i) => i)
const dtypes: readonly HalfDType[] = ['float16', 'bfloat16']
const round = (dtype: HalfDType, ...xs: number[]): number[] => [...widenHalves(narrowHalves(Float32Array.from(xs), dtype), dtype)]

describe.each(dtypes)('%s', (dtype) => {
  it('comes back from float32 as it was', () => {
    const wide = widenHalves(every, dtype)
    const back = narrowHalves(wide, dtype)
    expect(every.filter((bits, i) => !Number.isNaN(wide[i]!) && back[i] !== bits)).toEqual(new Uint16Array())
    expect([...widenHalves(back, dtype)].filter((v, i) => Number.isNaN(v) !== Number.isNaN(wide[i]!))).toEqual([])
  })
  it('rounds to the nearest, and to the even one of two', () => {
    const ordered = [...widenHalves(every, dtype)].filter(Number.isFinite).sort((a, b) => a - b)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: ordered.length - 2 }), fc.double({ min: 0, max: 1, noNaN: true }), (i, t) => {
        const [low, high] = [ordered[i]!, ordered[i + 1]!]
        const x = Math.fround(low + (high - low) * t)
        const [got] = round(dtype, x)
        expect(Math.abs(got! - x)).toBe(Math.min(Math.abs(low - x), Math.abs(high - x)))
      }),
    )
    const bits = narrowHalves(
      Float32Array.from(ordered.slice(0, -1), (v, i) => (v + ordered[i + 1]!) / 2),
      dtype,
    )
    expect(bits.every((b) => b % 2 === 0)).toBe(true)
  })
})
it('has the limits of IEEE binary16', () => {
  expect(round('float16', 65504, 65519, 65520, -1e9, 2 ** -24, 2 ** -25, -0, Number.NaN)).toEqual([
    65504,
    65504,
    Infinity,
    -Infinity,
    2 ** -24,
    0,
    -0,
    Number.NaN,
  ])
})
