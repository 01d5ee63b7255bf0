/** Booleans and strings in arguments of lifted transformations are static; in what loops carry they are refused by name. */
import { hostBackend } from '@heddle/backend-host'
import { isTensor, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { map } from '@heddle/tree'
import { describe, expect, it } from 'vitest'
import * as lift from './index'
import { CarryMismatchError, InvalidOptionsError, type Scope } from './index'

setDefaultBackend(hostBackend())

type F = (scope: Scope, x: Tensor, s: unknown) => Tensor
const ones = () => np.ones([])
/** Every lifted transformation, as a way to call a function of a scope, a tensor and something else. */
const transformations: Readonly<Record<string, (f: F) => F>> = {
  jit: (f) => lift.jit(f),
  checkpoint: (f) => lift.checkpoint(f),
  remat: (f) => lift.remat(f, { concrete: true }),
  cond: (f) => (scope, x, s) => lift.cond(np.array(false), f, f, scope, [x, s] as const),
  switch: (f) => (scope, x, s) => lift.switch(np.array(1, 'int32'), [f, f, f], scope, [x, s] as const),
  vmap: (f) => (scope, x, s) =>
    lift
      .vmap(f, { variableAxes: { params: null }, splitRngs: { params: false } })(scope, up(x), up(s))
      .at(0),
  'vmap, not mapped': (f) => (scope, x, s) =>
    lift
      .vmap(f, { inAxes: [0, null], variableAxes: { params: null }, splitRngs: { params: false } })(scope, up(x), s)
      .at(0),
  scan: (f) => (scope, x, s) =>
    lift
      .scan((inner: Scope, c: Tensor, y: Tensor, t: unknown) => [c, f(inner, y, t)] as const, {
        variableBroadcast: 'params',
        splitRngs: { params: false },
      })(scope, np.zeros([]), up(x), up(s))[1]
      .at(0),
  'scan, broadcast': (f) => (scope, x, s) =>
    lift
      .scan((inner: Scope, c: Tensor, y: Tensor, t: unknown) => [c, f(inner, y, t)] as const, {
        inAxes: [0, lift.broadcast],
        variableBroadcast: 'params',
        splitRngs: { params: false },
      })(scope, np.zeros([]), up(x), s)[1]
      .at(0),
  vjp: (f) => (scope, x, s) => lift.vjp(f, scope, [x, s] as const)[0],
  jvp: (f) => (scope, x, s) => lift.jvp(f, scope, [x, s] as const, [x, s] as const)[0],
  valueAndGrad: (f) => (scope, x, s) => {
    const loss = (inner: Scope, y: Tensor, t: unknown): readonly [Tensor, Tensor] => {
      const out = f(inner, y, t)
      return [out.sum(), out]
    }
    return lift.valueAndGradWithAux(loss, scope, [x, s] as const)[2]
  },
  customVjp: (f) =>
    lift.customVjp(f, {
      forwardFn: (scope, x, s) => [f(scope, x, s), { s }] as const,
      backwardFn: (_: unknown, ct: Tensor) => [{}, ct, null],
    }),
  mapVariables: (f) => lift.mapVariables(f, 'params', { mutable: true }),
  foldRngs: (f) => lift.foldRngs(f),
}
const up = <T>(s: T): T => map<T>((x: unknown) => (isTensor(x) ? x.at(null) : x), s)
const shown = (s: unknown): unknown => map((x: unknown) => (isTensor(x) ? 'a tensor' : x), s)
const settings: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  string: 'relu',
  'nested object': { train: false, mode: 'max' },
  'tensors and flags in one object': { mask: np.array([1, 0]), deterministic: false },
}
describe.each(Object.entries(transformations))('%s', (_, transform) => {
  it.each(Object.entries(settings))('hands on %s', (_name, s) => {
    const seen: unknown[] = []
    const f: F = (scope, x, t) => {
      seen.push(shown(t))
      const y = x.mul(JSON.stringify(shown(t)).length).mul(scope.param('w', ones))
      const { mask } = t as { mask?: Tensor }
      return mask === undefined ? y : y.mul(mask)
    }
    const x = np.array([1, 2])
    const [y, variables] = lift.init(transform(f))(random.key(0), x, s)
    const again = lift.apply(transform(f))(variables, x, s)
    for (const t of seen) expect(t).toEqual(shown(s))
    expect(seen.length).toBeGreaterThan(0)
    const n = JSON.stringify(shown(s)).length
    const { mask } = s as { mask?: Tensor }
    for (const out of [y, again]) expect((out as Tensor).toArray()).toEqual(mask === undefined ? [n, 2 * n] : [n, 0])
  })
})
describe('static values', () => {
  const x = np.array([1, 2])
  it('do not trace again where they are equal, and do where not', () => {
    let traces = 0
    const f = lift.jit((_: Scope, y: Tensor, { train, mask }: { train: boolean; mask: Tensor }) => {
      traces += 1
      return (train ? y : y.neg()).mul(mask)
    })
    const run = (train: boolean) => (lift.apply(f)({}, x, { train, mask: np.array([1, 3]) }) as Tensor).toArray()
    expect([run(true), run(true), run(false), run(false), run(true)]).toEqual([
      [1, 6],
      [1, 6],
      [-1, -6],
      [-1, -6],
      [1, 6],
    ])
    expect(traces).toBe(2)
  })
  it('come out as they are', () => {
    const run = <R>(f: (scope: Scope, y: Tensor) => R): R => lift.apply(f)({}, x) as R
    for (const transform of [lift.jit, lift.checkpoint] as const)
      expect(run(transform((_: Scope, y: Tensor) => ({ y, ok: true, mode: 'a' })))).toMatchObject({ ok: true, mode: 'a' })
    expect(run(lift.vmap((_: Scope, y: Tensor) => ({ y, ok: true }), {})).ok).toBe(true)
    expect(run((s, y) => lift.scan((_: Scope, c: Tensor, z: Tensor) => [c, { z, ok: true }] as const, {})(s, y, y)[1].ok)).toBe(true)
    expect(
      run(
        (s, y) =>
          lift.scan((_: Scope, c: Tensor, z: Tensor) => [c, { z, ok: true }] as const, { checkConstancyInvariants: false })(s, y, y)[1].ok,
      ),
    ).toBe(true)
    expect(
      run(
        (s, y) =>
          lift.scan((_: Scope, c: Tensor, z: Tensor) => [c, { z, ok: true }] as const, { outAxes: { z: 0, ok: lift.broadcast } })(
            s,
            y,
            y,
          )[1].ok,
      ),
    ).toBe(true)
  })
  it('are refused in what loops carry, with the remedy', () => {
    const run = <R>(f: (scope: Scope) => R): R => lift.apply(f)({}) as R
    const start = { n: np.zeros([]), done: false }
    const scan = () => run((s) => lift.scan((_: Scope, c: typeof start) => [c, null] as const, { length: 2 })(s, start))
    expect(scan).toThrow(CarryMismatchError)
    expect(scan).toThrow(/the carry\.done.*the JavaScript boolean false.*np\.array\(flag\)/)
    const loop = () =>
      run((s) =>
        lift.whileLoop(
          (_: Scope, c: typeof start) => c.n.less(3),
          (_: Scope, c: typeof start) => c,
          s,
          start,
        ),
      )
    expect(loop).toThrow(/the carry\.done.*the JavaScript boolean false.*np\.array\(flag\)/)
    const later = () => run((s) => lift.scan(() => [true, null] as never, { length: 2 })(s, np.array(false)))
    expect(later).toThrow(CarryMismatchError)
    expect(later).toThrow(/the JavaScript boolean true.*np\.array\(flag\)/)
    const variable = () =>
      lift.apply((s: Scope) => lift.scan((_: Scope, c: Tensor) => [c, null] as const, { length: 2, variableCarry: 'state' })(s, x), {
        mutable: ['state'],
      })({
        state: { on: true },
      })
    expect(variable).toThrow(/variable "on" of collection "state"/)
  })
  it('of different branches are told', () => {
    const run = () =>
      lift.apply((s: Scope) =>
        lift.cond(
          np.array(true),
          (_: Scope, y: Tensor) => [y, true] as readonly [Tensor, boolean],
          (_: Scope, y: Tensor) => [y, false] as readonly [Tensor, boolean],
          s,
          [x],
        ),
      )({})
    expect(run).toThrow(lift.BranchMismatchError)
    expect(run).toThrow(/the JavaScript boolean/)
  })
  it.each([0, 3, -3, 1.5, Number.NaN, [1, 9]])('no argument is number %j', (staticArgnums) => {
    const f = (_: Scope, y: Tensor, n: number) => (n === 1 ? y : y.neg())
    for (const transform of [lift.jit, lift.checkpoint] as const) {
      const run = () => lift.apply(transform(f, { staticArgnums }))({}, x, 1)
      expect(run).toThrow(InvalidOptionsError)
      expect(run).toThrow(/staticArgnums/)
    }
    expect(() => lift.apply(lift.jit(f, { staticArgnums: 2, donateArgnums: staticArgnums }))({}, x, 1)).toThrow(/donateArgnums/)
  })
  it('hold no tensors', () => {
    for (const transform of [lift.jit, lift.checkpoint] as const)
      for (const o of [x, { w: x }, new Float32Array(2)])
        expect(() => lift.apply(transform((_: Scope, y: unknown) => (y ? x : x), { staticArgnums: 1 }))({}, o)).toThrow(InvalidOptionsError)
    expect(
      (
        lift.apply(lift.jit((_: Scope, y: Tensor, n: number) => y.mul(n === 2 ? 1 : 0), { staticArgnums: -1 }))({}, x, 2) as Tensor
      ).toArray(),
    ).toEqual([1, 2])
  })
})
