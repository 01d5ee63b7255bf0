// Errors of scopes: the class, its data and its sentence.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../src/index'
import type { Scope } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const ones = (_: Tensor, shape: readonly number[]): Tensor => np.ones(shape)
const errorOf = (f: () => unknown): lift.LinenError => {
  try {
    f()
  } catch (e) {
    return e as lift.LinenError
  }
  throw new Error('no error')
}

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
