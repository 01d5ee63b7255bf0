import { either as E } from 'fp-ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aliases } from './alias'
import { decodeScanAxes, decodeSplitRngs, decodeVariableAxes, In, Out, splitInOut } from './axes'
import { explain, type ScopeError } from './error'
import { denyList } from './filter'
import { defaultName, getFlag, invalidate, push, reserve, rewound, root, type ScopeState, type ScopeStep } from './scope'
import {
  declareParam,
  declareVariable,
  getVariable,
  mutableVariablesOf,
  putVariable,
  shapeProblem,
  sow,
  variablesOf,
} from './scope-variables'
import { decodeVariables, getIn, merge, setIn } from './variables'

type S = ScopeState<number, number>
const ops = { foldIn: (k: number, d: number) => k * 31 + d }
const state = (variables = {}, mutable: Parameters<typeof root>[0] = {}): S => root<number, number>({ variables, ...mutable } as object)
const run = <A>(step: ScopeStep<number, number, A>, s: S): readonly [A, S] => {
  const done = step(s)
  if (E.isLeft(done)) throw new Error(explain(done.left))
  return done.right
}
const error = <A>(step: ScopeStep<number, number, A>, s: S): ScopeError => {
  const done = step(s)
  if (E.isRight(done)) throw new Error('no error')
  return done.left
}
const child = (s: S, name: string): S => {
  const [cursor, { store }] = run(push<number, number>(name), s)
  return { store, cursor }
}

describe('names', () => {
  test('a scope shares its name with none, variables of two collections may', () => {
    const [, s] = run(reserve<number, number>('x', 'params'), state())
    expect(error(reserve('x', 'params'), s)._tag).toBe('NameInUseError')
    expect(error(reserve('x'), s)).toMatchObject({ _tag: 'NameInUseError', collection: null })
    const [, s2] = run(reserve<number, number>('x', 'state'), s)
    expect(error(reserve('x', 'state'), s2)._tag).toBe('NameInUseError')
    const [, s3] = run(reserve<number, number>('constructor'), s2)
    expect(error(push('constructor'), s3)._tag).toBe('NameInUseError')
    expect(run(push<number, number>('constructor', { reuse: true }), s3)[0].path).toEqual(['constructor'])
  })
  test('default names count from zero; rewinding frees all', () => {
    const [, s] = run(push<number, number>(undefined, { prefix: 'Dense_' }), state())
    expect(defaultName(s.cursor, 'Dense_')).toBe('Dense_1')
    expect(defaultName(run(rewound<number, number>(), s)[0], 'Dense_')).toBe('Dense_0')
  })
  test('an invalid scope neither pushes nor writes', () => {
    const [, s] = run(invalidate<number, number>(), state({}, { mutable: true }))
    expect(error(push('a'), s)._tag).toBe('InvalidScopeError')
    expect(error(putVariable('params', 'w', 1), s)._tag).toBe('InvalidScopeError')
  })
  test('flags', () => {
    expect(run(getFlag<number, number>('initializing'), state({}, { flags: { initializing: true } }))[0]).toBe(true)
    expect(error(getFlag('x'), state())).toEqual({ _tag: 'FlagNotFoundError', path: [], name: 'x', present: [] })
  })
})

