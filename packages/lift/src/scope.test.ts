// Scopes: variables, random streams, and what init and apply make of them.
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from './index'
import type { Scope } from './index'

beforeAll(() => setDefaultBackend(hostBackend()))

const ones = (_: Tensor, shape: readonly number[]): Tensor => np.ones(shape)
const words = (key: Tensor): unknown => key.toArray()
const dense = (s: Scope, x: Tensor, n: number): Tensor => x.dot(s.param('kernel', ones, [x.shape.at(-1)!, n]))

describe('random streams', () => {
  test('the first key of a stream has a count of one folded in', () => {
    const [[has, key]] = lift.init((s: Scope) => [[s.hasRng('params'), s.hasRng('dropout')], s.makeRng('params')] as const)(random.key(0))
    expect(has).toEqual([true, false])
    // The beginning of the SHA-1 of the byte 1.
    expect(words(key)).toEqual(words(random.foldIn(random.key(0), 0xbf8b4530)))
  })
  test('go on where a rewound scope left them', () => {
    const root = lift.bind({}, { rngs: { dropout: random.key(0) } })
    const draw = (s: Scope): Tensor => s.makeRng('dropout')
    const first = root.child(draw)()
    const again = root.rewound().child(draw)()
    expect(words(first)).not.toEqual(words(again))
    expect(words(root.rewound({ rewindRngs: true }).child(draw)())).toEqual(words(first))
  })
  test('are keys, one each, in an object that may be frozen', () => {
    const run = (rngs: unknown): unknown => lift.apply((_: Scope, x: Tensor) => x, { rngs: rngs as lift.Rngs })({}, np.zeros([1]))
    run(Object.freeze({ a: random.key(0) }))
    expect([random.key(0), random.PRNGKey(0), random.keyData(random.key(0))].map(lift.isKey)).toEqual([true, true, true])
    expect([random.split(random.key(0)), np.zeros([2]), [0, 0], undefined].map(lift.isKey)).toEqual([false, false, false, false])
    expect(() => run({ a: random.split(random.key(0)) })).toThrow(lift.InvalidRngError)
    expect(() => run({ a: 3 })).toThrow('at a expected a key: a uint32 tensor of shape [2]')
    expect(() => run(3)).toThrow(lift.InvalidRngError)
  })
  test('are not mixed up where names are, with separators', () => {
    const draw = (flags: object) =>
      ['ab.c', 'a.bc'].map((path) => {
        const scope = lift.bind({}, { rngs: random.key(0), flags: { ...flags } })
        return words(
          path
            .split('.')
            .reduce((s, name) => s.push(name), scope)
            .makeRng(),
        )
      })
    const [a, b] = draw({ fixRngSeparator: true })
    expect(a).not.toEqual(b)
    const [c, d] = draw({})
    expect(c).toEqual(d)
  })
})

describe('what may be written, what has to be there', () => {
  test('a shape that differs from the initializer', () => {
    const f = (s: Scope): Tensor => s.param('test', ones, [4])
    const run = (): Tensor => lift.apply(f)({ params: { test: np.ones([2]) } })
    expect(run).toThrow(lift.ScopeParamShapeError)
    expect(run).toThrow('parameter "test" in scope "/": its initializer gives shape [4], the existing value has shape [2]')
  })
  test('a layer of params too many', () => {
    const f = (s: Scope): Tensor => s.param('kernel', ones, [4])
    const variables = { params: { kernel: np.ones([4]) } }
    lift.apply(f)(variables)
    expect(() => lift.apply(f)({ params: variables })).toThrow(lift.ApplyScopeInvalidVariablesStructureError)
    expect(() => lift.apply(f)({ params: variables })).toThrow('extra layer "params"')
  })
  test('a collection that is not mutable', () => {
    const f = (s: Scope): void => s.putVariable('state', 'test', 123)
    const run = (): unknown => lift.init(f, { mutable: 'params' })(random.key(0))
    expect(run).toThrow(lift.ModifyScopeVariableError)
    expect(run).toThrow('cannot update variable "test" in scope "/": collection "state" is immutable, mutable is "params"')
  })
  test('a parameter that is not there', () => {
    const f = (s: Scope): Tensor => dense(s.push('dense'), np.ones([1, 2]), 2)
    const run = (): unknown => lift.apply(f)({ params: { abc: np.ones([]) } })
    expect(run).toThrow(lift.ScopeParamNotFoundError)
    expect(run).toThrow('no parameter "kernel" in scope "/dense"')
  })
  test('a variable knows whether it may be written', () => {
    const f = (s: Scope): boolean => s.variable('state', 'test', () => np.ones([])).isMutable()
    const [first, variables] = lift.apply(f, { mutable: 'state' })({})
    expect([first, lift.apply(f)(variables)]).toEqual([true, false])
  })
  test('nothing in a collection', () => {
    for (const variables of [{}, { params: {} }])
      expect(() => lift.bind(variables).param('test', ones, [])).toThrow(lift.ScopeCollectionNotFound)
    for (const variables of [{ params: { abc: np.ones([]) } }, { state: {} }])
      expect(() => lift.bind(variables).variable('state', 'test', () => np.zeros([]))).toThrow(lift.ScopeCollectionNotFound)
  })
  test('a variable without an initializer', () => {
    expect(() => lift.bind({}, { mutable: 'state' }).variable('state', 'test')).toThrow(lift.ScopeCollectionNotFound)
    const root = lift.bind({ state: { abc: np.array(1) } }, { mutable: 'state' })
    expect(root.variable<Tensor>('state', 'abc').value.item()).toBe(1)
    expect(() => root.variable('state', 'test')).toThrow(lift.ScopeVariableNotFoundError)
    expect(() => root.variable('state', 'other')).toThrow('no variable "other" in collection "state" in scope "/", which has "abc"')
  })
  test('what is written above is seen below, and the other way', () => {
    const scope = lift.bind({}, { mutable: 'state' })
    const child = scope.push('a')
    child.putVariable('state', 'x', np.array(0))
    scope.putVariable('state', 'a', { x: np.array(1) })
    expect(child.getVariable<Tensor>('state', 'x').item()).toBe(1)
    child.putVariable('state', 'x', np.array(2))
    expect((scope.variables()['state']!['a'] as unknown as { x: Tensor }).x.item()).toBe(2)
  })
})

