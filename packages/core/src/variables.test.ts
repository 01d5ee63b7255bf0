// Variables are plain objects: what that means where Flax has a class of its own for them.
import { either as E } from 'fp-ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as tree from '@heddle/tree'
import { explain } from './error'
import { group, ungroup } from './group'
import { prettyRepr } from './pretty'
import { root, type ScopeState, type ScopeStep } from './scope'
import { getVariable, putVariable } from './scope-variables'
import { getIn, isDict, merge, setIn } from './variables'

type S = ScopeState<number, number>
const run = <A>(step: ScopeStep<number, number, A>, s: S): S => {
  const done = step(s)
  if (E.isLeft(done)) throw new Error(explain(done.left))
  return done.right[1]
}

describe('values', () => {
  test('writing never changes what was given, and shares what it does not touch', () => {
    const given = { params: { a: { w: 1 }, b: { w: 2 } } }
    const s = root<number, number>({ variables: given, mutable: true })
    const next = run(putVariable<number, number>('params', 'c', 3), s)
    expect(given).toEqual({ params: { a: { w: 1 }, b: { w: 2 } } })
    expect(s.store.variables).toBe(given)
    expect(next.store.variables).toEqual({ params: { a: { w: 1 }, b: { w: 2 }, c: 3 } })
    expect(next.store.variables['params']!['a']).toBe(given.params.a)
  })
  test('frozen ones are variables like all others', () => {
    const frozen = Object.freeze({ params: Object.freeze({ w: 1 }) })
    const next = run(putVariable<number, number>('params', 'w', 2), root<number, number>({ variables: frozen, mutable: true }))
    expect([frozen.params.w, getVariable(next, 'params', 'w')]).toEqual([1, 2])
  })
  test('taken apart and put together as any object: rest, spread, merge', () => {
    const x = { a: 1, b: { c: 2 } }
    const { a, ...rest } = x
    expect([a, rest]).toEqual([1, { b: { c: 2 } }])
    expect({ ...x, b: { c: -1, d: 3 } }).toEqual({ a: 1, b: { c: -1, d: 3 } })
    expect(merge(x, { b: { d: 3 } })).toEqual({ a: 1, b: { c: 2, d: 3 } })
    expect({ ...x }).toEqual(x)
    expect(Object.entries(x)).toEqual([
      ['a', 1],
      ['b', { c: 2 }],
    ])
  })
  test('any name is a name', () => {
    const names = ['cls', 'constructor', '__proto__', 'toString', 'hasOwnProperty', '']
    for (const name of names) {
      const s = run(putVariable<number, number>('params', name, 5), root<number, number>({ mutable: true }))
      expect(getVariable(s, 'params', name)).toBe(5)
      expect(Object.keys(s.store.variables['params']!)).toEqual([name])
      expect(getIn({}, [name])).toBeUndefined()
      const x = merge({ a: 1 }, setIn({}, [name], 2)) as Record<string, number>
      expect(Object.entries(x)).toContainEqual([name, 2])
      expect(ungroup(group(x, ['a', true]))).toEqual(x)
      expect(Object.entries(tree.map((n: number) => n + 1, x) as object)).toContainEqual([name, 3])
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
  test('a copy by structure is equal', () => {
    const x = { a: { b: 1, c: [2, 3] } }
    expect(structuredClone(x)).toEqual(x)
    expect(JSON.parse(JSON.stringify(x))).toEqual(x)
  })
})

describe('trees', () => {
  test('mapped, and mapped together with a deeper tree', () => {
    expect(tree.map((x: number) => x + x, { a: 1, b: { c: 2 } })).toEqual({ a: 2, b: { c: 4 } })
    expect(tree.map((a: number, b: unknown) => [a, b], { a: 2 }, { a: { b: 1 } })).toEqual({ a: [2, { b: 1 }] })
  })
  test('flattened in the order of their names, with paths, and back', () => {
    const x = { c: 1, b: { a: 2 } }
    const { leaves, treedef } = tree.flatten(x)
    expect(leaves).toEqual([2, 1])
    expect(tree.unflatten(treedef, leaves)).toEqual(x)
    expect(tree.leavesWithPath(x)).toEqual([
      [['b', 'a'], 2],
      [['c'], 1],
    ])
  })
  test('different values have different keys, in whatever order they were written', () => {
    expect(tree.staticKey({ a: 1, b: { c: 2 } })).not.toBe(tree.staticKey({ a: 1, b: { c: 3 } }))
    expect(tree.staticKey({ a: 1, b: 2 })).toBe(tree.staticKey({ b: 2, a: 1 }))
  })
})

describe('as text', () => {
  test('a level to a margin', () => {
    expect(prettyRepr({ a: 1, b: { c: 2, d: {} } })).toBe('{\n    a: 1,\n    b: {\n        c: 2,\n        d: {},\n    },\n}')
    expect([prettyRepr({}), prettyRepr(345), prettyRepr({ a: 1 }, 2)]).toEqual(['{}', '345', '{\n  a: 1,\n}'])
  })
  test('every name is there', () => {
    const dict = fc.letrec((tie) => ({
      dict: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof({ maxDepth: 3 }, fc.nat(), tie('dict')), { noNullPrototype: true }),
    })).dict
    fc.assert(
      fc.property(dict, (x) => {
        const count = (d: unknown): number => (isDict(d) ? Object.values(d).reduce((n: number, v) => n + 1 + count(v), 0) : 0)
        expect(prettyRepr(x).match(/\w+: /g)?.length ?? 0).toBe(count(x))
      }),
    )
  })
})
