import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import type { KernelBackend, HostArray } from '../backend/backend'
import { checkpoint, grad, lax, makeJaxpr, np, setDefaultBackend, type Tensor } from '../index'
import type { Jaxpr } from '../ir/jaxpr'
import { flattenProgram } from './graph'
import { makePlan } from './plan'

/** A backend that counts applications of kernels, and what is alive at once. */
const counting = (fused?: KernelBackend<HostArray>['fused']) => {
  const host = hostBackend() as KernelBackend<HostArray>
  const ran: string[] = []
  let peak = 0
  const kernels = Object.fromEntries(
    Object.entries(host.kernels).map(([name, kernel]) => [
      name,
      (call: never) => {
        const run = (kernel as (c: never) => (xs: readonly HostArray[]) => readonly HostArray[])(call)
        return (xs: readonly HostArray[]) => {
          ran.push(name)
          const outs = run(xs)
          peak = Math.max(peak, host.storage.memory().buffers)
          return outs
        }
      },
    ]),
  ) as unknown as KernelBackend<HostArray>['kernels']
  return { backend: { ...host, kernels, ...(fused ? { fused } : {}) }, ran, peak: () => peak, alive: () => host.storage.memory().buffers }
}
const program = (f: (...xs: Tensor[]) => unknown, ...shapes: number[][]): Jaxpr =>
  makeJaxpr(f)(...shapes.map((shape) => ({ shape, dtype: 'float32' as const }))).jaxpr
const vector = (storage: KernelBackend<HostArray>['storage'], ...data: number[]): HostArray =>
  storage.upload({ shape: [data.length], dtype: 'float32', data: Float32Array.from(data) })

beforeEach(() => setDefaultBackend(hostBackend()))

