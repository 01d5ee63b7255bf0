/** Devices that answer a read late, as GPUs do, keep what is read until they have; wasm copies at once, since its memory moves. */
import '@tensorflow/tfjs-backend-cpu'
import type { HostArray } from '@heddle/func/backend'
import { conformance } from '@heddle/func/conformance'
import { describe, expect, it } from 'vitest'
import { loadCore } from '../src/engine'
import { kernelBackend } from '../src/gpu'
import { kernelDevice } from '../src/gpu/load'
import { loadWasm } from '../src/wasm/load'
import { extremaOf } from '../src/wasm/extrema'
import { array, avalOf } from './arrays'
import { underTest } from './under-test'

/** The kernels of a GPU, whose reads look at the memory only a while after they were asked for. */
const late = async () => {
  await underTest.at(-1)!.make()
  const core = await loadCore()
  const device = await kernelDevice(core, 'cpu', 'webgpu', core.version_core)
  return kernelBackend(
    {
      ...device,
      readAsync: async (handle, dtype, size) => {
        await new Promise((done) => void setTimeout(done, 1))
        return device.readAsync(handle, dtype, size)
      },
    },
    { hostBelow: 0 },
  )
}
describe('a device that answers late', async () => {
  const backend = await late()
  for (const { name, run } of conformance(backend, { float: 'float32', primitives: () => false, corners: true }))
    if (name.startsWith('a read')) it(name, run)
  it('frees what it kept for a read', async () => {
    const own = await late()
    const ones: HostArray = array('float32', [100], new Float32Array(100).fill(1))
    const before = own.storage.memory().buffers
    const x = own.storage.upload(ones)
    const [y] = own.kernels.neg({ params: {}, ins: [avalOf(ones)], outs: [avalOf(ones)] })([x])
    const read = own.storage.download(y!, avalOf(ones))
    for (const b of [x, y!]) own.storage.release(b)
    expect((await read).data[0]).toBe(-1)
    expect(own.storage.memory().buffers).toBe(before)
  })
})

describe('extrema in the heap', async () => {
  const { heap } = await loadWasm()
  const { wasm } = heap.backend
  it.each([
    ['on four numbers at once', true],
    ['on single numbers', false],
  ])('%s', (_, simd) => {
    const { max, min, maxScalar, minScalar } = extremaOf(wasm, simd)
    for (const n of [1, 3, 4, 7, 64, 101]) {
      const values = Float32Array.from({ length: n }, (_x, i) => Math.sin(i))
      const others = Float32Array.from({ length: n }, (_x, i) => Math.cos(i))
      new Uint32Array(values.buffer)[n >> 1] = 0xffc00000
      new Uint32Array(others.buffer)[n - 1] = 0xffc00001
      const [x, y] = [heap.upload(values, 'float32'), heap.upload(others, 'float32')]
      const out = heap.alloc('float32', n)
      const end = x.address + 4 * n
      const check = (f: (a: number, b: number) => number, other: (i: number) => number): void =>
        expect(Array.from(heap.f32(out, n))).toEqual(Array.from(values, (v, i) => f(v, other(i))))
      max(x.address, y.address, out.address, end)
      check(Math.max, (i) => others[i]!)
      min(x.address, y.address, out.address, end)
      check(Math.min, (i) => others[i]!)
      maxScalar(x.address, 0.25, out.address, end)
      check(Math.max, () => 0.25)
      minScalar(x.address, 0.25, out.address, end)
      check(Math.min, () => 0.25)
      for (const b of [x, y, out]) heap.free(b)
    }
  })
})
