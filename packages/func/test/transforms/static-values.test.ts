/** JavaScript values in arguments: booleans and strings are static in every transformation, numbers are traced. */
import { hostBackend } from '@heddle/backend-host'
import { map } from '@heddle/tree'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  ArgumentError,
  checkpoint,
  customJvp,
  customVjp,
  DTypeError,
  devicePut,
  evalKnown,
  evalShape,
  grad,
  hessian,
  isTensor,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  makeJaxpr,
  np,
  setDefaultBackend,
  type Tensor,
  TypeMismatchError,
  valueAndGrad,
  vjp,
  vjpWithAux,
  vmap,
} from '../../src/index'

const backend = hostBackend()
beforeEach(() => setDefaultBackend(backend))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)

type F = (x: Tensor, s: unknown) => Tensor
type Applied = (x: Tensor, s: unknown) => unknown

/** Every transformation, as a way to call a function of a tensor and something else. */
const transformations: Readonly<Record<string, (f: F) => Applied>> = {
  jit: (f) => jit(f),
  'jit of jit': (f) => jit((x: Tensor, s: unknown) => jit(f)(x, s)),
  checkpoint: (f) => checkpoint(f),
  'checkpoint with concrete': (f) => checkpoint(f, { concrete: true }),
  vjp: (f) => (x, s) => vjp(f, x, s)[0],
  vjpWithAux: (f) => (x, s) => vjpWithAux((y: Tensor, t: unknown) => [f(y, t), { t }] as const, x, s)[0],
  linearize: (f) => (x, s) => linearize(f, x, s)[0],
  jvp: (f) => (x, s) => jvp(f, [x, s], [x, s])[0],
  'grad by all': (f) => (x, s) => {
    grad((y: Tensor, t: unknown) => f(y, t).sum(), { argnums: [0, 1] })(x, s)
    return f(x, s)
  },
  valueAndGrad: (f) => (x, s) => valueAndGrad((y: Tensor, t: unknown) => [f(y, t).sum(), f(y, t)] as const, { hasAux: true })(x, s)[0][1],
  customVjp: (f) => (x, s) =>
    customVjp(f).defvjp(
      (y, t) => [f(y, t), { t }] as const,
      (_, ct: Tensor) => [ct, null],
    )(x, s),
  'customVjp, differentiated': (f) => (x, s) => {
    const g = customVjp(f).defvjp(
      (y, t) => [f(y, t), { t }] as const,
      ({ t }: { t: unknown }, ct: Tensor) => [f(ct, t), null],
    )
    return vjp(g, x, s)[1](x)[0]
  },
  customJvp: (f) => (x, s) =>
    customJvp(f).defjvp(([y, t]: [Tensor, unknown], [dy]: [Tensor, unknown]) => [f(y, t), f(dy, t)] as const)(x, s),
  'customJvp, differentiated': (f) => (x, s) =>
    jvp(
      customJvp(f).defjvp(([y, t]: [Tensor, unknown], [dy]: [Tensor, unknown]) => [f(y, t), f(dy, t)] as const),
      [x, s],
      [x, s],
    )[1],
  cond: (f) => (x, s) => lax.cond(np.array(true), f, f, x, s),
  'cond on a boolean': (f) => (x, s) => lax.cond(true, f, (y: Tensor) => y.mul(9), x, s),
  switch: (f) => (x, s) => lax.switchCase(np.array(1, 'int32'), [(y: Tensor) => y.mul(9), f, f], x, s),
  'switch of one': (f) => (x, s) => lax.switchCase(0, [f], x, s),
  'scan over xs': (f) => (x, s) =>
    (
      lax.scan((c: Tensor, slice: { x: Tensor; s: unknown }) => [c, f(slice.x, slice.s)] as const, np.array(0), {
        x: x.at(null),
        s,
      })[1] as Tensor
    ).at(0),
  map: (f) => (x, s) => (lax.map((slice: { x: Tensor; s: unknown }) => f(slice.x, slice.s), { x: x.at(null), s }) as Tensor).at(0),
  vmap: (f) => (x, s) => (vmap(f)(x.at(null), s) as Tensor).at(0),
  'vmap, not mapped': (f) => (x, s) => (vmap(f, { inAxes: [0, null] })(x.at(null), s) as Tensor).at(0),
  'grad of jit of vmap': (f) => (x, s) => {
    const all = (y: Tensor, t: unknown): Tensor => jit((z: Tensor, u: unknown) => vmap(f)(z, u))(y, t).sum()
    expect(grad(all)(x.at(null), s).shape).toEqual([1, 3])
    return f(x, s)
  },
  evalKnown: (f) => (x, s) => evalKnown(f, x, s).result,
  devicePut: (f) => (x, s) => f(...(devicePut([x, s], backend) as [Tensor, unknown])),
}
/** With an axis for the tensors among them where it is mapped. */
const mapped = /scan|map$|vmap/
const settings: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  string: 'relu',
  'nested object': { train: false, mode: 'max' },
  'list of several': ['a', [{ b: false }], true],
  'tensors and flags in one object': { mask: np.array([1, 0, 1]), deterministic: false },
  'numbers beside flags': { rate: np.array([2, 2, 2]), train: true, none: null },
}
/** Tensors by their word, all else as it is. */
const shown = (s: unknown): unknown => map((x: unknown) => (isTensor(x) ? 'a tensor' : x), s)
const lift = (s: unknown): unknown => map((x: unknown) => (isTensor(x) ? x.at(null) : x), s)

