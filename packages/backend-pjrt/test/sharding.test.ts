/** Arrays and programs over several devices: eight of a CPU. */
import {
  devicePut,
  grad,
  jit,
  makeArrayFromCallback,
  np,
  placementOf,
  setDefaultBackend,
  type Tensor,
  withShardingConstraint,
} from '@heddle/func'
import type { HostArray, Sharding } from '@heddle/func/backend'
import { beforeAll, describe, expect, it } from 'vitest'
import { type PjrtBackend, pjrt } from '../src/index'
import { cutPart, holders, partAt, partShape, putPart } from '../src/sharding/layout'
import { describeWithPlugin } from './under-test'

const mesh = { axes: { data: 2, model: 4 } }
const on = (...axes: (string | null | readonly string[])[]) => ({ mesh, spec: { axes } })
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)
let xla: PjrtBackend
const shardingOf = (x: Tensor): Sharding | null =>
  xla.storage.shardingOf!((x as unknown as { bufferOn: (b: unknown) => never }).bufferOn(xla))

describe('a layout', () => {
  const sharding: Sharding = {
    mesh: [
      ['data', 2],
      ['model', 4],
    ],
    dims: [['model'], ['data']],
  }
  const whole: HostArray = { shape: [8, 6], dtype: 'int32', data: Int32Array.from({ length: 48 }, (_, i) => i) }
  it('cuts an array into parts and joins them', () => {
    expect(partShape([8, 6], sharding)).toEqual([2, 3])
    expect(partAt(sharding, 6)).toEqual([2, 1])
    expect([...(cutPart(whole, sharding, 6).data as Int32Array)]).toEqual([27, 28, 29, 33, 34, 35])
    const joined: HostArray = { shape: [8, 6], dtype: 'int32', data: new Int32Array(48) }
    for (const d of holders(sharding, 8)) putPart(joined, sharding, d, cutPart(whole, sharding, d).data)
    expect(joined.data).toEqual(whole.data)
  })
  it('takes several mesh axes for one axis, the first the slowest, and repeats over the others', () => {
    const both: Sharding = { ...sharding, dims: [['data', 'model'], []] }
    expect(Array.from({ length: 8 }, (_, d) => partAt(both, d)[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const rows: Sharding = { ...sharding, dims: [['data'], []] }
    expect(holders(rows, 8)).toEqual([0, 4])
  })
})

describeWithPlugin('sharding', () => {
  beforeAll(async () => {
    xla = await pjrt({ cache: null, clientOptions: { cpu_device_count: 8 } })
    setDefaultBackend(xla)
  })
  it('places arrays over devices and brings them back', async () => {
    const x = np.arange(48).reshape([8, 6])
    for (const s of [on('data'), on(null, 'data'), on('model', 'data'), on(['data', 'model']), on()]) {
      const placed = devicePut(x, s)
      expect(values(placed)).toEqual(values(x))
      expect(Array.from((await placed.data()) as Float32Array)).toEqual(values(x))
    }
  })
  it('makes arrays of blocks, each asked for once, and says how they lie', async () => {
    const asked: string[] = []
    const block = (start: readonly number[], shape: readonly number[]): Float32Array => {
      asked.push(`${start}:${shape}`)
      return Float32Array.from(
        { length: shape[0]! * shape[1]! },
        (_, i) => (start[0]! + Math.floor(i / shape[1]!)) * 6 + start[1]! + (i % shape[1]!),
      )
    }
    const x = await makeArrayFromCallback([8, 6], on('model', null), block)
    expect(asked).toEqual(['0,0:2,6', '2,0:2,6', '4,0:2,6', '6,0:2,6'])
    expect(values(x)).toEqual(Array.from({ length: 48 }, (_, i) => i))
    expect(placementOf(x)).toEqual({ mesh, spec: { axes: [['model'], []] } })
    expect(placementOf(np.ones([2]))).toBeNull()
    await expect(makeArrayFromCallback([8, 6], on('model'), () => new Float32Array(3))).rejects.toThrow(
      /expected a Float32Array of 12 elements for a block of float32\[2,6\], got a Float32Array/,
    )
    await expect(makeArrayFromCallback([7, 6], on('model'), block)).rejects.toThrow(/axis 0 of size 7 does not divide by 4/)
  })
  it('runs a program over the devices of its arguments, whose results lie as XLA decides', () => {
    const x = devicePut(np.arange(32, { dtype: 'float32' }).reshape([8, 4]), on('data'))
    const w = devicePut(np.ones([4, 8]), on(null, 'model'))
    const f = jit((a: Tensor, b: Tensor) => ({ y: np.matmul(a, b), s: np.sum(a) }))
    const { y, s } = f(x, w)
    expect(values(y)).toEqual(values(np.matmul(np.arange(32, { dtype: 'float32' }).reshape([8, 4]), np.ones([4, 8]))))
    expect(values(s)).toEqual([496])
    expect(shardingOf(y)!.dims).toEqual([['data'], ['model']])
    expect(shardingOf(s)!.dims).toEqual([])
  })
  it('obeys constraints inside, and takes arguments that lie on one device', () => {
    const f = jit((x: Tensor) => withShardingConstraint(x.mul(2), on('model', null)))
    const y = f(np.ones([4, 3]))
    expect(shardingOf(y)!.dims).toEqual([['model'], []])
    expect(values(y)).toEqual(new Array(12).fill(2))
  })
  it('does eager operations on what is sharded, also beside what is not', () => {
    const x = devicePut(np.ones([8, 2]), on('data'))
    const y = x.add(np.ones([8, 2])).mul(3)
    expect(values(y)).toEqual(new Array(16).fill(6))
  })
  it('trains over devices with donation, in flat memory, with the numbers of one device', () => {
    const loss = (w: Tensor, x: Tensor): Tensor => np.mean(np.square(np.tanh(np.matmul(x, w)).sub(0.5)))
    const step = (w: Tensor, x: Tensor): Tensor => w.sub(grad(loss)(w, x).mul(0.1))
    const x = np.sin(np.arange(64, { dtype: 'float32' })).reshape([16, 4])
    const start = np.cos(np.arange(32, { dtype: 'float32' })).reshape([4, 8])
    const one = jit(step)
    let want: Tensor = start
    for (let i = 0; i < 5; i++) want = one(want, x)
    const many = jit(step, { donateArgnums: [0] })
    const data = devicePut(x, on('data'))
    let w = devicePut(start, on(null, 'model'))
    w = many(w, data)
    const before = xla.storage.memory()
    for (let i = 1; i < 5; i++) w = many(w, data)
    expect(xla.storage.memory()).toEqual(before)
    expect(shardingOf(w)!.dims).toEqual([[], ['model']])
    const [a, b] = [values(w), values(want)]
    expect(a.every((v, i) => Math.abs(v - b[i]!) < 1e-6)).toBe(true)
  })
  it('says how to have more devices', () => {
    const large = { axes: { data: 16 } }
    expect(() => devicePut(np.ones([16]), { mesh: large, spec: { axes: ['data'] } })).toThrow(
      'a mesh of 16 devices is wanted, this client has 8; pass pjrt({ clientOptions: { cpu_device_count: 16 } })',
    )
  })
})
