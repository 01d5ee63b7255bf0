/**
 * The laws of all primitives on each flavour that can be had here, in float32, which is what devices compute in.
 *
 * wasm is tried by all laws, and node where CI is set; flavours whose kernels are the host's or another's by those that look at
 * kernels (`HEDDLE_CONFORMANCE=all`: by all).
 */
import { hostBackend } from '@heddle/backend-host'
import { conformance, type KernelGolden } from '@heddle/func/conformance'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { underTest } from './under-test'

const folder = new URL('../../../goldens/data/primitives/', import.meta.url)
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as KernelGolden)

const ofKernels = [
  'the value is the reference’s',
  'jit changes nothing',
  'vmap is a loop',
  'vjp is the adjoint of jvp',
  'programs leave nothing behind',
  'donation changes nothing',
  'results are their own',
]
const all = process.env.HEDDLE_CONFORMANCE === 'all'

for (const { name, make } of underTest) {
  const thorough = all || name === 'wasm' || (name === 'node' && Boolean(process.env.CI))
  const laws = (law: string): boolean => thorough || ofKernels.includes(law)
  const tests = conformance(await make(), { float: 'float32', reference: hostBackend(), goldens, laws })
  describe(`conformance of ${name}`, () => {
    for (const test of tests) it(test.name, test.run)
  })
}
