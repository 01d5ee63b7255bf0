/** The backend as a whole: memory counts, and products and convolutions too large for a golden against plain sums. */
import { type Aval, type DType, type HostArray, sizeOf } from '@heddle/func/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostArray } from '../src/element'
import { hostBackend, kernels } from '../src/index'

const aval = (shape: readonly number[], dtype: DType = 'float32'): Aval => ({ shape, dtype, weakType: false })
const f32 = (shape: readonly number[], value: (i: number) => number): HostArray =>
  hostArray(
    shape,
    'float32',
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
  )
const wave = (i: number): number => Math.sin(i * 1.7)

describe('memory', () => {
  it('counts data once, through all handles', () => {
    const { storage, kernels: table } = hostBackend()
    const x = storage.upload(f32([2, 3], wave))
    expect(storage.memory()).toEqual({ buffers: 1, bytes: 24 })
    const again = storage.share(x)
    const [reshaped] = table.reshape({ params: { newSizes: [6] }, ins: [aval([2, 3])], outs: [aval([6])] })([x])
    expect(storage.memory()).toEqual({ buffers: 1, bytes: 24 })
    const [sum] = table.add({ params: {}, ins: [aval([2, 3]), aval([2, 3])], outs: [aval([2, 3])] })([x, again])
    expect(storage.memory()).toEqual({ buffers: 2, bytes: 48 })
    for (const handle of [x, again, reshaped!, sum!]) storage.release(handle)
    expect(storage.memory()).toEqual({ buffers: 0, bytes: 0 })
    expect(() => storage.release(x)).toThrow('released a buffer that is not alive: float32[2,3]')
  })
  it('downloads a copy', async () => {
    const { storage } = hostBackend()
    const x = storage.upload(f32([2], wave))
    const got = await storage.download(x, aval([2]))
    got.data[0] = 9
    expect(storage.downloadSync!(x, aval([2])).data[0]).toBe(0)
  })
  it('keeps backends apart', () => {
    const [a, b] = [hostBackend(), hostBackend()]
    a.storage.upload(f32([4], wave))
    expect(b.storage.memory().buffers).toBe(0)
  })
})

/** `sum over k of x[i, k] y[k, j]`. */
const product = (x: HostArray, y: HostArray, m: number, n: number, k: number): number[] =>
  Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    let sum = 0
    for (let p = 0; p < k; p++) sum += Number(x.data[i * k + p]) * Number(y.data[p * n + j])
    return sum
  })
const far = (got: HostArray, want: readonly number[]): number => Math.max(0, ...want.map((w, i) => Math.abs(Number(got.data[i]) - w)))

it('multiplies matrices of any size, either one transposed', () => {
  const size = fc.integer({ min: 0, max: 14 })
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), (m, n, k, left, right) => {
      const [x, y] = [f32([m, k], wave), f32([k, n], (i) => wave(i + 5))]
      const turned = (a: HostArray, turn: boolean): HostArray => {
        const shape = [a.shape[1]!, a.shape[0]!]
        return turn ? kernels.transpose({ params: { permutation: [1, 0] }, ins: [aval(a.shape)], outs: [aval(shape)] })([a])[0]! : a
      }
      const ins = [turned(x, left), turned(y, right)]
      const params = {
        dimensionNumbers: [
          [[left ? 0 : 1], [right ? 1 : 0]],
          [[], []],
        ] as const,
        preferredElementType: null,
      }
      const [out] = kernels.dot_general({ params, ins: ins.map((a) => aval(a.shape)), outs: [aval([m, n])] })(ins)
      expect(far(out!, product(x, y, m, n, k))).toBeLessThan(1e-5)
    }),
  )
})

it('convolves in blocks of places', () => {
  const [size, taps] = [80, 8]
  const places = size - taps + 1
  const [x, w] = [f32([2, 1, size, size], wave), f32([1, 1, taps, taps], (i) => wave(i + 3))]
  const plain = { windowStrides: [1, 1], lhsDilation: [1, 1], rhsDilation: [1, 1], featureGroupCount: 1, batchGroupCount: 1 }
  const order = [0, 1, 2, 3]
  const params = {
    ...plain,
    padding: [
      [0, 0],
      [0, 0],
    ] as const,
    dimensionNumbers: { lhsSpec: order, rhsSpec: order, outSpec: order },
    preferredElementType: null,
  }
  const shape = [2, 1, places, places]
  const [out] = kernels.conv_general_dilated({ params, ins: [aval(x.shape), aval(w.shape)], outs: [aval(shape)] })([x, w])
  const want = Array.from({ length: sizeOf(shape) }, (_, at) => {
    const [b, i, j] = [Math.floor(at / places ** 2), Math.floor(at / places) % places, at % places]
    let sum = 0
    for (let p = 0; p < taps; p++)
      for (let q = 0; q < taps; q++) sum += Number(x.data[(b * size + i + p) * size + j + q]) * Number(w.data[p * taps + q])
    return sum
  })
  expect(far(out!, want)).toBeLessThan(1e-4)
})

it('transposes as indices say', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
        fc.tuple(
          fc.constant(shape),
          fc.shuffledSubarray(
            shape.map((_, i) => i),
            { minLength: shape.length },
          ),
        ),
      ),
      ([shape, permutation]) => {
        const x = f32(shape, (i) => i)
        const out = permutation.map((p) => shape[p]!)
        const [got] = kernels.transpose({ params: { permutation }, ins: [aval(shape)], outs: [aval(out)] })([x])
        const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)))
        const want = Array.from({ length: sizeOf(out) }, (_, at) =>
          permutation.reduce((sum, p, i) => sum + (Math.floor(at / sizeOf(out.slice(i + 1))) % out[i]!) * strides[p]!, 0),
        )
        expect([...got!.data]).toEqual(want)
      },
    ),
  )
})
