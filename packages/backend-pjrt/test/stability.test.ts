/**
 * Long runs leave nothing behind: buffers, programs, memory mappings, the memory of the process.
 *
 * The process's memory is compared after a warm-up, since heaps and thread pools reach their size first, and with the collector run
 * before each look. Nothing here is measured in time.
 */
import { jit, np, setDefaultBackend, type Tensor } from '@heddle/func'
import type { Aval } from '@heddle/func/backend'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, expect, it } from 'vitest'
import { liveExecutables } from '../src/disposable'
import type { PjrtBackend } from '../src/index'
import { mappings } from '../src/mappings'
import { backend, describeWithPlugin } from './under-test'

const MIB = 2 ** 20
/** Of 80,000 dispatches: 131 bytes each, less than a buffer, a handle or an event of XLA's takes. Heaps were seen to vary by 1 MiB. */
const RSS_OF_DISPATCHES = 10 * MIB
/** Of 800 programs: 31 KiB each, less than a program's code and constants take (about 150 KiB). Heaps were seen to vary by 2 MiB. */
const RSS_OF_PROGRAMS = 24 * MIB
/** Of threads and heaps. 800 programs have thousands. */
const MAPPINGS = 100

let xla: PjrtBackend
let collect: () => void

/** Runs what was left to the collector and to callbacks, then looks. */
const look = async (): Promise<{ readonly rss: number; readonly maps: number; readonly programs: number }> => {
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise((done) => setTimeout(done, 20))
  }
  return { rss: process.memoryUsage.rss(), maps: mappings() ?? 0, programs: liveExecutables() }
}

describeWithPlugin('stability', () => {
  beforeAll(async () => {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
    xla = await backend({ cache: null })
    setDefaultBackend(xla)
  })
  it('140,000 dispatches leave memory flat', async () => {
    const f = jit((x: Tensor) => x.mul(0.5).add(1))
    const x = np.ones([4])
    let y = f(x)
    const steps = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        y.dispose()
        y = f(x)
        // lets finished computations be forgotten, as a program that awaits its results does
        if (i % 1000 === 0) await y.data()
      }
    }
    // heaps reach their size first
    await steps(60_000)
    const warm = await look()
    const before = xla.storage.memory()
    await steps(80_000)
    expect(xla.storage.memory()).toEqual(before)
    const end = await look()
    expect(end.rss - warm.rss).toBeLessThan(RSS_OF_DISPATCHES)
    expect(end.programs).toBe(warm.programs)
    expect([...((await y.data()) as Float32Array)]).toEqual([1.5, 1.5, 1.5, 1.5])
  })
  it('100,000 dispatches through a donated state leave memory flat, with no dispose', async () => {
    const step = jit((state: { readonly n: Tensor; readonly w: Tensor }) => ({ n: state.n.add(1), w: state.w.mul(0.5).add(1) }), {
      donateArgnums: [0],
    })
    let state = step({ n: np.array(0, { dtype: 'int32' }), w: np.zeros([4]) })
    const steps = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        state = step(state)
        if (i % 1000 === 0) await state.n.data()
      }
    }
    await steps(20_000)
    const warm = await look()
    const before = xla.storage.memory()
    await steps(80_000)
    expect(xla.storage.memory()).toEqual(before)
    const end = await look()
    expect(end.rss - warm.rss).toBeLessThan(RSS_OF_DISPATCHES)
    expect([...((await state.n.data()) as Int32Array)]).toEqual([100_001])
    expect([...((await state.w.data()) as Float32Array)]).toEqual([2, 2, 2, 2])
  })
  it('1,000 programs that are compiled, run and freed leave programs, mappings and memory flat', async () => {
    const type: Aval = { shape: [4], dtype: 'float32', weakType: false }
    const x = xla.storage.upload({ shape: [4], dtype: 'float32', data: Float32Array.of(0, 1, 2, 3) })
    const text = (i: number): string => `module {
  func.func public @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    %c = stablehlo.constant dense<${i}.0> : tensor<4xf32>
    %0 = stablehlo.add %arg0, %c : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}`
    const cycles = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        const program = xla.compileText(text(i), { ins: [type], outs: [type], donated: [false], name: `add${i}` })
        const [y] = program.run([x])
        expect((xla.storage.downloadSync!(y!, type).data as Float32Array)[3]).toBe(3 + i)
        xla.storage.release(y!)
        program.dispose()
      }
    }
    cycles(0, 200)
    const warm = await look()
    const before = xla.storage.memory()
    cycles(200, 1000)
    const end = await look()
    expect(end.programs).toBe(warm.programs)
    expect(xla.storage.memory()).toEqual(before)
    expect(end.maps - warm.maps).toBeLessThan(MAPPINGS)
    expect(end.rss - warm.rss).toBeLessThan(RSS_OF_PROGRAMS)
    xla.storage.release(x)
  })
  it('400 compiled functions that are abandoned are freed by the collector', async () => {
    const x = np.ones([4])
    const abandon = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        const y = jit((v: Tensor) => v.mul(2).add(i))(x)
        if (i % 50 === 0) await y.data()
        y.dispose()
      }
    }
    const live = liveExecutables()
    await abandon(0, 200)
    const warm = await look()
    await abandon(200, 400)
    const end = await look()
    // the last ones may still be on the stack
    expect(end.programs - live).toBeLessThan(10)
    expect(end.maps - warm.maps).toBeLessThan(MAPPINGS)
    expect(end.rss - warm.rss).toBeLessThan(RSS_OF_PROGRAMS)
  })
})
