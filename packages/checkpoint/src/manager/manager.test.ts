/** Steps: saving, keeping, restoring, and what is refused. */
import '@heddle/backend-tfjs/auto'
import { evalShape, np, random, type Tensor } from '@heddle/func'
import { registerNode } from '@heddle/tree'
import * as t from 'io-ts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStorage } from '../storage/memory'
import { CheckpointManager } from './manager'

const state = (scale = 1) => ({
  params: { Dense_0: { kernel: np.arange(6, { dtype: 'float32' }).reshape([2, 3]).mul(scale), bias: np.ones([3]) } },
  opt: [{ count: np.array(3, { dtype: 'int32' }), mu: np.zeros([2], { dtype: 'bfloat16' }) }, {}],
  key: random.key(7),
  data: { epoch: 2, order: [2, 0, 1], file: 'a.txt', last: null as string | null, seen: Uint8Array.of(1, 2, 3), big: 2n ** 60n },
})
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)
const open = (options = {}) => CheckpointManager.open<{ loss: number }>(memoryStorage(), options)
afterEach(() => void vi.useRealTimers())

describe('saving and restoring', () => {
  it('answers the tree that was saved, values and types', async () => {
    const manager = await open()
    const saved = state()
    expect(await manager.save(5, saved, { metrics: { loss: Number.NaN }, metadata: { name: 'x', $odd: -0 } })).toBe(true)
    const plain = (await manager.restore()) as ReturnType<typeof state>
    expect(values(plain.params.Dense_0.kernel)).toEqual([0, 1, 2, 3, 4, 5])
    expect(plain.opt[0]!.mu!.dtype).toBe('bfloat16')
    expect(plain.data).toEqual(saved.data)
    const typed = await manager.restore(5, saved)
    expect(values(typed.key)).toEqual(values(saved.key))
    expect(typed.data).toEqual(saved.data)
    expect(manager.metrics(5)).toEqual({ loss: Number.NaN })
    expect(await manager.metadata(5)).toEqual({ name: 'x', $odd: -0 })
    expect(await manager.metadata(5, t.type({ name: t.string }))).toMatchObject({ name: 'x' })
    await expect(manager.metadata(5, t.type({ name: t.number }))).rejects.toThrow(/at name expected number, got string "x"/)
    await manager.close()
  })
  it('takes the values of the moment of the call', async () => {
    const manager = await open()
    const x = np.arange(4, { dtype: 'float32' }).add(1)
    const order = [1, 2]
    const seen = Uint8Array.of(1)
    const saving = manager.save(1, { x, order, seen })
    x.dispose()
    order.push(3)
    seen[0] = 9
    await saving
    const back = (await manager.restore(1)) as { x: Tensor; order: number[]; seen: Uint8Array }
    expect([values(back.x), back.order, [...back.seen]]).toEqual([[1, 2, 3, 4], [1, 2], [1]])
  })
  it('restores into types, into nodes of classes, and lists of plain values of any length', async () => {
    class Pair {
      constructor(
        readonly a: Tensor,
        readonly b: Tensor,
      ) {}
    }
    registerNode(Pair, {
      flatten: (p) => [[p.a, p.b], null],
      unflatten: (_, [a, b]) => new Pair(a as Tensor, b as Tensor),
      keys: () => ['a', 'b'],
    })
    const manager = await open()
    await manager.save(1, { pair: new Pair(np.ones([2]), np.zeros([1])), order: [1, 2, 3], cursor: 'here' })
    const types = evalShape(() => ({ a: np.ones([2]), b: np.zeros([1]) }))
    const back = await manager.restore(1, { pair: types, order: [] as number[], cursor: null as string | null })
    expect([back.order, back.cursor, values(back.pair.a)]).toEqual([[1, 2, 3], 'here', [1, 1]])
    const pair = (await manager.restore(1, { pair: new Pair(np.zeros([2]), np.zeros([1])), order: [0], cursor: '' })).pair
    expect(pair).toBeInstanceOf(Pair)
    expect(values(pair.a)).toEqual([1, 1])
  })
  it('restores parts, keeps what is missing, and gives new names', async () => {
    const manager = await open()
    await manager.save(1, { params: { Dense_0: { kernel: np.ones([2]) }, old: { bias: np.zeros([1]) } }, step: 4 })
    const part = await manager.restore(1, { params: { Dense_0: { kernel: np.zeros([2]) } } }, { extra: 'ignore' })
    expect(values(part.params.Dense_0.kernel)).toEqual([1, 1])
    const head = np.full([1], 7)
    const like = { params: { Dense_0: { kernel: np.zeros([2]) }, new: { bias: np.ones([1]) }, head }, step: 0 }
    const both = await manager.restore(1, like, { missing: 'keep', rename: [['params/old', 'params/new']] })
    expect(both.params.head).toBe(head)
    expect([values(both.params.new.bias), both.step]).toEqual([[0], 4])
    const f = await manager.restore(1, { kernel: np.zeros([2]) }, { rename: (p) => (p.endsWith('kernel') ? 'kernel' : null) })
    expect(values(f.kernel)).toEqual([1, 1])
    const r = await manager.restore(
      1,
      { p: { Dense_0: { kernel: np.zeros([2]) }, old: { bias: np.ones([1]) } }, step: 0 },
      { rename: [[/^params/, 'p']] },
    )
    expect(r.step).toBe(4)
  })
  it('says the path of the first difference, and what is near', async () => {
    const manager = await open()
    await manager.save(1, { params: { kernel: np.ones([2, 3]), bias: np.ones([3]) }, step: 1 })
    const refused = (like: unknown, options = {}) => expect(manager.restore(1, like, options)).rejects
    const [kernel, bias] = [np.ones([2, 3]), np.ones([3])]
    await refused({ params: { kernal: kernel, bias }, step: 0 }).toThrow(
      /at params\/kernal: .*nothing of this name; is params\/kernel meant\?/,
    )
    await refused({ params: { kernel: bias, bias }, step: 0 }).toThrow(
      /at params\/kernel: expected float32\[3\], the checkpoint has float32\[2,3\]/,
    )
    await refused({ params: { kernel }, step: 0 }).toThrow(/at params\/bias: .*extra: 'ignore'/)
    await refused({ params: { kernel, bias }, step: bias }).toThrow(/at step: expected float32\[3\], the checkpoint has number 1/)
    await refused({ params: { kernel, bias: 3 }, step: 0 }).toThrow(
      /at params\/bias: the checkpoint has float32\[3\], the place has number 3/,
    )
    await refused({ params: { kernel, bias }, step: 'x' }).toThrow(/at step: expected string "x", the checkpoint has number 1/)
    const half = { params: { kernel: np.ones([2, 3], { dtype: 'float16' }), bias }, step: 0 }
    await refused(half).toThrow(/float16\[2,3\].*cast: true/)
    expect((await manager.restore(1, half, { cast: true })).params.kernel.dtype).toBe('float16')
    await refused({ params: { kernel, bias, more: { shape: [1], dtype: 'float32' } }, step: 0 }, { missing: 'keep' }).toThrow(
      /no values to keep/,
    )
    await refused({ kernel, bias }, { rename: () => 'kernel' }).toThrow(/rename gives this name to both/)
    await refused({ kernel }, { cats: true }).toThrow(/there is no option "cats"/)
  })
  it('refuses what can not be saved, with its path, and has changed nothing then', async () => {
    const manager = await open()
    await expect(manager.save(1, { a: [np.ones([1]), () => 1] })).rejects.toThrow(/save at a\/1: the function/)
    await expect(manager.save(1, { a: new Map() })).rejects.toThrow(/save at a: a Map can't be saved/)
    const circle: { self?: unknown } = {}
    circle.self = circle
    await expect(manager.save(1, circle)).rejects.toThrow(/holds itself/)
    await expect(manager.save(1, {}, { metrics: { loss: np.ones([]) as never } })).rejects.toThrow(/at loss: metrics are plain values/)
    await expect(manager.save(1, JSON.parse('{"__proto__": 1}'))).rejects.toThrow(/__proto__/)
    await expect(manager.save(1.5, {})).rejects.toThrow(/whole number/)
    expect(manager.allSteps()).toEqual([])
  })
})

describe('steps', () => {
  it('are saved where the options ask for it', async () => {
    const manager = await open({ saveIntervalSteps: 4, saveOnSteps: [6] })
    const saved: number[] = []
    for (let i = 1; i <= 10; i++) if (await manager.save(i, { i })) saved.push(i)
    expect(saved).toEqual([1, 4, 6, 8])
    expect(await manager.save(9, {}, { force: true })).toBe(true)
    expect(await manager.save(2, {})).toBe(false)
    await expect(manager.save(9, {}, { force: true })).rejects.toThrow(/step 9 is there already/)
    expect([manager.shouldSave(12), manager.shouldSave(8), manager.shouldSave(13)]).toEqual([true, false, false])
  })
  it('are removed when newer ones are there, but those that the options keep', async () => {
    const manager = await open({ maxToKeep: 2, keepPeriod: 5 })
    for (let i = 1; i <= 12; i++) await manager.save(i, { i })
    await manager.finished()
    expect(manager.allSteps()).toEqual([5, 10, 11, 12])
    await manager.delete(10)
    await expect(manager.delete(10)).rejects.toThrow(/there is no step 10; there are 5, 11, 12/)
    expect([manager.latestStep(), manager.allSteps()]).toEqual([12, [5, 11, 12]])
  })
  it('are kept by how good they are', async () => {
    const manager = await open({ maxToKeep: 2, bestFn: (m: { loss: number }) => m.loss, bestMode: 'min' })
    for (const [i, loss] of [3, 1, Number.NaN, 2, 5].entries()) await manager.save(i, {}, { metrics: { loss } })
    await manager.finished()
    expect([manager.allSteps(), manager.bestStep(), manager.latestStep()]).toEqual([[1, 3], 1, 3])
    await expect(manager.save(9, {}, { metrics: { loss: 'low' as never } })).rejects.toThrow(
      /bestFn must answer a number, and answers a string/,
    )
  })
  it('are kept one for each interval of time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const manager = await open({ maxToKeep: 1, keepTimeInterval: 10 })
    for (let i = 0; i < 6; i++) {
      vi.setSystemTime(4000 * i)
      await manager.save(i, {})
    }
    await manager.finished()
    expect(manager.allSteps()).toEqual([0, 3, 5])
  })
})
