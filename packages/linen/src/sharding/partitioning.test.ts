// Names of axes beside the variables.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { map } from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))

const { AxisMetadata, axisRules, getAxisNames, paramWithAxes, RulesFallback, scanWithAxes, variableWithAxes, vmapWithAxes } =
  nn.partitioning
const rules: nn.LogicalRules = [
  ['foo', 'model'],
  ['bar', 'data'],
  ['baz', null],
]
const spec = (...axes: nn.MeshAxes[]): nn.PartitionSpec => new nn.PartitionSpec(...axes)
const zeros = (_: Tensor, shape: readonly number[]): Tensor => np.zeros(shape)
let x: Tensor
beforeAll(() => void (x = np.ones([2, 2])))
const shapes = (v: unknown): unknown => map((t: Tensor) => t.shape, v)

describe('paramWithAxes', () => {
  class Param extends nn.Module<{ axes?: unknown }> {
    call(x: Tensor): Tensor {
      return x.add(paramWithAxes('foo', zeros, [[2, 2]], { axes: this.props.axes }))
    }
  }
  test.each([[null], [[]], [undefined]])('no names: %j', (axes) => {
    const variables = new Param({ axes }).init(random.key(0), [x])
    expect(shapes(variables['params'])).toEqual({ foo: [2, 2] })
    expect(new Param({ axes }).apply(variables, [x]).shape).toEqual([2, 2])
  })
  test('names stand beside the parameter', () => {
    const variables = axisRules(rules, () => new Param({ axes: ['foo', 'bar'] }).init(random.key(0), [x]))
    expect(Object.keys(variables).sort()).toEqual(['params', 'params_axes'])
    expect(variables['params_axes']).toEqual({ foo_axes: new AxisMetadata(['foo', 'bar']) })
    expect(getAxisNames(variables['params_axes'])).toEqual({ foo: spec('foo', 'bar') })
  })
  test('names of a tree of arrays', () => {
    const axes = {
      a: ['foo', 'bar'],
      b: [
        ['foo', 'bar'],
        ['bar', 'foo'],
      ],
    }
    const init = (_: Tensor, s: readonly number[]) => ({ a: np.zeros(s), b: [np.zeros(s), np.zeros(s)] })
    class Tree extends nn.Module {
      call(x: Tensor): Tensor {
        return x.add(paramWithAxes('foo', init, [[2, 2]], { axes }).a)
      }
    }
    const variables = axisRules(rules, () => new Tree().init(random.key(0), [x]))
    expect(variables['params_axes']).toEqual({ foo_axes: new AxisMetadata(axes) })
    expect(getAxisNames(variables['params_axes'])).toEqual({ foo: { a: spec('foo', 'bar'), b: [spec('foo', 'bar'), spec('bar', 'foo')] } })
  })
  test('other names for the same parameter are an error', () => {
    const variables = new Param({ axes: ['foo', 'bar'] }).init(random.key(0), [x])
    const again = (axes: unknown): unknown => new Param({ axes }).apply(variables, [x], { mutable: ['params_axes'] })
    again(['foo', 'bar'])
    expect(() => again(['foo', 'baz'])).toThrow(nn.LogicalAxesError)
  })
  test('outside of a module it is an error', () =>
    expect(() => paramWithAxes('w', zeros, [[2]])).toThrow('no method of a module is running'))
})

describe('variableWithAxes', () => {
  class Variable extends nn.Module<{ axes?: unknown; fallback?: nn.RulesFallback }> {
    call(x: Tensor): Tensor {
      const { axes, fallback } = this.props
      const foo = variableWithAxes('test', 'foo', (s: readonly number[]) => np.zeros(s), [[2, 2]], {
        axes,
        ...(fallback === undefined ? {} : { fallback }),
      })
      if (this.isMutableCollection('test')) foo.value = foo.value.add(1)
      return x.add(foo.value)
    }
  }
  const init = (props: ConstructorParameters<typeof Variable>[0]): nn.Variables => new Variable(props).init(random.key(0), [x])
  test.each([[null], [[]], [undefined]])('no names: %j', (axes) => expect(shapes(init({ axes })['test'])).toEqual({ foo: [2, 2] }))
  test('an empty list of names is kept', () => expect(getAxisNames(init({ axes: [] })['test_axes'])).toEqual({ foo: spec() }))
  test('names stand beside the variable, which is read and written as any', () => {
    const variables = axisRules(rules, () => init({ axes: ['foo', 'bar'] }))
    expect(Object.keys(variables).sort()).toEqual(['test', 'test_axes'])
    expect(variables['test_axes']).toEqual({ foo_axes: new AxisMetadata(['foo', 'bar']) })
    expect(getAxisNames(variables['test_axes'])).toEqual({ foo: spec('foo', 'bar') })
    expect((variables['test']!['foo'] as Tensor).toArray()).toEqual([
      [1, 1],
      [1, 1],
    ])
  })
  test('a name without a rule: as the fallback says', () => {
    const some = rules.slice(1)
    const run = (fallback: nn.RulesFallback) => axisRules(some, () => init({ axes: ['foo', 'bar'], fallback }))
    const variables = run(RulesFallback.NO_CONSTRAINT)
    expect(getAxisNames(variables['test_axes'])).toEqual({ foo: spec('foo', 'bar') })
    expect(() => run(RulesFallback.RAISE_ERROR)).toThrow(nn.LogicalAxesError)
  })
})

