/** Buffers: counts are exact, handles are checked, and the device holds nothing that nobody refers to. */
import { BackendError, type HostArray } from '@heddle/func/backend'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TfjsBackend } from '../src/backend'
import { nativeBackend } from '../src/native'
import { loadNative } from '../src/native/load'
import { samples } from './samples'
import { array, avalOf } from './arrays'
import { runOn, underTest } from './under-test'

const ramp = (n: number): HostArray =>
  array(
    'float32',
    [n],
    Float32Array.from({ length: n }, (_, i) => i),
  )

describe.each(underTest)('$name', ({ make }) => {
  let backend: TfjsBackend
  beforeAll(async () => {
    backend = await make()
  })
  const add = (n: number) => backend.kernels.add({ params: {}, ins: [avalOf(ramp(n)), avalOf(ramp(n))], outs: [avalOf(ramp(n))] })

  it('counts buffers and their bytes', () => {
    const { storage } = backend
    const x = storage.upload(ramp(100))
    expect(storage.memory()).toEqual({ buffers: 1, bytes: 400 })
    const [y] = add(100)([x, x])
    expect(storage.memory()).toEqual({ buffers: 2, bytes: 800 })
    storage.release(x)
    storage.release(y!)
    expect(storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
  it('counts shared data once, until the last handle is released', () => {
    const { storage } = backend
    const x = storage.upload(ramp(100))
    const again = storage.share(x)
    const [matrix] = backend.kernels.reshape({
      params: { newSizes: [20, 5] },
      ins: [avalOf(ramp(100))],
      outs: [{ ...avalOf(ramp(100)), shape: [20, 5] }],
    })([x])
    expect(storage.memory()).toEqual({ buffers: 1, bytes: 400 })
    storage.release(x)
    storage.release(again)
    const [sum] = backend.kernels.reduce_sum({
      params: { axes: [1] },
      ins: [{ ...avalOf(ramp(100)), shape: [20, 5] }],
      outs: [{ ...avalOf(ramp(100)), shape: [20] }],
    })([matrix!])
    const read = storage.downloadSync!(sum!, { ...avalOf(ramp(100)), shape: [20] })
    expect(Array.from(read.data as Float32Array).slice(0, 3)).toEqual([10, 35, 60])
    storage.release(matrix!)
    storage.release(sum!)
    expect(storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
  it('refuses a buffer that was released', () => {
    const { storage } = backend
    const x = storage.upload(ramp(100))
    storage.release(x)
    expect(() => storage.release(x)).toThrow(BackendError)
    expect(() => storage.share(x)).toThrow(/used after its release/)
    expect(() => add(100)([x, x])).toThrow(BackendError)
    expect(storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
  it('refuses data of another type or size than it says', () => {
    const { storage } = backend
    expect(() => storage.upload(array('float32', [3], new Float32Array(4)))).toThrow(/float32\[3\]/)
    expect(() => storage.upload(array('int32', [4], new Float32Array(4)))).toThrow(/Float32Array/)
  })
  it('gives copies: writing to a download changes nothing', async () => {
    const { storage } = backend
    const x = storage.upload(ramp(100))
    const [y] = add(100)([x, x])
    for (const b of [x, y!]) {
      const first = storage.downloadSync!(b, avalOf(ramp(100)))
      const before = Array.from(first.data as Float32Array)
      ;(first.data as Float32Array).fill(-1)
      ;((await storage.download(b, avalOf(ramp(100)))).data as Float32Array).fill(-2)
      expect(Array.from(storage.downloadSync!(b, avalOf(ramp(100))).data as Float32Array)).toEqual(before)
      storage.release(b)
    }
  })
  it('keeps dtypes that devices lack, to the bit', () => {
    const { storage } = backend
    const arrays: HostArray[] = [
      array('uint32', [3], Uint32Array.of(0, 2 ** 31 + 1, 2 ** 32 - 1)),
      array('int64', [2], BigInt64Array.of(-(2n ** 62n) - 1n, 5n)),
      array('float64', [2], Float64Array.of(Math.PI, 1e-300)),
      array('bfloat16', [2], Uint16Array.of(0x3f80, 0x7fc0)),
      array('int8', [2], Int8Array.of(-128, 127)),
      array('bool', [2], Uint8Array.of(1, 0)),
    ]
    for (const a of arrays) {
      const b = storage.upload(a)
      expect(storage.downloadSync!(b, avalOf(a))).toEqual(a)
      storage.release(b)
    }
  })
  it('takes random bits through a bitcast to the device', () => {
    const bits = array(
      'uint32',
      [64],
      Uint32Array.from({ length: 64 }, (_, i) => 0x3f800000 + i * 1000),
    )
    const floats = avalOf({ ...bits, dtype: 'float32' })
    const { storage, kernels } = backend
    const b = storage.upload(bits)
    const [f] = kernels.bitcast_convert_type({ params: { newDtype: 'float32' }, ins: [avalOf(bits)], outs: [floats] })([b])
    const [e] = kernels.exp({ params: {}, ins: [floats], outs: [floats] })([f!])
    const want = Array.from(new Float32Array(bits.data.slice().buffer), Math.exp)
    const got = Array.from(storage.downloadSync!(e!, floats).data as Float32Array)
    got.forEach((x, i) => expect(Math.abs(x - want[i]!)).toBeLessThan(1e-5))
    for (const x of [b, f!, e!]) storage.release(x)
    expect(storage.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
})

describe.runIf(process.env.HEDDLE_TFJS_NODE)('node', () => {
  it('leaves no tensor behind in TensorFlow but its constants', async () => {
    const backend = await nativeBackend('node', { hostBelow: 0 })
    const { binding } = (await loadNative('node')).tf
    const all = samples()
    for (const s of all) runOn(backend, s.primitive, s.params, s.ins, s.outs)
    const before = binding.getNumOfTensors()
    for (const s of samples(2)) runOn(backend, s.primitive, s.params, s.ins, s.outs)
    expect(binding.getNumOfTensors()).toBe(before)
  })
})
