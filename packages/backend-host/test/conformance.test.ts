/** The laws of all primitives on this backend. */
import { conformance, type KernelGolden } from '@heddle/func/conformance'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { hostBackend } from '../src/index'

const folder = new URL('../../../goldens/data/primitives/', import.meta.url)
const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as KernelGolden)

describe('conformance', () => {
  for (const { name, run } of conformance(hostBackend(), { goldens })) it(name, run)
})
