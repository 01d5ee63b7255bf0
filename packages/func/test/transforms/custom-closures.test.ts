/** Functions with derivatives of the user's that close over what is being differentiated: no derivative is dropped in silence. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import { customJvp, customVjp, grad, jit, jvp, lax, np, setDefaultBackend, type Tensor } from '../../src/index'

setDefaultBackend(hostBackend())

const rules: Record<string, (w: Tensor, x: Tensor) => Tensor> = {
  customJvp: (w, x) => customJvp((y: Tensor) => y.mul(w)).defjvp(([y]: [Tensor], [t]: [Tensor]) => [y.mul(w), t.mul(100)])(x),
  customVjp: (w, x) =>
    customVjp((y: Tensor) => y.mul(w)).defvjp(
      (y) => [y.mul(w), null],
      (_: null, ct: Tensor) => [ct.mul(100)],
    )(x),
  'customVjp, as a residual': (w, x) =>
    customVjp((y: Tensor) => y.mul(2)).defvjp(
      (y) => [y.mul(2), w],
      (r: Tensor, ct: Tensor) => [ct.mul(r)],
    )(x),
}
const [w, x] = [np.array(3), np.array(5)]

describe.each(Object.entries(rules))('%s', (name, f) => {
  it('refuses to close over what is differentiated with its argument', () => {
    for (const run of [grad(f, { argnums: [0, 1] }), jit(grad(f, { argnums: [0, 1] }))])
      expect(() => run(w, x)).toThrow(/closes over (a|no) tensor that is being differentiated.*pass (it|that) as an argument/)
  })
  it('closes over what is not', () => {
    const expected = name === 'customVjp, as a residual' ? 3 : 100
    expect(grad(f, { argnums: 1 })(w, x).item()).toBe(expected)
    expect(jit(grad(f, { argnums: 1 }))(w, x).item()).toBe(expected)
    expect(grad((v: Tensor, y: Tensor) => f(lax.stopGradient(v), y), { argnums: [0, 1] })(w, x).map((g) => g.item())).toEqual([0, expected])
  })
})

it('a derivative outside of the one that the rule belongs to goes through', () => {
  const f = rules['customJvp']!
  const slope = (v: Tensor): Tensor => jvp((y: Tensor) => f(v, y), [x], [np.array(1)])[0]
  expect(grad(slope)(w).item()).toBe(5)
})
