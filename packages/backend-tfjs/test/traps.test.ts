/**
 * What tfjs's wasm backend computes wrongly without an error, each tried on ours; and its memory, which a wrong kernel can corrupt.
 */
import type { HostArray, LeafName, TypedArray } from '@heddle/func/backend'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TfjsBackend } from '../src/backend'
import { tfjs } from '../src/choose'
import { array, avalOf } from './arrays'
import { runOn } from './under-test'

let backend: TfjsBackend
beforeAll(async () => {
  backend = await tfjs({ demand: 'wasm', hostBelow: 0 })
})
const floats = (...data: number[]): HostArray => array('float32', [data.length], Float32Array.from(data))
const bools = (...data: number[]): HostArray => array('bool', [data.length], Uint8Array.from(data))
const ints = (...data: number[]): HostArray => array('int32', [data.length], Int32Array.from(data))
const shaped = (a: HostArray, ...shape: number[]): HostArray => ({ ...a, shape })
const of = (
  primitive: LeafName,
  params: unknown,
  ins: readonly HostArray[],
  out: { dtype?: HostArray['dtype']; shape?: readonly number[] } = {},
): unknown[] => {
  const type = { ...avalOf(ins[0]!), ...out }
  return Array.from(runOn(backend, primitive, params, ins, [type])[0]!.data as TypedArray as Float32Array)
}