describe.each(Object.entries(transformations))('%s', (name, transform) => {
  it.each(Object.entries(settings))('hands on %s', (_, s) => {
    const seen: unknown[] = []
    const f: F = (x, t) => {
      seen.push(shown(t))
      // numbers that only the right value gives
      const scale = JSON.stringify(shown(t)).length
      const mask = (t as { mask?: Tensor }).mask
      return mask === undefined ? x.mul(scale) : x.mul(scale).mul(mask)
    }
    const x = np.array([1, 2, 3])
    const given =
      mapped.test(name) && name !== 'vmap, not mapped' && name !== 'grad of jit of vmap'
        ? lift(s)
        : name === 'grad of jit of vmap'
          ? lift(s)
          : s
    const inner = transform(f)(x, given) as Tensor
    for (const value of seen) expect(value).toEqual(shown(s))
    expect(seen.length).toBeGreaterThan(0)
    if (name === 'grad of jit of vmap') return
    const scale = JSON.stringify(shown(s)).length
    const mask = (s as { mask?: Tensor }).mask
    expect(values(inner)).toEqual(values(mask === undefined ? x.mul(scale) : x.mul(scale).mul(mask)))
  })
})

describe('static values', () => {
  const x = np.array([1, 2])

  it('are part of the key of jit: no trace for equal ones, one for others', () => {
    const f = jit((y: Tensor, { train, mode, mask }: { train: boolean; mode: string; mask: Tensor }) =>
      (train ? y : y.neg()).mul(mode === 'twice' ? 2 : 1).mul(mask),
    )
    const mask = np.array([1, 10])
    for (let i = 0; i < 3; i++) expect(values(f(x, { train: true, mode: 'twice', mask }))).toEqual([2, 40])
    expect(f.traceCount()).toBe(1)
    for (let i = 0; i < 3; i++) expect(values(f(x, { mask: mask.add(0), mode: 'twice', train: false }))).toEqual([-2, -40])
    expect(f.traceCount()).toBe(2)
    expect(values(f(x, { train: true, mode: 'once', mask }))).toEqual([1, 20])
    expect(values(f(x, { train: true, mode: 'twice', mask }))).toEqual([2, 40])
    expect(f.traceCount()).toBe(3)
  })
  it('are told from strings that look like them, and from structure', () => {
    const f = jit((s: unknown) => np.array(JSON.stringify(s).length))
    for (const s of [true, 'true', null, 'null', ['a', 'b'], ['a,b'], { a: 'b' }, '*', [''], []])
      expect(f(s).item()).toBe(JSON.stringify(s).length)
    expect(f.traceCount()).toBe(10)
  })
  it('come out of a program as they went into its result', () => {
    const f = jit((y: Tensor, train: boolean) => ({ loss: y.sum(), ok: true, train, mode: 'a' }))
    const out = f(x, false)
    expect({ ...out, loss: out.loss.item() }).toEqual({ loss: 3, ok: true, train: false, mode: 'a' })
    expect(f(x, true).train).toBe(true)
    expect(vmap((y: Tensor) => ({ y, ok: true }))(x).ok).toBe(true)
    expect(lax.scan((c: Tensor, y: Tensor) => [c, { y, ok: true }] as const, x, x)[1].ok).toBe(true)
    expect(
      lax.cond(
        true,
        (y: Tensor) => ({ y, ok: true }),
        (y: Tensor) => ({ y: y.neg(), ok: true }),
        x,
      ).ok,
    ).toBe(true)
    expect(evalShape((y: Tensor) => ({ y, ok: true, mode: 'b' }), x)).toEqual({ y: { shape: [2], dtype: 'float32' }, ok: true, mode: 'b' })
    const [, grads] = valueAndGrad((p: { w: Tensor; act: string }) => (p.act === 'sum' ? p.w.sum() : p.w.mean()))({ w: x, act: 'sum' })
    expect([values(grads.w), grads.act]).toEqual([[1, 1], 'sum'])
  })
  it('must be those of the other branches', () => {
    const differ = () =>
      lax.cond(
        x.at(0).greater(0),
        () => true,
        () => false,
      )
    expect(differ).toThrow(TypeMismatchError)
    expect(differ).toThrow(/branch 0 returns false, branch 1 true.*np\.array\(true\)/)
    expect(
      lax
        .cond(
          x.at(0).greater(0),
          () => np.array(true),
          () => np.array(false),
        )
        .item(),
    ).toBe(true)
  })
  it('say nothing of tangents and cotangents', () => {
    const f = (p: { w: Tensor; train: boolean }) => ({ y: p.train ? p.w : p.w.neg(), ok: true })
    const [out, back] = vjp(f, { w: x, train: false })
    for (const ok of [true, false, null as never]) expect(values(back({ y: out.y, ok })[0].w)).toEqual([1, 2])
    expect(values(jvp(f, [{ w: x, train: false }], [{ w: x, train: true }])[1].y)).toEqual([-1, -2])
  })
  it('are refused in what loops carry, by name', () => {
    const carried = { n: np.array(0), state: { done: false } }
    expect(() => lax.scan((c: typeof carried) => [c, null] as const, carried, null, { length: 2 })).toThrow(
      'the carry.state.done is the boolean false, and a loop carries tensors: carry np.array(false)',
    )
    expect(() =>
      lax.whileLoop(
        (c: typeof carried) => c.n.less(3),
        (c) => c,
        carried,
      ),
    ).toThrow(/carry\.state\.done.*np\.array\(false\)/)
    expect(() => lax.foriLoop(0, 3, (_, c: readonly [Tensor, string]) => c, [x, 'mode'])).toThrow(/the string "mode"/)
    expect(() => lax.foriLoop(0, np.array(3), (_, c: readonly [Tensor, string]) => c, [x, 'mode'])).toThrow(/the string "mode"/)
    expect(() => lax.scan(() => [true, null] as never, np.array(false), null, { length: 2 })).toThrow(TypeMismatchError)
    expect(() =>
      lax.whileLoop(
        (c: Tensor) => c,
        () => true as never,
        np.array(true),
      ),
    ).toThrow(/the boolean true/)
    const [last] = lax.scan((c: { done: Tensor }) => [{ done: c.done.logicalNot() }, null] as const, { done: np.array(false) }, null, {
      length: 3,
    })
    expect(last.done.item()).toBe(true)
  })
  it('are predicates all the same', () => {
    expect(
      lax
        .cond(
          false,
          () => np.array(1),
          () => np.array(2),
        )
        .item(),
    ).toBe(2)
    expect(
      lax
        .whileLoop(
          () => false,
          (c: Tensor) => c.add(1),
          np.array(1),
        )
        .item(),
    ).toBe(1)
  })
  it('are what no function is: those are refused, by place', () => {
    const act = (y: Tensor): Tensor => y
    expect(() => jit((y: Tensor, o: { act: typeof act }) => o.act(y))(x, { act })).toThrow(ArgumentError)
    expect(() => jit((y: Tensor, o: { act: typeof act }) => o.act(y))(x, { act })).toThrow(
      /argument 1\.act is a function \(act\).*staticArgnums/,
    )
    expect(() => jit((y: Tensor) => ({ y, act }))(x)).toThrow(/the result\.act is a function/)
    expect(values(jit((y: Tensor, o: { act: typeof act }) => o.act(y), { staticArgnums: 1 })(x, { act }))).toEqual([1, 2])
    expect(values(vmap((y: Tensor, g: typeof act) => g(y), { inAxes: [0, null] })(x, act))).toEqual([1, 2])
    expect(() => vmap((y: Tensor, n: symbol) => (n ? y : y))(x, Symbol('s'))).toThrow(ArgumentError)
  })
  it('leave numbers to be traced, and what is not mapped as it is', () => {
    expect(jit((n: unknown) => np.array(isTensor(n)))(3).item()).toBe(true)
    expect(values(vmap((y: Tensor, n: number) => y.mul(n === 3 ? 1 : 5), { inAxes: [0, null] })(x, 3))).toEqual([1, 2])
    expect(
      printed(makeJaxpr((y: Tensor, o: { n: unknown; on: boolean }) => (o.on ? y.mul(o.n as Tensor) : y))(x, { n: 2, on: true })),
    ).toBe(2)
  })
})
const printed = (program: ReturnType<ReturnType<typeof makeJaxpr>>): number => program.jaxpr.ins.length

