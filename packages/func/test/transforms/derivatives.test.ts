import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  customJvp,
  customVjp,
  DTypeError,
  evalShape,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  linearize,
  np,
  RuleUnsupportedError,
  setDefaultBackend,
  type Tensor,
  TypeMismatchError,
  valueAndGrad,
  vjp,
  vjpWithAux,
  vmap,
} from '../../src/index'

beforeEach(() => setDefaultBackend(hostBackend()))
const values = (x: Tensor): number[] => Array.from(x.dataSync() as Float32Array)
const close = (x: Tensor, want: readonly number[]): void => {
  const got = values(x)
  expect(got.length).toBe(want.length)
  got.forEach((g, i) => expect(g).toBeCloseTo(want[i]!, 4))
}

describe('grad', () => {
  it('follows trees, argnums and aux', () => {
    const f = (p: { readonly w: Tensor; readonly b: Tensor[] }, x: Tensor): [Tensor, { readonly seen: Tensor }] => {
      const y = p.w.mul(x).add(p.b[0]!)
      return [y.square().sum(), { seen: y }]
    }
    const p = { w: np.array([1, 2]), b: [np.array([3, 4])] }
    const x = np.array([5, 6])
    const [[value, aux], [gp, gx]] = valueAndGrad(f, { argnums: [0, 1], hasAux: true })(p, x)
    expect(value.item()).toBe(8 * 8 + 16 * 16)
    close(aux.seen, [8, 16])
    close(gp.w, [80, 192])
    close(gp.b[0]!, [16, 32])
    close(gx, [16, 64])
    const [g, aux2] = grad(f, { hasAux: true })(p, x)
    close(g.w, [80, 192])
    close(aux2.seen, [8, 16])
  })
  it('is zero where nothing depends, and counts each use', () => {
    const [a, b] = grad((x: Tensor, y: Tensor) => x.mul(x).add(x).sum().add(y.mul(0).sum()), { argnums: [0, 1] })(
      np.array([1, 2]),
      np.array([3]),
    )
    close(a, [3, 5])
    close(b, [0])
  })
  it('leaves values concrete outside of jit', () => {
    const seen: number[] = []
    const f = (x: Tensor): Tensor => {
      if (x.greater(0).item()) seen.push(1)
      return x.square()
    }
    expect(grad(f)(np.array(3)).item()).toBe(6)
    expect(seen).toEqual([1])
  })
  it('says what is wrong', () => {
    const x = np.array([1, 2])
    expect(() => grad((y: Tensor) => y)(x)).toThrow(TypeMismatchError)
    expect(() => grad((y: Tensor) => y)(x)).toThrow(/one scalar float, got f32\[2\]/)
    expect(() => grad((y: Tensor) => y.sum())(np.array([1], { dtype: 'int32' }))).toThrow(DTypeError)
    expect(() => grad((y: Tensor) => y.sum(), { argnums: 1 })(x)).toThrow(/argument 1 is out of range for 1/)
  })
})
describe('jvp, vjp, linearize', () => {
  it('agree', () => {
    const f = (x: Tensor, y: Tensor): Tensor => x.matmul(y).sin()
    const x = np.array([
      [1, 2],
      [3, 4],
    ])
    const y = np.array([0.5, -0.5])
    const tx = np.array([
      [0.1, 0.2],
      [0.3, 0.4],
    ])
    const ty = np.array([1, 2])
    const [, t] = jvp(f, [x, y], [tx, ty])
    const [, push] = linearize(f, x, y)
    close(push(tx, ty), values(t))
    const [, pull] = vjp(f, x, y)
    const ct = np.array([2, 3])
    const [cx, cy] = pull(ct)
    const dot = (a: Tensor, b: Tensor): number => Number(a.mul(b).sum().item())
    expect(dot(t, ct)).toBeCloseTo(dot(cx, tx) + dot(cy, ty), 4)
    close(pull(ct)[1], values(cy))
  })
  it('vjp gives aux besides', () => {
    const [value, pull, aux] = vjpWithAux((x: Tensor): [Tensor, Tensor] => [x.square(), x.add(1)], np.array([3]))
    close(value, [9])
    close(pull(np.array([1]))[0], [6])
    close(aux, [4])
  })
  it('check tangents and cotangents', () => {
    const x = np.array([1, 2])
    expect(() => jvp((y: Tensor) => y, [x], [np.array([1, 2, 3])])).toThrow(/a tangent has the type of its primal, f32\[2\]; got f32\[3\]/)
    expect(() => vjp((y: Tensor) => y, x)[1](np.array([1]))).toThrow(/the cotangent of a value of type f32\[2\]/)
  })
})
describe('jacobians', () => {
  it('have the result first, then the argument', () => {
    const f = (x: Tensor): Tensor => np.stack([x.at(0).mul(x.at(1)), x.at(2).sin(), x.at(0)])
    const x = np.array([2, 3, 0])
    const want = [3, 2, 0, 0, 0, 1, 1, 0, 0]
    close(jacfwd(f)(x), want)
    close(jacrev(f)(x), want)
    close(jit(jacrev(f))(x), want)
    close(hessian((y: Tensor) => y.at(0).square().mul(y.at(1)).sum())(x), [6, 4, 0, 4, 0, 0, 0, 0, 0])
  })
  it('of trees are trees of trees', () => {
    const f = (p: { readonly a: Tensor; readonly b: Tensor }) => ({ u: p.a.mul(2).sum(), v: p.a.mul(p.b) })
    const p = { a: np.array([1, 2]), b: np.array(3) }
    for (const jac of [jacfwd, jacrev]) {
      const j = jac(f)(p) as unknown as { readonly u: typeof p; readonly v: typeof p }
      close(j.u.a, [2, 2])
      close(j.u.b, [0])
      expect(j.v.a.shape).toEqual([2, 2])
      close(j.v.a, [3, 0, 0, 3])
      close(j.v.b, [1, 2])
    }
  })
})
describe('custom derivatives', () => {
  const safe = customJvp((x: Tensor) => np.log1p(np.exp(x))).defjvp(([x]: [Tensor], [t]: [Tensor]) => [
    np.log1p(np.exp(x)),
    t.mul(np.subtract(1, np.divide(1, np.add(1, np.exp(x))))),
  ])
  const doubled = customVjp((x: Tensor, y: Tensor) => x.mul(y)).defvjp(
    (x, y) => [x.mul(y), [x, y] as const],
    ([x, y]: [Tensor, Tensor], ct: Tensor) => [ct.mul(y).mul(2), ct.mul(x).mul(2)],
  )
  it('replace the derivative in every composition', () => {
    const x = np.array([0.5, 100])
    const s = (z: number): number => 1 - 1 / (1 + Math.exp(z))
    for (const g of [
      vmap(grad(safe)),
      jit(vmap(grad(safe))),
      grad((y: Tensor) => vmap(safe)(y).sum()),
      jit(grad(jit((y: Tensor) => vmap(safe)(y).sum()))),
      grad((y: Tensor) => safe(y).sum()),
    ])
      close(g(x), [s(0.5), 1])
    for (const g of [
      (a: Tensor, b: Tensor) => grad((y: Tensor) => doubled(y, b).sum())(a),
      (a: Tensor, b: Tensor) => jit(grad((y: Tensor, z: Tensor) => doubled(y, z).sum()))(a, b),
      (a: Tensor, b: Tensor) => vmap(grad(doubled))(a, b),
      (a: Tensor, b: Tensor) => grad((y: Tensor) => jit(vmap(doubled))(y, b).sum())(a),
      (a: Tensor, b: Tensor) => vmap(grad(doubled), { inAxes: [0, 0] })(a, b),
    ])
      close(g(np.array([1, 2]), np.array([3, 4])), [6, 8])
  })
  it('sum over the batch what was not batched', () => {
    const total = (y: Tensor): Tensor => vmap(doubled, { inAxes: [0, null] })(np.array([1, 2, 3]), y).sum()
    close(grad(total)(np.array(5)), [12])
  })
  it('pass non-differentiable arguments as they are', () => {
    const scaled = customVjp((x: Tensor, scale: (y: Tensor) => Tensor) => scale(x), { nondiffArgnums: [1] }).defvjp(
      (x, scale) => [scale(x), x],
      (_scale: unknown, _x: Tensor, ct: Tensor) => [ct.mul(7)],
    )
    close(grad((x: Tensor) => scaled(x, (y) => y.mul(3)).sum())(np.array([1, 2])), [7, 7])
  })
  it('say what is wrong', () => {
    expect(() => jvp(doubled, [np.array(1), np.array(2)], [np.array(1), np.array(1)])).toThrow(RuleUnsupportedError)
    expect(() => customVjp((x: Tensor) => x)(np.array(1))).toThrow(/call \.defvjp/)
    const bad = customVjp((x: Tensor) => x).defvjp(
      (x) => [x, null],
      () => [np.array([1, 2])],
    )
    expect(() => grad(bad)(np.array(1))).toThrow(/cotangent 0 must have the type of its argument, f32\[\]; got f32\[2\]/)
  })
})
describe('evalShape', () => {
  it('gives types without computing', () => {
    const shapes = evalShape((x: Tensor) => ({ y: x.matmul(x), n: x.sum().astype('int32') }), { shape: [3, 3], dtype: 'float32' })
    expect(shapes).toEqual({ y: { shape: [3, 3], dtype: 'float32' }, n: { shape: [], dtype: 'int32' } })
  })
})
describe('structures', () => {
  it('of tangents are those of the primals', () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => a.mul(b)
    const [x, y] = [np.array(1), np.array(2)]
    expect(() => jvp(f as never, [{ a: x, b: y }], [{ a: x, c: y } as never])).toThrow(TypeMismatchError)
    expect(() => jvp(f as never, [{ a: x, b: y }], [{ a: x, c: y } as never])).toThrow(/tangents have the structure of the primals/)
  })
  it('of what vmap does not map are left alone: a size stays a number, an option a name', () => {
    const f = (x: Tensor, n: number, how: string): Tensor => np.full([n], how === 'twice' ? 2 : 1).mul(x)
    expect(vmap(f, { inAxes: [0, null, null] })(np.array([1, 2]), 2, 'twice').toArray()).toEqual([
      [2, 2],
      [4, 4],
    ])
  })
})
