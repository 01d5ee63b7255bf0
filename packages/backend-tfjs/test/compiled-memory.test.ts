/** Whole programs of tfjs-node hold no memory: loaded, run and disposed of again and again; a thousand training steps; donation. */
import { dispose, jit, np, random, setDefaultBackend, type Tensor, valueAndGrad } from '@heddle/func'
import type { Aval, Jaxpr } from '@heddle/func/backend'
import { describe, expect, it } from 'vitest'
import type { TfjsBackend } from '../src/backend'
import { loadNative } from '../src/native/load'
import { tfjs } from '../src/choose'

const types: readonly Aval[] = [{ shape: [64], dtype: 'float32', weakType: false }]
/** The identity, of one more program each time. */
const identity = (): Jaxpr => {
  const v = { _tag: 'Var', aval: types[0]! } as const
  return { ins: [v], eqns: [], outs: [v], axisNames: [] }
}
const resident = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}
/** A few hundred show a leak as a thousand do. */
const cycles = process.env.HEDDLE_CONFORMANCE === 'all' ? 1000 : 200
const noPlan = (): never => {
  throw new Error('the program was not compiled')
}
const binding = async () => (await loadNative('node')).tf.binding

interface Layer {
  readonly w: Tensor
  readonly b: Tensor
}
const trainer = () => {
  const sizes = [32, 64, 10]
  const layers = [0, 1].map(
    (i): Layer => ({ w: random.normal(random.key(i), [sizes[i]!, sizes[i + 1]!]).mul(0.1), b: np.zeros([sizes[i + 1]!]) }),
  )
  const x = random.normal(random.key(7), [16, 32])
  const loss = (p: readonly Layer[]): Tensor => {
    const h = np.tanh(np.matmul(x, p[0]!.w).add(p[0]!.b))
    return np.mean(np.square(np.matmul(h, p[1]!.w).add(p[1]!.b).sub(1)))
  }
  const step = jit(
    (p: readonly Layer[]): [readonly Layer[], Tensor] => {
      const [value, grads] = valueAndGrad(loss)(p)
      return [p.map((l, i) => ({ w: l.w.sub(grads[i]!.w.mul(0.1)), b: l.b.sub(grads[i]!.b.mul(0.1)) })), value]
    },
    { donateArgnums: 0 },
  )
  return { layers, x, step }
}

describe.runIf(process.env.HEDDLE_TFJS_NODE)('memory of whole programs', () => {
  it.each(['graph', 'xla'] as const)('%s: programs loaded, run and disposed of leave nothing', { timeout: 300_000 }, async (way) => {
    const backend: TfjsBackend = await tfjs({ demand: 'node', compile: way })
    const { getNumOfTensors, getNumOfSavedModels } = await binding()
    const { storage } = backend
    const x = storage.upload({ shape: [64], dtype: 'float32', data: new Float32Array(64).fill(3) })
    const cycle = (): void => {
      const executable = backend.compile!(identity(), { donated: [false], name: 'identity' }, noPlan)
      const [y] = executable.run([x])
      expect((storage.downloadSync!(y!, types[0]!).data as Float32Array)[5]).toBe(3)
      storage.release(y!)
      executable.dispose()
    }
    for (let i = 0; i < 50; i++) cycle()
    const [tensors, models, before] = [getNumOfTensors(), getNumOfSavedModels(), resident()]
    for (let i = 0; i < cycles; i++) cycle()
    expect(getNumOfTensors()).toBe(tensors)
    expect(getNumOfSavedModels()).toBe(models)
    const grown = resident() - before
    console.log(`${way}: resident memory grew by ${grown.toFixed(1)} MB over ${cycles} programs`)
    expect(grown).toBeLessThan(way === 'graph' ? 64 : 512)
    storage.release(x)
    expect(storage.memory().buffers).toBe(0)
  })
  it.each(['graph', 'xla', 'auto'] as const)(
    '%s: 1,000 training steps with donation hold the same memory',
    { timeout: 300_000 },
    async (way) => {
      const backend = await tfjs({ demand: 'node', compile: way })
      setDefaultBackend(backend)
      const { getNumOfTensors } = await binding()
      const { layers, x, step } = trainer()
      let state: readonly Layer[] = layers
      const once = (): number => {
        const [next, value] = step(state)
        state = next
        const loss = (value.dataSync() as Float32Array)[0]!
        value.dispose()
        return loss
      }
      const first = once()
      for (let i = 0; i < 50; i++) once()
      const [buffers, tensors, before] = [backend.storage.memory(), getNumOfTensors(), resident()]
      let last = first
      for (let i = 0; i < 1000; i++) last = once()
      expect(last).toBeLessThan(first / 2)
      expect(backend.storage.memory()).toEqual(buffers)
      expect(getNumOfTensors()).toBe(tensors)
      expect(resident() - before).toBeLessThan(64)
      expect(backend.describe()).not.toContain('over kernels')
      dispose([state, x])
    },
  )
  it('runs what a program is declined for over the kernels, and says why', async () => {
    const backend = await tfjs({ demand: 'node', compile: 'graph' })
    setDefaultBackend(backend)
    const x = np.array([1, 2, 250], { dtype: 'uint8' })
    const y = jit((a: Tensor) => a.add(a))(x)
    expect(Array.from(y.dataSync() as Uint8Array)).toEqual([2, 4, 244])
    expect(backend.describe()).toMatch(/over kernels: .*uint8/)
    dispose([x, y])
  })
  it('hands over every element type to XLA and back', async () => {
    const backend = await tfjs({ demand: 'node', compile: 'xla' })
    setDefaultBackend(backend)
    for (const dtype of ['bool', 'int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32', 'bfloat16', 'float16', 'float32'] as const) {
      const x = np.array([1, 0, 1], { dtype })
      const y = jit((a: Tensor) => np.concatenate([a, a]))(x)
      const z = jit((a: Tensor) => a.astype('float32'))(y)
      expect(Array.from(z.dataSync() as Float32Array)).toEqual([1, 0, 1, 1, 0, 1])
      expect(y.dtype).toBe(dtype)
      dispose([x, y, z])
    }
    expect(backend.describe()).not.toContain('over kernels')
  })
})
