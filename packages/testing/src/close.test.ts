import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, compareTrees, expectClose, expectTreesClose, explain, GoldenArray, GoldenKey, type HostArray } from '@heddle/testing'

const f32 = (data: number[], shape = [data.length]): HostArray => ({ dtype: 'float32', shape, data })
const i32 = (data: number[], shape = [data.length]): HostArray => ({ dtype: 'int32', shape, data: Int32Array.from(data) })

describe('compare', () => {
  test('a float passes by relative or by absolute error', () => {
    expect(compare(f32([100.0009]), f32([100])).ok).toBe(true)
    expect(compare(f32([100.0011]), f32([100])).ok).toBe(false)
    expect(compare(f32([9e-7]), f32([0])).ok).toBe(true)
    expect(compare(f32([1.1e-6]), f32([0])).ok).toBe(false)
    expect(compare(f32([1.1e-6]), f32([0]), { atol: 2e-6 }).ok).toBe(true)
    expect(compare(f32([100.1]), f32([100]), { rtol: 1e-2 }).ok).toBe(true)
  })

  test('integers, booleans and keys are exact', () => {
    expect(compare(i32([1000000, 2]), i32([1000000, 2])).ok).toBe(true)
    expect(compare(i32([1000000]), i32([1000001])).ok).toBe(false)
    const bools = new GoldenArray('bool', [2], [true, false])
    expect(compare({ dtype: 'bool', shape: [2], data: [1, 0] }, bools).ok).toBe(true)
    expect(compare({ dtype: 'bool', shape: [2], data: [true, true] }, bools).ok).toBe(false)
    const key = new GoldenKey([4294967295, 7])
    expect(compare({ dtype: 'uint32', shape: [2], data: Uint32Array.of(4294967295, 7) }, key).ok).toBe(true)
    expect(compare({ dtype: 'uint32', shape: [2], data: Uint32Array.of(4294967294, 7) }, key).ok).toBe(false)
  })

  test('NaN equals NaN, an infinity itself, and nothing else', () => {
    expect(compare(f32([NaN, Infinity, -Infinity]), f32([NaN, Infinity, -Infinity])).ok).toBe(true)
    for (const [a, e] of [
      [NaN, 1],
      [1, NaN],
      [Infinity, -Infinity],
      [1e30, Infinity],
      [Infinity, 1e30],
    ] as const) {
      const result = compare(f32([0, a]), f32([0, e]))
      expect(result).toMatchObject({ ok: false, failed: 1 })
    }
    expect(compare(f32([-0]), f32([0]))).toEqual({ ok: true, count: 1, failed: 0 })
  })

  test('NaN against a number is reported with its index', () => {
    expect(compare(f32([1, NaN, 2]), f32([1, 1, 2])).worst).toMatchObject({ flat: 1 })
  })

  test('reports the largest error and its index', () => {
    const result = compare(f32([1, 2, 3, 4.5, 5, 6.1], [2, 3]), f32([1, 2, 3, 4, 5, 6], [2, 3]))
    expect(result).toMatchObject({
      ok: false,
      count: 6,
      failed: 2,
      worst: { flat: 3, index: [1, 0], actual: 4.5, expected: 4, absolute: 0.5 },
    })
    expect(explain(result)).toBe(
      '2 of 6 elements differ, largest error at [1, 0]: expected 4, got 4.5 (absolute 5.00e-1, relative 1.25e-1)',
    )
  })

  test('refuses other shapes and dtypes', () => {
    expect(compare(f32([1, 2]), f32([1, 2], [2, 1])).reason).toBe('expected shape [2, 1], got [2]')
    expect(compare(i32([1]), f32([1])).reason).toBe('expected dtype float32, got int32')
    expect(compare(i32([1]), f32([1]), { dtype: false }).ok).toBe(true)
    expect(compare(f32([1], [2]), f32([1, 2])).reason).toBe('expected 2 elements, got 1')
  })

  test('every array is close to itself; one moved beyond tolerance is found', () => {
    const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(floats, fc.nat(), (data, at) => {
        expect(compare(f32(data), f32(data)).ok).toBe(true)
        const i = at % data.length
        const moved = data.map((x, j) => (j === i ? x + Math.max(1e-3, Math.abs(x) * 1e-3) : x))
        expect(compare(f32(moved), f32(data))).toMatchObject({ ok: false, failed: 1, worst: { flat: i } })
      }),
    )
  })
})

describe('expectClose', () => {
  test('throws with the place', () => {
    expect(() => expectClose(f32([1]), f32([2]), { at: 'params/kernel' })).toThrow(/^params\/kernel: 1 of 1 elements differ/)
    expect(expectClose(f32([1]), f32([1])).count).toBe(1)
  })
})

describe('trees', () => {
  const golden = { params: { kernel: new GoldenArray('float32', [2], [1, 2]), list: [new GoldenArray('int32', [], [3]), null] }, loss: 0.5 }
  const read = (x: HostArray) => x

  test('compares leaf by leaf', () => {
    const actual = { loss: f32([0.5], []), params: { list: [i32([3], []), null], kernel: f32([1, 2]) } }
    expect(expectTreesClose(actual, golden, read).map((leaf) => leaf.at)).toEqual(['params/kernel', 'params/list/0', 'loss'])
  })

  test('names what is missing, surplus or wrong', () => {
    const actual = { params: { list: [i32([4], [])], kernel: f32([1, 3]), bias: f32([0]) } }
    const failures = compareTrees(actual, golden, read).filter((leaf) => !leaf.ok)
    expect(failures.map((leaf) => [leaf.at, leaf.reason])).toEqual([
      ['params/bias', 'not expected'],
      ['params/kernel', undefined],
      ['params/list', 'expected a list of 2, got one of 1'],
      ['loss', 'missing'],
    ])
    expect(() => expectTreesClose(actual, golden, read)).toThrow(/params\/kernel: 1 of 2 elements differ.*\nparams\/list: expected a list/)
  })
})
