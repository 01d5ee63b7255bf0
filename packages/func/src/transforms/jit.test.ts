import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type ConcreteTensor,
  ConcretizationError,
  devicePut,
  DisposedError,
  getDefaultBackend,
  grad,
  jit,
  makeJaxpr,
  np,
  printJaxpr,
  setDefaultBackend,
  type Tensor,
  tidy,
  TypeMismatchError,
  valueAndGrad,
  vjp,
  vmap,
} from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)
const buffers = (): number => getDefaultBackend().storage.memory().buffers

describe('jit', () => {
  it('traces once for each kind of arguments', () => {
    const f = jit((x: Tensor, scale: Tensor | number) => x.mul(scale))
    expect(values(f(np.array([1, 2]), 3))).toEqual([3, 6])
    expect(values(f(np.array([4, 5]), 7))).toEqual([28, 35])
    expect(f.traceCount()).toBe(1)
    f(np.array([1, 2, 3]), 3)
    f(np.array([1, 2, 3], { dtype: 'int32' }), 3)
    f(np.array([1, 2, 3]), 0.5)
    expect(f.traceCount()).toBe(4)
  })
  it('takes static arguments by value', () => {
    const f = jit(
      (x: Tensor, options: { readonly times: number }) => {
        let y = x
        for (let i = 0; i < options.times; i++) y = y.add(x)
        return y
      },
      { staticArgnums: 1 },
    )
    expect(values(f(np.array([1]), { times: 2 }))).toEqual([3])
    expect(values(f(np.array([1]), { times: 2 }))).toEqual([3])
    expect(f.traceCount()).toBe(1)
    expect(values(f(np.array([1]), { times: 5 }))).toEqual([6])
    expect(f.traceCount()).toBe(2)
  })
  it('has no values to branch on', () => {
    const f = jit((x: Tensor) => (Number(x.sum()) > 0 ? x : x.neg()))
    expect(() => f(np.array([1, 2]))).toThrow(ConcretizationError)
    expect(() => f(np.array([1, 2]))).toThrow(/lax\.cond/)
  })
  it('closes over tensors, and over those of a surrounding transformation', () => {
    const w = np.array([2, 3])
    expect(values(jit((x: Tensor) => x.mul(w))(np.array([1, 1])))).toEqual([2, 3])
    const g = (a: Tensor): Tensor => jit((x: Tensor) => x.mul(a).sum())(w)
    expect(values(grad(g)(np.array([5, 7])))).toEqual([2, 3])
    expect(
      values(
        vmap(g)(
          np.array([
            [1, 0],
            [0, 1],
          ]),
        ),
      ),
    ).toEqual([2, 3])
  })
  it('gives donated tensors away', () => {
    const f = jit((state: { readonly w: Tensor }, x: Tensor) => ({ w: state.w.add(x) }), { donateArgnums: 0 })
    const first = { w: np.array([1, 2]) }
    const second = f(first, np.array([1, 1]))
    expect(values(second.w)).toEqual([2, 3])
    expect(() => first.w.add(1)).toThrow(DisposedError)
    expect(() => first.w.add(1)).toThrow(/donated/)
    expect(() => f(second, second.w)).toThrow(/donated and given a second time/)
    expect(values(second.w)).toEqual([2, 3])
  })
  it('keeps memory flat over many donated steps, without a dispose', () => {
    const loss = (w: Tensor, x: Tensor): Tensor => np.tanh(x.matmul(w)).square().mean()
    const step = jit(
      (w: Tensor, x: Tensor) => {
        const [value, g] = valueAndGrad(loss)(w, x)
        return [w.sub(g.mul(0.1)), value] as const
      },
      { donateArgnums: 0 },
    )
    const x = np.array([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    let w: Tensor = np.array([
      [0.1, 0.2],
      [0.3, 0.4],
    ])
    const turn = (): void => {
      const [next, value] = step(w, x)
      w = next
      value.dispose()
    }
    turn()
    turn()
    const before = buffers()
    for (let i = 0; i < 1000; i++) turn()
    expect(buffers()).toBe(before)
  })
  it('refuses a static argument that is donated', () => {
    expect(() => jit((n: number) => np.ones([n]), { staticArgnums: 0, donateArgnums: 0 })(1)).toThrow(TypeMismatchError)
  })
})
describe('tidy', () => {
  it('frees what is made inside but for the result', () => {
    const x = np.array([1, 2, 3])
    x.add(1).dispose()
    const before = buffers()
    const y = tidy(() => x.add(1).mul(2).sub(3))
    expect(values(y)).toEqual([1, 3, 5])
    expect(buffers()).toBe(before + 1)
    y.dispose()
    expect(buffers()).toBe(before)
  })
})

describe('jit on a device', () => {
  const there = hostBackend()
  const on = (t: Tensor): unknown => (t as ConcreteTensor).backend
  it('runs there, with copies of what is elsewhere', () => {
    const f = jit((x: Tensor, y: Tensor) => x.mul(y).add(1), { device: there })
    const x = np.array([1, 2]).add(0)
    const out = f(x, np.array([3, 4]))
    expect(on(out)).toBe(there)
    expect(values(out)).toEqual([4, 9])
    expect(on(x)).not.toBe(there)
    expect(values(x)).toEqual([1, 2])
    const before = there.storage.memory().buffers
    f(x, x).dispose()
    expect(there.storage.memory().buffers).toBe(before)
  })
  it('also its derivatives and batched versions', () => {
    const f = jit((x: Tensor) => x.mul(x).sum(), { device: there })
    const x = np.array([1, 2]).add(0)
    const slope = grad(f)(x)
    expect(on(slope)).toBe(there)
    expect(values(slope)).toEqual([2, 4])
    expect(on(vmap(f)(np.ones([2, 2]).add(0)))).toBe(there)
    expect(printJaxpr(makeJaxpr(f)(x))).toContain(`device=${there.name}`)
  })
  it('gives away what is donated, wherever it is', () => {
    const f = jit((x: Tensor) => x.add(1), { device: there, donateArgnums: 0 })
    const x = np.array([1, 2]).add(0)
    expect(values(f(x))).toEqual([2, 3])
    expect(() => x.dataSync()).toThrow(DisposedError)
  })
  it('is where devicePut moves tensors', () => {
    const x = np.array([1, 2]).add(0)
    const moved = devicePut({ x }, there).x
    expect(on(moved)).toBe(there)
    expect(devicePut(moved, there)).toBe(moved)
    expect(() => x.add(moved)).toThrow(/move it by devicePut/)
  })
  it('is not where a constant of the host was used last: what lives on one device alone decides', () => {
    const one = np.array(1)
    const other = devicePut(np.array([3]).add(0), there)
    expect(values(np.array([1]).add(0).add(one))).toEqual([2])
    const sum = one.add(other)
    expect(on(sum)).toBe(there)
    expect(values(sum)).toEqual([4])
  })
})

describe('the derivative of a compiled function', () => {
  it('reads its inputs again and is not handed copies', () => {
    const f = jit((x: Tensor, y: Tensor) => np.exp(x).mul(y).sum(), { name: 'f' })
    const shown = printJaxpr(makeJaxpr((x: Tensor, y: Tensor) => vjp(f, x, y)[1](np.array(1)))(np.ones([2]), np.ones([2])))
    expect(shown).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[2] b:f32[2]. let
          c:f32[] d:f32[2] = jit[
            jaxpr={ lambda ; a:f32[2] b:f32[2]. let
                  c:f32[2] = exp a
                  d:f32[2] = mul c b
                  e:f32[] = reduce_sum[axes=(0,)] d
                in (e, c) }
            name=f
          ] a b
          e:f32[2] f:f32[2] = jit[
            jaxpr={ lambda ; a:f32[2] b:f32[2] c:f32[]. let
                  d:f32[2] = broadcast_in_dim[broadcast_dimensions=() shape=(2,)] c
                  e:f32[2] = mul a d
                  f:f32[2] = mul d b
                  g:f32[2] = mul f a
                in (g, e) }
            name=f
          ] d b 1.0:f32[]
        in (e, f) }"
    `)
  })
})
