/** Manifests that somebody made: with the right checksum and wrong in all else. Each is refused by a CheckpointError, or is one. */
import { describe, expect, it } from 'vitest'
import { CheckpointManager, type CheckpointStorage, memoryStorage } from '../src/index'
import { crc32 } from '../src/crc32'
import { ConcreteTensor } from '@heddle/func'

const TIMES = process.env.CI ? 10_000 : 500
const tensor = (n: number) => ConcreteTensor.ofHost({ shape: [n], dtype: 'float32', data: new Float32Array(n).fill(1) })
const saved = async (): Promise<{ readonly storage: CheckpointStorage; readonly manifest: Record<string, unknown> }> => {
  const storage = memoryStorage()
  const manager = await CheckpointManager.open(storage)
  await manager.save(
    1,
    { a: tensor(4), list: [1, Number.NaN], deep: { b: tensor(2), n: 3n } },
    { metrics: { loss: 1 }, metadata: { x: 'y' } },
  )
  await manager.close()
  const text = new TextDecoder().decode(await storage.read('1', 'checkpoint.json', 0, await storage.size('1', 'checkpoint.json')))
  return { storage, manifest: JSON.parse(text) as Record<string, unknown> }
}
/** The storage with another manifest, whose checksum is right. */
const withManifest = (storage: CheckpointStorage, json: string): CheckpointStorage => {
  const rest = new TextEncoder().encode(`${json.slice(1)}\n`)
  const bytes = new TextEncoder().encode(`{"crc32":"${crc32(rest).toString(16).padStart(8, '0')}",${json.slice(1)}\n`)
  const mine = (file: string): boolean => file === 'checkpoint.json'
  return {
    ...storage,
    size: async (folder, file) => (mine(file) ? bytes.length : storage.size(folder, file)),
    read: async (folder, file, start, end) => (mine(file) ? bytes.slice(start, end) : storage.read(folder, file, start, end)),
  }
}
const without = (manifest: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== 'crc32'))
const tried = async (storage: CheckpointStorage, json: string): Promise<unknown> => {
  const manager = await CheckpointManager.open(withManifest(storage, json), { readOnly: true })
  try {
    return [await manager.restore(1), await manager.metadata(1)]
  } catch (error) {
    return error
  }
}

/** A generator of numbers from 0 to 1, the same each time. */
const numbers = (seed: number) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed / 2147483648
}
const odd: readonly unknown[] = [
  null,
  -1,
  1.5,
  2 ** 53,
  1e300,
  '',
  'x',
  [],
  {},
  true,
  { $array: 99 },
  { $array: 0 },
  { $class: 1 },
  { $dict: [['__proto__', 1]] },
  ['a'],
]

describe('hostile manifests', () => {
  it('are refused, whatever in them is another value', async () => {
    const { storage, manifest } = await saved()
    const random = numbers(1)
    const pick = <A>(xs: readonly A[]): A => xs[Math.floor(random() * xs.length)]!
    const mutated = (x: unknown): unknown => {
      if (random() < 0.15 || typeof x !== 'object' || x === null) return random() < 0.5 ? pick(odd) : x
      const keys = Object.keys(x)
      if (keys.length === 0) return pick(odd)
      const key = pick(keys)
      const copy: Record<string, unknown> = { ...(x as Record<string, unknown>) }
      if (random() < 0.1) delete copy[key]
      else copy[key] = mutated(copy[key])
      return Array.isArray(x) ? Object.values(copy) : copy
    }
    let refused = 0
    for (let i = 0; i < TIMES; i++) {
      const result = await tried(storage, JSON.stringify(mutated(without(manifest))))
      if (!(result instanceof Error)) continue
      refused += 1
      expect((result as Error).name, String(result.stack)).toBe('CheckpointError')
    }
    expect(refused).toBeGreaterThan(TIMES / 3)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
  it('are refused before memory is taken', async () => {
    const { storage, manifest } = await saved()
    const arrays = manifest.arrays as readonly Record<string, unknown>[]
    const changed = async (array: object): Promise<unknown> =>
      tried(storage, JSON.stringify({ ...without(manifest), arrays: [{ ...arrays[0], ...array }, arrays[1]] }))
    const [piece] = arrays[0]!.pieces as readonly object[]
    const of = (shape: readonly number[], more = {}) => ({ shape, pieces: [{ ...piece, start: shape.map(() => 0), shape, ...more }] })
    expect(String(await changed(of([2 ** 40])))).toMatch(/has a piece that no file has/)
    expect(String(await changed(of([2 ** 30, 2 ** 30])))).toMatch(/is too large/)
    expect(String(await changed(of([4], { shape: [2] })))).toMatch(/is not whole/)
    expect(
      String(
        await changed({
          pieces: [
            { ...piece, start: [0], shape: [2] },
            { ...piece, start: [1], shape: [2] },
          ],
        }),
      ),
    ).toMatch(/has a piece twice/)
    const many = Array.from({ length: 100 }, () => arrays[0])
    expect(String(await tried(storage, JSON.stringify({ ...without(manifest), arrays: many })))).toMatch(
      /its arrays have 1600 bytes, its files/,
    )
    expect(
      String(await tried(storage, `${JSON.stringify(without(manifest)).slice(0, -1)},"tree":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)),
    ).toMatch(/more levels than can be read|is no JSON/)
    expect(String(await tried(storage, JSON.stringify({ ...without(manifest), version: 2 })))).toMatch(
      /it is of version 2, .* update @heddle\/checkpoint/,
    )
    expect(String(await tried(storage, JSON.stringify({ ...without(manifest), step: 2 })))).toMatch(
      /the folder of step 1 has the checkpoint.json of step 2/,
    )
  })
})
