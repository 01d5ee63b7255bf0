/** A storage that fails at its n-th operation: whatever n is, a step is there as a whole or not at all, and the error is told once. */
import '@heddle/backend-tfjs/auto'
import { getDefaultBackend, jit, np, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import type { Backend } from '@heddle/func/backend'
import { CheckpointManager, type CheckpointStorage, memoryStorage, StorageError } from '../src/index'

/** Fails at one operation of writing; with `for ever` at all after it too, as where the process is gone. */
const failing = (inner: CheckpointStorage, at: number, forEver: boolean) => {
  let n = 0
  const step = async <A>(action: () => Promise<A>): Promise<A> => {
    n += 1
    if (n === at || (forEver && n > at)) throw new StorageError('writing', inner.place, 'ENOSPC')
    return action()
  }
  const storage: CheckpointStorage = {
    ...inner,
    begin: (folder) =>
      step(async () => {
        const pending = await inner.begin(folder)
        return {
          write: (file, parts) => step(() => pending.write(file, parts)),
          commit: () => step(() => pending.commit()),
          abandon: () => pending.abandon(),
        }
      }),
    remove: (folder, into) => step(() => inner.remove(folder, into)),
  }
  return { storage, count: () => n }
}
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

describe('failures of a storage', () => {
  it.each([false, true])('leave whole steps, wherever they come (for ever: %s)', async (forEver) => {
    for (let at = 1, done = false; !done; at++) {
      const inner = memoryStorage()
      const { storage, count } = failing(inner, at, forEver)
      const manager = await CheckpointManager.open(storage, { maxToKeep: 1, fileBytes: 40 })
      const saved: unknown[] = []
      for (let step = 1; step <= 3; step++) {
        const state = { step, a: np.full([8], step), b: np.full([8], -step) }
        await manager.save(step, state).catch((e: unknown) => saved.push(e))
      }
      await manager.finished().catch((e: unknown) => saved.push(e))
      if (forEver) await manager.close().catch(() => undefined)
      else await manager.close()
      done = count() < at
      expect(saved.length > 0, `operation ${at}`).toBe(!done)
      for (const e of saved) expect(e).toMatchObject({ name: 'StorageError', detail: { code: 'ENOSPC' } })
      const next = await CheckpointManager.open(inner)
      expect(next.allSteps()).toEqual(manager.allSteps())
      for (const step of next.allSteps()) {
        const state = (await next.restore(step)) as { step: number; a: Tensor; b: Tensor }
        expect([state.step, values(state.a)[7], values(state.b)[0]]).toEqual([step, step, -step])
      }
      // its five operations over, the first step goes only when a later one is there
      if (at > 5) expect(next.allSteps().length).toBeGreaterThan(0)
      await next.close()
    }
  })
  it('are told by the next call, whichever it is, and once', async () => {
    const { storage } = failing(memoryStorage(), 1, false)
    const manager = await CheckpointManager.open(storage)
    expect(await manager.save(1, {})).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 10))
    await expect(manager.restore()).rejects.toThrow(/the disk is full/)
    expect(await manager.save(2, {})).toBe(true)
    await manager.finished()
    expect(manager.allSteps()).toEqual([2])
  })
  it('are thrown by save itself where it waits', async () => {
    const { storage } = failing(memoryStorage(), 1, false)
    const manager = await CheckpointManager.open(storage, { enableAsyncCheckpointing: false })
    await expect(manager.save(1, {})).rejects.toThrow(/the disk is full/)
    expect(await manager.save(1, { x: 1 })).toBe(true)
    expect(await manager.restore(1)).toEqual({ x: 1 })
  })
})

describe('what a save holds', () => {
  it('is neither changed by donation nor kept after it is written', async () => {
    const backend = getDefaultBackend() as Backend
    const double = jit((x: Tensor) => x.mul(2), { donateArgnums: 0 })
    const manager = await CheckpointManager.open(memoryStorage())
    double(np.ones([1000])).dispose()
    let x = np.arange(1000, { dtype: 'float32' }).add(1)
    const before = backend.storage.memory().buffers
    for (let step = 1; step <= 4; step++) {
      const saving = manager.save(step, { x })
      x = double(x)
      await saving
    }
    await manager.finished()
    expect(backend.storage.memory().buffers).toBeLessThanOrEqual(before)
    for (let step = 1; step <= 4; step++) {
      const restored = (await manager.restore(step)) as { x: Tensor }
      expect(values(restored.x)[9]).toBe(10 * 2 ** (step - 1))
    }
  })
})
