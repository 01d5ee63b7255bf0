import { hostBackend } from '@heddle/backend-host'
import { grad, jit, np, random, setDefaultBackend, tree, vmap, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.normal(random.key(7), [2, 3])
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape.join(), variables)
const paths = (variables: object): string[] => tree.leavesWithPath(variables).map(([path]) => path.join('/'))
const close = (a: unknown, b: unknown): void => {
  const [as, bs] = [tree.leaves(a), tree.leaves(b)] as [Tensor[], Tensor[]]
  expect(as.length).toBe(bs.length)
  as.forEach((y, i) => expect(np.allclose(y, bs[i]!, { rtol: 1e-5, atol: 1e-6 }).item()).toBe(true))
}

/** Counts how often it is traced or run. */
const counter = () => {
  const state = { runs: 0 }
  class Counted extends nn.Module<{ features: number; act?: (y: Tensor) => Tensor }> {
    call(y: Tensor): Tensor {
      state.runs++
      const { features, act = nn.relu } = this.props
      return act(new nn.Dense({ features }).call(y))
    }
  }
  return { state, Counted }
}

describe('classes', () => {
  it('are named after transformation and class, and keep statics and props', () => {
    const Batch = nn.vmap(nn.Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } })
    class Model extends nn.Module {
      call(y: Tensor): Tensor {
        const z = new Batch({ features: 3 }).call(y.reshape([1, 2, 3])).at(0)
        return new (nn.jit(nn.Dense))({ features: 2 }).call(new (nn.remat(nn.Dense))({ features: 3 }).call(z))
      }
    }
    expect(paths(new Model().init(key, [x]))).toEqual(
      ['CheckpointDense_0', 'JitDense_0', 'VmapDense_0'].flatMap((name) => [`params/${name}/bias`, `params/${name}/kernel`]),
    )
    expect(new Batch({ features: 3 })).toBeInstanceOf(nn.Dense)
  })

  it('refuse instances', () => {
    expect(() => nn.vmap(new nn.Dense({ features: 3 }) as never)).toThrow(nn.TransformTargetError)
    expect(() => nn.jit(nn.Dense, { methods: ['nothing'] as never })).toThrow(nn.TransformTargetError)
  })

  it('refuse methods that return modules', () => {
    class Leaks extends nn.Module {
      call(): unknown {
        return this
      }
    }
    expect(() => new (nn.remat(Leaks))().init(key, [])).toThrow(nn.TransformedMethodReturnValueError)
  })

  it('transform the methods that are named, each with options of its own', () => {
    class Two extends nn.Module {
      declare layer: nn.Dense
      setup(): void {
        this.layer = new nn.Dense({ features: 3 })
      }
      call(y: Tensor): Tensor {
        return this.layer.call(y)
      }
      other(y: Tensor): Tensor {
        return this.layer.call(y).sum()
      }
    }
    const shared = { variableAxes: { params: null }, splitRngs: { params: false } }
    const Mapped = nn.vmap(Two, { methods: { call: shared, other: { ...shared, inAxes: 1 } } })
    const variables = new Mapped().init(key, [x])
    expect(shapes(variables)).toEqual({ params: { layer: { bias: '3', kernel: '3,3' } } })
    expect(new Mapped().apply(variables, [x.T], { method: 'other' }).shape).toEqual([2])
    close(new Mapped().apply(variables, [x]), new Two().apply(variables, [x]))
  })

  it('lift modules in props, and share them', () => {
    class Stack extends nn.Module<{ layer: nn.Dense }> {
      call(y: Tensor): Tensor {
        return this.props.layer.call(this.props.layer.call(y))
      }
    }
    for (const Lifted of [nn.jit(Stack), nn.remat(Stack), Stack]) {
      const model = new Lifted({ layer: new nn.Dense({ features: 3 }) })
      const variables = model.init(key, [x])
      expect(paths(variables)).toEqual(['params/layer/bias', 'params/layer/kernel'])
      expect(model.apply(variables, [x]).shape).toEqual([2, 3])
    }
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        const layer = new nn.Dense({ features: 3 })
        return layer.call(new (nn.jit(Stack))({ layer }).call(y))
      }
    }
    const variables = new Outer().init(key, [x])
    expect(paths(variables)).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel'])
    expect(new Outer().apply(variables, [x]).shape).toEqual([2, 3])
  })
})

