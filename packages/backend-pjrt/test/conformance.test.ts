/** The laws of all primitives and the numbers of JAX on XLA. Programs are compiled anew, so laws of many programs take float32 and few rows. */
import { hostBackend } from '@heddle/backend-host'
import { conformance, type ConformanceTest, type KernelGolden } from '@heddle/func/conformance'
import { readdirSync, readFileSync } from 'node:fs'
import { it } from 'vitest'
import { backend, describeWithPlugin, hasPlugin } from './under-test'

const folder = new URL('../../../goldens/primitives/', import.meta.url)
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as KernelGolden)

const tests: readonly ConformanceTest[] = hasPlugin ? conformance(await backend(), { reference: hostBackend(), goldens }) : []

describeWithPlugin('conformance of XLA', () => {
  for (const { name, run } of tests) it(name, run, 300_000)
})
