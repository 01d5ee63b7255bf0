/**
 * Memory of loops that people write, on every backend: live buffers, the heap and the process stay flat, with nothing freed by the loop.
 *
 * Those of the READMEs turn 5,000 times, the others 2,500, those with milliseconds of work a turn 300; where CI is set, four times as often,
 * so that between two looks in one loop, with all freed that can be, not even a byte a turn may be gained by what is alive, and a few hundred
 * of the heap. HEDDLE_TURNS sets the number.
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
/** How much longer than at a desk. */
const patient = process.env.CI ? 4 : 1
const turnsOf = ({ slow, compiles }: Kind): number => {
  const asked = Number(process.env.HEDDLE_TURNS ?? 0)
  if (compiles) return asked ? 600 : 60
  return asked || (slow ? 300 : 2500 * patient)
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

/** Loops by name, each with its turns, in one process: to start it takes as long as many of them. */
const run = (backend: string, loops: readonly (readonly [name: string, turns: number])[]): readonly Taken[] => {
  const named = loops.map(([name, turns]) => `${turns}:${name}`)
  const args = ['-C', '@heddle/source', '--import', 'tsx', join(import.meta.dirname, 'loops/run.ts'), backend, ...named]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root })
  if (status !== 0) throw new Error(`${backend}: ${status} ${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Taken)
}
const isFlat = ({ name, early, late, peak }: Taken): void => {
  // loops share a process: what one has left may be freed while the next is measured
  expect(late.buffers - early.buffers, `${name}: buffers`).toBeLessThanOrEqual(16)
  expect(late.bytes - early.bytes, `${name}: bytes`).toBeLessThan(4096)
  expect(late.heap - early.heap, `${name}: heap`).toBeLessThan(HEAP)
  expect(peak.buffers, `${name}: buffers between`).toBeLessThan(MOST_BUFFERS)
  expect(peak.rss - early.rss, `${name}: the process`).toBeLessThan(RSS)
}

describe.each(backends)('%s', (backend) => {
  const programs = readmes.map((file, i) => join(root, '.cache/loops', `${i}.ts`))
  let taken: ReadonlyMap<string, Taken>
  const of = (name: string): Taken => {
    const found = taken.get(name)
    if (!found) throw new Error(`the loop ${name} was not run`)
    return found
  }
  beforeAll(() => {
    mkdirSync(join(root, '.cache/loops'), { recursive: true })
    programs.forEach((path, i) => writeFileSync(path, `// @ts-nocheck\n${programOf(readmes[i]!)}\nexport {}\n`))
    const all = run(backend, [
      ...programs.map((path) => [path, 5000 * patient] as const),
      ...kinds.map((kind) => [kind.name, turnsOf(kind)] as const),
      [large.name, 300],
    ])
    taken = new Map(all.map((t) => [t.name, t]))
  }, PATIENCE)
  it('loops of the READMEs', () => {
    for (const path of programs) isFlat(of(path))
  })
  it('loops of every kind', () => {
    for (const { name } of kinds) isFlat(of(name))
  })
  it('large results', () => {
    const { early, late, peak } = of(large.name)
    expect(late.bytes).toBeLessThan(4 * early.bytes + 4096)
    expect(peak.bytes).toBeLessThan(MOST_BYTES)
  })
})
it.each(['cpu', 'wasm'])('%s, where the collector can not be asked: a loop that waits', { timeout: PATIENCE }, (backend) => {
  const turns = 40_000
  const [t] = run(`${backend}:blind`, [['a jitted step whose loss is awaited', turns]])
  // of seven results in each turn
  expect(t!.peak.buffers).toBeLessThan(4 * turns)
  expect(t!.peak.rss - t!.early.rss).toBeLessThan(RSS)
})
it('no README with a loop is forgotten', () => {
  const files = execFileSync('git', ['ls-files', '*README.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
  expect(withLoops(files)).toEqual(readmes)
})
