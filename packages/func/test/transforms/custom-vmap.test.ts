/** Mapped functions with custom derivatives: results that no example sees differently have no axis, and gradients stay those of a loop. */
import { hostBackend } from '@heddle/backend-host'
import { describe, expect, it } from 'vitest'
import {
  customJvp,
  customVjp,
  grad,
  jit,
  jvp,
  makeJaxpr,
  MappedOutputError,
  np,
  printJaxpr,
  setDefaultBackend,
  type Tensor,
  vjp,
  vmap,
} from '../../src/index'

setDefaultBackend(hostBackend())
type Pair = [Tensor, Tensor]
const x = np.array(3, 'float32')
const ys = np.arange(4).astype('float32')
const ones = np.ones([4])
const mapped = { inAxes: [null, 0], outAxes: [null, 0] }

describe('customJvp under vmap', () => {
  const f = customJvp((a: Tensor, b: Tensor): Pair => [a.mul(2), b.add(1)]).defjvp(([a, b]: Pair, [s, t]: Pair) => [f(a, b), [s.mul(2), t]])
  it('leaves what depends on nothing mapped without the axis', () => {
    const [a, b] = vmap(f, mapped)(x, ys)
    expect(a.item()).toBe(6)
    expect(b.toArray()).toEqual([1, 2, 3, 4])
    expect(printJaxpr(makeJaxpr(vmap(f, mapped))(x, ys))).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[] b:f32[4]. let
          c:f32[] d:f32[4] = custom_jvp_call[
            call_jaxpr={ lambda ; a:f32[] b:f32[4]. let
                  c:f32[] = mul a 2.0:f32[]
                  d:f32[4] = add b 1.0:f32[]
                in (c, d) }
          ] a b
        in (c, d) }"
    `)
    expect(printJaxpr(makeJaxpr(vmap(f, { inAxes: [null, 0] }))(x, ys))).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[] b:f32[4]. let
          c:f32[] d:f32[4] = custom_jvp_call[
            call_jaxpr={ lambda ; a:f32[] b:f32[4]. let
                  c:f32[] = mul a 2.0:f32[]
                  d:f32[4] = add b 1.0:f32[]
                in (c, d) }
          ] a b
          e:f32[4] = broadcast_in_dim[broadcast_dimensions=() shape=(4,)] c
        in (e, d) }"
    `)
  })
  it('so do its tangents, in every composition', () => {
    const g = vmap(f, mapped)
    for (const h of [g, jit(g), vmap(jit(f), mapped)]) {
      const [[a, b], [s, t]] = jvp(h, [x, ys], [np.array(5, 'float32'), ones])
      expect([a.item(), b.toArray(), s.item(), t.toArray()]).toEqual([6, [1, 2, 3, 4], 10, [1, 1, 1, 1]])
    }
    const twice = vmap(vmap(f, mapped), { inAxes: [0, null], outAxes: [0, null] })
    const [a, b] = twice(ys, ys)
    expect([a.toArray(), b.toArray()]).toEqual([
      [0, 2, 4, 6],
      [1, 2, 3, 4],
    ])
    expect(grad((z: Tensor) => vmap(f, { inAxes: [null, 0] })(z, ys)[0].sum())(x).item()).toBe(8)
  })
  it('a result whose tangent is mapped is mapped too', () => {
    // A value of x alone whose derivative is scaled by y.
    const scaled = customJvp((a: Tensor, _b: Tensor) => a.mul(1)).defjvp(([a, b]: Pair, [s]: Pair) => [a.mul(1), s.mul(b)])
    const each = vmap(scaled, { inAxes: [null, 0] })
    for (const h of [each, jit(each), vmap(jit(scaled), { inAxes: [null, 0] })]) {
      const [value, tangent] = jvp(h, [x, ys], [np.array(1, 'float32'), ones])
      expect([value.toArray(), tangent.toArray()]).toEqual([
        [3, 3, 3, 3],
        [0, 1, 2, 3],
      ])
    }
    expect(() => vmap(scaled, { inAxes: [null, 0], outAxes: null })(x, ys)).toThrow(MappedOutputError)
  })
  it('a rule that throws does so when a derivative is asked for', () => {
    const none = customJvp((a: Tensor, b: Tensor): Pair => [a, b]).defjvp((): [Pair, Pair] => {
      throw new RangeError('no derivative')
    })
    expect(vmap(none, { inAxes: [null, 0] })(x, ys)[0].toArray()).toEqual([3, 3, 3, 3])
    expect(() => jvp(vmap(none, { inAxes: [null, 0] }), [x, ys], [x, ones])).toThrow('no derivative')
  })
})

