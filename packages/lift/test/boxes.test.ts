// What the goldens do not show: boxes with metadata, errors, exchanged and folded things, types of a scope's methods.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../src/index'
import type { Scope } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const ones = (_: Tensor, shape: readonly number[]): Tensor => np.ones(shape)
const boxed = lift.withPartitioning(ones, ['in', 'out'])
const weights = (s: Scope): Tensor => s.param('w', boxed, [2, 3])
const namesOf = (box: unknown): unknown => (box as lift.Partitioned).names
const metadataParams = { [lift.PARTITION_NAME]: 'layers' }
const errorOf = (f: () => unknown): lift.LinenError => {
  try {
    f()
  } catch (e) {
    return e as lift.LinenError
  }
  throw new Error('no error')
}

describe('boxes with metadata', () => {
  test('param answers the value, the variables keep the box', () => {
    const [w, { params }] = lift.init((s: Scope) => [weights(s), s.variable('state', 'n', () => boxed(random.key(0), [2, 3])).value])(
      random.key(0),
    )
    expect(w.map((t) => t.shape)).toEqual([
      [2, 3],
      [2, 3],
    ])
    expect(namesOf(params!['w'])).toEqual(['in', 'out'])
    const [, { state }] = lift.apply(
      (s: Scope) => {
        const v = s.variable<Tensor>('state', 'n')
        v.value = v.value.add(1)
      },
      { mutable: 'state' },
    )({ state: { n: boxed(random.key(0), [2, 3]) } })
    expect(namesOf(state!['n'])).toEqual(['in', 'out'])
  })
  test('vmap and scan name the axis they add', () => {
    const options = { variableAxes: { params: 1 }, splitRngs: { params: true }, metadataParams }
    const mapped = lift.vmap((s: Scope) => weights(s), { ...options, axisSize: 4, inAxes: null })
    const looped = lift.scan((s: Scope, c: null) => [c, weights(s)] as const, { ...options, length: 4 })
    for (const fn of [mapped, (s: Scope) => looped(s, null)[1]]) {
      const [, variables] = lift.init(fn)(random.key(0))
      const w = variables['params']!['w'] as unknown as lift.Partitioned<Tensor>
      expect([w.names, w.value.shape]).toEqual([
        ['in', 'layers', 'out'],
        [2, 4, 3],
      ])
      lift.apply(fn)(variables)
    }
    const nameless = lift.vmap((s: Scope) => weights(s), { ...options, metadataParams: {}, axisSize: 4, inAxes: null })
    expect(() => lift.init(nameless)(random.key(0))).toThrow(lift.PartitioningUnspecifiedError)
  })
  test('addMetadataAxis', () => {
    const fn = lift.addMetadataAxis((s: Scope) => weights(s), { params: 0 }, metadataParams)
    const [, variables] = lift.init(fn)(random.key(0))
    expect(namesOf(variables['params']!['w'])).toEqual(['layers', 'in', 'out'])
    lift.apply(fn)(variables)
  })
})

describe('errors', () => {
  const dense = (s: Scope, n: number): Tensor => s.push('d').param('w', ones, [n])
  const [, variables] = [null, { params: { d: { w: null as unknown } } }]
  beforeAll(() => {
    variables.params.d.w = np.ones([3])
  })
  test('are classes with data and a sentence', () => {
    const e = errorOf(() =>
      lift.apply(lift.vmap((s: Scope, x: Tensor) => dense(s, 4).add(x), { variableAxes: { params: null } }))(variables, np.ones([2])),
    )
    expect(e).toBeInstanceOf(lift.ScopeParamShapeError)
    expect(e.name).toBe('ScopeParamShapeError')
    expect(e.detail).toEqual({ _tag: 'ScopeParamShapeError', path: ['vmap()', 'd'], name: 'w', expected: [4], actual: [3] })
    expect(e.message).toContain('parameter "w" in scope "/vmap()/d": its initializer gives shape [4], the existing value has shape [3]')
  })
  test.each<[string, new (...args: never[]) => Error, () => unknown]>([
    ['no such parameter', lift.ScopeParamNotFoundError, () => lift.apply((s: Scope) => s.param('v', ones, [3]))(variables)],
    ['no such collection', lift.ScopeCollectionNotFound, () => lift.apply((s: Scope) => s.variable('state', 'n'))(variables)],
    ['an immutable collection', lift.ModifyScopeVariableError, () => lift.apply((s: Scope) => s.putVariable('params', 'v', 1))(variables)],
    ['a missing stream', lift.InvalidRngError, () => lift.apply((s: Scope) => s.makeRng('dropout'))(variables)],
    ['no key', lift.InvalidRngError, () => lift.init(() => 0)({ params: 3 as never })],
    ['a name twice', lift.NameInUseError, () => lift.apply((s: Scope) => [s.push('a'), s.push('a')])(variables)],
    ['params in params', lift.ApplyScopeInvalidVariablesStructureError, () => lift.bind({ params: { params: {} } })],
    ['no variables', lift.ApplyScopeInvalidVariablesTypeError, () => lift.bind(3)],
    ['no filter', lift.InvalidFilterError, () => lift.bind({}, { mutable: 3 as never })],
    ['a wrong option', lift.InvalidOptionsError, () => lift.vmap(() => 0, { variableAxes: { params: 'x' as never } })],
    [
      'sizes that differ',
      lift.AxisSizeError,
      () => lift.apply(lift.vmap((_: Scope, a: Tensor, b: Tensor) => a.add(b)))({}, np.ones([2]), np.ones([3])),
    ],
    ['no size', lift.AxisSizeError, () => lift.apply(lift.scan((_: Scope, c: Tensor) => [c, null] as const))({}, np.ones([2]))],
    ['no flag', lift.FlagNotFoundError, () => lift.bind({}).getFlag('x')],
  ])('%s', (_, kind, f) => expect(f).toThrow(kind))
  test('a scope that outlives its function', () => {
    const [kept] = lift.init((s: Scope) => s)(random.key(0))
    expect(() => kept.push('x')).toThrow(lift.InvalidScopeError)
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

describe('scope', () => {
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