describe('plans', () => {
  it('drop dead work and share equal work', () => {
    const j = program(
      (x) => {
        x!.exp()
        return x!.sin().add(x!.sin())
      },
      [2],
    )
    expect(j.eqns.map((e) => e.primitive.name)).toEqual(['exp', 'sin', 'sin', 'add'])
    expect(flattenProgram(j).nodes.map((n) => n.primitive.name)).toEqual(['sin', 'add'])
  })
  it('keep the recomputation of a checkpoint apart', () => {
    const f = (x: Tensor): Tensor => x.sin().sin().sum()
    const sines = (g: (x: Tensor) => Tensor): number =>
      flattenProgram(program((x) => [g(x!), grad(g)(x!)], [3])).nodes.filter((n) => n.primitive.name === 'sin').length
    expect(sines(f)).toBe(2)
    expect(sines(checkpoint(f))).toBe(3)
    expect(sines(checkpoint(f, { preventCse: false }))).toBe(2)
  })
  it('compute constants once, and give them back when disposed', () => {
    const { backend, ran, alive } = counting()
    const plan = makePlan(
      backend,
      program((x) => x!.add(np.arange(3).astype('float32').mul(2)), [3]),
      [],
    )
    expect(ran).toEqual(['iota', 'convert_element_type', 'mul'])
    ran.length = 0
    const x = vector(backend.storage, 1, 1, 1)
    const [y] = plan.run([x])
    expect(Array.from(y!.data as Float32Array)).toEqual([1, 3, 5])
    expect(ran).toEqual(['add'])
    backend.storage.release(y!)
    backend.storage.release(x)
    expect(alive()).toBe(1)
    plan.dispose()
    expect(alive()).toBe(0)
  })
  it('free a buffer at its last use, and donated inputs too', () => {
    const chain = (x: Tensor | undefined): Tensor => {
      let y = x!
      for (let i = 0; i < 20; i++) y = y.sin()
      return y
    }
    for (const donated of [false, true]) {
      const { backend, peak, alive } = counting()
      const plan = makePlan(backend, program(chain, [2]), [donated])
      const x = vector(backend.storage, 1, 2)
      plan.run([x])
      expect(peak()).toBeLessThanOrEqual(3)
      expect(alive()).toBe(donated ? 1 : 2)
    }
  })
  it('leave nothing behind when a kernel fails', () => {
    const { backend, alive } = counting()
    const broken = {
      ...backend,
      kernels: {
        ...backend.kernels,
        cos: () => () => {
          throw new Error('broken')
        },
      },
    } as typeof backend
    const plan = makePlan(
      broken,
      program((x) => x!.sin().add(x!.cos()).exp(), [2]),
      [],
    )
    const x = vector(backend.storage, 1, 2)
    expect(() => plan.run([x])).toThrow('broken')
    expect(alive()).toBe(1)
  })
  it('leave nothing behind when the body of a loop fails', () => {
    const { backend, alive } = counting()
    let left = 3
    const broken = {
      ...backend,
      kernels: {
        ...backend.kernels,
        sin: (call: never) => {
          const run = backend.kernels.sin(call)
          return (xs: readonly HostArray[]) => {
            if (--left < 0) throw new Error('broken')
            return run(xs)
          }
        },
      },
    } as typeof backend
    const loops: readonly ((x: Tensor) => unknown)[] = [
      (x) => lax.scan((c: Tensor, y: Tensor) => [c.add(y).sin(), [c, y.mul(2)]] as const, np.array(0), x)[1],
      (x) =>
        lax.whileLoop(
          (c: Tensor) => c.sum().less(1e9),
          (c) => c.add(1).sin().add(c),
          x,
        ),
      (x) =>
        lax.scan(
          (c: Tensor, y: Tensor) =>
            [
              lax.cond(
                y.less(9),
                (v: Tensor) => v.sin(),
                (v) => v,
                c,
              ),
              c,
            ] as const,
          np.array(0),
          x,
        )[1],
    ]
    for (const loop of loops) {
      const plan = makePlan(
        broken,
        program((x) => loop(x!), [5]),
        [false],
      )
      const kept = alive()
      const x = vector(backend.storage, 1, 2, 3, 4, 5)
      left = 3
      expect(() => plan.run([x])).toThrow('broken')
      backend.storage.release(x)
      expect(alive()).toBe(kept)
      plan.dispose()
    }
  })
  it('hand the rows of one loop to the next without joining them', () => {
    const { backend, ran } = counting()
    const f = (x: Tensor): Tensor => lax.scan((c: Tensor, y: Tensor) => [c.add(y).sin(), c] as const, np.array(0), x)[1].sum()
    const plan = makePlan(
      backend,
      program((x) => grad((y: Tensor) => f(y))(x!), [5]),
      [],
    )
    plan.run([vector(backend.storage, 1, 2, 3, 4, 5)])
    expect(ran.filter((name) => name === 'slice').length).toBe(10)
    expect(ran.filter((name) => name === 'concatenate').length).toBe(1)
  })
  it('find products with bias and activation', () => {
    const seen: unknown[] = []
    const { backend, ran } = counting({
      dense: (call) => {
        seen.push(call.params)
        return (xs) => xs.slice(0, 1)
      },
    })
    const dense = (x: Tensor, w: Tensor, b: Tensor): Tensor => np.maximum(x.matmul(w).add(b), 0)
    makePlan(
      backend,
      program((x, w, b) => dense(x!, w!, b!), [2, 3], [3, 4], [4]),
      [],
    )
    makePlan(
      backend,
      program((x, w, b) => x!.matmul(w!).add(b!), [2, 3], [3, 4], [4]),
      [],
    )
    makePlan(
      backend,
      program((x, w, b) => [x!.matmul(w!), x!.matmul(w!).add(b!)], [2, 3], [3, 4], [4]),
      [],
    )
    expect(seen).toEqual([
      { bias: true, activation: 'relu' },
      { bias: true, activation: 'none' },
    ])
    expect(ran).toEqual([])
  })
})