describe('jit', () => {
  it('changes nothing, and traces once for equal props and shapes', () => {
    const { state, Counted } = counter()
    const Jitted = nn.jit(Counted)
    const model = new Jitted({ features: 4 })
    const variables = model.init(key, [x])
    expect(state.runs).toBe(1)
    const first = model.apply(variables, [x])
    expect(state.runs).toBe(2)
    const second = new Jitted({ features: 4 }).apply(variables, [x])
    expect(state.runs).toBe(2)
    close(first, second)
    close(first, new Counted({ features: 4 }).apply(variables, [x]))
    state.runs = 2
    model.apply(variables, [x.at('0:1')])
    expect(state.runs).toBe(3)
    new Jitted({ features: 4, act: nn.tanh }).apply(variables, [x])
    expect(state.runs).toBe(4)
  })

  it('traces once for all layers of a kind', () => {
    const { state, Counted } = counter()
    class Deep extends nn.Module {
      call(y: Tensor): Tensor {
        return [0, 1, 2].reduce((h) => new (nn.jit(Counted))({ features: 3 }).call(h), y)
      }
    }
    const variables = new Deep().init(key, [x])
    expect(paths(variables)).toHaveLength(6)
    const before = state.runs
    new Deep().apply(variables, [x])
    new Deep().apply(variables, [x])
    expect(state.runs - before).toBe(1)
  })

  it('keeps counts of keys and of names over a call from the cache', () => {
    class Noise extends nn.Module {
      call(y: Tensor): Tensor {
        return y.add(random.normal(this.makeRng('noise'), y.shape))
      }
    }
    const step = nn.jit((m: Outer, y: Tensor): Tensor => new nn.Dense({ features: 3 }).call(y.add(random.normal(m.makeRng('noise'), [3]))))
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        const h = step(this, y)
        const z = step(this, h)
        return new nn.Dense({ features: 3 }).call(new (nn.jit(Noise))().call(z))
      }
    }
    const rngs = { params: key, noise: random.key(1) }
    const variables = new Outer().init(rngs, [x])
    expect(Object.keys(variables.params!)).toEqual(['Dense_0', 'Dense_1', 'Dense_2'])
    const a = new Outer().apply(variables, [x], { rngs: { noise: random.key(2) } })
    const b = new Outer().apply(variables, [x], { rngs: { noise: random.key(2) } })
    close(a, b)
    expect(np.allclose(a, new Outer().apply(variables, [x], { rngs: { noise: random.key(3) } })).item()).toBe(false)
  })

  it('takes static arguments', () => {
    class Choice extends nn.Module {
      call(y: Tensor, double: boolean): Tensor {
        return double ? y.mul(2) : y
      }
    }
    const Jitted = nn.jit(Choice, { staticArgnums: 2 })
    close(new Jitted().apply({}, [x, true]), x.mul(2))
    close(new Jitted().apply({}, [x, false]), x)
  })

  it('updates state', () => {
    const Norm = nn.jit(nn.BatchNorm)
    const model = new Norm({ useRunningAverage: false })
    const variables = model.init(key, [x])
    const plain = new nn.BatchNorm({ useRunningAverage: false })
    const [y, updated] = model.apply(variables, [x], { mutable: ['batch_stats'] })
    const [y2, updated2] = plain.apply(variables, [x], { mutable: ['batch_stats'] })
    close([y, updated], [y2, updated2])
  })
})

describe('composition', () => {
  class MLP extends nn.Module {
    call(y: Tensor): Tensor {
      return new nn.Dense({ features: 3 }).call(nn.tanh(new nn.Dense({ features: 3 }).call(y)))
    }
  }
  const variables = new MLP().init(key, [x])
  const loss = (M: typeof MLP) => (v: nn.Variables) => new M().apply(v, [x]).square().sum()
  const expected = grad(loss(MLP))(variables)

  it.each([
    ['jit', nn.jit(MLP)],
    ['remat', nn.remat(MLP)],
    ['jit of remat', nn.jit(nn.remat(MLP))],
    ['remat of jit', nn.remat(nn.jit(MLP))],
    ['foldRngs', nn.foldRngs(MLP)],
    ['mapVariables', nn.mapVariables(MLP, 'params')],
    ['vmap of jit', nn.vmap(nn.jit(MLP), { variableAxes: { params: null }, splitRngs: { params: false } })],
    ['jit of vmap', nn.jit(nn.vmap(MLP, { variableAxes: { params: null }, splitRngs: { params: false } }))],
  ])('%s has the values and gradients of the plain module', (_, Lifted) => {
    close(new Lifted().apply(variables, [x]), new MLP().apply(variables, [x]))
    close(grad(loss(Lifted))(variables), expected)
    close(jit(grad(loss(Lifted)))(variables), expected)
  })

  it('stands inside pure transformations', () => {
    const batched = vmap((y: Tensor) => new (nn.jit(MLP))().apply(variables, [y]))(x)
    close(batched, new MLP().apply(variables, [x]))
    const init = jit((k: Tensor) => new MLP().init(k, [x]))
    close(init(key), variables)
  })

  it('a scan is its unrolling', () => {
    class Step extends nn.Module {
      call(c: Tensor, y: Tensor): readonly [Tensor, Tensor] {
        const h = nn.tanh(new nn.Dense({ features: 3 }).call(c).add(y))
        return [h, h.mul(2)]
      }
    }
    const xs = random.normal(random.key(3), [4, 3])
    const c = np.zeros([3])
    const Shared = nn.scan(Step, { variableBroadcast: 'params', splitRngs: { params: false } })
    const shared = new Shared().init(key, [c, xs])
    const loop = (v: nn.Variables): readonly [Tensor, Tensor] => {
      const ys: Tensor[] = []
      let carry = c
      for (const y of xs) {
        const [next, out] = new Step().apply(v, [carry, y])
        carry = next
        ys.push(out)
      }
      return [carry, np.stack(ys)]
    }
    close(new Shared().apply(shared, [c, xs]), loop(shared))
    const total = (f: (v: nn.Variables) => readonly [Tensor, Tensor]) => (v: nn.Variables) => f(v)[1].square().sum()
    close(grad(total((v) => new Shared().apply(v, [c, xs])))(shared), grad(total(loop))(shared))
    const Layers = nn.scan(Step, { variableAxes: { params: 0 }, splitRngs: { params: true } })
    expect(shapes(new Layers().init(key, [c, xs]))).toEqual({ params: { Dense_0: { bias: '4,3', kernel: '4,3,3' } } })
  })
})

