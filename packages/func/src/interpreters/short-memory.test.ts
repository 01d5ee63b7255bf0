/** Where memory is short: once more after garbage is freed, and an error that says what to do. */
import { hostBackend } from '@heddle/backend-host'
import { beforeEach, expect, it } from 'vitest'
import type { KernelBackend, HostArray } from '../backend/backend'
import { BackendError, jit, np, OutOfMemoryError, setDefaultBackend, type Tensor } from '../index'

/** Bytes that the backend has: kernels that would make more fail. */
const ROOM = 2 ** 16
/** A backend with little memory, and how often it was short. */
const small = (message = 'out of memory') => {
  const host = hostBackend() as KernelBackend<HostArray>
  const counts = { short: 0 }
  const kernels = Object.fromEntries(
    Object.entries(
      host.kernels as unknown as Record<string, (call: { outs: readonly { shape: readonly number[] }[] }) => (xs: unknown) => unknown>,
    ).map(([name, kernel]) => [
      name,
      (call: { outs: readonly { shape: readonly number[] }[] }) => {
        const run = kernel(call)
        const bytes = call.outs.reduce((n, o) => n + 4 * o.shape.reduce((a, b) => a * b, 1), 0)
        return (xs: unknown) => {
          if (host.storage.memory().bytes + bytes > ROOM) {
            counts.short += 1
            throw new Error(message)
          }
          return run(xs)
        }
      },
    ]),
  ) as unknown as KernelBackend<HostArray>['kernels']
  return { counts, storage: host.storage, backend: { ...host, name: 'small', kernels } }
}
let here: ReturnType<typeof small>
beforeEach(() => setDefaultBackend((here = small()).backend))

const loops: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ['eager', (x) => x.add(1)],
  ['jit', jit((x: Tensor) => x.add(1).mul(1))],
]
it.each(loops)('a plain loop (%s) goes on where what it dropped makes room', (_, step) => {
  let x = np.zeros([1024])
  for (let i = 0; i < 200; i++) x = step(x)
  expect(x.at(0).item()).toBe(200)
  expect(here.counts.short).toBeGreaterThan(0)
  expect(here.storage.memory().bytes).toBeLessThanOrEqual(ROOM)
})
it.each(loops)('what is alive and the remedy are said where there is no room (%s)', (_, step) => {
  const kept: Tensor[] = []
  const fill = (): void => {
    for (let x = np.zeros([1024]); ; ) kept.push((x = step(x)))
  }
  expect(fill).toThrow(OutOfMemoryError)
  expect(fill).toThrow(/is out of memory: its results take 4.1 kB \(f32\[1024\]\), and \d+ tensors and programs with [\d.]+ kB are alive/)
  expect(fill).toThrow(/donateArgnums.*tidy or dispose.*await loss\.data\(\)/)
  expect(kept[0]!.at(0).item()).toBe(1)
})
it('a program whose inputs are given away is not tried again', () => {
  const step = jit((x: Tensor, y: Tensor) => [x.add(1), np.concatenate([y, y, y, y, y, y, y, y, y, y, y, y, y, y, y, y, y])] as const, {
    donateArgnums: 0,
  })
  const y = np.zeros([1024])
  expect(() => step(np.zeros([1024]), y)).toThrow(OutOfMemoryError)
  expect(here.counts.short).toBe(1)
})
it('other errors are what they were', () => {
  here = small('the kernel is broken')
  setDefaultBackend(here.backend)
  const wide = (): Tensor => np.zeros([ROOM]).add(1)
  expect(wide).toThrow(BackendError)
  expect(wide).toThrow(/the kernel of \w+ failed/)
  expect(wide).not.toThrow(OutOfMemoryError)
  expect(here.counts.short).toBe(3)
})