describe('numbers that are differentiated by', () => {
  it('are floats', () => {
    const f = (x: Tensor): Tensor => x.mul(x)
    const at = 3 as unknown as Tensor
    expect(grad(f)(at).item()).toBe(6)
    expect(valueAndGrad(f)(at).map((x) => x.item())).toEqual([9, 6])
    expect(jvp(f, [at], [1 as never])[1].item()).toBe(6)
    expect(vjp(f, at)[1](1 as never)[0].item()).toBe(6)
    expect(linearize(f, at)[1](1 as never).item()).toBe(6)
    expect(jacfwd(f)(at).item()).toBe(6)
    expect(jacrev(f)(at).item()).toBe(6)
    expect(hessian(f)(at).item()).toBe(2)
    expect(grad((p: { a: Tensor; n: Tensor }) => p.a.mul(p.n))({ a: at, n: 2 as never }).n.item()).toBe(3)
  })
  it('but integer tensors are not', () => {
    const f = (x: Tensor): Tensor => x.mul(x)
    for (const g of [grad(f), jacfwd(f), jacrev(f), hessian(f)]) expect(() => g(np.array(3, 'int32'))).toThrow(DTypeError)
  })
})

describe('jacobians by several arguments', () => {
  const f = (x: Tensor, y: Tensor) => ({ a: x.mul(x).mul(y) })
  it.each([
    ['jacfwd', jacfwd],
    ['jacrev', jacrev],
  ] as const)('%s answers a list of them', (_, jac) => {
    const [dx, dy] = jac(f, { argnums: [0, 1] })(np.array(3), np.ones([2])).a
    expect([values(dx), values(dy), dy.shape]).toEqual([
      [6, 6],
      [9, 0, 0, 9],
      [2, 2],
    ])
    const [last] = jac(f, { argnums: [-1] })(np.array(3), np.ones([2])).a
    expect(last.shape).toEqual([2, 2])
    expect(() => jac(f, { argnums: 2 })(np.array(3), np.ones([2]))).toThrow(TypeMismatchError)
  })
  it('hessian a list of lists', () => {
    const [[xx, xy], [yx, yy]] = hessian((x: Tensor, y: Tensor) => x.mul(x).mul(y), { argnums: [0, 1] })(np.array(3), np.array(2))
    expect([xx, xy, yx, yy].map((h) => h.item())).toEqual([4, 6, 6, 0])
  })
})

