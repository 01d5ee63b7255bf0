/** What the types say of numbers, of static arguments and of results. Run by the type checker; the tests here only call what they may. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  checkpoint,
  customJvp,
  customVjp,
  evalShape,
  grad,
  hessian,
  jacfwd,
  jit,
  jvp,
  lax,
  linearize,
  makeJaxpr,
  np,
  setDefaultBackend,
  type ShapeDtype,
  type Tensor,
  type TensorLike,
  valueAndGrad,
  vjp,
  vmap,
} from '../index'

setDefaultBackend(hostBackend())
const x = np.array([1, 2])
const times = (y: Tensor, n: number): Tensor => y.mul(n)
const power = (y: Tensor, { n }: { readonly n: number; readonly on: boolean }): Tensor => y.pow(n)
const counted = (c: { n: number }): { n: number } => ({ n: c.n + 1 })
const sized = (y: Tensor, ...n: number[]): Tensor => np.ones(n).mul(y.sum())

/** Never called: what must not compile. */
export const refused = (): unknown => [
  // @ts-expect-error argument 1 is a number
  jit(times),
  // @ts-expect-error a number in an object
  jit(power),
  // @ts-expect-error numbers among the rest
  jit(sized),
  // @ts-expect-error an optional number
  jit((y: Tensor, n?: number) => y.mul(n ?? 1)),
  // @ts-expect-error a number of a few
  jit((y: Tensor, n: 0 | 1) => (n === 0 ? y : y.neg())),
  // @ts-expect-error a list of numbers
  jit((y: Tensor, n: readonly number[]) => y.reshape(n)),
  // @ts-expect-error argument 2 is a number too
  jit((y: Tensor, n: number, m: number) => y.mul(n).mul(m), { staticArgnums: [1] }),
  // @ts-expect-error argument 1 is a number
  jit(times, { staticArgnums: 0 }),
  // @ts-expect-error argument 1 is a number
  jit(times, { donateArgnums: 1 }),
  // @ts-expect-error argument 1 is a number
  checkpoint(times),
  // @ts-expect-error argument 1 is a number
  vjp(times, x, 2),
  // @ts-expect-error argument 1 is a number
  jvp(times, [x, 2], [x, 1]),
  // @ts-expect-error argument 1 is a number
  linearize(times, x, 2),
  // @ts-expect-error argument 0 is a number
  grad((n: number) => np.array(n)),
  // @ts-expect-error argument 1 is a number
  grad((y: Tensor, n: number) => y.sum().mul(n), { argnums: [0, 1] }),
  // @ts-expect-error argument 1 is a number
  valueAndGrad((y: Tensor, n: number) => y.sum().mul(n), { argnums: 1 }),
  // @ts-expect-error argument 0 is a number
  jacfwd((n: number) => np.array(n)),
  // @ts-expect-error argument 0 is a number
  hessian((n: number) => np.array(n)),
  // @ts-expect-error argument 1 is a number
  customVjp(times),
  // @ts-expect-error argument 1 is a number
  customJvp(times),
  // @ts-expect-error argument 1 is a number
  lax.cond(true, times, times, x, 2),
  // @ts-expect-error argument 1 is a number
  lax.switchCase(0, [times, times], x, 2),
  // @ts-expect-error the carry is a number
  lax.scan((c: number, y: Tensor) => [c + 1, y] as const, 0, x),
  // @ts-expect-error a number in the carry
  lax.whileLoop(() => false, counted, { n: 0 }),
  // @ts-expect-error the carry is a number
  lax.foriLoop(0, 3, (_, c: number) => c + 1, 0),
  // @ts-expect-error a slice is a number
  lax.map((n: number) => np.array(n), 3),
  // @ts-expect-error argument 1 is a number, in the second branch alone
  lax.cond(true, (y: Tensor, n: TensorLike) => y.mul(n), times, x, 2),
  // @ts-expect-error slices are numbers
  lax.associativeScan((a: number, b: number) => a + b, 3),
  // @ts-expect-error argument 1 is a number
  evalShape(times, x, 2),
  // @ts-expect-error argument 1 is a number
  makeJaxpr(times),
]