describe('float32', () => {
  it('sign of NaN and of tiny numbers', () =>
    expect(of('sign', {}, [floats(Number.NaN, 1e-20, -1e-30, 0)])).toEqual([Number.NaN, 1, -1, 0]))
  it('log1p, sin and tan near 0', () => {
    for (const name of ['log1p', 'sin', 'tan'] as const)
      of(name, {}, [floats(1e-6, -3e-5, 1e-20)]).forEach((x, i) => {
        const at = Math.fround([1e-6, -3e-5, 1e-20][i]!)
        expect(Math.abs((x as number) / at - 1)).toBeLessThan(1e-4)
      })
  })
  it('sin of a large argument', () => expect(of('sin', {}, [floats(1e5)])[0]).toBeCloseTo(Math.sin(1e5), 5))
  it('a NaN on either side of max and min', () => {
    for (const name of ['max', 'min'] as const) {
      expect(of(name, {}, [floats(Number.NaN, 1), floats(1, Number.NaN)])).toEqual([Number.NaN, Number.NaN])
      expect(of(name, {}, [floats(Number.NaN, 1), array('float32', [], Float32Array.of(0))])[0]).toBeNaN()
      expect(of(name, {}, [floats(2, 1), array('float32', [], Float32Array.of(Number.NaN))])).toEqual([Number.NaN, Number.NaN])
    }
  })
  it('a NaN in argmax', () => {
    const params = { axes: [0], indexDtype: 'int32' }
    expect(of('argmax', params, [floats(1, Number.NaN, 2)], { dtype: 'int32', shape: [] })).toEqual([1])
    expect(of('argmin', params, [floats(1, 0, Number.NaN)], { dtype: 'int32', shape: [] })).toEqual([2])
  })
  it('the sum of a million numbers', () => {
    const sum = of('reduce_sum', { axes: [0] }, [array('float32', [1 << 20], new Float32Array(1 << 20).fill(0.1))], {
      shape: [],
    })[0] as number
    expect(Math.abs(sum / (0.1 * (1 << 20)) - 1)).toBeLessThan(1e-6)
  })
  it('a NaN in pooling, and windows whose maximum is not positive', () => {
    const ones = [1, 1, 1, 1]
    const params = {
      windowDimensions: [1, 2, 2, 1],
      windowStrides: [1, 2, 2, 1],
      padding: ones.map(() => [0, 0]),
      baseDilation: ones,
      windowDilation: ones,
    }
    const image = (...x: number[]): HostArray => shaped(floats(...x), 1, 2, 2, 1)
    for (const name of ['reduce_window_max', 'reduce_window_sum', 'reduce_window_min'] as const)
      expect(of(name, params, [image(1, Number.NaN, 2, 3)], { shape: [1, 1, 1, 1] })).toEqual([Number.NaN])
    expect(of('reduce_window_max', params, [image(-1, -2, -3, -4)], { shape: [1, 1, 1, 1] })).toEqual([-1])
    expect(of('reduce_window_sum', params, [image(1, 2, 3, Infinity)], { shape: [1, 1, 1, 1] })).toEqual([Infinity])
    const source = array('float32', [1, 1, 1, 1], Float32Array.of(5))
    const scatter = { select: 'ge', windowDimensions: [1, 2, 2, 1], windowStrides: [1, 2, 2, 1], padding: ones.map(() => [0, 0]) }
    expect(of('select_and_scatter_add', scatter, [source, image(-4, -2, -1, -3)], { shape: [1, 2, 2, 1] })).toEqual([0, 0, 5, 0])
  })
  it('a NaN through a dense layer with relu', () => {
    const dense = backend.fused!.dense!({
      params: { bias: true, activation: 'relu' },
      ins: [avalOf(shaped(floats(1, Number.NaN), 2, 1)), avalOf(shaped(floats(1, 2), 1, 2)), avalOf(floats(1, -5))],
      outs: [avalOf(shaped(floats(0, 0, 0, 0), 2, 2))],
    })!
    const ins = [shaped(floats(1, Number.NaN), 2, 1), shaped(floats(1, 2), 1, 2), floats(1, -5)].map((a) => backend.storage.upload(a))
    const [y] = dense(ins)
    const got = Array.from(backend.storage.downloadSync!(y!, avalOf(shaped(floats(0, 0, 0, 0), 2, 2))).data as Float32Array)
    expect(got).toEqual([2, 0, Number.NaN, Number.NaN])
    for (const b of [...ins, y!]) backend.storage.release(b)
  })
  it('conversions that overflow', () =>
    expect(
      of('convert_element_type', { newDtype: 'int32', weakType: false }, [floats(Number.NaN, 3e9, -3e9, 1.9, -1.9)], { dtype: 'int32' }),
    ).toEqual([0, 2147483647, -2147483648, 1, -1]))
  it('conversions to bool of numbers that are 0 modulo 256', () =>
    expect(of('convert_element_type', { newDtype: 'bool', weakType: false }, [floats(256, 0, 0.5, Number.NaN)], { dtype: 'bool' })).toEqual(
      [1, 0, 1, 1],
    ))
})

describe('int32 and bool', () => {
  it('unary mathematics, products and strided slices of int32', () => {
    expect(of('neg', {}, [ints(5, -7)])).toEqual([-5, 7])
    expect(of('mul', {}, [ints(2147483647, 123456789), ints(2147483647, 987654321)])).toEqual([1, -67153019])
    const dot = {
      dimensionNumbers: [
        [[0], [0]],
        [[], []],
      ],
      preferredElementType: null,
    }
    expect(of('dot_general', dot, [ints(1, 2, 3), ints(4, 5, 6)], { shape: [] })).toEqual([32])
    expect(of('slice', { startIndices: [0], limitIndices: [5], strides: [2] }, [ints(1, 2, 3, 4, 5)], { shape: [3] })).toEqual([1, 3, 5])
  })
  it('selection and reversal of bool', () => {
    expect(of('select_n', {}, [bools(1, 0, 1), bools(0, 0, 0), bools(1, 1, 1)])).toEqual([1, 0, 1])
    expect(of('rev', { dimensions: [0] }, [bools(1, 0, 0)])).toEqual([0, 0, 1])
  })
  it('leaves the heap whole after thousands of calls on bool', () => {
    const mask = array(
      'bool',
      [1000],
      Uint8Array.from({ length: 1000 }, (_, i) => i % 2),
    )
    const x = array(
      'float32',
      [1000],
      Float32Array.from({ length: 1000 }, (_, i) => i),
    )
    for (let i = 0; i < 300; i++) {
      of('not', {}, [mask])
      of('and', {}, [mask, mask])
      of('convert_element_type', { newDtype: 'float32', weakType: false }, [mask], { dtype: 'float32' })
      of('reduce_or', { axes: [0] }, [mask], { shape: [] })
      of('transpose', { permutation: [1, 0] }, [shaped(mask, 10, 100)], { shape: [100, 10] })
      of('select_n', {}, [mask, x, x], { dtype: 'float32' })
    }
    expect(of('add', {}, [x, x])[999]).toBe(1998)
    expect(of('exp', {}, [floats(0, 0)])).toEqual([1, 1])
  })
})

