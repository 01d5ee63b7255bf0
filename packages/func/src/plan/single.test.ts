/** Operations by themselves where a backend has nothing but a compiler: here one that plans programs over the host's kernels. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import type { CompilingBackend, HostArray } from '../backend/backend'
import { dropSpare } from '../backend/scarcity'
import { isBackend } from '../backend/registry'
import { jit, lax, np, setDefaultBackend, type Tensor } from '../index'
import { makePlan } from './plan'

const compiling = () => {
  const { name, dtypes, storage, kernels } = hostBackend()
  const compiled: string[] = []
  let disposed = 0
  const backend: CompilingBackend<HostArray> = {
    name,
    dtypes,
    storage,
    compile: (program, { donated, name: what }) => {
      compiled.push(what)
      const plan = makePlan({ name, dtypes, storage, kernels }, program, donated)
      return {
        run: plan.run,
        dispose: () => {
          disposed += 1
          plan.dispose()
        },
      }
    },
  }
  expect(isBackend(backend)).toBe(true)
  setDefaultBackend(backend)
  return { compiled, disposed: () => disposed }
}

describe('a backend that compiles', () => {
  it('gets an operation as a program of one equation, once for its parameters and types', () => {
    const { compiled } = compiling()
    const x = np.array([1, 2, 3])
    for (let i = 0; i < 3; i++) expect(np.sin(x).sum().item()).toBeCloseTo(Math.sin(1) + Math.sin(2) + Math.sin(3))
    expect(compiled).toEqual(['sin', 'reduce_sum'])
    np.sin(np.array([1, 2]))
    expect(compiled).toEqual(['sin', 'reduce_sum', 'sin'])
  })
  it('gets loops, branches and calls whole', () => {
    const { compiled } = compiling()
    const x = np.array([1, 2, 3])
    expect(lax.scan((c: Tensor, y: Tensor) => [c.add(y), c], np.array(0), x)[0].item()).toBe(6)
    expect(jit((y: Tensor) => y.sin().sum())(x).item()).toBeCloseTo(1.8919, 3)
    expect(compiled.filter((name) => name === 'sin')).toEqual([])
  })
  it('parameters that JSON has no text for are told apart', () => {
    compiling()
    const at = (fillValue: number): number => np.take(np.array([1, 2, 3]), np.array(7, 'int32'), { mode: 'fill', fillValue }).item()
    expect([at(Infinity), at(-Infinity), at(NaN), at(-0), at(0)]).toEqual([Infinity, -Infinity, NaN, -0, 0])
  })
  it('drops what is spare when it is asked to, and compiles that anew when it is called again', () => {
    const { compiled, disposed } = compiling()
    const x = np.array([1, 2, 3])
    const run = (): readonly unknown[] => [np.sin(x), np.cos(x)].map((y) => y.toArray())
    const want = run()
    for (let left = 2; left > 0; left >>= 1) dropSpare()
    expect(disposed()).toBe(2)
    expect(run()).toEqual(want)
    expect(compiled).toEqual(['sin', 'cos', 'sin', 'cos'])
  })
})
