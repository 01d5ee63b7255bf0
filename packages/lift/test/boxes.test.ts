// Boxes with metadata: in variables, through transformations, on a mesh.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from '../src/index'
import type { Scope } from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const ones = (_: Tensor, shape: readonly number[]): Tensor => np.ones(shape)
const boxed = lift.withPartitioning(ones, ['in', 'out'])
const weights = (s: Scope): Tensor => s.param('w', boxed, [2, 3])
const namesOf = (box: unknown): unknown => (box as lift.Partitioned).names
const metadataParams = { [lift.PARTITION_NAME]: 'layers' }

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

describe('boxes in transformations', () => {
  const boxed = lift.withPartitioning(ones, ['in', 'out'])
  const overBatch = { variableAxes: { params: 0 }, splitRngs: { params: true }, metadataParams: { [lift.PARTITION_NAME]: 'batch' } }
  type Box = lift.Partitioned<Tensor>
  const kernelNames = (f: (s: Scope, xs: Tensor) => unknown): unknown => {
    const [, { params }] = lift.init(f)(random.key(0), np.zeros([8, 3]))
    const { names, value } = params!['kernel'] as unknown as Box
    return [names, value.shape]
  }
  test('a parameter is its value inside, and its box among the variables', () => {
    const g = (s: Scope, x: Tensor): Tensor => {
      const kernel = s.param('kernel', boxed, [x.shape.at(-1)!, 2])
      const box = s.getVariable<Box>('params', 'kernel')
      expect([box instanceof lift.Partitioned, box.names]).toEqual([true, ['in', 'out']])
      return x.dot(kernel)
    }
    expect(kernelNames((s, xs) => lift.vmap(g, overBatch)(s, xs))).toEqual([
      ['batch', 'in', 'out'],
      [8, 3, 2],
    ])
  })
  test('a variable keeps its box when it is written', () => {
    const g = (s: Scope, x: Tensor): Tensor => {
      const kernel = s.variable('params', 'kernel', boxed, s.makeRng('params'), [x.shape.at(-1)!, 2])
      kernel.value = kernel.value.add(1)
      expect(kernel.value.shape).toEqual([3, 2])
      expect(s.getVariable<Box>('params', 'kernel').names).toEqual(['in', 'out'])
      return x.dot(kernel.value)
    }
    expect(kernelNames((s, xs) => lift.vmap(g, overBatch)(s, xs))).toEqual([
      ['batch', 'in', 'out'],
      [8, 3, 2],
    ])
  })
  test('layers in a loop', () => {
    const body = (s: Scope, x: Tensor) => {
      const kernel = s.param('kernel', boxed, [3, 3])
      return [x.dot(kernel).add(s.param('bias', ones, [3])), null] as const
    }
    const loop = lift.scan(body, { ...overBatch, length: 8, metadataParams: { [lift.PARTITION_NAME]: 'layers' } })
    const [, { params }] = lift.init((s: Scope, x: Tensor) => loop(s, x)[0])(random.key(0), np.zeros([8, 3]))
    expect(tree.map((t: Tensor) => t.shape, params)).toEqual({
      kernel: new lift.Partitioned([8, 3, 3], ['layers', 'in', 'out']),
      bias: [8, 3],
    })
  })
  test('on a mesh of its own, through a program', () => {
    const mesh: lift.Mesh = { axes: { in: 1, out: 1 } }
    const init = lift.withPartitioning(ones, ['in', 'out'], { mesh })
    const [, { params }] = lift.init((s: Scope, x: Tensor) => x.dot(s.param('kernel', init, [4, 2])))(random.key(0), np.zeros([8, 4]))
    const box = params!['kernel'] as unknown as Box
    expect([box.names, box.mesh === mesh]).toEqual([['in', 'out'], true])
    expect(lift.getPartitionSpec(params)).toEqual({ kernel: new lift.PartitionSpec('in', 'out') })
  })
})
