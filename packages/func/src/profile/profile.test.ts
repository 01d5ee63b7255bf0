import { hostBackend } from '@heddle/backend-host'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { explain, jit, lax, namedScope, np, profile, setDefaultBackend, type Tensor } from '../index'

const f = jit((x: Tensor) => {
  const y = namedScope('outer', () => namedScope('inner', () => x.matmul(x)).add(1))
  return lax.scan((c: Tensor) => [namedScope('turn', () => np.sin(c)), null], y, null, { length: 3 })[0]
})

it('counts operations by module and kind, and writes a trace', async () => {
  setDefaultBackend(hostBackend())
  const x = np.ones([4, 4])
  f(x)
  const folder = mkdtempSync(join(tmpdir(), 'heddle-'))
  try {
    const file = join(folder, 'trace.json')
    const made = await profile(() => [f(x), namedScope('eager', () => x.mul(2))], { file })
    const calls = Object.fromEntries(made.byModule.map((r) => [r.name, [r.calls, r.bytes]]))
    expect(calls).toMatchObject({ 'outer/inner': [1, 64], outer: [1, 64], turn: [3, 192], eager: [1, 64] })
    expect(made.byOperation.find((r) => r.name.startsWith('sin'))?.calls).toBe(3)
    expect(String(made)).toMatch(/module +calls +ms +share +bytes/)
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: { ph: string; dur?: number; tid: number }[] }
    expect(traceEvents.filter((e) => e.ph === 'X' && e.tid === 3)).toHaveLength(6)
    expect(traceEvents.every((e) => e.ph !== 'X' || e.dur! >= 0)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
  await expect(profile(() => Promise.reject(new RangeError('mine')))).rejects.toThrow('mine')
  expect((await profile(() => x.add(1))).spans).toHaveLength(1)
})
it('explains the plan of a call without running it', () => {
  setDefaultBackend(hostBackend())
  const text = explain(f, { shape: [4, 4], dtype: 'float32' })
  expect(text).toMatch(/^host: 3 steps of 3 operations, 192 bytes/)
  expect(text).toMatch(/dot_general +64 B +outer\/inner/)
})
