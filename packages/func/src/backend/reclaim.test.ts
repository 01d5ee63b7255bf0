/** What is freed when, and what is said where it can not be. */
import type * as Module from './reclaim'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const MIB = 2 ** 20
type Reclaim = typeof Module
/** A fresh copy of the module, which can ask the collector or can't. */
const load = async (asks: boolean): Promise<Reclaim> => {
  vi.resetModules()
  if (!asks) vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
  return import('./reclaim')
}
let freed: string[] = []
beforeEach(() => {
  freed = []
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})
const holding = ({ Holding }: Reclaim, name: string, bytes = 1) =>
  new (class extends Holding {
    protected release(): void {
      freed.push(name)
    }
  })(bytes)
/** Owners that nobody holds. */
const abandon = (r: Reclaim, count: number, bytes = 1): void => {
  for (let i = 0; i < count; i++) r.own({}, holding(r, `${i}`, bytes))
}

it('what nobody can reach is freed within the job that made it, and what somebody holds is not', async () => {
  const r = await load(true)
  const kept = {}
  r.own(kept, holding(r, 'kept'))
  abandon(r, 1000)
  expect(r.reclaim()).toBe(true)
  expect(freed.length).toBeGreaterThan(990)
  expect(freed).not.toContain('kept')
  expect(r.alive().count).toBe(1001 - freed.length)
  expect(kept).toEqual({})
})
it('it is freed once, by whoever is first; what is disowned is not freed', async () => {
  const r = await load(true)
  const [a, b] = [holding(r, 'a', 8), holding(r, 'b', 8)]
  r.own({}, a)
  r.own({}, b)
  expect(r.alive()).toEqual({ count: 2, bytes: 16 })
  a.free()
  a.free()
  r.disown(b)
  b.free()
  r.reclaim()
  expect(freed).toEqual(['a'])
  expect(r.alive()).toEqual({ count: 0, bytes: 0 })
})
it('to free one may free others', async () => {
  const r = await load(true)
  const outer = class extends r.Holding {
    constructor(readonly inner: InstanceType<typeof r.Holding>) {
      super(1)
    }
    protected release(): void {
      freed.push('outer')
      this.inner.free()
    }
  }
  for (let i = 0; i < 100; i++) {
    const inner = holding(r, 'inner')
    r.own({}, inner)
    r.own({}, new outer(inner))
  }
  r.reclaim()
  expect(freed.filter((f) => f === 'inner').length).toBeLessThanOrEqual(100)
  expect(freed.length).toBeGreaterThan(190)
})
it.each([
  ['bytes', 40, 4 * MIB],
  ['their number', 17_000, 1],
])('pressure rises with %s, and falls when it is relieved', async (_, count, bytes) => {
  const r = await load(true)
  abandon(r, 8, bytes)
  expect(r.pressure.high).toBe(false)
  abandon(r, count, bytes)
  expect(r.pressure.high).toBe(true)
  r.relieve()
  expect(r.pressure.high).toBe(false)
  expect(freed.length).toBeGreaterThan(count - 10)
  expect(r.turnIsDue()).toBe(false)
})
it('where the collector can not be asked, turns are due, and much within one turn is said once', async () => {
  const r = await load(false)
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  abandon(r, 40, 4 * MIB)
  expect(r.pressure.high).toBe(true)
  r.relieve()
  expect(r.reclaim()).toBe(false)
  expect(r.pressure.high).toBe(false)
  expect(warn).not.toHaveBeenCalled()
  expect(r.turnIsDue()).toBe(true)
  for (let i = 0; r.turnIsDue(); i++) {
    expect(i).toBeLessThan(10)
    await r.turn()
  }
  abandon(r, 300, 4 * MIB)
  r.relieve()
  abandon(r, 300, 4 * MIB)
  r.relieve()
  expect(warn).toHaveBeenCalledTimes(1)
  expect(String(warn.mock.calls[0])).toMatch(/GB of tensors were made without a pause.*await loss\.data\(\).*donateArgnums.*tidy/)
})
