// Ambient state is part of the key of traced programs, and holds only while a function runs.
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, test } from 'vitest'
import { ambientKey } from './ambient'
import {
  ambient,
  checkpoint,
  customJvp,
  customVjp,
  grad,
  hessian,
  here,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  makeJaxpr,
  evalShape,
  np,
  reach,
  setDefaultBackend,
  tidy,
  valueAndGrad,
  vjp,
  vmap,
  withBackend,
  type Tensor,
} from './index'

beforeAll(() => setDefaultBackend(hostBackend()))

describe('a program', () => {
  test('is traced once for each state, in whatever order they come', () => {
    const scale = ambient<number>(1, String)
    const f = jit((x: Tensor) => x.mul(scale.get()))
    const at = (n: number): number => scale.during('scaled', n, () => f(np.array(2)).item() as number)
    expect([at(1), at(10), f(np.array(2)).item(), at(3), at(10), at(1)]).toEqual([2, 20, 2, 6, 20, 2])
    expect(f.traceCount()).toBe(3)
    scale.set(10)
    expect(f(np.array(2)).item()).toBe(20)
    scale.set(1)
    expect(f.traceCount()).toBe(3)
  })
  test('of one backend is not that of another', () => {
    const other = hostBackend()
    const table = jit((x: Tensor) => x.add(np.arange(3)))
    const run = (): unknown => table(np.ones([3])).toArray()
    expect([run(), withBackend(other, run), run()]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
    expect(table.traceCount()).toBe(2)
  })
  test('that reached for what is only for now is not kept', () => {
    const [place, free] = [here(), { n: 0 }]
    const reaching = jit((x: Tensor) => (reach(place), x.mul(free.n)))
    const inner = jit((x: Tensor) => (reach(here()), x.mul(2)))
    const outer = jit((x: Tensor) => reaching(inner(x)))
    for (const n of [1, 2, 3]) {
      free.n = n
      expect([reaching(np.array(1)).item(), outer(np.array(1)).item()]).toEqual([n, 2 * n])
    }
    expect([reaching.traceCount(), outer.traceCount(), inner.traceCount()]).toEqual([6, 3, 1])
  })
  test('may have constants made in a tidy', () => {
    const f = jit((x: Tensor) => x.add(np.array([1, 2, 3])))
    for (let i = 0; i < 2; i++) expect(tidy(() => f(np.ones([3]))).toArray()).toEqual([2, 3, 4])
  })
  test('state is put back after an error', () => {
    const scale = ambient<number>(1, String)
    const before = ambientKey()
    expect(() =>
      scale.during('scaled', 2, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect([scale.get(), ambientKey()]).toEqual([1, before])
  })
})

// biome-ignore format: a table
const transformed: readonly (readonly [string, (f: never) => unknown])[] = [
  ['jit', (f) => jit(f)(1)],
  ['grad', (f) => grad(f)(1.5)],
  ['valueAndGrad', (f) => valueAndGrad(f)(1.5)],
  ['jvp', (f) => jvp(f, [np.array(1.5)] as never, [np.array(1.5)] as never)],
  ['vjp', (f) => vjp(f as never, 1.5 as never)],
  ['linearize', (f) => linearize(f as never, 1.5 as never)],
  ['jacfwd', (f) => jacfwd(f)(np.ones([2]))],
  ['jacrev', (f) => jacrev(f)(np.ones([2]))],
  ['hessian', (f) => hessian(f)(np.ones([2]))],
  ['vmap', (f) => vmap(f)(np.ones([2]))],
  ['checkpoint', (f) => checkpoint(f)(1.5)],
  ['makeJaxpr', (f) => makeJaxpr(f)(1.5)],
  ['evalShape', (f) => evalShape(f as never, 1.5)],
  ['customJvp', (f) => customJvp(f).defjvp(f)(np.array(1.5) as never)],
  ['customVjp', (f) => customVjp(f).defvjp(f, f)(np.array(1.5) as never)],
  ['scan', (f) => lax.scan(f, 0, np.ones([2]))],
  ['map', (f) => lax.map(f, np.ones([2]))],
  ['foriLoop', (f) => lax.foriLoop(0, 2, f, 0)],
  ['whileLoop, condition', (f) => lax.whileLoop(f, (x: Tensor) => x, np.array(0))],
  ['whileLoop, body', (f) => lax.whileLoop(() => np.array(true), f, 0)],
  ['cond', (f) => lax.cond(true, f, f, 1)],
  ['switchCase', (f) => lax.switchCase(0, [f, f], 1)],
  ['associativeScan', (f) => lax.associativeScan(f, np.ones([4]))],
  ['tidy', (f) => tidy(f)],
  ['withBackend', (f) => withBackend(hostBackend(), f)],
]
describe('no function may be async or a generator', () => {
  for (const [name, run] of transformed)
    test(name, () => {
      const returned = (what: string): RegExp => new RegExp(`returned a ${what}`)
      expect(() => run((async (x: Tensor) => x) as never)).toThrow(returned('promise'))
      expect(() => run((async () => Promise.reject(new Error('later'))) as never)).toThrow(returned('promise'))
      expect(() => run(function* (x: Tensor) { yield x } as never)).toThrow(returned('generator')) // biome-ignore format: one line
      expect(() => run(async function* (x: Tensor) { yield x } as never)).toThrow(returned('generator')) // biome-ignore format: one line
    })
  test('the types refuse a promise too', () => {
    // @ts-expect-error an async function
    expect(() => withBackend(hostBackend(), async () => 1)).toThrow('promise')
    // @ts-expect-error an async function
    expect(() => tidy(async () => 1)).toThrow('promise')
    const kept: number = tidy(() => 3)
    expect(kept).toBe(3)
  })
})
