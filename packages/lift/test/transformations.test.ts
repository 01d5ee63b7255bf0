// Lifted transformations one by one: what becomes of variables, keys and scopes.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../src/index'
import type { Scope, Variables } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const normal = (key: Tensor, shape: readonly number[]): Tensor => random.normal(key, shape)
const half = (_: Tensor, shape: readonly number[]): Tensor => np.full(shape, 0.5)
const count = (): Tensor => np.array(0, 'int32')
const dense = (s: Scope, x: Tensor, n: number): Tensor => x.dot(s.param('kernel', normal, [x.shape.at(-1)!, n]))
const numbers = (v: unknown): unknown => tree.map((t: Tensor) => t.toArray(), v)
const addTo = (s: Scope, name: string): void => {
  const v = s.variable<Tensor>('state', name)
  v.value = v.value.add(1)
}

describe('scopes', () => {
  test('a scope inside another is inside it there too', () => {
    const inside = (scopes: readonly [Scope, Scope], x: Tensor): Tensor => {
      const [outer, inner] = scopes
      expect(inner.cell).toBe(outer.cell)
      expect([outer.pathText, inner.pathText]).toEqual(['/vmap()', '/vmap()/a'])
      inner.putVariable('state', 'x', np.zeros([]))
      expect((outer.variables()['state']!['a'] as unknown as { x: Tensor }).x === inner.getVariable('state', 'x')).toBe(true)
      return x
    }
    lift.init((s: Scope) => lift.vmap(inside, { variableAxes: { state: null } })([s, s.push('a')], np.ones([1])))(random.key(0))
  })
  test('what a loop leaves as it was, a scope from before may still write', () => {
    lift.init((s: Scope) => {
      const child = s.push('a')
      child.putVariable('state', 'x', np.array(0))
      lift.whileLoop(
        () => false,
        (_: Scope, x: Tensor) => x,
        s,
        np.array(0, 'int32'),
        { carryVariables: ['state'] },
      )
      child.putVariable('state', 'x', np.array(1))
      expect((s.variables()['state']!['a'] as unknown as { x: Tensor }).x.item()).toBe(1)
      expect(child.getVariable<Tensor>('state', 'x').item()).toBe(1)
    })(random.key(0))
  })
  test('a missing parameter is named by its path, transformations included', () => {
    const layer = lift.vmap(dense, { inAxes: [0, null], variableAxes: { params: 0 }, splitRngs: { params: true } })
    const run = (): unknown =>
      lift.apply((s: Scope) => layer(s.push('dense'), np.ones([3, 2]), 2))({ params: { dense: { abc: np.ones([3]) } } })
    expect(run).toThrow(lift.ScopeParamNotFoundError)
    expect(run).toThrow('no parameter "kernel" in scope "/vmap(dense)", which has "abc"')
  })
})

describe('jit', () => {
  test('is traced once for each kind of call: init, apply, and apply with other collections mutable', () => {
    let traces = 0
    const f = lift.jit((s: Scope, x: Tensor) => {
      traces += 1
      if (s.isMutableCollection('intermediates') && !s.isMutableCollection('params')) s.putVariable('intermediates', 'x', x.add(1))
      return dense(s, x, 1)
    })
    const x = np.ones([3, 2])
    const [, variables] = lift.init(f)(random.key(0), x)
    lift.init(f)(random.key(0), x)
    expect(traces).toBe(1)
    lift.apply(f)(variables, x)
    expect(traces).toBe(2)
    lift.apply(f)(variables, x)
    expect(traces).toBe(2)
    // What goes out differs, and nothing else.
    const [, { intermediates }] = lift.apply(f, { mutable: 'intermediates' })(variables, x)
    expect(traces).toBe(3)
    expect(np.sum(intermediates!['x'] as Tensor).item()).toBe(3 * 2 * 2)
  })
})

describe('derivatives', () => {
  test('vjp: of parameters and of each argument, other collections as they are', () => {
    const g = (s: Scope, x: Tensor, y: Tensor): Tensor => {
      s.variable('state', 'counter', count)
      return s.param('test', half, []).mul(x).mul(y)
    }
    const f = (s: Scope, x: Tensor, y: Tensor): unknown => {
      const [z, backward] = lift.vjp(g, s, [x, y])
      return backward(np.onesLike(z))
    }
    const [x, y] = [np.array([1, 2, 3]), np.array([4, 5, 6])]
    const [, variables] = lift.init(f)(random.key(0), x, y)
    expect(numbers(variables)).toEqual({ params: { test: 0.5 }, state: { counter: 0 } })
    expect(numbers(lift.apply(f)(variables, x, y))).toEqual([{ params: { test: 32 } }, [2, 2.5, 3], [0.5, 1, 1.5]])
  })
  test('jvp: tangents of variables', () => {
    const g = (s: Scope, x: Tensor): Tensor => {
      s.variable('state', 'counter', count)
      return s.param('test', (_, shape: readonly number[]) => np.zeros(shape), []).mul(x)
    }
    const f = (s: Scope, x: Tensor): Tensor => {
      const params = tree.map(np.onesLike, s.variables()['params'] ?? {})
      return lift.jvp(g, s, [x], [np.zerosLike(x)], { variableTangents: { params } })[1]
    }
    const x = np.ones([3])
    const [, variables] = lift.init(f)(random.key(0), x)
    expect(lift.apply(f)(variables, x).toArray()).toEqual([1, 1, 1])
  })
})