describe('transformations', () => {
  class SinDot extends nn.Module<{ depth: number }> {
    call(x: Tensor): readonly [Tensor, null] {
      const { depth } = this.props
      const width = x.shape.at(-1)!
      const init = nn.initializers.xavierNormal()
      const w1 = paramWithAxes('W1', init, [[width, depth]], { axes: ['emb', 'mlp'] }) as Tensor
      const w2 = paramWithAxes('W2', init, [[depth, width]], { axes: ['mlp', 'emb'] }) as Tensor
      const y = np.sin(x.dot(w1)).dot(w2)
      variableWithAxes('stats', 'y_st', () => y, [], { axes: ['batch', 'emb'] })
      return [y, null]
    }
  }
  class Scanned extends nn.Module<{ layers: number; depth: number }> {
    call(x: Tensor): Tensor {
      const { layers, depth } = this.props
      const Loop = scanWithAxes(SinDot, {
        inAxes: [],
        variableAxes: { params: 0, stats: 1 },
        splitRngs: { params: true },
        axisName: 'layer',
        axesCollections: ['params', 'stats'],
        length: layers,
      })
      const loop = new Loop({ depth }, { name: 'scanned_layer' })
      const [y] = loop.call(x)
      // Once more, on names that are there already.
      loop.call(x)
      return y
    }
  }
  test('scanWithAxes puts the name of its axis among them', () => {
    const placed: nn.LogicalRules = [
      ['emb', 'data'],
      ['mlp', 'model'],
      ['batch', 'data'],
    ]
    const model = new Scanned({ layers: 4, depth: 6 })
    const b = np.ones([3, 6])
    const variables = axisRules(placed, () => model.init(random.key(0), [b]))
    expect(shapes({ params: variables['params'], stats: variables['stats'] })).toEqual({
      params: { scanned_layer: { W1: [4, 6, 6], W2: [4, 6, 6] } },
      stats: { scanned_layer: { y_st: [3, 4, 6] } },
    })
    expect(variables['params_axes']!['scanned_layer']).toMatchObject({ W1_axes: new AxisMetadata(['layer', 'emb', 'mlp']) })
    expect(getAxisNames(variables['params_axes'])).toEqual({
      scanned_layer: { W1: spec('layer', 'emb', 'mlp'), W2: spec('layer', 'mlp', 'emb') },
    })
    expect(getAxisNames(variables['stats_axes'])).toEqual({ scanned_layer: { y_st: spec('batch', 'layer', 'emb') } })
    // The names are not mutable here, and need not be.
    expect(axisRules(placed, () => model.apply(variables, [b])).shape).toEqual([3, 6])
  })
  class Foo extends nn.Module {
    call(x: Tensor): Tensor {
      return (paramWithAxes('w', nn.initializers.uniform(), [[4, 3]], { axes: ['out', 'in'] }) as Tensor).dot(x)
    }
  }
  test('vmapWithAxes puts the name of its axis among them', () => {
    class Vmapped extends nn.Module {
      call(x: Tensor): Tensor {
        const Mapped = vmapWithAxes(Foo, {
          variableAxes: { params: 1 },
          splitRngs: { params: true },
          partitioningAxisNames: { params: 'vmap_axis' },
        })
        return new Mapped({ name: 'foo_vmapped' }).call(x)
      }
    }
    const plain = new Foo().init(random.key(0), [np.array([1, 2, 3])])
    expect(shapes(plain['params'])).toEqual({ w: [4, 3] })
    expect(plain['params_axes']).toEqual({ w_axes: new AxisMetadata(['out', 'in']) })
    const variables = new Vmapped().init(random.key(0), [
      np.array([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ])
    expect(shapes(variables['params'])).toEqual({ foo_vmapped: { w: [4, 2, 3] } })
    expect(variables['params_axes']).toEqual({ foo_vmapped: { w_axes: new AxisMetadata(['out', 'vmap_axis', 'in']) } })
  })
})