describe('variables', () => {
  test('written through a child, seen from the root', () => {
    const s = child(state({}, { mutable: true }), 'a')
    const [, done] = run(putVariable<number, number>('params', 'w', 3), s)
    expect(done.store.variables).toEqual({ params: { a: { w: 3 } } })
    expect(variablesOf(done)).toEqual({ params: { w: 3 } })
    expect(getVariable(done, 'params', 'w')).toBe(3)
    expect(s.store.variables).toEqual({})
  })
  test('only mutable collections are written', () => {
    const s = state({ params: { w: 1 }, state: { n: 2 } }, { mutable: denyList('params') })
    expect(error(putVariable('params', 'w', 3), s)).toMatchObject({ _tag: 'ModifyScopeVariableError', collection: 'params', name: 'w' })
    expect(mutableVariablesOf(run(putVariable<number, number>('state', 'n', 3), s)[1])).toEqual({ state: { n: 3 } })
  })
  test('a dict is merged into the one that is there', () => {
    const s = state({ params: { a: { w: 1, b: 2 } } }, { mutable: true })
    expect(run(putVariable<number, number>('params', 'a', { w: 5 }), s)[1].store.variables).toEqual({ params: { a: { w: 5, b: 2 } } })
  })
  test('declaring a variable', () => {
    const s = child(state({ state: { a: { n: 2 } } }, { mutable: ['other'] }), 'a')
    expect(run(declareVariable<number, number>('state', 'n', false), s)[0]).toBe('present')
    expect(run(declareVariable<number, number>('other', 'm', true), s)[0]).toBe('absent')
    expect(error(declareVariable('state', 'm', true), s)).toEqual({
      _tag: 'ScopeVariableNotFoundError',
      path: ['a'],
      collection: 'state',
      name: 'm',
      present: ['n'],
    })
    expect(error(declareVariable('none', 'm', true), s)).toMatchObject({ _tag: 'ScopeCollectionNotFound', present: ['state'] })
  })
  test('declaring a parameter', () => {
    const s = state({}, { mutable: true, rngs: { params: 7 } })
    const [declared, drawn] = run(declareParam<number, number>(ops, 'w'), s)
    expect(declared._tag).toBe('Absent')
    expect(drawn.store.counters.counts).toEqual({ params: 1 })
    expect(error(declareParam(ops, 'w'), drawn)._tag).toBe('NameInUseError')
    expect(error(declareParam(ops, 'w'), state({}, { mutable: true }))._tag).toBe('InvalidRngError')
    expect(error(declareParam(ops, 'w'), state({ params: { b: 1 } }))).toEqual({
      _tag: 'ScopeParamNotFoundError',
      path: [],
      name: 'w',
      present: ['b'],
      nearest: { path: [], names: ['b'], missing: undefined },
    })
    expect(error(declareParam(ops, 'w'), state())._tag).toBe('ScopeCollectionNotFound')
    expect(run(declareParam<number, number>(ops, 'b'), state({ params: { b: 1 } }))[0]).toEqual({ _tag: 'Present', value: 1 })
  })
  test('shapes', () => {
    const shape = { shape: (x: readonly number[]) => [x.length] }
    expect(shapeProblem(shape, state().cursor, 'w', [[1, 2]], [[2]])).toBeUndefined()
    expect(shapeProblem(shape, state().cursor, 'w', [[1, 2]], [[3]])).toEqual({
      _tag: 'ScopeParamShapeError',
      path: [],
      name: 'w',
      expected: [3],
      actual: [2],
    })
  })
  test('sowing gathers where it may', () => {
    const s = state({}, { mutable: ['seen'] })
    const [done, s1] = run(sow<number, number>('seen', 'x', 1), s)
    const [, s2] = run(sow<number, number>('seen', 'x', 2), s1)
    expect([done, s2.store.variables]).toEqual([true, { seen: { x: [1, 2] } }])
    expect(run(sow<number, number>('other', 'x', 1), s)).toEqual([false, s])
  })
  test('laws of paths', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(path, path, fc.integer(), (p, q, v) => {
        const dict = setIn({}, p, v)
        expect(getIn(dict, p)).toBe(v)
        expect(merge(dict, dict)).toEqual(dict)
        if (p[0] !== q[0]) expect(getIn(setIn(dict, q, 1), p)).toBe(v)
      }),
    )
  })
  test('decoding', () => {
    expect(E.isRight(decodeVariables({ params: { a: 1 } }))).toBe(true)
    expect(decodeVariables({ params: 3 })).toEqual(
      E.left({
        _tag: 'ApplyScopeInvalidVariablesTypeError',
        problems: [{ path: ['params'], expected: 'an object of variables', actual: 3 }],
      }),
    )
    expect(decodeVariables({ params: { params: {} } })).toEqual(E.left({ _tag: 'ApplyScopeInvalidVariablesStructureError' }))
    expect(E.isLeft(decodeVariables([1]))).toBe(true)
  })
})

describe('options', () => {
  test('variableAxes', () => {
    const axes = decodeVariableAxes('vmap', { params: 0, cache: In(1), out: Out(null) })
    expect(E.isRight(axes) && splitInOut(axes.right)).toEqual({
      inFilters: ['params', 'cache'],
      inAxes: [0, 1],
      outFilters: ['params', 'out'],
      outAxes: [0, null],
    })
    expect(decodeVariableAxes('vmap', [[true, 0]])).toEqual(E.right([[true, 0]]))
    const wrong = decodeVariableAxes('vmap', { params: 'zero' })
    expect(E.isLeft(wrong) && explain(wrong.left)).toBe(
      'vmap: variableAxes: invalid options: at params expected an axis, null, In(axis) or Out(axis), got string "zero"',
    )
    expect(E.isLeft(decodeScanAxes('scan', { params: null }))).toBe(true)
    expect(E.isLeft(decodeSplitRngs('scan', { params: 1 }))).toBe(true)
    expect(decodeSplitRngs('scan', { params: true })).toEqual(E.right([['params', true]]))
  })
})

describe('aliases', () => {
  const place = fc.record({ store: fc.constantFrom('s', 't'), at: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }) })
  test('roots are apart, and links lead to the places', () =>
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), (places) => {
        const { roots, links } = aliases(places)
        for (const i of roots)
          for (const j of roots)
            if (i !== j && places[i]!.store === places[j]!.store) {
              const [p, q] = [places[i]!.at, places[j]!.at]
              expect(p.every((name, k) => name === q[k])).toBe(false)
            }
        links.forEach((l, i) => {
          const r = places[roots[l.root]!]!
          expect({ store: r.store, at: [...r.at, ...l.path] }).toEqual(places[i])
        })
        expect([...roots].sort((x, y) => x - y)).toEqual(roots)
      }),
    ))
})