describe('memory', () => {
  it('multiplies by the same data in another shape', () => {
    const { storage, kernels } = backend
    const data = Float32Array.from({ length: 24 }, (_, i) => i)
    const weights = storage.upload(array('float32', [4, 6], data))
    const type = (...shape: number[]) => ({ shape, dtype: 'float32' as const, weakType: false })
    const [other] = kernels.reshape({ params: { newSizes: [6, 4] }, ins: [type(4, 6)], outs: [type(6, 4)] })([weights])
    const ones = (n: number) => storage.upload(array('float32', [1, n], new Float32Array(n).fill(1)))
    const multiply = (k: number, n: number) =>
      kernels.dot_general({
        params: {
          dimensionNumbers: [
            [[1], [0]],
            [[], []],
          ],
          preferredElementType: null,
        },
        ins: [type(1, k), type(k, n)],
        outs: [type(1, n)],
      })
    const sums = (k: number, n: number) =>
      Array.from({ length: n }, (_, j) => Array.from({ length: k }, (_, i) => data[i * n + j]!).reduce((a, b) => a + b))
    for (let round = 0; round < 3; round++)
      for (const [k, n, w] of [
        [4, 6, weights],
        [6, 4, other!],
      ] as const) {
        const x = ones(k)
        const [y] = multiply(k, n)([x, w])
        expect(Array.from(storage.downloadSync!(y!, type(1, n)).data as Float32Array)).toEqual(sums(k, n))
        storage.release(x)
        storage.release(y!)
      }
    storage.release(weights)
    storage.release(other!)
  })
  it('grows the heap under kernels that read and write it', () => {
    const { storage, kernels } = backend
    const n = 1 << 21
    const type = (...shape: number[]) => ({ shape, dtype: 'float32' as const, weakType: false })
    const double = kernels.concatenate({ params: { dimension: 0 }, ins: [type(n), type(n)], outs: [type(2 * n)] })
    const sum = kernels.reduce_sum({ params: { axes: [0] }, ins: [type(2 * n)], outs: [type()] })
    const made = Array.from({ length: 24 }, (_, i) => {
      const x = storage.upload(array('float32', [n], new Float32Array(n).fill(i)))
      const [y] = double([x, x])
      storage.release(x)
      return y!
    })
    made.forEach((y, i) => {
      const [s] = sum([y])
      expect((storage.downloadSync!(s!, type()).data as Float32Array)[0]).toBe(i * 2 * n)
      storage.release(s!)
      storage.release(y)
    })
    expect(storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
  it('says so when the heap is full', () => {
    const n = 2 ** 30
    const type = { shape: [n], dtype: 'float32' as const, weakType: false }
    const fill = backend.kernels.broadcast_in_dim({
      params: { shape: [n], broadcastDimensions: [] },
      ins: [{ ...type, shape: [] }],
      outs: [type],
    })
    const x = backend.storage.upload(array('float32', [], Float32Array.of(1)))
    expect(() => fill([x])).toThrow(/out of memory/)
    backend.storage.release(x)
    expect(backend.storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
})