describe('numbers and types', () => {
  it('static arguments may be numbers', () => {
    expect(jit(times, { staticArgnums: 1 })(x, 2).toArray()).toEqual([2, 4])
    expect(jit(times, { staticArgnums: [1] })(x, 2).toArray()).toEqual([2, 4])
    expect(jit(times, { staticArgnums: -1 })(x, 2).toArray()).toEqual([2, 4])
    expect(jit(power, { staticArgnums: 1 })(x, { n: 2, on: true }).toArray()).toEqual([1, 4])
    expect(checkpoint(times, { staticArgnums: 1 })(x, 2).toArray()).toEqual([2, 4])
    expect(
      customVjp(times, { nondiffArgnums: [1] })
        .defvjp(
          (y, n) => [times(y, n), null] as const,
          (n: number, _: null, ct: Tensor) => [ct.mul(n)],
        )(x, 2)
        .toArray(),
    ).toEqual([2, 4])
    const asked: readonly number[] = [1]
    expect(jit(times, { staticArgnums: asked })(x, 2).toArray()).toEqual([2, 4])
  })
  it('what takes tensors as well may be given numbers', () => {
    expect(jit((y: Tensor, n: TensorLike) => y.mul(n))(x, 2).toArray()).toEqual([2, 4])
    expect(
      jit((y: Tensor, o: { readonly lr: Tensor | number; readonly on: boolean }) => (o.on ? y.mul(o.lr) : y))(x, {
        lr: 2,
        on: true,
      }).toArray(),
    ).toEqual([2, 4])
    expect(jit(np.add)(x, 1).toArray()).toEqual([2, 3])
  })
  it('grad asks it of what it differentiates by, and vmap of nothing', () => {
    expect(grad((y: Tensor, n: number) => y.mul(n).sum())(x, 3).toArray()).toEqual([3, 3])
    expect(vmap(times, { inAxes: [0, null] })(x, 3).toArray()).toEqual([3, 6])
  })
  it('functions without types, of trees that name themselves, and generic ones are taken', () => {
    interface Nested {
      readonly [name: string]: Tensor | Nested
    }
    expectTypeOf(jit((p: Nested) => p)).parameters.toEqualTypeOf<[Nested]>()
    expectTypeOf(jit((p: unknown, s: Float32Array) => [p, s])).parameters.toEqualTypeOf<[unknown, Float32Array]>()
    const timed = <A extends readonly unknown[], R>(f: (...args: A) => R) => jit<A, R, number>(f)
    expect(timed((y: Tensor) => y.mul(2))(x).toArray()).toEqual([2, 4])
    expect(jit(jit((y: Tensor) => y.mul(2)))(x).toArray()).toEqual([2, 4])
  })
  it('a step that returns a list has a tuple for its result, without as const', () => {
    const step = jit((params: { readonly w: Tensor }, y: Tensor) => {
      const [loss, grads] = valueAndGrad((p: { readonly w: Tensor }) => p.w.mul(y).sum())(params)
      return [{ w: params.w.sub(grads.w) }, loss]
    })
    const [params, loss] = step({ w: x }, x)
    expectTypeOf(params.w).toEqualTypeOf<Tensor>()
    expectTypeOf(loss).toEqualTypeOf<Tensor>()
    expect([params.w.toArray(), loss.item()]).toEqual([[0, 0], 5])
    for (const f of [checkpoint((y: Tensor) => [y, { n: y }]), vmap((y: Tensor) => [y, { n: y }])]) {
      const [y, { n }] = f(x)
      expectTypeOf(y).toEqualTypeOf<Tensor>()
      expect(n.toArray()).toEqual([1, 2])
    }
    const [[value, { n }]] = valueAndGrad((y: Tensor) => [y.sum(), { n: y.mul(2) }], { hasAux: true })(x)
    expect([value.item(), n.toArray()]).toEqual([3, [2, 4]])
    const [y, z] = lax.cond(
      true,
      (a: Tensor) => [a, a.sum()],
      (a: Tensor) => [a.neg(), a.max()],
      x,
    )
    expect([y.toArray(), z.item()]).toEqual([[1, 2], 3])
    const [[a, b], back] = vjp((c: Tensor) => [c, c.sum()], x)
    expect(back([a, b])[0].toArray()).toEqual([4, 5])
  })
  it('a tuple that comes out fits where one went in: it is not read-only', () => {
    type Pair = [Tensor, Tensor]
    let state: Pair = [x, x]
    state = jit(([a, b]: Pair) => [b, a.add(1)])(state)
    state = lax.scan(([a, b]) => [[b, a], null], state, null, { length: 3 })[0]
    state = lax.whileLoop(
      ([a]) => a.sum().less(5),
      ([a, b]) => [a.add(1), b],
      state,
    )
    const [a, b] = lax.foriLoop(0, 2, (i, [p, q]) => [q, p.add(i)], state)
    expect([a, b].map((y) => y.toArray())).toEqual([
      [2, 3],
      [2, 3],
    ])
    expectTypeOf(evalShape(([p, q]: Pair) => [q, { p }], state)).toEqualTypeOf<[ShapeDtype, { p: ShapeDtype }]>()
    expectTypeOf(lax.map((p) => [p, p], x)).toEqualTypeOf<[Tensor, Tensor]>()
  })
  it('jacobians by several arguments are tuples in the place of each tensor', () => {
    const jac = jacfwd((y: Tensor, z: { readonly w: Tensor }) => ({ a: y.mul(z.w) }), { argnums: [0, 1] })
    expectTypeOf(jac).returns.toEqualTypeOf<{ a: [Tensor, { readonly w: Tensor }] }>()
    expectTypeOf(hessian((y: Tensor) => y.sum())).returns.toEqualTypeOf<Tensor>()
  })
})
