/**
 * Memory of loops that people write, on every backend: live buffers, the heap and the process stay flat, with nothing freed by the loop.
 *
 * Those of the READMEs turn 20,000 times, the others 10,000, those with milliseconds of work a turn 300; HEDDLE_TURNS sets the number. Between two looks
 * in one loop, with all freed that can be, not even a byte a turn may be gained by what is alive, and a few of the heap.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { findPlugin } from '@heddle/backend-pjrt'
import { type Kind, kinds, large } from './loops/kinds'
import { programOf, readmes, withLoops } from './loops/readmes'
import type { Taken } from './loops/run'

const root = join(import.meta.dirname, '../../..')
const MIB = 2 ** 20
const turnsOf = ({ slow, compiles }: Kind): number => {
  const asked = Number(process.env.HEDDLE_TURNS ?? 0)
  if (compiles) return asked ? 600 : 60
  return asked || (slow ? 300 : 10_000)
}
/** What may be alive between two looks: see func's backend/reclaim.ts. */
const MOST_BUFFERS = 200_000
const MOST_BYTES = 700 * MIB
/** The heap varies by this; a program that is kept takes 15 to 30 kB, a tensor 300 bytes. */
const HEAP = 2 * MIB
/** The process varies by this, while garbage waits. */
const RSS = 160 * MIB
/** Machines that do much else at once are slow. */
const PATIENCE = 900_000

const hasPjrt = ((): boolean => {
  try {
    return Boolean(findPlugin())
  } catch {
    return false
  }
})()
const backends = ['host', 'cpu', 'wasm', ...(process.env.HEDDLE_TFJS_NODE ? ['node'] : []), ...(hasPjrt ? ['pjrt'] : [])]

const run = (backend: string, turns: number, loops: readonly string[]): readonly Taken[] => {
  const args = ['-C', '@heddle/source', '--import', 'tsx', join(import.meta.dirname, 'loops/run.ts'), backend, String(turns), ...loops]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root })
  if (status !== 0) throw new Error(`${backend}: ${status} ${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Taken)
}
const isFlat = ({ name, early, late, peak }: Taken): void => {
  expect(late.buffers - early.buffers, `${name}: buffers`).toBeLessThanOrEqual(4)
  expect(late.bytes - early.bytes, `${name}: bytes`).toBeLessThan(4096)
  expect(late.heap - early.heap, `${name}: heap`).toBeLessThan(HEAP)
  expect(peak.buffers, `${name}: buffers between`).toBeLessThan(MOST_BUFFERS)
  expect(peak.rss - early.rss, `${name}: the process`).toBeLessThan(RSS)
}

describe.each(backends)('%s', (backend) => {
  const programs = readmes.map((file, i) => join(root, '.cache/loops', `${i}.ts`))
  beforeAll(() => {
    mkdirSync(join(root, '.cache/loops'), { recursive: true })
    programs.forEach((path, i) => writeFileSync(path, `// @ts-nocheck\n${programOf(readmes[i]!)}\nexport {}\n`))
  })
  it('loops of the READMEs', { timeout: PATIENCE }, () => {
    const taken = run(backend, 20_000, programs)
    expect(taken).toHaveLength(readmes.length)
    for (const t of taken) isFlat(t)
  })
  it('loops of every kind', { timeout: PATIENCE }, () => {
    for (const turns of new Set(kinds.map((k) => turnsOf(k)))) {
      const names = kinds.filter((k) => turnsOf(k) === turns).map((k) => k.name)
      const taken = run(backend, turns, names)
      expect(taken.map((t) => t.name)).toEqual(names)
      for (const t of taken) isFlat(t)
    }
  })
  it('large results', { timeout: PATIENCE }, () => {
    const [t] = run(backend, 600, [large.name])
    expect(t!.late.bytes).toBeLessThan(4 * t!.early.bytes + 4096)
    expect(t!.peak.bytes).toBeLessThan(MOST_BYTES)
  })
})
it.each(['cpu', 'wasm'])('%s, where the collector can not be asked: a loop that waits', { timeout: PATIENCE }, (backend) => {
  const turns = 40_000
  const [t] = run(`${backend}:blind`, turns, ['a jitted step whose loss is awaited'])
  // of seven results in each turn
  expect(t!.peak.buffers).toBeLessThan(4 * turns)
  expect(t!.peak.rss - t!.early.rss).toBeLessThan(RSS)
})
it('no README with a loop is forgotten', () => {
  const files = execFileSync('git', ['ls-files', '*README.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  expect(withLoops(files)).toEqual(readmes)
})
