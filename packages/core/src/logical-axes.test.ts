import { either as E } from 'fp-ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explain } from './error'
import { assignAxes, isLogicalNames, placeAxes, type LogicalNames, type LogicalRules } from './logical-axes'
import { namesOfAxes, PartitionSpec, UNCONSTRAINED, type MeshAxes } from './sharding'

const place = (names: LogicalNames, rules: LogicalRules): readonly MeshAxes[] => {
  const spec = placeAxes(names, rules)
  if (E.isLeft(spec)) throw new Error(explain(spec.left))
  return spec.right.axes
}

describe('rules', () => {
  test('decide by name; null and UNCONSTRAINED may stand often, in rules and in names', () => {
    const rules: LogicalRules = [
      ['foo', 'data'],
      ['bar', 'model'],
      ['baz', null],
    ]
    expect(place(['foo', 'bar'], rules)).toEqual(['data', 'model'])
    expect(place(['foo', UNCONSTRAINED, UNCONSTRAINED, null, null], rules)).toEqual(['data', UNCONSTRAINED, UNCONSTRAINED, null, null])
    const open: LogicalRules = [
      ['foo', null],
      ['bad', null],
      ['bar', UNCONSTRAINED],
      ['baz', UNCONSTRAINED],
    ]
    expect(place(['foo', 'bad', 'bar', 'baz'], open)).toEqual([null, null, UNCONSTRAINED, UNCONSTRAINED])
  })
  const priorities: LogicalRules = [
    ['foo', 'model'],
    ['bar', 'model'],
    ['baz', 'data'],
  ]
  test.each<[LogicalNames, MeshAxes[]]>([
    [
      ['foo', 'bar', 'baz'],
      ['model', null, 'data'],
    ],
    [
      ['bar', 'foo', 'baz'],
      [null, 'model', 'data'],
    ],
    [
      ['baz', 'bar', 'foo'],
      ['data', null, 'model'],
    ],
    [
      ['baz', 'bar', 'foo', 'unassigned'],
      ['data', null, 'model', null],
    ],
  ])('the first rule has the mesh axis, wherever its name stands: %j', (names, axes) => expect(place(names, priorities)).toEqual(axes))
  test.each<[LogicalRules, LogicalNames, MeshAxes[]]>([
    [
      [
        ['a', ['model', 'data']],
        ['b', 'data'],
      ],
      ['a', 'b'],
      [['model', 'data'], null],
    ],
    [
      [
        ['a', ['model', 'replica']],
        ['b', 'data'],
      ],
      ['a', 'b'],
      [['model', 'replica'], 'data'],
    ],
    [
      [
        ['a', ['model', 'replica']],
        ['b', ['data', 'model']],
      ],
      ['a', 'b'],
      [['model', 'replica'], null],
    ],
    [
      [
        ['a', ['model', 'replica']],
        ['b', 'model'],
      ],
      ['a', 'b', 'c'],
      [['model', 'replica'], null, null],
    ],
    [[], ['a', 'b', 'c'], [null, null, null]],
    [
      [
        ['a', null],
        ['a', 'model'],
      ],
      ['a', 'b'],
      [null, null],
    ],
    [
      [
        ['baz', 'data'],
        ['bar', null],
        ['foo', 'model'],
        ['foo', 'data'],
      ],
      ['baz', 'bar', 'foo'],
      ['data', null, 'model'],
    ],
    [
      [
        ['baz', 'data'],
        ['foo', ['model', 'emb']],
      ],
      ['baz', UNCONSTRAINED, 'foo'],
      ['data', UNCONSTRAINED, ['model', 'emb']],
    ],
  ])('several mesh axes, second choices: %j', (rules, names, axes) => expect(place(names, rules)).toEqual(axes))
  test('a name twice is an error', () => {
    const e = placeAxes(['foo', 'foo', 'baz'], [['foo', 'data']])
    expect(E.isLeft(e) && explain(e.left)).toContain('logical axes (foo, foo, baz): "foo" stands twice')
  })
  test('undecided is not the same as whole', () =>
    expect(assignAxes(['a', 'b', null], [['a', null]])).toEqual(E.right([null, undefined, null])))
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const mesh = fc.oneof(fc.constantFrom<MeshAxes[]>('x', 'y', 'z', null), fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }))
  test('no mesh axis is given twice', () =>
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.array(fc.tuple(name, mesh)), (names, rules) => {
        const used = place(names, rules).flatMap(namesOfAxes)
        expect(new Set(used).size).toBe(used.length)
      }),
    ))
})

test('what are names, and what is a tree of them', () => {
  expect([['a', null], [], [UNCONSTRAINED], new PartitionSpec('a')].map(isLogicalNames)).toEqual([true, true, true, true])
  expect([[['a']], { a: ['a'] }, 'a', null, [3]].map(isLogicalNames)).toEqual([false, false, false, false, false])
})
