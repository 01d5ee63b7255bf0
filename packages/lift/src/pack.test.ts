import { root, type Filter } from '@heddle/core'
import type { Tensor } from '@heddle/func'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { entryKey, nothingLearned, type Packed, type PackPlan, type ScopesFn, type Scopes } from './entry'
import { runOn } from './opened'
import { pack } from './pack'
import { Scope } from './scope'

// Keys are strings here, so that it is seen what is folded into which.
vi.mock('@heddle/func', async (original) => ({
  ...(await original<object>()),
  random: { foldIn: (key: string, data: number) => `${key}+${data}` },
  isTensor: () => false,
}))

const scopeOf = (variables: object, mutable: Filter = true): Scope =>
  Scope.of(root({ variables, rngs: { params: 'p', dropout: 'd' }, mutable } as object))

const plan = (over: Partial<PackPlan> = {}): PackPlan => ({
  where: 'id',
  inFilters: [true],
  outFilters: [true],
  rngFilters: [true],
  ...over,
})
/** The transformation that does nothing. */
const same = <S extends Scopes, Args extends readonly unknown[], R>(fn: ScopesFn<S, Args, R>, p: PackPlan = plan()) =>
  pack<S, Args, R>(p, (packed, ...args) => runOn(fn, packed, args))

describe('pack of the identity', () => {
  let scope: Scope
  beforeEach(() => {
    scope = scopeOf({ params: { a: { w: 1 }, b: 2 }, state: { n: 0 } })
  })
  const program = (s: Scope): unknown[] => {
    s.putVariable('state', 'n', 5)
    s.push('c').putVariable('params', 'w', 7)
    return [s.makeRng('dropout'), s.makeRng('dropout'), s.push('a').makeRng(), s.variables()]
  }
  test('is the function itself', () => {
    const other = scopeOf({ params: { a: { w: 1 }, b: 2 }, state: { n: 0 } })
    expect(same(program)(scope)).toEqual(program(other))
    expect(scope.variables()).toEqual(other.variables())
    expect(scope.cell.store.counters).toEqual(other.cell.store.counters)
    expect(scope.makeRng('dropout')).toEqual(other.makeRng('dropout'))
  })
  test('of a child, keys and paths too', () => {
    const child = scope.push('a')
    const twin = scopeOf({ params: { a: { w: 1 } } }).push('a')
    const draw = (s: Scope): unknown => [s.makeRng(), s.path, s.getVariable('params', 'w')]
    expect(same(draw)(child)).toEqual(draw(twin))
    expect(same((s: Scope) => s.pathText)(child)).toBe('/id(a)')
    expect(same((s: Scope) => s.push('x').pathText)(child)).toBe('/id(a)/x')
    expect(scope.cell.store.counters.children['a']!.counts).toEqual({ params: 1 })
  })
  test('scopes end with it', () => {
    let kept: Scope | undefined
    same((s: Scope) => void (kept = s))(scope)
    expect(() => kept!.putVariable('state', 'n', 1)).toThrow(expect.objectContaining({ name: 'InvalidScopeError' }) as Error)
    expect(scope.valid).toBe(true)
  })
})

describe('filters', () => {
  test('what no filter takes is not there', () => {
    const scope = scopeOf({ params: { w: 1 }, state: { n: 0 } })
    const only = plan({ inFilters: ['params'], outFilters: ['params'], rngFilters: ['dropout'] })
    expect(same((s: Scope) => [s.variables(), s.rngNames, s.isMutableCollection('state')], only)(scope)).toEqual([
      { params: { w: 1 } },
      ['dropout'],
      false,
    ])
  })
  test('what goes only in can not be written', () => {
    const readonly = plan({ inFilters: ['params', true], outFilters: ['params'] })
    const write = same((s: Scope) => s.putVariable('state', 'n', 1), readonly)
    expect(() => write(scopeOf({ state: { n: 0 } }))).toThrow('"state" is immutable')
  })
  test('what the outer scope may not write stays', () => {
    const scope = scopeOf({ params: { w: 1 }, state: { n: 0 } }, ['state'])
    pack<Scopes, readonly [], void>(plan(), ({ entry }: Packed) => ({
      result: undefined,
      variables: [[{ params: { w: 9 as unknown as Tensor }, state: { n: 9 as unknown as Tensor } }]],
      ...nothingLearned(entry),
    }))(scope)
    expect(scope.variables()).toEqual({ params: { w: 1 }, state: { n: 9 } })
  })
})

describe('several scopes', () => {
  test('one inside another goes in once, and is found from it', () => {
    const scope = scopeOf({ params: { a: { b: { w: 1 } }, c: { w: 2 } } })
    const [a, c] = [scope.push('a'), scope.push('c')]
    const b = a.push('b')
    const seen: Packed[] = []
    const fn = ({ inner, outer }: { inner: readonly Scope[]; outer: Scope }): unknown => {
      inner[0]!.putVariable('params', 'w', 10)
      return [outer.variables(), inner[1]!.variables(), inner[0]!.cell === outer.cell, inner.map((s) => s.pathText)]
    }
    const result = pack<Scopes, readonly [], unknown>(plan(), (packed) => {
      seen.push(packed)
      return runOn(fn, packed, [])
    })({ inner: [b, c], outer: a })
    expect(result).toEqual([{ params: { b: { w: 10 } } }, { params: { w: 2 } }, true, ['/id(a)/b', '/id(c)']])
    expect(seen[0]!.variables).toEqual([[{ params: { w: 2 } }, { params: { b: { w: 1 } } }]])
    expect(scope.variables()).toEqual({ params: { a: { b: { w: 10 } }, c: { w: 2 } } })
  })
  test('the same scope twice is one', () => {
    const a = scopeOf({ params: { a: { w: 1 } } }).push('a')
    expect(same(([x, y]: readonly [Scope, Scope]) => x === y)([a, a])).toBe(true)
  })
})

describe('the key of an entry', () => {
  const entryOf = (scope: Scope, foldNames: boolean): string => {
    let key = ''
    pack<Scopes, readonly [], void>(plan({ foldNames }), (packed) => {
      key = entryKey(packed.entry)
      return runOn(() => undefined, packed, [])
    })(scope)
    return key
  }
  test('with names folded it does not depend on where the scope is', () => {
    const scope = scopeOf({})
    expect(entryOf(scope.push('a'), true)).toBe(entryOf(scope.push('b'), true))
    expect(entryOf(scope.push('c'), false)).not.toBe(entryOf(scope.push('d'), false))
    expect(entryOf(scopeOf({}, 'params'), true)).not.toBe(entryOf(scopeOf({}, true), true))
  })
  test('forked streams differ, and counts are no part of the key', () => {
    const scope = scopeOf({}).push('a')
    const [one, two] = [scope.forkRngs(), scope.forkRngs()]
    same((s: Scope) => void s.makeRng())(one)
    const three = scope.forkRngs()
    expect(new Set([one, two, three].map((s) => entryOf(s, true))).size).toBe(1)
    expect(one.makeRng()).not.toBe(two.makeRng())
  })
})