describe('customVjp under vmap', () => {
  const make = (bwd: (r: Pair, c: Pair) => readonly (Tensor | null)[]) =>
    customVjp((a: Tensor, b: Tensor): Pair => [a.mul(2), b.add(1)]).defvjp((a, b) => [[a.mul(2), b.add(1)], [a, b] as Pair], bwd)
  const pulled = (f: (a: Tensor, b: Tensor) => Pair, cts: Pair): unknown[] => vjp(f, x, ys)[1](cts).map((t) => (t as Tensor).toArray())
  const whole = np.array(3, 'float32')
  it('leaves what depends on nothing mapped without the axis, and its cotangent', () => {
    const f = make((_r, [c, d]) => [c.mul(2), d])
    const g = vmap(f, mapped)
    expect(g(x, ys)[0].item()).toBe(6)
    expect(printJaxpr(makeJaxpr(g)(x, ys))).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[] b:f32[4]. let
          c:f32[] d:f32[4] = custom_vjp_call[
            call_jaxpr={ lambda ; a:f32[] b:f32[4]. let
                  c:f32[] = mul a 2.0:f32[]
                  d:f32[4] = add b 1.0:f32[]
                in (c, d) }
          ] a b
        in (c, d) }"
    `)
    for (const h of [g, jit(g), vmap(jit(f), mapped)]) expect(pulled(h, [whole, ys])).toEqual([6, [0, 1, 2, 3]])
    for (const h of [vmap(f, { inAxes: [null, 0] }), jit(vmap(f, { inAxes: [null, 0] }))])
      expect(pulled(h, [ys, ys])).toEqual([12, [0, 1, 2, 3]])
  })
  it('counts a cotangent without the axis once beside others with it', () => {
    const f = make((_r, [c, d]) => [c.mul(2).add(d), d])
    for (const h of [vmap(f, mapped), jit(vmap(f, mapped))]) expect(pulled(h, [whole, ys])).toEqual([6 + 6, [0, 1, 2, 3]])
  })
  it('a result whose cotangent meets mapped residuals is mapped: its gradient is that of a loop', () => {
    const scaled = customVjp((a: Tensor, _b: Tensor) => a.mul(1)).defvjp(
      (a, b) => [a.mul(1), b],
      (b: Tensor, c: Tensor) => [c.mul(b), null],
    )
    const loss = (z: Tensor): Tensor =>
      vmap(scaled, { inAxes: [null, 0] })(z, ys)
        .mul(ys.add(1))
        .sum()
    for (const h of [loss, jit(loss)]) expect(grad(h)(x).item()).toBe(20)
    expect(() => vmap(scaled, { inAxes: [null, 0], outAxes: null })(x, ys)).toThrow(MappedOutputError)
    const leaking = make((_r, [c, d]) => [c.mul(2), c.add(d)])
    expect(() => vmap(leaking, mapped)(x, ys)).toThrow(MappedOutputError)
    expect(pulled(vmap(leaking, { inAxes: [null, 0] }), [ys, ones])).toEqual([12, [1, 2, 3, 4]])
  })
  it('a result that only the forward pass maps is mapped', () => {
    const f = customVjp((a: Tensor, b: Tensor): Pair => [a.mul(2), b]).defvjp(
      (a, b) => [[a.mul(2).add(b.mul(0)), b], null],
      (_r: null, [c, d]: Pair) => [c.mul(2), d],
    )
    for (const h of [vmap(f, { inAxes: [null, 0] }), vmap(jit(f), { inAxes: [null, 0] })])
      expect(pulled(h, [ys, ones])).toEqual([12, [1, 1, 1, 1]])
    expect(() => vmap(f, mapped)(x, ys)).toThrow(MappedOutputError)
  })
  it('keeps cotangents where every operand is mapped', () => {
    const f = make((r, [c, d]) => [c.mul(r[1]), d])
    const [a, b] = vjp(vmap(f), ys, ys)[1]([ones, ones])
    expect([a.toArray(), b.toArray()]).toEqual([
      [0, 1, 2, 3],
      [1, 1, 1, 1],
    ])
  })
})
