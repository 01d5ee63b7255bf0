// Variables in boxes with metadata: what modules see of them, and what transformations do to them.
import { hostBackend } from '@heddle/backend-host'
import { evalShape, jit, makeJaxpr, np, printJaxpr, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { map } from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const kernelInit = nn.withPartitioning(nn.initializers.onesInit(), ['in', 'out'])
const overBatch = { variableAxes: { params: 0 }, splitRngs: { params: true }, metadataParams: { [nn.PARTITION_NAME]: 'batch' } }
const spec = (...axes: nn.MeshAxes[]): nn.PartitionSpec => new nn.PartitionSpec(...axes)
type Box = nn.Partitioned<Tensor>

describe('a module sees values, its variables are boxes', () => {
  class Param extends nn.Module {
    call(x: Tensor): Tensor {
      const kernel = this.param('kernel', kernelInit, [x.shape.at(-1)!, 2])
      const box = this.getVariable<Box>('params', 'kernel')
      expect([box instanceof nn.Partitioned, box.names]).toEqual([true, ['in', 'out']])
      expect(this.paramOf('again', kernelInit, [[1, 2]], { unbox: false })).toBeInstanceOf(nn.Partitioned)
      return x.dot(kernel)
    }
  }
  class Variable extends nn.Module {
    call(x: Tensor): Tensor {
      const kernel = this.variable('params', 'kernel', kernelInit, this.makeRng('params'), [x.shape.at(-1)!, 2])
      kernel.value = kernel.value.add(1)
      expect(np.sum(kernel.value).item()).toBe(kernel.value.size * 2)
      const box = this.getVariable<Box>('params', 'kernel')
      expect([box instanceof nn.Partitioned, box.names]).toEqual([true, ['in', 'out']])
      return x.dot(kernel.value)
    }
  }
  test.each([
    ['param', Param],
    ['variable', Variable],
  ])('%s, under vmap with an axis more', (_, Inner) => {
    class Foo extends nn.Module {
      call(xs: Tensor): Tensor {
        return new (nn.vmap(Inner, overBatch))({ name: 'bar' }).call(xs)
      }
    }
    const { params } = new Foo().init(random.key(0), [np.zeros([8, 3])]) as unknown as { params: { bar: { kernel: Box } } }
    expect(params.bar.kernel.names).toEqual(['batch', 'in', 'out'])
    expect(params.bar.kernel.value.shape).toEqual([8, 3, 2])
  })
})

test('layers that are scanned: specs of the whole model, found without running it', () => {
  class MLP extends nn.Module<{ hidden: number }> {
    call(x: Tensor): Tensor {
      const init = nn.initializers.lecunNormal()
      const { hidden } = this.props
      const h = new nn.Dense({ features: hidden, kernelInit: nn.withPartitioning(init, ['data', 'model']) }).call(x)
      return new nn.Dense({ features: x.shape.at(-1)!, kernelInit: nn.withPartitioning(init, ['model', 'data']) }).call(nn.relu(h))
    }
  }
  class Model extends nn.Module {
    call(x: Tensor): Tensor {
      const body = (_: nn.Module, c: Tensor) => [new MLP({ hidden: 16 }).call(c), null] as const
      const options = { variableAxes: { params: 0 }, splitRngs: { params: true }, length: 8, metadataParams: { [nn.PARTITION_NAME]: null } }
      return nn.scan(body, options)(this, x)[0]
    }
  }
  const model = new Model()
  const init = (key: Tensor, x: Tensor): nn.Variables => model.init(key, [x])
  const x = np.ones([8, 4])
  const specs = nn.getPartitionSpec(evalShape(init, random.key(0), { shape: [8, 4], dtype: 'float32' }))
  expect(specs).toEqual({
    params: {
      MLP_0: {
        Dense_0: { bias: spec(), kernel: spec(null, 'data', 'model') },
        Dense_1: { bias: spec(), kernel: spec(null, 'model', 'data') },
      },
    },
  })
  const mesh: nn.Mesh = { axes: { data: 4, model: 2 } }
  const outShardings = nn.getSharding<{ params: { MLP_0: { Dense_0: { kernel: nn.NamedSharding } } } }>(
    evalShape(init, random.key(0), { shape: [8, 4], dtype: 'float32' }),
    mesh,
  )
  expect(outShardings.params.MLP_0.Dense_0.kernel).toEqual(new nn.NamedSharding(mesh, spec(null, 'data', 'model')))
  const onX = new nn.NamedSharding(mesh, spec('data', 'model'))
  const variables = jit(init, { inShardings: [null, onX], outShardings: outShardings as never })(random.key(0), x)
  expect(nn.getPartitionSpec(variables)).toEqual(specs)
  const apply = jit((v: nn.Variables, a: Tensor) => model.apply(v, [a]), { inShardings: [outShardings as never, onX], outShardings: onX })
  expect(apply(variables, x).shape).toEqual([8, 4])
  expect(printJaxpr(makeJaxpr(apply)(variables, x))).toContain('spec=(None, data, model)')
})

test('boxes of boxes, taken off and put back', () => {
  const x = { w: new nn.Partitioned(new nn.Partitioned(np.ones([2]), ['a']), ['b']), b: np.zeros([1]) }
  const bare = nn.unbox<{ w: Tensor; b: Tensor }>(x)
  expect(bare.w.shape).toEqual([2])
  const again = nn.replaceBoxed<typeof x>(
    x,
    map((t: Tensor) => t.add(1), bare),
  )
  expect([again.w.names, again.w.value.names, again.w.value.value.toArray(), again.b.toArray()]).toEqual([['b'], ['a'], [2, 2], [1]])
})

test('addMetadataAxis names an axis that the module adds by itself', () => {
  class Outer extends nn.Module {
    call(x: Tensor): Tensor {
      const Inner = nn.addMetadataAxis(nn.Dense, { variableAxes: { params: 0 }, metadataParams: { [nn.PARTITION_NAME]: 'stage' } })
      return new Inner({ features: 2, kernelInit, name: 'inner' }).call(x)
    }
  }
  const { params } = new Outer().init(random.key(0), [np.ones([1, 3])]) as unknown as { params: { inner: { kernel: Box } } }
  expect(params.inner.kernel.names).toEqual(['stage', 'in', 'out'])
  expect(new Outer().apply({ params }, [np.ones([1, 3])]).shape).toEqual([1, 2])
})

describe('logical axes', () => {
  const rules: nn.LogicalRules = [
    ['a', 'in'],
    ['b', 'out'],
  ]
  const mesh: nn.Mesh = { axes: { in: 1, out: 1 } }
  class Foo extends nn.Module {
    call(x: Tensor): Tensor {
      const init = nn.withLogicalPartitioning(nn.initializers.onesInit(), ['a', 'b'], { mesh, rules })
      const kernel = this.param('kernel', init, [x.shape.at(-1)!, 2])
      const box = this.getVariable<Box>('params', 'kernel')
      expect([box instanceof nn.Partitioned, box.names]).toEqual([true, ['a', 'b']])
      return x.dot(kernel)
    }
  }
  test('boxes keep names, mesh and rules through a program', () => {
    const create = jit(() => {
      const variables = new Foo().init(random.key(0), [np.zeros([8, 4])])
      const shardings = nn.logicalToMeshSharding(nn.getPartitionSpec(variables), mesh, rules)
      expect(shardings).toEqual({ params: { kernel: new nn.NamedSharding(mesh, spec('in', 'out')) } })
      return variables
    })
    const { kernel } = create()['params'] as unknown as { kernel: nn.LogicallyPartitioned }
    expect(kernel).toBeInstanceOf(nn.LogicallyPartitioned)
    expect(kernel.names).toEqual(['a', 'b'])
    expect([kernel.mesh === mesh, kernel.rules === rules]).toEqual([true, true])
  })
  test('scan names the axis that it adds', () => {
    const body = nn.scan((m: Foo, c: Tensor) => [c, m.call(c)] as const, { ...overBatch, length: 3 })
    const { params } = new Foo().init(random.key(0), [np.ones([4])], { method: (m: Foo, x: Tensor) => body(m, x) })
    const box = params!['kernel'] as unknown as nn.LogicallyPartitioned<Tensor>
    expect([box.names, box.value.shape, box.rules === rules]).toEqual([['batch', 'a', 'b'], [3, 4, 2], true])
  })
})

describe('a mesh', () => {
  const mesh: nn.Mesh = { axes: { in: 1, out: 2 } }
  const constraints = (text: string): string[] => [...text.matchAll(/sharding_constraint\[[^\]]*spec=(\([^)]*\))\]/g)].map((m) => m[1]!)
  const dense = (init: nn.Initializer): nn.Module => new nn.Dense({ features: 2, kernelInit: init, useBias: false })
  const text = (module: nn.Module): string => {
    const variables = module.init(random.key(0), [np.ones([1, 3])] as never)
    return printJaxpr(makeJaxpr((v: nn.Variables) => module.apply(v, [np.ones([1, 3])] as never))(variables))
  }
  test('of its own or in force, a box places its value on it', () => {
    expect(constraints(text(dense(kernelInit)))).toEqual([])
    expect(nn.withMesh(mesh, () => constraints(text(dense(kernelInit))))).toContain('(in, out)')
    expect(constraints(text(dense(nn.withPartitioning(nn.initializers.onesInit(), ['in', 'out'], { mesh }))))).toContain('(in, out)')
  })
  test('logical axes are placed by the rules', () => {
    const logical = nn.withLogicalPartitioning(nn.initializers.onesInit(), ['a', 'b'])
    const run = (): string[] => nn.withMesh(mesh, () => constraints(text(dense(logical))))
    expect(run()).toEqual([])
    expect(nn.logicalAxisRules([['b', 'out']], run)).toContain('(None, out)')
  })
  test('that a value does not fit is an error that names it', () => {
    const odd = new nn.Dense({ features: 3, kernelInit })
    const run = (): unknown => nn.withMesh(mesh, () => odd.init(random.key(0), [np.ones([1, 3])]))
    expect(run).toThrow(nn.ShardingError)
    expect(run).toThrow('param "kernel" in scope "/": an array of shape [3,3] can not lie on a mesh')
  })
})
