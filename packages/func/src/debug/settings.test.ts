import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  AsyncFunctionError,
  blockUntilReady,
  checkpoint,
  debug,
  debugInfs,
  debugNans,
  disableJit,
  FloatingPointError,
  grad,
  jit,
  lax,
  makeJaxpr,
  namedScope,
  np,
  printJaxpr,
  setDefaultBackend,
  type Tensor,
  vmap,
} from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const found = (run: () => unknown): FloatingPointError['detail'] | undefined => {
  try {
    run()
  } catch (e) {
    if (e instanceof FloatingPointError) return e.detail
    throw e
  }
  return undefined
}
const minus = np.array(-1)
const vector = np.array([1, 4, 9])

describe('debugNans', () => {
  const bad = (x: Tensor): Tensor => namedScope('outer', () => namedScope('inner', () => np.sqrt(x)).add(1)).mul(2)
  const loop = (x: Tensor): Tensor => lax.scan((c: Tensor, y: Tensor) => [bad(c.sub(y)), c] as const, x, vector)[0]
  const cases: Readonly<Record<string, () => unknown>> = {
    eager: () => bad(minus),
    jit: () => jit(bad)(minus),
    'jit in jit': () => jit((x: Tensor) => jit(bad)(x.neg()))(np.array(1)),
    'jit of grad': () => jit(grad((x: Tensor) => bad(x)))(minus),
    'grad of jit': () => grad(jit((x: Tensor) => bad(x)))(minus),
    checkpoint: () => jit(grad(checkpoint((x: Tensor) => np.sin(bad(x)))))(minus),
    vmap: () => jit(vmap(bad))(np.array([1, -1])),
    scan: () => jit(loop)(np.array(2)),
    'scan outside of jit': () => loop(np.array(2)),
    'grad of scan': () => grad(loop)(np.array(2)),
    while: () =>
      jit((x: Tensor) =>
        lax.whileLoop(
          (c: Tensor) => c.greater(-9),
          (c: Tensor) => bad(c.sub(4)),
          x,
        ),
      )(np.array(2)),
    cond: () => jit((x: Tensor) => lax.cond(x.less(0), bad, (y: Tensor) => y, x))(minus),
  }
  it.each(Object.entries(cases))('says which operation, in which scope, on which line: %s', (name, run) => {
    expect(found(run)).toBeUndefined()
    const detail = found(() => debugNans(run))
    expect(detail).toMatchObject({ primitive: 'sqrt', found: 'nan', made: true, scope: 'outer/inner' })
    if (name !== 'eager') expect(detail!.line).toMatch(/settings\.test\.ts:38:\d+/)
    expect(found(run)).toBeUndefined()
  })
  it('runs a program as always where nothing is found, once, with what it does besides', () => {
    const seen: number[] = []
    const f = jit((x: Tensor) => (debug.callback((y: Tensor) => void seen.push(y.item()), x), np.sqrt(x)), { donateArgnums: [0] })
    const x = np.array(4)
    expect(debugNans(() => f(x)).item()).toBe(2)
    expect(() => x.item()).toThrow('donated')
    expect(found(() => debugNans(() => f(np.array(-4))))?.primitive).toBe('sqrt')
    expect(seen).toEqual([4, -4])
  })
  it('tells what was there before from what was made', () => {
    expect(found(() => debugNans(() => np.array(Number.NaN).add(1)))).toMatchObject({ primitive: 'add', made: false })
  })
  it('is a setting too, and debugInfs another', () => {
    debugNans(true)
    expect(found(() => np.log(minus))?.found).toBe('nan')
    expect(found(() => np.log(0))).toBeUndefined()
    debugInfs(() => expect(found(() => np.log(0))?.found).toBe('inf'))
    debugNans(false)
    expect(found(() => np.log(minus))).toBeUndefined()
    expect(found(() => debugInfs(() => np.log(minus)))).toBeUndefined()
    expect(() => debugNans((async () => undefined) as never)).toThrow(AsyncFunctionError)
    expect(() => debugNans(1 as never)).toThrow('expected a function to run with it on')
  })
})

describe('namedScope', () => {
  it('stands on equations, through every transformation, once', () => {
    const f = (x: Tensor): Tensor => namedScope('a', () => jit((y: Tensor) => namedScope('b', () => np.sin(y)))(x).add(1))
    const text = (g: (x: Tensor) => unknown): string => printJaxpr(makeJaxpr(g)({ shape: [3], dtype: 'float32' }), { nameStack: true })
    expect(text(f)).toMatch(/sin a # b\n/)
    expect(text(f)).toMatch(/\] a # a\n/)
    expect(text(f)).toMatch(/add .* # a\n/)
    expect(text((x) => grad((y: Tensor) => f(y).sum())(x))).toMatch(/cos a # b\n/)
    expect(text((x) => vmap(f)(x))).toMatch(/sin a # b\n/)
    expect(text((x) => namedScope('z', () => grad((y: Tensor) => np.sin(namedScope('k', () => y.mul(y))).sum())(x)))).not.toMatch(
      /z\/z|k\/k/,
    )
    expect(printJaxpr(makeJaxpr(f)({ shape: [3], dtype: 'float32' }))).not.toContain('#')
  })
})

describe('disableJit', () => {
  it('runs functions on values, with the same results', () => {
    const seen: number[] = []
    const f = (x: Tensor): Tensor => {
      const see = (y: Tensor): Tensor => (disabled && seen.push(y.item()), y)
      const g = jit((y: Tensor, flag: boolean) => (flag ? see(y).mul(2) : y))
      const [last, all] = lax.scan((c: Tensor, y: Tensor) => [see(c).add(y), { c }] as const, g(x, true), vector, { reverse: true })
      const far = lax.whileLoop(
        (c: Tensor) => c.less(100),
        (c: Tensor) => see(c).mul(2),
        last,
      )
      const pow = lax.foriLoop(0, 3, (_, c: Tensor) => c.mul(1.5), far)
      return lax.cond(
        pow.greater(0),
        (y: Tensor) => see(y).add(all.c.sum()),
        (y: Tensor) => y,
        pow,
      )
    }
    let disabled = false
    const want = jit(f)(np.array(3)).item()
    disabled = true
    expect(disableJit(() => jit(f)(np.array(3)).item())).toBeCloseTo(want, 3)
    expect(seen).toEqual([3, 6, 15, 19, 20, 40, 80, 540])
    disabled = false
    expect(disableJit(() => vmap(f)(np.array([3, 3]))).shape).toEqual([2])
  })
})

describe('blockUntilReady', () => {
  it('answers the tree', async () => {
    const tree = { a: np.array(1), b: ['x', np.array([1, 2]).mul(2)] as const }
    expect(await blockUntilReady(tree)).toBe(tree)
  })
})
