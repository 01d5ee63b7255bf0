/** Constants read back as the value that was written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataText, scalarText } from './constant'

describe('constants', () => {
  it('are the same float32 when read back, with a point as MLIR wants', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const text = scalarText(x, 'float32')
        expect(text).toMatch(/^-?\d+\.\d+(e[+-]?\d+)?$/)
        expect(Object.is(Math.fround(Number(text)), x)).toBe(true)
      }),
    )
  })
  it('are the same float64 when read back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(Object.is(Number(scalarText(x, 'float64')), x)).toBe(true)
      }),
    )
  })
  it('are bits where there is no decimal', () => {
    expect(scalarText(Number.NaN, 'float32')).toBe('0x7FC00000')
    expect(scalarText(Number.NEGATIVE_INFINITY, 'bfloat16')).toBe('0xFF80')
    expect(scalarText(Number.POSITIVE_INFINITY, 'float16')).toBe('0x7C00')
    expect(scalarText(Number.POSITIVE_INFINITY, 'float64')).toBe('0x7FF0000000000000')
  })
  it('are short where few digits suffice', () => {
    expect(scalarText(Math.fround(0.1), 'float32')).toBe('0.1')
    expect(scalarText(1, 'float32')).toBe('1.0')
    expect(scalarText(-0, 'float32')).toBe('-0.0')
    expect(scalarText(1e-30, 'float64')).toBe('1.0e-30')
    expect(scalarText(2n ** 64n - 1n, 'uint64')).toBe('18446744073709551615')
    expect(scalarText(true, 'bool')).toBe('true')
  })
  it('are listed, or in hex where they are many', () => {
    expect(dataText(Float32Array.of(1, 2, 3, 4), [2, 2], 'float32')).toBe('[[1.0, 2.0], [3.0, 4.0]]')
    expect(dataText(Uint16Array.of(0x3c00), [1], 'float16')).toBe('[0x3C00]')
    expect(dataText(Uint8Array.of(1, 0), [2], 'bool')).toBe('[true, false]')
    expect(dataText(new Int32Array(0), [0, 3], 'int32')).toBe('')
    expect(dataText(new Uint8Array(65).fill(171), [65], 'uint8')).toBe(`"0x${'AB'.repeat(65)}"`)
  })
})
