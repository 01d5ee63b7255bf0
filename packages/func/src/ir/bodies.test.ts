/** What primitives say of their bodies, against all programs that are to be found in the parameters. */
import { describe, expect, it } from 'vitest'
import { checkpoint, customJvp, customVjp, type Jaxpr, jit, lax, makeJaxpr, np, type Tensor, vmap } from '../index'
import { bodiesOf, equationsOf, hasLoop } from './bodies'

const three = { shape: [3], dtype: 'float32' } as const
const square = customJvp((x: Tensor) => x.mul(x)).defjvp(([x]: Tensor[], [t]: Tensor[]) => [x!.mul(x!), x!.mul(t!).mul(2)])
const halved = customVjp((x: Tensor) => x.div(2)).defvjp(
  (x) => [x.div(2), null],
  (_: null, ct: Tensor) => [ct.div(2)],
)
const cases: Readonly<Record<string, readonly [f: (x: Tensor) => unknown, runs: readonly unknown[], loops: boolean]>> = {
  jit: [(x) => jit(np.sin)(x), [1], false],
  checkpoint: [(x) => checkpoint(np.sin)(x), [1], false],
  custom_jvp_call: [(x) => square(x), [1], false],
  custom_vjp_call: [(x) => halved(x), [1], false],
  scan: [(x) => lax.scan((c: Tensor, y: Tensor) => [c.add(y).sin(), c], np.array(0), x), [3], true],
  while: [
    (x) =>
      lax.whileLoop(
        (c: Tensor) => c.sum().less(9),
        (c: Tensor) => c.add(1),
        x,
      ),
    ['while', 'while'],
    true,
  ],
  cond: [(x) => lax.switch(x.argmax(), [np.sin, np.cos, (y: Tensor) => y.neg()], x), ['choice', 'choice', 'choice'], false],
  sin: [np.sin, [], false],
}
const isJaxpr = (x: object): x is Jaxpr => 'eqns' in x && 'ins' in x
const programsIn = (x: unknown): readonly Jaxpr[] =>
  typeof x !== 'object' || x === null || x instanceof Map ? [] : isJaxpr(x) ? [x] : Object.values(x).flatMap(programsIn)

describe.each(Object.entries(cases))('%s', (name, [f, runs, loops]) => {
  const program = (g: (x: Tensor) => unknown): Jaxpr => makeJaxpr(g)(three).jaxpr
  const own = (p: Jaxpr) => p.eqns.find((e) => e.primitive.name === name)!
  it('says which programs it holds, where they stand, and how often they run', () => {
    const e = own(program(f))
    expect(bodiesOf(e).map((b) => b.jaxpr)).toEqual(programsIn(e.params))
    expect(bodiesOf(e).map((b) => b.runs)).toEqual(runs)
    for (const { path, jaxpr } of bodiesOf(e)) {
      const [, key, i] = /^(\w+)(?:\[(\d)\])?$/.exec(path)!
      const at = (e.params as Readonly<Record<string, unknown>>)[key!]
      expect(i === undefined ? at : (at as readonly unknown[])[Number(i)]).toBe(jaxpr)
    }
  })
  it('is looked into, however deep it stands', () => {
    const deep = program((x) => jit(vmap((y: Tensor) => checkpoint(f as (z: Tensor) => Tensor)(y)))(np.stack([x, x])))
    expect(hasLoop(deep)).toBe(loops)
    expect([...equationsOf(deep)].map((e) => e.primitive.name)).toContain(name === 'cond' ? 'cos' : name)
  })
})
