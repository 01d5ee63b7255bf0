/** Buffers, programs, donation, memory and errors of the runtime. */
import type { Aval, DType, HostArray } from '@heddle/func/backend'
import { dtypes } from '@heddle/func/backend'
import { grad, jit, lax, np, setDefaultBackend, type Tensor } from '@heddle/func'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, expect, it, vi } from 'vitest'
import { disposable, liveExecutables } from '../src/disposable'
import * as memory from '../src/mappings'
import { PjrtError, type PjrtBackend } from '../src/index'
import { backend, describeWithPlugin } from './under-test'

let xla: PjrtBackend
const aval = (shape: readonly number[], dtype: DType): Aval => ({ shape, dtype, weakType: false })
const host = (shape: readonly number[], dtype: DType, values: readonly number[]): HostArray => {
  const data = new dtypes[dtype].storage(values.length)
  values.forEach((v, i) => {
    data[i] = (data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(v) : v) as never
  })
  return { shape, dtype, data }
}
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 20))

describeWithPlugin('buffers', () => {
  beforeAll(async () => {
    xla = await backend({ cache: null })
    setDefaultBackend(xla)
  })
  it('come back as they went, in every dtype, at once and later', async () => {
    for (const dtype of xla.dtypes)
      for (const shape of [[], [3], [2, 3], [0, 2], [4, 5, 6]]) {
        const n = shape.reduce((a, b) => a * b, 1)
        const array = host(
          shape,
          dtype,
          Array.from({ length: n }, (_, i) => (dtype === 'bool' ? i % 2 : i)),
        )
        const b = xla.storage.upload(array)
        expect(xla.storage.downloadSync!(b, aval(shape, dtype)).data).toEqual(array.data)
        expect((await xla.storage.download(b, aval(shape, dtype))).data).toEqual(array.data)
        xla.storage.release(b)
      }
  })
  it('may lie where the host has them, and are not written to', async () => {
    const n = 1 << 20
    const data = new Float32Array(n).fill(2)
    const x = xla.storage.upload({ shape: [n], dtype: 'float32', data })
    const type = aval([n], 'float32')
    const program = xla.compileText(double(n), { ins: [type], outs: [type], donated: [true], name: 'double' })
    const [y] = program.run([x])
    expect(xla.storage.downloadSync!(y!, type).data[n - 1]).toBe(4)
    expect(data[0]).toBe(2)
    expect(data[n - 1]).toBe(2)
    xla.storage.release(y!)
    program.dispose()
  })
  it('are counted: shared ones live until the last handle is released', () => {
    const before = xla.storage.memory()
    const b = xla.storage.upload(host([2], 'float32', [1, 2]))
    const again = xla.storage.share(b)
    expect(xla.storage.memory()).toEqual({ buffers: before.buffers + 1, bytes: before.bytes + 8 })
    xla.storage.release(b)
    expect(xla.storage.downloadSync!(again, aval([2], 'float32')).data).toEqual(Float32Array.of(1, 2))
    xla.storage.release(again)
    expect(xla.storage.memory()).toEqual(before)
  })
  it('may be released while they are read', async () => {
    const b = xla.storage.upload(host([4], 'int32', [1, 2, 3, 4]))
    const reading = xla.storage.download(b, aval([4], 'int32'))
    xla.storage.release(b)
    expect((await reading).data).toEqual(Int32Array.of(1, 2, 3, 4))
  })
})

const double = (n: number): string => `module {
  func.func public @main(%arg0: tensor<${n}xf32> {tf.aliasing_output = 0 : i32}) -> tensor<${n}xf32> {
    %0 = stablehlo.add %arg0, %arg0 : tensor<${n}xf32>
    return %0 : tensor<${n}xf32>
  }
}`

describeWithPlugin('donation', () => {
  it('leaves memory flat in a training loop, with no dispose', async () => {
    const step = jit(
      (w: Tensor, x: Tensor) => {
        const g = grad((v: Tensor) => np.sum(np.square(np.matmul(x, v).sub(1))))(w)
        return w.sub(g.mul(0.01))
      },
      { donateArgnums: [0] },
    )
    const x = np.ones([4, 4])
    let w: Tensor = np.zeros([4, 4])
    w = step(w, x)
    const before = xla.storage.memory()
    for (let i = 0; i < 200; i++) w = step(w, x)
    expect(xla.storage.memory()).toEqual(before)
    expect(Math.abs(((await w.data()) as Float32Array)[0]! - 0.25)).toBeLessThan(1e-3)
  })
  it('copies what others hold too', () => {
    const type = aval([2], 'float32')
    const program = xla.compileText(double(2), { ins: [type], outs: [type], donated: [true], name: 'double' })
    const b = xla.storage.upload(host([2], 'float32', [1, 2]))
    const [y] = program.run([xla.storage.share(b)])
    expect(xla.storage.downloadSync!(b, type).data).toEqual(Float32Array.of(1, 2))
    expect(xla.storage.downloadSync!(y!, type).data).toEqual(Float32Array.of(2, 4))
    for (const buffer of [b, y!]) xla.storage.release(buffer)
  })
  it('makes the tensor unusable', () => {
    const f = jit((x: Tensor) => x.add(1), { donateArgnums: [0] })
    const x = np.add(np.ones([3]), 1)
    f(x)
    expect(() => x.add(1)).toThrow(/donated/)
  })
})

