/** What a body hands through unchanged is what it was given: under vmap it stays without the axis, wherever the transformation stands. */
import { hostBackend } from '@heddle/backend-host'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkpoint, customJvp, customVjp, grad, jit, lax, makeJaxpr, np, setDefaultBackend, type Tensor, vmap } from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))

/** Of a mapped scalar and of weights that are not mapped; all hand the weights through. */
type Body = (p: Tensor, w: Tensor) => [Tensor, Tensor]
const counted = (p: Tensor, w: Tensor): [Tensor, Tensor] => [p.neg(), w]
const less: Body = (p, w) =>
  lax.whileLoop(
    ([q]: [Tensor, Tensor]) => q.less(5),
    ([q, v]) => [q.add(v.sum()), v],
    [p, w],
  )
const chosen =
  (one: Body): Body =>
  (p, w) =>
    lax.cond(p.greater(0), one, counted, p, w)
const same: Body = (p, w) => [p, w]
const twice = (q: Tensor, v: Tensor): [Tensor, Tensor] => [q.mul(2), v]
const repeated: Body = (p, w) => lax.foriLoop(0, 3, (_, [q, v]: [Tensor, Tensor]) => [q.add(1), v], [p, w])

const bodies: Readonly<Record<string, Body>> = {
  cond: chosen(same),
  'cond that closes over it': (p, w) =>
    lax.cond(
      p.greater(0),
      (q): [Tensor, Tensor] => [q, w],
      (q) => [q.neg(), w],
      p,
    ),
  switch: (p, w) => lax.switch(p.greater(0).astype('int32'), [counted, same, counted], p, w),
  whileLoop: less,
  'whileLoop whose condition reads it': (p, w) =>
    lax.whileLoop(
      ([q, v]: [Tensor, Tensor]) => q.less(v.sum()),
      ([q, v]) => [q.add(1), v],
      [p, w],
    ),
  foriLoop: repeated,
  'foriLoop to a mapped bound': (p, w) =>
    lax.foriLoop(0, np.abs(p).astype('int32'), (_, [q, v]: [Tensor, Tensor]) => [q.add(1), v], [p, w]),
  scan: (p, w) => lax.scan(([q, v]: [Tensor, Tensor], x: Tensor) => [[q.add(x), v] as [Tensor, Tensor], null], [p, w], np.ones([4]))[0],
  jit: (p, w) => jit((q: Tensor, v: Tensor): [Tensor, Tensor] => [q.add(1), v])(p, w),
  checkpoint: (p, w) => checkpoint(counted)(p, w),
  customJvp: (p, w) => {
    const f = customJvp(twice).defjvp(([q, v]: [Tensor, Tensor], [dq, dv]: [Tensor, Tensor]) => [
      [q.mul(2), v],
      [dq.mul(2), dv],
    ])
    return f(p, w)
  },
  customVjp: (p, w) => {
    const f = customVjp(twice).defvjp(
      (q: Tensor, v: Tensor) => [[q.mul(2), v] as [Tensor, Tensor], q],
      (_: Tensor, [a, b]: [Tensor, Tensor]) => [a.mul(2), b],
    )
    return f(p, w)
  },
  'cond of jit': chosen(jit(same)),
  'cond of checkpoint': chosen(checkpoint(same)),
  'cond of whileLoop': chosen(less),
  'cond of foriLoop': chosen(repeated),
  'cond of cond': chosen((p, w) => lax.cond(p.greater(2), same, counted, p, w)),
  'whileLoop of cond': (p, w) =>
    lax.whileLoop(
      ([q]: [Tensor, Tensor]) => q.less(5),
      ([q, v]) =>
        lax.cond(
          q.greater(0),
          (a, b): [Tensor, Tensor] => [a.add(1), b],
          (a, b) => [a.add(2), b],
          q,
          v,
        ),
      [p, w],
    ),
  'scan of cond': (p, w) => lax.scan(([q, v]: [Tensor, Tensor], x: Tensor) => [chosen(same)(q.add(x), v), null], [p, w], np.ones([4]))[0],
}
const axes = { inAxes: [0, null], outAxes: [0, null] } as const
const operands = (): [Tensor, Tensor] => [np.array([1.5, -1, 3]), np.array([1, 2, 4])]

describe.each(Object.entries(bodies))('%s', (name, body) => {
  it.each([
    ['vmap', (f: Body) => vmap(f, axes)],
    ['vmap of jit', (f: Body) => vmap(jit(f), axes)],
    ['jit of vmap', (f: Body) => jit(vmap(f, axes))],
    [
      'vmap of vmap',
      (f: Body) => (p: Tensor, w: Tensor) => {
        const [q, v] = vmap(vmap(f, axes), axes)(p.reshape(3, 1), w)
        return [q.reshape(3), v] as const
      },
    ],
  ])('under %s', (_, by) => {
    const [p, w] = operands()
    const [q, v] = by(body)(p, w)
    expect(v.toArray()).toEqual([1, 2, 4])
    expect(q.toArray()).toEqual([...p].map((x) => body(x, w)[0].item()))
  })
  it.skipIf(name.includes('while') || name.includes('bound'))('keeps its derivatives', () => {
    const total = (f: Body) => (v: Tensor) =>
      f(operands()[0], v)[1]
        .mul(np.array([1, 2, 3]))
        .sum()
    expect(grad(total(vmap(body, axes)))(operands()[1]).toArray()).toEqual([1, 2, 3])
    expect(grad(total(jit(vmap(body, axes))))(operands()[1]).toArray()).toEqual([1, 2, 3])
  })
  it.skipIf(name.startsWith('custom'))('gives values a handle of their own', () => {
    const [p, w] = [np.array(1.5), np.array([1, 2, 4]).add(0)]
    const [, v] = body(p, w)
    w.dispose()
    expect(v.toArray()).toEqual([1, 2, 4])
  })
})
it('chooses and carries nothing that is handed through', () => {
  const [p, w] = operands()
  const outputs = (f: Body): number[] =>
    makeJaxpr(vmap(f, axes))(p, w).jaxpr.eqns.flatMap((e) => (['cond', 'while'].includes(e.primitive.name) ? [e.outs.length] : []))
  expect(outputs(less)).toEqual([1])
  expect(makeJaxpr(vmap(bodies.cond!, axes))(p, w).jaxpr.eqns.filter((e) => e.primitive.name === 'select_n')).toHaveLength(1)
})
it('a branch on what differs is a choice still', () => {
  const swap = (p: Tensor, a: Tensor, b: Tensor): [Tensor, Tensor] =>
    lax.cond(
      p.greater(0),
      (x, y): [Tensor, Tensor] => [x, y],
      (x, y) => [y, x],
      a,
      b,
    )
  const [x, y] = vmap(swap, { inAxes: [0, null, null] })(np.array([1, -1]), np.array(1), np.array(2))
  expect([x.toArray(), y.toArray()]).toEqual([
    [1, 2],
    [2, 1],
  ])
})