describe('numbers of arguments', () => {
  const x = np.array([1, 2])
  const f = (y: Tensor, n: number) => (n === 1 ? y : y.neg())
  it.each([2, -3, 1.5, Number.NaN, [0, 7], '1', true, null])('refuse %j as static', (staticArgnums) => {
    expect(() => jit(f, { staticArgnums: staticArgnums as number })(x, 1)).toThrow(/staticArgnums/)
    expect(() => checkpoint(f, { staticArgnums: staticArgnums as number })(x, 1)).toThrow(/staticArgnums/)
  })
  it('refuse static tensors, also within', () => {
    for (const transform of [jit, checkpoint]) {
      expect(() => transform((y: Tensor) => y, { staticArgnums: 0 })(x)).toThrow(/static argument 0 is a tensor/)
      expect(() => transform((o: { w: Tensor }) => o.w, { staticArgnums: 0 })({ w: x })).toThrow(/static argument 0\.w is a tensor/)
      expect(() => transform((o: unknown) => (o ? x : x), { staticArgnums: 0 })(new Float32Array(2))).toThrow(/static argument 0/)
    }
  })
  it('mean arguments that a call leaves out, if the function has them', () => {
    const g = (y: Tensor, flag?: number): Tensor => (flag === undefined ? y : y.mul(flag))
    expect(values(jit(g, { staticArgnums: 1, donateArgnums: [] })(x))).toEqual([1, 2])
    expect(values(checkpoint(g, { staticArgnums: 1 })(x))).toEqual([1, 2])
    expect(values(jit(f, { staticArgnums: -1 })(x, 1))).toEqual([1, 2])
    expect(() => jit(g, { staticArgnums: 1, donateArgnums: 2 })(x)).toThrow(/donateArgnums/)
    expect(() => grad((y: Tensor) => y.sum(), { argnums: 0.5 as never })(x)).toThrow(/argnums/)
  })
})
