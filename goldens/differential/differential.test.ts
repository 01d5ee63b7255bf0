/**
 * Random calls of every function against JAX: a fixed sample whose answers are kept (`sample.jsonl`), and fresh ones of the day where
 * there is a Python with jax. A fault here is looked into by `npm run differential -- NAME --count 20`.
 */
import { readFileSync } from 'node:fs'
import { tfjs } from '@heddle/backend-tfjs'
import { setDefaultBackend } from '@heddle/func'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasXla, useBackend } from '../runner/backends'
import type { Answer, Call } from './call'
import { differences } from './compare'
import { answer } from './heddle'
import { isKnown } from './known'
import { askJax, hasJax } from './python'
import { drawCalls, signatures } from './signatures'

const sample = readFileSync(new URL('./sample.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as { readonly call: Call; readonly answer: Answer })
const faults = (call: Call, theirs: Answer): readonly string[] =>
  differences(call, answer(call), theirs)
    .filter((d) => !isKnown(call, d))
    .map((d) => `${call.fn} ${d.kind}: ${d.text} <- ${JSON.stringify(call).slice(0, 400)}`)

/** Even tiny arrays go to the device; every n-th call. */
const backends: readonly (readonly [name: string, start: () => Promise<void>, every: number])[] = [
  ['host', () => useBackend('host'), 1],
  ['wasm', async () => setDefaultBackend(await tfjs({ demand: 'wasm', hostBelow: 0 })), 2],
  ['cpu', async () => setDefaultBackend(await tfjs({ demand: 'cpu', hostBelow: 0 })), 6],
  ...(hasXla() ? [['pjrt', () => useBackend('pjrt'), 25] as const] : []),
]
describe.each(backends)('a sample on %s', (_, start, every) => {
  beforeAll(start)
  const spaces = [...new Set(sample.map(({ call }) => call.fn.split('.')[0]!))]
  it.each(spaces)('%s', (space) => {
    const some = sample.filter(({ call }) => call.fn.startsWith(`${space}.`)).filter((_case, i) => i % every === 0)
    expect(some.flatMap(({ call, answer: theirs }) => faults(call, theirs))).toEqual([])
  })
})

it('the sample has every function of the table', () => {
  const called = new Set(sample.map(({ call }) => call.fn))
  expect(signatures.map(({ fn }) => fn).filter((fn) => !called.has(fn))).toEqual([])
})

const seed = Math.floor(Date.now() / 86_400_000)
it.skipIf(!hasJax())(
  hasJax() ? `fresh calls (seed ${seed})` : 'fresh calls (skipped: no Python with jax; HEDDLE_PYTHON says which)',
  async () => {
    await useBackend('host')
    const calls = drawCalls(1, seed).filter((_, i) => (i + seed) % 18 === 0)
    const found: string[] = []
    await askJax(calls, (theirs, i) => found.push(...faults(calls[i]!, theirs)))
    expect(found).toEqual([])
  },
  300_000,
)
