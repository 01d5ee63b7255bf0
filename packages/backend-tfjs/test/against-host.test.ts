/** Each flavour against the reference kernels, on calls that its device computes, NaN and infinities among their operands. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { TfjsBackend } from '../src/backend'
import { checkSample } from './check-sample'
import { samples } from './samples'
import { underTest } from './under-test'

describe.each(underTest.filter((u) => u.name !== 'cpu'))('$name', ({ make }) => {
  let backend: TfjsBackend
  beforeAll(async () => {
    backend = await make()
  })
  const tried = samples()
  it.each([...new Set(tried.map((s) => s.primitive))])('%s', async (primitive) => {
    const before = backend.storage.memory()
    const wrong: string[] = []
    for (const s of tried.filter((t) => t.primitive === primitive)) {
      const difference = await checkSample(backend, s)
      if (difference !== undefined) wrong.push(difference)
    }
    expect(wrong).toEqual([])
    expect(backend.storage.memory()).toEqual(before)
  })
})
