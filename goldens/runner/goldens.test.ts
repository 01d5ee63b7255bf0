/** Every golden on the backends that run anywhere, and on XLA where it is. The reference backend has laws of its own. */
import { explain, goldenNames } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasXla, useBackend } from './backends'
import { runCase } from '../cases/case'
import { cases, folders } from '../cases'

describe.each(['cpu', 'wasm', ...(hasXla() ? ['pjrt'] : [])])('goldens on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  it.each(cases.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const bad = runCase(c).filter((leaf) => !leaf.ok)
    expect(bad.map((leaf) => `${leaf.at}: ${explain(leaf)}`)).toEqual([])
  })
})

it.each(folders)('each golden of %s has one case', (folder) => {
  const named = cases.map((c) => c.name).filter((name) => name.startsWith(folder))
  expect(named.sort()).toEqual(goldenNames(folder))
})