describe('init', () => {
  test('in a program keeps no tracer: its scopes have ended', () => {
    const kept: Scope[] = []
    const inner = (s: Scope): Tensor => {
      kept.push(s)
      return s.param('w', ones, [2])
    }
    const run = jit(lift.init((s: Scope) => s.child(inner, 'inner')()))
    const [y, variables] = run(random.key(0))
    expect(y.add(1).toArray()).toEqual([2, 2])
    expect((variables['params']!['inner'] as unknown as { w: Tensor }).w.toArray()).toEqual([1, 1])
    expect(kept.map((s) => s.valid)).toEqual([false])
  })
  const kernelOf =
    (init: (key: Tensor, shape: readonly number[]) => Tensor) =>
    (s: Scope, x: Tensor): Tensor =>
      x.dot(s.param('kernel', init, [x.shape.at(-1)!, x.shape.at(-1)!]))
  test('lazy: of an input that fits no memory', () => {
    const normal = (key: Tensor, shape: readonly number[]): Tensor => random.normal(key, shape)
    const { params } = lift.lazyInit(kernelOf(normal))(random.key(0), { shape: [1024 ** 3, 128], dtype: 'float32' })
    expect((params!['kernel'] as Tensor).shape).toEqual([128, 128])
  })
  test('lazy: the values that init gives', () => {
    const layer = kernelOf((key, shape) => random.normal(key, shape))
    const [, variables] = lift.init(layer)(random.key(0), np.zeros([2, 3]))
    const lazy = lift.lazyInit(layer)(random.key(0), { shape: [2, 3], dtype: 'float32' })
    expect(tree.map((t: Tensor) => t.toArray(), lazy)).toEqual(tree.map((t: Tensor) => t.toArray(), variables))
  })
  test('lazy: not of a variable that needs the input', () => {
    const f = (s: Scope, x: Tensor): Tensor => x.mul(s.push('a').param('kernel', () => x))
    const run = (): unknown => lift.lazyInit(f)(random.key(0), { shape: [8, 4], dtype: 'float32' })
    expect(run).toThrow(lift.LazyInitError)
    expect(run).toThrow('lazy init: .params.a.kernel of shape [8,4] depends on an argument that was given as a shape only')
  })
})

describe('scopes', () => {
  test('child shares variables between calls, and takes its name from the function', () => {
    function dense(s: Scope, x: Tensor): Tensor {
      return x.mul(s.param('w', ones, []))
    }
    const fn = (s: Scope, x: Tensor): Tensor => {
      const first = s.child(dense)
      return s.child(dense)(first(first(x)))
    }
    const [, variables] = lift.init(fn)(random.key(0), np.ones([2]))
    expect(Object.keys(variables['params']!)).toEqual(['dense_0', 'dense_1'])
  })
  test('what is initializing, what is mutable', () => {
    const seen = (s: Scope): unknown => [s.isInitializing, s.isMutableCollection('params'), s.hasRng('params'), s.pathText, s.name]
    expect(lift.init(seen)(random.key(0))[0]).toEqual([true, true, true, '/', undefined])
    expect(lift.apply((s: Scope) => seen(s.push('a')))({})).toEqual([false, false, false, '/a', 'a'])
  })
  test('an initializer may use the scope', () => {
    const [key] = lift.init((s: Scope) => s.variable('state', 'k', () => s.makeRng('noise')).value.toArray())({ noise: random.key(1) })
    expect(key).toEqual(lift.init((s: Scope) => s.makeRng('noise').toArray())({ noise: random.key(1) })[0])
  })
})