describe('functions of a module', () => {
  it('may take a method', () => {
    class Model extends nn.Module {
      declare layer: nn.Dense
      setup(): void {
        this.layer = new nn.Dense({ features: 3 })
      }
      call(y: Tensor): Tensor {
        return nn.remat((m: Model, z: Tensor) => m.encode(z))(this, y)
      }
      encode(y: Tensor): Tensor {
        return nn.relu(this.layer.call(y))
      }
    }
    const variables = new Model().init(key, [x])
    close(new Model().apply(variables, [x]), new Model().apply(variables, [x], { method: 'encode' }))
  })

  it('may take a tree of modules, and variables among the arguments', () => {
    class Model extends nn.Module {
      call(y: Tensor): Tensor {
        const ends = { a: new nn.Dense({ features: 3 }), b: new nn.Dense({ features: 3 }) }
        const n = this.variable('state', 'n', () => np.zeros([]))
        const run = nn.remat((m: typeof ends, z: Tensor, count: nn.Variable<Tensor>) => {
          count.value = count.value.add(1)
          return m.b.call(m.a.call(z))
        })
        return run(ends, y, n)
      }
    }
    const variables = new Model().init(key, [x])
    expect(paths(variables)).toEqual([
      'params/Dense_0/bias',
      'params/Dense_0/kernel',
      'params/Dense_1/bias',
      'params/Dense_1/kernel',
      'state/n',
    ])
    const [y, { state }] = new Model().apply(variables, [x], { mutable: 'state' })
    expect((state!.n as Tensor).item()).toBe(2)
    expect(y.shape).toEqual([2, 3])
  })

  it('differentiates by arguments and variables', () => {
    class Model extends nn.Module {
      call(y: Tensor): readonly unknown[] {
        const layer = new nn.Dense({ features: 1 })
        const f = (m: nn.Dense, z: Tensor): Tensor => m.call(z).square().sum()
        const [value, [byValue]] = nn.valueAndGrad(f, layer, [y])
        const [byGrad] = nn.grad(f, layer, [y])
        const [[byAux], aux] = nn.grad((m: nn.Dense, z: Tensor) => [f(m, z), z] as const, layer, [y], { hasAux: true })
        const [out, backward] = nn.vjp(f, layer, [y])
        const [params, byVjp] = backward(np.ones([]))
        return [value, byValue, byGrad, byAux, aux, out, byVjp, params]
      }
    }
    const variables = new Model().init(key, [x])
    const [value, byValue, byGrad, byAux, aux, out, byVjp, params] = new Model().apply(variables, [x])
    const dense = { params: (variables.params as unknown as { Dense_0: nn.Variables['params'] }).Dense_0! }
    const f = (v: object, y: Tensor): Tensor => new nn.Dense({ features: 1 }).apply(v, [y]).square().sum()
    close([value, out], [f(dense, x), f(dense, x)])
    for (const g of [byValue, byGrad, byAux, byVjp]) close(g, grad((y: Tensor) => f(dense, y))(x))
    close(aux, x)
    close(params, grad((v: typeof dense) => f(v, x))(dense))
  })

  it('a derivative by a module with modules in its props', () => {
    class Holder extends nn.Module<{ layer: nn.Dense }> {
      call(y: Tensor): Tensor {
        return this.props.layer.call(y).mul(this.param('scale', nn.ones, []))
      }
    }
    class Model extends nn.Module<{ together: boolean }> {
      call(y: Tensor): unknown {
        const layer = new nn.Dense({ features: 1 })
        const holder = new Holder({ layer })
        const [, backward] = this.props.together
          ? nn.vjp(([m]: readonly [Holder, nn.Dense], z: Tensor) => m.call(z).sum(), [holder, layer] as const, [y])
          : nn.vjp((m: Holder, z: Tensor) => m.call(z).sum(), holder, [y])
        return backward(np.ones([]))[0]
      }
    }
    expect(() => new Model({ together: false }).init(key, [x])).toThrow(nn.HeldModuleError)
    const variables = new Model({ together: true }).init(key, [x])
    expect(shapes(new Model({ together: true }).apply(variables, [x]) as object)).toEqual([
      { params: { scale: '' } },
      { params: { kernel: [x.shape.at(-1), 1].join(), bias: '1' } },
    ])
  })
})
