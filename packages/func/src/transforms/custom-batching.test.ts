/** Batching and gradients of the user's, and transposes of linear functions: beside what they replace. */
import { hostBackend } from '@heddle/backend-host'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  closureConvert,
  customGradient,
  customVjp,
  customVmap,
  grad,
  jit,
  jvp,
  lax,
  linearTranspose,
  np,
  RuleUnsupportedError,
  sequentialVmap,
  setDefaultBackend,
  type Tensor,
  TypeMismatchError,
  vmap,
} from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))
const xs = (): Tensor => np.arange(1, 7).astype('float32').reshape([3, 2])
const text = (x: unknown): string => String(x)

/** A product that notes how it was batched. */
const noted = () => {
  const seen: unknown[] = []
  const f = customVmap((x: Tensor, w: Tensor) => ({ y: x.mul(w).sin(), n: w.sum() })).defVmap((size, batched, x, w) => {
    seen.push([size, batched, x.shape, w.shape])
    const [xMapped, wMapped] = batched as [boolean, boolean]
    const y = (xMapped && !wMapped ? x.mul(w) : wMapped && !xMapped ? w.mul(x) : x.mul(w)).sin()
    return [
      { y, n: wMapped ? w.sum({ axis: 1 }) : w.sum() },
      { y: true, n: wMapped },
    ]
  })
  const plain = (x: Tensor, w: Tensor) => ({ y: x.mul(w).sin(), n: w.sum() })
  return { seen, f, plain }
}

describe('customVmap', () => {
  it('asks the rule, with the axis first, and tells it what is mapped', () => {
    const { seen, f, plain } = noted()
    const w = np.array([1, -1])
    const options = { inAxes: [1, null], outAxes: { y: 0, n: null } } as const
    const [got, want] = [f, plain].map((g) => vmap(g, options)(xs().T, w))
    expect(text(got!.y)).toBe(text(want!.y))
    expect(seen).toEqual([[3, [true, false], [3, 2], [2]]])
  })
  it('under jit, in both orders, in vmap of vmap and inside scan', () => {
    const { seen, f, plain } = noted()
    const run = (g: typeof f | typeof plain) => [
      vmap(jit((x: Tensor, w: Tensor) => g(x, w).y))(xs(), xs()),
      jit(vmap((x: Tensor, w: Tensor) => g(x, w).y))(xs(), xs()),
      vmap(vmap((x: Tensor, w: Tensor) => g(x, w).y))(xs().reshape([3, 2, 1]), xs().reshape([3, 2, 1])),
      vmap((x: Tensor) => lax.scan((c: Tensor, w: Tensor) => [g(c, w).y, c], x, xs())[0])(xs()),
    ]
    expect(run(f).map(text)).toEqual(run(plain).map(text))
    expect(seen.length).toBeGreaterThan(3)
  })
  it('has the derivatives of the function, and under vmap those of the rule', () => {
    const { seen, f, plain } = noted()
    const w = np.array([1, -1])
    const loss = (g: typeof f | typeof plain) => (x: Tensor) => g(x, w).y.square().sum()
    const run = (g: typeof f | typeof plain) => [
      grad(loss(g))(xs()),
      vmap(grad(loss(g)))(xs()),
      grad((x: Tensor) => vmap(loss(g))(x).sum())(xs()),
      jvp((x: Tensor) => vmap(loss(g))(x), [xs()], [xs()])[1],
      vmap((x: Tensor) => jvp(loss(g), [x], [x])[1])(xs()),
      jit(vmap(grad(loss(g))))(xs()),
      grad((v: Tensor) => vmap((x: Tensor) => g(x, v).y)(xs()).sum())(w),
      vmap((v: Tensor) => grad((x: Tensor) => grad((z: Tensor) => g(z, v).y.sum())(x).sum())(xs().at(0)))(xs()),
    ]
    expect(run(f).map(text)).toEqual(run(plain).map(text))
    expect(seen.length).toBeGreaterThan(5)
  })
  it('what it closes over may be mapped or differentiated', () => {
    const scaled = (s: Tensor) => customVmap((x: Tensor) => x.mul(s)).defVmap((_n, _b, x) => [x.mul(s), true])
    expect(text(vmap((s: Tensor) => scaled(s)(np.array(2)))(np.array([1, 3])))).toBe('Tensor(f32[2] [2., 6.])')
    expect(text(jit((s: Tensor) => vmap((x: Tensor) => scaled(s)(x))(np.array([1, 2])))(np.array(3)))).toBe('Tensor(f32[2] [3., 6.])')
    expect(text(grad((s: Tensor) => jit((x: Tensor) => scaled(s)(x))(np.array(5)))(np.array(2)))).toBe('Tensor(f32[] 5.)')
  })
  it('says what is wrong with a rule', () => {
    const f = customVmap((x: Tensor) => x.sin())
    expect(() => f(xs())).toThrow('call .defVmap(rule) first')
    const told = (rule: unknown) => () => vmap((x: Tensor) => f.defVmap(rule as never)(x))(xs())
    expect(told((_n: number, _b: unknown, x: Tensor) => x)).toThrow('must return [result, outBatched]')
    expect(told((_n: number, _b: unknown, x: Tensor) => [x.sum({ axis: 0 }), true])).toThrow('first axis must have size 3; got shape [2]')
    expect(told((_n: number, _b: unknown, x: Tensor) => [[x], true])).toThrow('result of the structure')
    expect(told((_n: number, _b: unknown, x: Tensor) => [x, 'yes'])).toThrow(TypeMismatchError)
    expect(told((_n: number, _b: unknown, x: Tensor) => [x.sum({ axis: 1 }), true])).toThrow('must return that for each example; got f32[]')
  })
})
it('sequentialVmap is vmap, one by one', () => {
  let calls = 0
  const f = sequentialVmap((x: Tensor, w: Tensor) => {
    calls += 1
    return [x.mul(w), w] as const
  })
  const w = np.array([1, -1])
  const [y, ws] = vmap((x: Tensor) => f(x, w))(xs())
  expect(text(y)).toBe(text(xs().mul(w)))
  expect(ws.shape).toEqual([3, 2])
  expect(text(vmap(grad((x: Tensor) => f(x, w)[0].square().sum()))(xs()))).toBe(text(xs().mul(2)))
  expect(calls).toBeGreaterThan(0)
})

