import { either as E } from 'fp-ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as tree from '@heddle/tree'
import { explain } from './error'
import {
  addAxis,
  getPartitionSpec,
  getSharding,
  isAxisMetadata,
  Partitioned,
  PARTITION_NAME,
  removeAxis,
  replaceBoxed,
  unbox,
  withPartitioning,
} from './meta'
import { NamedSharding, PartitionSpec, type MeshAxes } from './sharding'

const params = { [PARTITION_NAME]: 'layers' }
const array = (...shape: number[]): object => ({ shape, dtype: 'float32' })
const right = <A>(e: E.Either<Parameters<typeof explain>[0], A>): A => {
  if (E.isLeft(e)) throw new Error(explain(e.left))
  return e.right
}

test('adding an axis and taking it away is nothing', () =>
  fc.assert(
    fc.property(fc.array(fc.constantFrom('data', 'model', null), { maxLength: 4 }), fc.nat(4), (names, i) => {
      const x = { w: new Partitioned(1, names), b: 2 }
      if (i <= names.length) expect(right(removeAxis(right(addAxis(x, i, params)), i, params))).toEqual(x)
    }),
  ))
test('axes', () => {
  expect(new Partitioned(1, ['a', 'b']).addAxis(1, params).names).toEqual(['a', 'layers', 'b'])
  expect(new Partitioned(1, []).addAxis(2, params).names).toEqual([null, null, 'layers'])
  expect(right(addAxis({ x: 1 }, 0, {}))).toEqual({ x: 1 })
})
test('without a name it is an error', () => {
  const e = addAxis(new Partitioned(1, ['a']), 0, {})
  expect(E.isLeft(e) && explain(e.left)).toContain('metadataParams has no partition_name')
  expect(E.isLeft(removeAxis(new Partitioned(1, ['a']), 0, params))).toBe(true)
})
test('boxes in trees', () => {
  const x = { w: new Partitioned(new Partitioned(1, ['a']), ['b']), b: 2 }
  expect(unbox(x)).toEqual({ w: 1, b: 2 })
  expect(replaceBoxed(x, { w: 5, b: 6 })).toEqual({ w: new Partitioned(new Partitioned(5, ['a']), ['b']), b: 6 })
  expect(tree.leaves(x)).toEqual([2, 1])
  expect(tree.structure(new Partitioned(1, ['a'])).key).not.toBe(tree.structure(new Partitioned(1, ['b'])).key)
  expect(isAxisMetadata(withPartitioning((n: number) => n, ['a'])(3))).toBe(true)
})

describe('partition specs', () => {
  const x = {
    kernel: new Partitioned(array(8, 3, 3), ['layers', 'in', 'out']),
    bias: array(8, 3),
    step: 100,
    nested: [new Partitioned(array(2), [])],
  }
  const spec = (...axes: MeshAxes[]): PartitionSpec => new PartitionSpec(...axes)
  test('of a box its names, of a bare array none, of what is no array null', () =>
    expect(getPartitionSpec(x)).toEqual({ kernel: spec('layers', 'in', 'out'), bias: spec(), step: null, nested: [spec()] }))
  test('on a mesh', () => {
    const mesh = { axes: { in: 2, out: 1 } }
    const on = (...axes: MeshAxes[]): NamedSharding => new NamedSharding(mesh, spec(...axes))
    expect(getSharding({ kernel: new Partitioned(array(8, 3), ['in', 'out']), bias: array(8, 3), step: 1 }, mesh)).toEqual({
      kernel: on('in', 'out'),
      bias: on(),
      step: null,
    })
  })
  test('are leaves', () => expect(tree.leaves(getPartitionSpec(x))).toHaveLength(3))
  test('the mesh stays with the box', () => {
    const mesh = { axes: { data: 2 } }
    const box = withPartitioning((n: number) => n, ['data'], { mesh })(3)
    expect(box.addAxis(0, params).replaceBoxed(5).removeAxis(0, params)).toEqual(new Partitioned(5, ['data'], { mesh }))
    expect(tree.map<Partitioned<number>>((n: number) => n + 1, box).mesh).toBe(mesh)
    expect(tree.structure(box).key).not.toBe(tree.structure(new Partitioned(3, ['data'])).key)
  })
})