describe('branches and loops', () => {
  test('whileLoop: carried variables, a stream that is split and one that is not', () => {
    const f = (s: Scope, x: number): Tensor => {
      s.param('inc', () => np.array(1, 'int32'))
      const none = np.zeros([2, 2], 'uint32')
      for (const [name, value] of [
        ['acc', np.array(0, 'int32')],
        ['params', none],
        ['loop', none],
      ] as const)
        s.putVariable('state', name, value)
      const body = (q: Scope, c: Tensor): Tensor => {
        const i = q.getVariable<Tensor>('state', 'acc')
        const set = (name: string): void =>
          q.putVariable('state', name, np.setAt(q.getVariable<Tensor>('state', name), [i], q.makeRng(name)))
        set('params')
        set('loop')
        q.putVariable('state', 'acc', i.add(q.getVariable<Tensor>('params', 'inc')))
        return c.add(2)
      }
      return lift.whileLoop((q: Scope) => q.getVariable<Tensor>('state', 'acc').lt(x), body, s, np.array(0, 'int32'), {
        carryVariables: 'state',
        splitRngs: { params: false, loop: true },
      })
    }
    const [c, { state }] = lift.apply(f, { mutable: true, rngs: { params: random.key(1), loop: random.key(2) } })({}, 2)
    const { acc, params, loop } = state as unknown as Record<string, Tensor>
    expect([c.item(), acc!.item()]).toEqual([4, 2])
    const [[p1, p2], [l1, l2]] = [params!.toArray(), loop!.toArray()] as unknown[][] as [unknown[], unknown[]]
    expect(p1).toEqual(p2)
    expect(l1).not.toEqual(l2)
  })
  const counts = (s: Scope, names: readonly string[]): void => names.forEach((name) => void s.variable('state', name, count))
  const stateOf = (v: Variables): unknown => numbers(v['state'])
  test('cond: the branch that is taken counts', () => {
    const f = (s: Scope, x: Tensor, pred: boolean): Tensor => {
      counts(s, ['yes', 'no'])
      const branch = (name: string, sign: number) => (q: Scope, a: Tensor) => {
        addTo(q, name)
        return q.child(dense, 'dense')(a, 2).mul(sign)
      }
      return lift.cond(pred, branch('yes', 1), branch('no', -1), s.rewound(), [x])
    }
    const x = np.ones([1, 3])
    const [y, variables] = lift.init(f)(random.key(0), x, true)
    expect(stateOf(variables)).toEqual({ yes: 1, no: 0 })
    const [y2, updates] = lift.apply(f, { mutable: 'state' })(variables, x, false)
    expect(stateOf(updates)).toEqual({ yes: 1, no: 1 })
    expect(y2.neg().toArray()).toEqual(y.toArray())
  })
  test('switch: the branch that is taken counts', () => {
    const f = (s: Scope, x: Tensor, index: number): Tensor => {
      counts(s, ['a', 'b', 'c'])
      const branch = (name: string, sign: number) => (q: Scope, a: Tensor) => {
        addTo(q, name)
        return q.child(dense, 'dense')(a, 2).mul(sign)
      }
      return lift.switch(index, [branch('a', 1), branch('b', -1), branch('c', 1)], s.rewound(), [x])
    }
    const x = np.ones([1, 3])
    const [y, first] = lift.init(f)(random.key(0), x, 0)
    expect(stateOf(first)).toEqual({ a: 1, b: 0, c: 0 })
    const [y2, second] = lift.apply(f, { mutable: 'state' })(first, x, 1)
    expect(stateOf(second)).toEqual({ a: 1, b: 1, c: 0 })
    const [y3, third] = lift.apply(f, { mutable: 'state' })({ ...first, ...second }, x, 2)
    expect(stateOf(third)).toEqual({ a: 1, b: 1, c: 1 })
    expect([y2.neg().toArray(), y3.toArray()]).toEqual([y.toArray(), y.toArray()])
  })
})

describe('exchanged and folded', () => {
  test('swapCollection', () => {
    const fn = lift.swapCollection((s: Scope) => s.putVariable('a', 'x', s.getVariable<Tensor>('a', 'x').add(1)), 'a', 'b')
    const [, out] = lift.apply(fn, { mutable: ['a', 'b'] })({ a: { x: np.array(1) }, b: { x: np.array(10) } })
    expect([out['a']!['x'], out['b']!['x']].map((t) => (t as Tensor).item())).toEqual([1, 11])
  })
  test('foldRngs draws other keys, and as many', () => {
    const draw = (s: Scope): unknown => s.push('x').makeRng().toArray()
    const run = (fn: (s: Scope) => unknown): unknown[] =>
      lift.init((s: Scope) => [fn(s.push('m')), s.makeRng().toArray()])(random.key(0))[0]
    const [plain, folded] = [run(draw), run(lift.foldRngs(draw))]
    expect(plain[0]).not.toEqual(folded[0])
    expect(plain[1]).toEqual(folded[1])
  })
})
