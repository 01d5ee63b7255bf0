/** Functions that close over values of a transformation around them answer what they answer with the values as arguments, or refuse. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import {
  checkpoint,
  customJvp,
  customVjp,
  FuncError,
  grad,
  jit,
  jvp,
  lax,
  linearize,
  np,
  setDefaultBackend,
  type Tensor,
  vjp,
  vmap,
} from '../../src/index'

setDefaultBackend(hostBackend())
type F = (w: Tensor, x: Tensor) => Tensor
type One = [Tensor]

const f = (w: Tensor, x: Tensor): Tensor => x.sin().mul(w)
/** Its derivative by x is f. */
const primitive: F = (w, x) => np.cos(x).mul(w).neg()
const byJvp =
  (g: F, slope: F): F =>
  (w, x) =>
    customJvp((y: Tensor) => g(w, y)).defjvp(([y]: One, [t]: One) => [g(w, y), t.mul(slope(w, y))])(x)
const byVjp =
  (g: F, slope: F): F =>
  (w, x) =>
    customVjp((y: Tensor) => g(w, y)).defvjp(
      (y) => [g(w, y), y],
      (y: Tensor, ct: Tensor) => [ct.mul(slope(w, y))],
    )(x)
const slope: F = (w, x) => x.cos().mul(w)
const viaJvp = byJvp(f, slope)
const viaVjp = byVjp(f, slope)
/** Ways to f that close over w. */
const inner: Readonly<Record<string, F>> = {
  customJvp: viaJvp,
  'customJvp, defjvps': (w, x) => customJvp((y: Tensor) => f(w, y)).defjvps((t: Tensor, _v, y) => t.mul(slope(w, y)))(x),
  'customJvp, a function as setting': (w, x) =>
    customJvp((k: () => Tensor, y: Tensor) => f(k(), y), { nondiffArgnums: [0] }).defjvp((k: () => Tensor, [y]: One, [t]: One) => [
      f(k(), y),
      t.mul(slope(k(), y)),
    ])(() => w, x),
  customVjp: viaVjp,
  'customVjp, as a residual': (w, x) =>
    customVjp((y: Tensor) => f(w, y)).defvjp(
      (y) => [f(w, y), [y, w]] as const,
      ([y, v]: readonly [Tensor, Tensor], ct: Tensor) => [ct.mul(slope(v, y))],
    )(x),
  'customVjp, a function as setting': (w, x) =>
    customVjp((k: () => Tensor, y: Tensor) => f(k(), y), { nondiffArgnums: [0] }).defvjp(
      (k, y) => [f(k(), y), y],
      (k: () => Tensor, y: Tensor, ct: Tensor) => [ct.mul(slope(k(), y))],
    )(() => w, x),
  'customJvp under grad': (w, x) => grad((y: Tensor) => byJvp(primitive, f)(w, y))(x),
  'customVjp under grad': (w, x) => grad((y: Tensor) => byVjp(primitive, f)(w, y))(x),
  'customVjp under vmap': (w, x) => vmap((y: Tensor) => viaVjp(w, y))(np.stack([x])).sum(),
  'customJvp under jit': (w, x) => jit((y: Tensor) => viaJvp(w, y))(x),
  'customVjp under jit': (w, x) => jit((y: Tensor) => viaVjp(w, y))(x),
  'customVjp under checkpoint': (w, x) => checkpoint((y: Tensor) => viaVjp(w, y))(x),
  jit: (w, x) => jit((y: Tensor) => f(w, y))(x),
  checkpoint: (w, x) => checkpoint((y: Tensor) => f(w, y))(x),
  cond: (w, x) =>
    lax.cond(
      x.less(100),
      (y: Tensor) => f(w, y),
      (y) => y,
      x,
    ),
  'cond on it': (w, x) =>
    lax.cond(
      w.less(100),
      (y: Tensor) => f(w, y),
      (y) => y,
      x,
    ),
  switch: (w, x) => lax.switch(1, [(y: Tensor) => y, (y: Tensor) => f(w, y)], x),
  scan: (w, x) => lax.scan((c: Tensor) => [c.add(f(w, x)), null] as const, x.mul(0), null, { length: 1 })[0],
  map: (w, x) => lax.map((y: Tensor) => f(w, y), np.stack([x])).sum(),
  foriLoop: (w, x) => lax.foriLoop(0, 1, (_, c: Tensor) => c.add(f(w, x)), x.mul(0)),
  whileLoop: (w, x) =>
    lax.whileLoop(
      ([i]: [Tensor, Tensor]) => i.less(1),
      ([i, c]): [Tensor, Tensor] => [i.add(1), c.add(f(w, x))],
      [np.array(0), x.mul(0)],
    )[1],
  vmap: (w, x) => vmap((y: Tensor) => f(w, y))(np.stack([x])).sum(),
  grad: (w, x) => grad((y: Tensor) => primitive(w, y))(x),
  jvp: (w, x) => jvp((y: Tensor) => primitive(w, y), [x], [np.array(1)])[1],
  vjp: (w, x) => vjp((y: Tensor) => primitive(w, y), x)[1](np.array(1))[0],
  linearize: (w, x) => linearize((y: Tensor) => primitive(w, y), x)[1](np.array(1)),
}
const [ws, xs, w, x] = [np.array([3, 2]), np.array([0.5, 1.5]), np.array(3), np.array(0.5)]
const mapped = (g: F): F => vmap(g, { inAxes: [0, null] })
const slopeOf = (g: F): F => grad(g, { argnums: 1 })
/** Transformations around it that only compute: none may differ, and none refuse. */
const values: Readonly<Record<string, (g: F) => Tensor>> = {
  nothing: (g) => g(w, x),
  jit: (g) => jit(g)(w, x),
  vmap: (g) => vmap(g)(ws, xs),
  'vmap of it alone': (g) => mapped(g)(ws, x),
  'vmap of the rest': (g) => vmap(g, { inAxes: [null, 0] })(w, xs),
  'vmap of vmap': (g) => vmap(mapped(g), { inAxes: [null, 0] })(ws, xs),
  'vmap of vmap, the other way': (g) => vmap(vmap(g, { inAxes: [null, 0] }), { inAxes: [0, null] })(ws, xs),
  'jit of vmap': (g) => jit(vmap(g))(ws, xs),
  'vmap of jit': (g) => vmap(jit(g))(ws, xs),
  map: (g) => lax.map(([a, b]: [Tensor, Tensor]) => g(a, b), [ws, xs] as [Tensor, Tensor]),
  'vmap of map': (g) =>
    vmap((a: Tensor, b: Tensor) => lax.map(([c, d]: [Tensor, Tensor]) => g(c, d), [a, b] as [Tensor, Tensor]))(
      np.stack([ws]),
      np.stack([xs]),
    ),
}
/** Derivatives: a rule that can't be followed is refused by a typed error. */
const derivatives: Readonly<Record<string, (g: F) => Tensor>> = {
  grad: (g) => slopeOf(g)(w, x),
  'grad by it': (g) => grad(g)(w, x),
  jvp: (g) => jvp((y: Tensor) => g(w, y), [x], [np.array(1)])[1],
  'jvp by it': (g) => jvp((v: Tensor) => g(v, x), [w], [np.array(1)])[1],
  'vmap of grad': (g) => vmap(slopeOf(g))(ws, xs),
  'grad of vmap': (g) => grad((y: Tensor) => vmap(g)(ws, y).sum())(xs),
  'grad of vmap of it alone': (g) => grad((y: Tensor) => mapped(g)(ws, y).sum())(x),
  'jit of grad of vmap': (g) => jit(grad((y: Tensor) => vmap(g)(ws, y).sum()))(xs),
  'grad of jit': (g) => slopeOf(jit(g))(w, x),
  'grad of vmap of jit': (g) => grad((y: Tensor) => vmap(jit(g))(ws, y).sum())(xs),
  'grad of jit of vmap': (g) => grad((y: Tensor) => jit(vmap(g))(ws, y).sum())(xs),
  'grad of map': (g) => grad((y: Tensor) => lax.map(([a, b]: [Tensor, Tensor]) => g(a, b), [ws, y] as [Tensor, Tensor]).sum())(xs),
  'jvp of vmap': (g) => jvp((y: Tensor) => vmap(g)(ws, y), [xs], [np.array([1, 1])])[1],
  'vmap of a pullback of vmap': (g) => {
    const pull = vjp((y: Tensor) => vmap(g)(ws, y), xs)[1]
    return vmap((c: Tensor) => pull(c)[0])(np.array([[1, 1]]))
  },
  'grad of grad': (g) => grad((y: Tensor) => slopeOf(g)(w, y))(x),
  'vmap of grad of grad': (g) => vmap((a: Tensor, b: Tensor) => grad((y: Tensor) => slopeOf(g)(a, y))(b))(ws, xs),
  'grad of checkpoint': (g) => slopeOf(checkpoint(g))(w, x),
  'vmap of grad of checkpoint': (g) => vmap(slopeOf(checkpoint(g)))(ws, xs),
}
const flat = (t: Tensor): number[] => [t.ravel().toArray()].flat() as number[]
const expectSame = (got: Tensor, want: Tensor): void => {
  expect(got.shape).toEqual(want.shape)
  flat(got).forEach((v, i) => expect(v).toBeCloseTo(flat(want)[i]!, 4))
}
const isCustom = (name: string): boolean => name.startsWith('custom')

describe.each(Object.entries(inner))('%s', (name, g) => {
  it.each(Object.entries(values))('under %s', (_, run) => expectSame(run(g), run(f)))
  it.each(Object.entries(derivatives))('under %s', (_, run) => {
    const want = run(f)
    let got: Tensor
    try {
      got = run(g)
    } catch (e) {
      expect(e).toBeInstanceOf(FuncError)
      if (isCustom(name)) expect(String(e)).toMatch(/closes over|no forward derivative/)
      else expect([name, String(e)]).toEqual(['whileLoop', expect.stringMatching(/no transpose rule/)])
      return
    }
    expectSame(got, want)
  })
})
it('rules of mapped functions are followed, not refused', () => {
  for (const g of [viaJvp, viaVjp])
    for (const around of [
      'grad',
      'vmap of grad',
      'grad of vmap',
      'grad of vmap of it alone',
      'jit of grad of vmap',
      'vmap of a pullback of vmap',
    ])
      expectSame(derivatives[around]!(g), derivatives[around]!(f))
})
