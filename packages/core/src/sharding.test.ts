import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { explain } from './error'
import { NamedSharding, PartitionSpec, shardingProblem, shardShape, UNCONSTRAINED, type MeshAxes } from './sharding'

const mesh = { axes: { data: 4, model: 2 } }
const on = (...axes: MeshAxes[]): NamedSharding => new NamedSharding(mesh, new PartitionSpec(...axes))
const problem = (shape: number[], ...axes: MeshAxes[]): string => {
  const e = shardingProblem('here', on(...axes), shape)
  return e === undefined ? 'none' : explain(e)
}

test('the part of each device', () => {
  expect(shardShape(on('data', null), [8, 3])).toEqual([2, 3])
  expect(shardShape(on(['data', 'model']), [8, 3])).toEqual([1, 3])
  expect(shardShape(on(UNCONSTRAINED, 'model'), [8, 4])).toEqual([8, 2])
})
test('what fits', () =>
  expect([problem([8, 4], 'data', 'model'), problem([8], UNCONSTRAINED), problem([3])]).toEqual(['none', 'none', 'none']))
test.each<[string, number[], MeshAxes[], string]>([
  ['more entries than axes', [8], ['data', null], 'PartitionSpec(data, null): it has 2 entries for 1 axes'],
  ['an axis that the mesh has not', [8], ['pipe'], 'the mesh has no axis "pipe"'],
  ['an axis used twice', [8, 8], ['data', ['model', 'data']], 'PartitionSpec(data, model+data): mesh axis "data" is used twice'],
  ['a size that does not divide', [8, 3], ['data', 'model'], 'axis 1 does not divide by 2'],
])('%s', (_, shape, axes, reason) => {
  expect(problem(shape, ...axes)).toContain(reason)
  expect(problem(shape, ...axes)).toMatch(/^here: an array of shape \[8.*on a mesh of {"data":4,"model":2}/)
})
test('as text', () =>
  expect(String(new PartitionSpec('a', null, UNCONSTRAINED, ['b', 'c']))).toBe('PartitionSpec(a, null, unconstrained, b+c)'))
test('as text in what is logged, at any depth', () =>
  expect(inspect({ params: { kernel: new PartitionSpec(null, 'a') } }, { depth: 1 })).toContain('kernel: PartitionSpec(null, a)'))
