// Rules from logical axes to those of a mesh, and constraints. What the rules themselves do is held to in core.
import { hostBackend } from '@heddle/backend-host'
import { jit, makeJaxpr, np, printJaxpr, setDefaultBackend, type Tensor } from '@heddle/func'
import { leaves } from '@heddle/tree'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))
afterEach(() => nn.setLogicalAxisRules([]))

const first: nn.LogicalRules = [
  ['foo', 'data'],
  ['bar', 'model'],
  ['baz', null],
]
const second: nn.LogicalRules = [
  ['foo', 'model'],
  ['bar', null],
  ['baz', 'data'],
]
const spec = (...axes: nn.MeshAxes[]): nn.PartitionSpec => new nn.PartitionSpec(...axes)

describe('rules in force', () => {
  test('are set, and none are at first', () => {
    expect(nn.getLogicalAxisRules()).toEqual([])
    nn.partitioning.setAxisRules(first)
    expect(nn.getLogicalAxisRules()).toBe(first)
    expect(nn.partitioning.getAxisRules()).toBe(first)
  })
  test('hold for a stretch of code, errors in it too', () => {
    nn.setLogicalAxisRules(first)
    expect(nn.logicalAxisRules(second, () => nn.getLogicalAxisRules())).toBe(second)
    expect(nn.getLogicalAxisRules()).toBe(first)
    expect(() =>
      nn.partitioning.axisRules(second, () => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(nn.getLogicalAxisRules()).toBe(first)
  })
  test('place names, the innermost ones; rules that are given stand before them', () => {
    expect(nn.logicalToMeshAxes(['foo', 'bar'], first)).toEqual(spec('data', 'model'))
    nn.logicalAxisRules(first, () => {
      expect(nn.logicalToMeshAxes(['foo', 'bar'])).toEqual(spec('data', 'model'))
      nn.logicalAxisRules(second, () => expect(nn.logicalToMeshAxes(['foo', 'bar'])).toEqual(spec('model', null)))
      expect(nn.logicalToMeshAxes(null)).toBeNull()
      expect(() => nn.logicalToMeshAxes(['foo', 'foo', 'baz'])).toThrow(nn.LogicalAxesError)
    })
  })
  test('place trees of names', () => {
    const logical = { a: spec('foo', 'bar'), b: [spec('baz'), null] }
    expect(nn.logicalToMesh(logical, first)).toEqual({ a: spec('data', 'model'), b: [spec(null), null] })
    const mesh = { axes: { data: 2, model: 2 } }
    expect(nn.logicalToMeshSharding(logical, mesh, first)).toEqual({
      a: new nn.NamedSharding(mesh, spec('data', 'model')),
      b: [new nn.NamedSharding(mesh, spec(null)), null],
    })
  })
})

describe('constraints', () => {
  test('without rules or names there is none', () => {
    expect(nn.logicalConstraint(['foo', 'bar'])).toBeNull()
    nn.logicalAxisRules(first, () => {
      expect(nn.logicalConstraint(null)).toBeNull()
      expect(nn.logicalConstraint(['foo', 'bar'])).toEqual(spec('data', 'model'))
      expect(nn.logicalConstraint(['foo', nn.UNCONSTRAINED])).toEqual(spec('data', nn.UNCONSTRAINED))
    })
  })
  test('for a name without a rule', () =>
    nn.logicalAxisRules(first, () => {
      const at = (fallback?: nn.RulesFallback): nn.PartitionSpec | null => nn.logicalConstraint(['foo', 'other'], { fallback })
      expect(at()).toEqual(spec('data', null))
      expect(at(nn.RulesFallback.AXIS_IS_UNSHARDED)).toEqual(spec('data', null))
      expect(at(nn.RulesFallback.NO_CONSTRAINT)).toBeNull()
      expect(() => at(nn.RulesFallback.RAISE_ERROR)).toThrow('logical axes (foo, other): no rule decides about one of them')
    }))
  test('change no value, in a program too', () => {
    const x = { a: np.ones([2, 2]), b: [np.zeros([2])] }
    const names = { a: ['foo', 'bar'], b: [null] }
    nn.logicalAxisRules(first, () => {
      expect(leaves(nn.withLogicalConstraint(x, names)).map((t, i) => t === leaves(x)[i])).toEqual([true, true])
      expect(nn.withLogicalConstraint(x, null)).toBe(x)
      const double = jit((a: typeof x.a) => nn.withLogicalConstraint(a, ['foo', 'bar'], { mesh: { axes: { data: 2, model: 1 } } }).mul(2))
      expect(double(x.a).toArray()).toEqual([
        [2, 2],
        [2, 2],
      ])
    })
  })
  test('stand in the program, on the mesh in force or on one that is given', () => {
    const mesh: nn.Mesh = { axes: { data: 2, model: 2 } }
    const text = (options: nn.ConstraintOptions = {}): string =>
      printJaxpr(makeJaxpr((x: Tensor) => nn.withLogicalConstraint(x, ['foo', 'other'], options))(np.ones([2, 2])))
    const spec = 'sharding_constraint[mesh=(data=2, model=2) spec=(data, None)]'
    expect(text({ rules: first })).not.toContain('sharding_constraint')
    expect(text({ rules: first, mesh })).toContain(spec)
    nn.withMesh(mesh, () => {
      expect(text()).not.toContain('sharding_constraint')
      expect(text({ rules: first })).toContain(spec)
      expect(text({ rules: first, fallback: nn.RulesFallback.NO_CONSTRAINT })).not.toContain('sharding_constraint')
    })
    expect(text({ rules: first })).not.toContain('sharding_constraint')
  })
  test('are checked against a mesh', () => {
    const constrain = (names: nn.LogicalNames): unknown =>
      nn.withLogicalConstraint(np.ones([2, 3]), names, { rules: first, mesh: { axes: { data: 2, model: 2 } } })
    expect(() => constrain(['foo', 'bar'])).toThrow(nn.ShardingError)
    expect(() => constrain(['foo', 'bar'])).toThrow('axis 1 does not divide by 2')
    expect(() => constrain(['foo', null, null])).toThrow('3 entries for 2 axes')
    constrain(['foo', null])
  })
})