describeWithPlugin('programs', () => {
  it('have NaN for a maximum or minimum of NaN', () => {
    const [x, y] = [np.array([1, Number.NaN]), np.array([Number.NaN, 1])]
    for (const f of [np.maximum, np.minimum]) expect([...(f(x, y).dataSync() as Float32Array)]).toEqual([Number.NaN, Number.NaN])
  })
  it('run in order though they are dispatched at once', async () => {
    const f = jit((x: Tensor) => lax.foriLoop(0, 50, (_: Tensor, y: Tensor) => np.sin(np.matmul(y, y)), x))
    let x: Tensor = np.ones([64, 64]).mul(0.01)
    for (let i = 0; i < 5; i++) x = f(x)
    const all = (await x.data()) as Float32Array
    expect(all.every(Number.isFinite)).toBe(true)
  })
  it('are freed with whom they belong to', async () => {
    const type = aval([2], 'float32')
    const program = xla.compileText(double(2), { ins: [type], outs: [type], donated: [true], name: 'double' })
    program.dispose()
    program.dispose()
    expect(() => program.run([])).toThrow(/double was disposed/)
  })
  it('are refused buffers of another dtype, which XLA would read wrongly, and freed ones', () => {
    const type = aval([2], 'float32')
    const program = xla.compileText(double(2), { ins: [type], outs: [type], donated: [false], name: 'double' })
    const b = xla.storage.upload(host([2], 'int32', [1, 2]))
    expect(() => program.run([b])).toThrow('running double: argument 0 should be float32[2], got 8 bytes of int32')
    xla.storage.release(b)
    expect(() => program.run([b])).toThrow(/freed buffer/)
  })
})

describeWithPlugin('abandoned programs', () => {
  it('are freed once', () => {
    const before = liveExecutables()
    let freed = 0
    const program = disposable(
      'x',
      () => [],
      () => freed++,
    )
    expect(liveExecutables()).toBe(before + 1)
    program.dispose()
    program.dispose()
    expect(freed).toBe(1)
    expect(liveExecutables()).toBe(before)
  })
  it('are found when mappings get scarce', async () => {
    const scarce = vi.spyOn(memory, 'mappings').mockReturnValue(40_000)
    let freed = 0
    for (let i = 0; i < 200; i++)
      disposable(
        'x',
        () => [],
        () => freed++,
      )
    await settled()
    scarce.mockReturnValue(100_000)
    for (let i = 0; i < 100; i++)
      disposable(
        'x',
        () => [],
        () => freed++,
      )
    expect(freed).toBeGreaterThan(50)
    scarce.mockRestore()
  })
})

describeWithPlugin('errors', () => {
  it('have XLA’s message, and the operation that it points at', () => {
    const text = double(2).replace('stablehlo.add %arg0, %arg0', 'stablehlo.nonsense %arg0, %arg0')
    const type = aval([2], 'float32')
    const fail = (): unknown => xla.compileText(text, { ins: [type], outs: [type], donated: [], name: 'broken' })
    expect(fail).toThrow(PjrtError)
    expect(fail).toThrow(/compiling broken failed \(\w+\)[\s\S]*is unknown[\s\S]*at %0 = stablehlo\.nonsense/)
  })
  it('name shapes that do not fit', () => {
    const type = aval([2], 'float32')
    const program = xla.compileText(double(2), { ins: [type], outs: [type], donated: [], name: 'double' })
    const b = xla.storage.upload(host([3], 'float32', [1, 2, 3]))
    expect(() => program.run([b])).toThrow(/running double failed \(INVALID_ARGUMENT\)/)
    xla.storage.release(b)
  })
})

describeWithPlugin('abandoned tensors', () => {
  it('are freed by the collector', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const before = xla.storage.memory().buffers
    for (let i = 0; i < 100; i++) np.ones([8]).add(i)
    for (let i = 0; i < 5; i++) {
      collect()
      await settled()
    }
    expect(xla.storage.memory().buffers - before).toBeLessThan(60)
  })
})
