/**
 * The laws of all primitives and the numbers of JAX on XLA.
 *
 * Each law compiles many programs, so an ordinary run tries those that concern lowering: values, programs as wholes, donation; of loops
 * and branches batches and derivatives too, and where CI is set all. `HEDDLE_CONFORMANCE=all` tries every law.
 */
import { hostBackend } from '@heddle/backend-host'
import { conformance, type ConformanceTest, type KernelGolden } from '@heddle/func/conformance'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, it } from 'vitest'
import { backend, describeWithPlugin, hasPlugin } from './under-test'

const folder = new URL('../../../goldens/data/primitives/', import.meta.url)
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as KernelGolden)

const every = process.env.HEDDLE_CONFORMANCE === 'all'
const loops = new Set(['scan', 'while', 'cond'])
const ofLowering = new Set([
  'the value is the reference’s',
  'jit changes nothing',
  'donation changes nothing',
  'programs leave nothing behind',
])

const derived = new Set(['vmap is a loop', 'vjp is the adjoint of jvp'])
const ofLoops = (law: string): boolean => Boolean(process.env.CI) || ofLowering.has(law) || derived.has(law)

const tests = async (): Promise<readonly ConformanceTest[]> => {
  const xla = await backend()
  const options = { float: 'float32', reference: hostBackend() } as const
  if (every) return conformance(xla, { ...options, goldens })
  return [
    ...conformance(xla, {
      ...options,
      goldens,
      primitives: (name) => !loops.has(name),
      laws: (law) => ofLowering.has(law),
      corners: true,
      programs: 20,
      halves: false,
    }),
    ...conformance(xla, { ...options, primitives: (name) => loops.has(name), laws: ofLoops }),
  ]
}
const all = hasPlugin ? await tests() : []

describeWithPlugin('conformance of XLA', () => {
  // the collector frees the programs of a test only after a turn of the event loop
  afterEach(() => new Promise((done) => void setImmediate(done)))
  for (const { name, run } of all) it(name, run, 300_000)
})