describe('linearTranspose', () => {
  it('is the adjoint', () => {
    const a = xs()
    const f = (x: Tensor, y: Tensor) => [np.matmul(a, x).add(y), x.sum()] as const
    const types = [
      { shape: [2], dtype: 'float32' },
      { shape: [3], dtype: 'float32' },
    ] as const
    const back = linearTranspose(f as (x: Tensor, y: Tensor) => [Tensor, Tensor], ...types)
    const ct: [Tensor, Tensor] = [np.array([1, 2, 3]), np.array(10)]
    const [x, y] = back(ct)
    expect(text(x)).toBe(text(np.matmul(np.array([1, 2, 3]), a).add(10)))
    expect(text(y)).toBe('Tensor(f32[3] [1., 2., 3.])')
    expect(text(jit((c: Tensor) => back([c, np.array(10)])[0])(np.array([1, 2, 3])))).toBe(text(x))
    expect(text(vmap((c: Tensor) => back([c, np.array(0)])[1])(np.ones([2, 3])))).toBe(text(np.ones([2, 3])))
  })
  it('refuses what is not linear, and what does not fit', () => {
    const type = { shape: [2], dtype: 'float32' } as const
    expect(() => linearTranspose((x: Tensor) => np.sin(x), type)(np.ones([2]))).toThrow(RuleUnsupportedError)
    expect(() => linearTranspose((x: Tensor) => x.mul(2), type)(np.ones([3]))).toThrow('has that type; got f32[3]')
    expect(() => linearTranspose((x: Tensor) => x, np.arange(2))).toThrow('floating-point numbers')
  })
})
describe('customGradient', () => {
  it('is the pullback that the function answers, with what it closes over', () => {
    const f = customGradient((x: Tensor) => {
      const y = x.sin()
      return [y, (ct: Tensor) => ct.mul(y).mul(10)] as const
    })
    const x = np.array(0.5)
    const slope = Math.fround(Math.fround(Math.sin(0.5)) * 10)
    for (const g of [grad(f), jit(grad(f))]) expect(g(x).item()).toBeCloseTo(slope, 5)
    expect(
      vmap(grad(f))(np.array([0.5, 0.5]))
        .at(1)
        .item(),
    ).toBeCloseTo(slope, 5)
    expect(f(x).item()).toBeCloseTo(Math.sin(0.5), 6)
    const s = np.array(3)
    expect(text(lax.scan((c: Tensor, z: Tensor) => [c.add(grad(f)(z)), z], s, np.zeros([2]))[0])).toBe('Tensor(f32[] 3.)')
  })
  it('takes several arguments, and null for zero', () => {
    const f = customGradient((p: { w: Tensor }, x: Tensor) => [p.w.mul(x), (ct: Tensor) => [{ w: ct.mul(7) }, null]] as const)
    const [dp, dx] = grad(f, { argnums: [0, 1] })({ w: np.array(2) }, np.array(3))
    expect([dp.w.item(), dx.item()]).toEqual([7, 0])
    expect(() => customGradient((x: Tensor) => x as never)(np.array(1))).toThrow('[value, pullback]')
    expect(() => grad(customGradient((x: Tensor, y: Tensor) => [x.mul(y), (ct: Tensor) => ct] as const))(np.array(1), np.array(1))).toThrow(
      '2 cotangents in a list',
    )
  })
})
it('closureConvert hands a rule what a function closes over', () => {
  const solve = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => {
    const [converted, consts] = closureConvert(f, x)
    const g = customVjp((y: Tensor, ...cs: Tensor[]) => converted(y, ...cs)).defvjp(
      (y: Tensor, ...cs: Tensor[]) => [converted(y, ...cs), cs],
      (cs: Tensor[], ct: Tensor) => [ct.mul(2), ...cs.map((c) => c.mul(ct))],
    )
    return g(x, ...consts)
  }
  const slope = grad((w: Tensor) => solve((x: Tensor) => x.mul(w), np.array(5)))(np.array(3))
  expect(slope.item()).toBe(3)
  const kept = xs()
  expect(() => closureConvert((x: Tensor) => x.mul(kept), xs())[0](xs())).toThrow('1 tensors that were closed over; got 1')
})
