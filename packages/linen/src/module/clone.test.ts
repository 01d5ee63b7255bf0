// Modules bound to variables and set free again, cloned, copied, compared, and shown as text.
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)
const values = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.toArray(), variables)
const ones = (...shape: number[]): Tensor => np.ones(shape)
const dense = (features: number): nn.Dense => new nn.Dense({ features })

describe('bind and unbind', () => {
  class Foo extends nn.Module {
    declare a: nn.Dense
    declare bn: nn.BatchNorm
    declare b: nn.Dense
    setup(): void {
      this.a = dense(3)
      this.bn = new nn.BatchNorm({})
      this.b = dense(1)
    }
  }
  const f = (foo: Foo, x: Tensor): Tensor => foo.b.call(foo.a.call(x))
  const stateful = (foo: Foo, x: Tensor): Tensor => foo.b.call(foo.bn.call(foo.a.call(x), { useRunningAverage: false }))

  test('a bound module does outside of apply what it does inside', () => {
    const x = ones(4)
    const [y, variables] = nn.initWithOutput(f, new Foo())(key, x)
    expect(f(new Foo().bind(variables), x).toArray()).toEqual(y.toArray())
  })

  test('and keeps its state, in the collections that are mutable', () => {
    const x = ones(4)
    const [y1, variables] = nn.initWithOutput(stateful, new Foo())(key, x)
    const bound = new Foo().bind(variables, { mutable: 'batch_stats' })
    const y2 = stateful(bound, x)
    const [y3, after] = nn.apply(stateful, new Foo(), { mutable: 'batch_stats' })(variables, x)
    expect([y2.toArray(), y3.toArray()]).toEqual([y1.toArray(), y1.toArray()])
    expect(values(bound.variables.batch_stats!)).toEqual(values(after.batch_stats!))
    expect(() => stateful(new Foo().bind(variables), x)).toThrow(nn.ModifyScopeVariableError)
  })

  test('a submodule may be unbound: a module like it, and its variables', () => {
    class Auto extends nn.Module {
      declare encoder: nn.Dense
      declare decoder: nn.Dense
      setup(): void {
        this.encoder = dense(4)
        this.decoder = dense(2)
      }
      call(x: Tensor): Tensor {
        return this.decoder.call(this.encoder.call(x))
      }
    }
    const variables = new Auto().init(key, [ones(2)])
    const bound = new Auto().bind(variables)
    for (const [name, features] of [
      ['encoder', 4],
      ['decoder', 2],
    ] as const) {
      const [module, own] = bound[name].unbind()
      expect(module).toBeInstanceOf(nn.Dense)
      expect([module.props.features, module.scope, module.name]).toEqual([features, undefined, undefined])
      expect(values(own.params!)).toEqual(values((variables.params as Record<string, object>)[name]!))
    }
  })

  test('unbound again it equals the module that was bound', () => {
    class Nest extends nn.Module<{ sub: Nest | nn.Dense }> {
      call(x: Tensor): Tensor {
        return (this.props.sub as nn.Dense).call(dense(2).call(x))
      }
    }
    const module = new Nest({ sub: new Nest({ sub: dense(3) }) })
    const x = ones(1, 2)
    const variables = module.init(key, [x])
    const bound = module.bind(variables)
    expect(bound.call(x).toArray()).toEqual(module.apply(variables, [x]).toArray())
    const [again, same] = bound.unbind()
    expect(again.equals(module)).toBe(true)
    expect(values(same)).toEqual(values(variables))
  })

  test('layers in layers in props have scopes', () => {
    const module = new nn.Sequential({ layers: [new nn.Sequential({ layers: [dense(2), nn.relu, dense(2)] }), nn.relu, dense(2)] })
    const bound = module.bind(module.init(key, [ones(1, 3)]))
    const [first, , last] = bound.props.layers as readonly nn.Sequential[]
    const [one, , three] = first!.props.layers as readonly nn.Dense[]
    expect([one!, three!, last!].map((m) => m.path.join('/'))).toEqual(['layers_0/layers_0', 'layers_0/layers_2', 'layers_2'])
  })

  test('modules in an array in a prop may be called one by one', () => {
    class Bar extends nn.Module<{ a: number }> {
      declare b: Tensor
      setup(): void {
        this.b = this.param('b', () => np.array(1))
      }
      call(x: Tensor): Tensor {
        return this.b.mul(this.props.a).add(x)
      }
    }
    class Bars extends nn.Module<{ bars: readonly Bar[] }> {
      call(x: Tensor): Tensor {
        return this.props.bars.reduce((y, bar) => bar.call(y), x)
      }
    }
    const bound = new Bars({ bars: [new Bar({ a: 1 })] }).bind({ params: { bars_0: { b: np.array(2) } } })
    expect(bound.props.bars[0]!.scope).toBeDefined()
    expect(bound.props.bars[0]!.call(np.array(1)).item()).toBe(3)
  })

  test('with keys', () => {
    const bound = new nn.Dropout({ rate: 0.5, deterministic: false }).bind({}, { rngs: { dropout: key } })
    expect(bound.call(ones(8)).shape).toEqual([8])
  })

  test('variables that are given stay as they are', () => {
    class Counter extends nn.Module {
      call(): void {
        const n = this.variable('state', 'n', () => 0)
        n.value++
      }
    }
    const given = { state: { n: 1 } }
    const bound = new Counter().bind(given, { mutable: true })
    bound.call()
    expect([given, bound.variables]).toEqual([{ state: { n: 1 } }, { state: { n: 2 } }])
  })
})

describe('clone and copy', () => {
  class Child extends nn.Module {
    call(x: Tensor): Tensor {
      return x.dot(this.param('w', nn.zeros, [5, x.shape[1]!]))
    }
  }
  const w = { w: [5, 5] }

  test('a template may be cloned into the module that calls it', () => {
    class Parent extends nn.Module<{ layers: number; template: Child }> {
      call(x: Tensor): Tensor {
        let y = x
        for (let i = 0; i < this.props.layers; i++) y = this.props.template.clone({}, { parent: this, name: undefined }).call(y)
        return y
      }
    }
    const model = new Parent({ layers: 2, template: new Child() })
    const variables = model.init(key, [ones(32, 5)])
    expect(shapes(variables)).toEqual({ params: { Child_0: w, Child_1: w } })
    expect(model.apply(variables, [ones(32, 5)]).shape).toEqual([32, 5])
  })

  test('copies are new submodules, named by class or as asked', () => {
    class Parent extends nn.Module<{ layers: number; template: Child }> {
      call(x: Tensor): Tensor {
        const names = Array.from({ length: this.props.layers }, (_, i) => `next_layer_${i}`)
        const y = names.reduce((h) => this.props.template.copy().call(h), x)
        return names.reduce((h, name) => this.props.template.copy({}, { name }).call(h), y)
      }
    }
    const model = new Parent({ layers: 2, template: new Child() })
    expect(shapes(model.init(key, [ones(32, 5)]))).toEqual({ params: { Child_0: w, Child_1: w, next_layer_0: w, next_layer_1: w } })
  })

  test('a copy of a submodule has parameters of its own', () => {
    class Parent extends nn.Module {
      call(x: Tensor): Tensor {
        const child = dense(2)
        const y = child.call(x)
        const z = child.copy({ useBias: false }).call(y)
        return child.copy().call(z)
      }
    }
    const layer = { kernel: [2, 2], bias: [2] }
    const variables = new Parent().init(key, [ones(2, 2)])
    expect(shapes(variables)).toEqual({ params: { Dense_0: layer, Dense_1: { kernel: [2, 2] }, Dense_2: layer } })
  })

  test('a clone has the props that change, and no variables', () => {
    const bound = dense(3).bind(dense(3).init(key, [ones(2)]))
    const clone = bound.clone({ features: 5 })
    expect([clone.props, clone.scope, clone.parent]).toEqual([{ features: 5 }, undefined, null])
    expect(bound.clone({}, { name: 'other' }).name).toBe('other')
  })

  test('a clone shares the modules in its props, a copy has copies of them: one for one that is there twice', () => {
    class Pair extends nn.Module<{ a: Child; b: Child }> {}
    const shared = new Child()
    const pair = new Pair({ a: shared, b: shared })
    const [clone, copy] = [pair.clone(), pair.copy()]
    expect([clone.props.a === shared, copy.props.a === shared, copy.props.a === copy.props.b]).toEqual([true, false, true])
  })
})

describe('equality', () => {
  class Foo extends nn.Module<{ of?: unknown; other?: nn.Module }> {}
  class Bar extends nn.Module<{ of?: unknown }> {}

  test('by class, name and props: arrays, objects and modules in them by value', () => {
    const equal = (a: nn.Module, b: unknown): boolean => a.equals(b)
    expect(equal(dense(10), dense(10))).toBe(true)
    expect(equal(dense(10), dense(5))).toBe(false)
    expect(equal(new Foo({ of: [1, { a: dense(1) }] }), new Foo({ of: [1, { a: dense(1) }] }))).toBe(true)
    expect(equal(new Foo({ of: [1, { a: dense(1) }] }), new Foo({ of: [1, { a: dense(2) }] }))).toBe(false)
    expect(equal(new Foo({ of: 1, other: dense(1) }), new Foo({ other: dense(1), of: 1 }))).toBe(true)
    expect(equal(new Foo({ of: 1 }), new Bar({ of: 1 }))).toBe(false)
    expect(equal(new Foo({ name: 'a' }), new Foo({ name: 'b' }))).toBe(false)
    expect(equal(new Foo({ of: nn.relu }), new Foo({ of: nn.relu }))).toBe(true)
    expect(equal(new Foo({ of: nn.relu }), new Foo({ of: nn.tanh }))).toBe(false)
    expect([equal(new Foo(), null), equal(new Foo(), { props: {} })]).toEqual([false, false])
  })

  test('by what a class says, where it says something', () => {
    class Test extends nn.Module<{ x: number; y: number }> {
      override [tree.keyOf](): string {
        return `test ${this.props.x}`
      }
    }
    const [a, b, c] = [new Test({ x: 1, y: 2 }), new Test({ x: 1, y: 5 }), new Test({ x: 2, y: 2 })]
    expect([a.equals(b), a.equals(c)]).toEqual([true, false])
  })

  test('of modules with variables, by identity', () => {
    const [a, b] = [dense(10).bind({}), dense(10).bind({})]
    expect([a.equals(a), a.equals(b), a.equals(dense(10))]).toEqual([true, false, false])
  })

  test('a compiled program for one serves an equal one', () => {
    const run = jit((m: nn.Dense, variables: nn.Variables, x: Tensor) => m.apply(variables, [x]), { staticArgnums: 0 })
    const x = ones(2)
    const variables = dense(3).init(key, [x])
    run(dense(3), variables, x)
    run(dense(3), variables, x)
    expect(run.traceCount()).toBe(1)
    run(new nn.Dense({ features: 3, useBias: false }), variables, x)
    expect(run.traceCount()).toBe(2)
  })
})

describe('as text', () => {
  test('class, props and the submodules so far', () => {
    class MLP extends nn.Module<{ act: (x: Tensor) => Tensor; sizes: readonly number[]; of?: object }> {
      call(x: Tensor): string {
        this.props.sizes.reduce((h, features) => this.props.act(new nn.Dense({ features, dtype: 'float32' }).call(h)), x)
        return String(this)
      }
    }
    const mlp = new MLP({ act: nn.relu, sizes: [3, 2], of: { a: 'b', none: null, t: ones(2), map: new Map() } })
    const expected = `MLP(
    # props
    act = relu
    sizes = [3, 2]
    of = { a: 'b', none: null, t: float32[2], map: Map }
    # children
    Dense_0 = Dense(
        # props
        features = 3
        dtype = 'float32'
    )
    Dense_1 = Dense(
        # props
        features = 2
        dtype = 'float32'
    )
)`
    const [text, variables] = mlp.initWithOutput(key, [ones(1, 2)])
    expect(text).toBe(expected)
    expect(mlp.apply(variables, [ones(1, 2)])).toBe(expected)
    class Empty extends nn.Module {}
    expect(String(new Empty())).toBe('Empty()')
  })

  test('with props of the classes above, and defaults', () => {
    class Base<P extends { a: number } = { a: number }> extends nn.Module<P, 'a'> {
      static readonly defaultProps: object = { a: 1 }
    }
    class Foo extends Base<{ a: number; b: string }> {}
    expect(`${new Foo({ b: 'ok' })}`).toBe("Foo(\n    # props\n    a = 1\n    b = 'ok'\n)")
  })

  test('runs no setup', () => {
    let runs = 0
    class Inner extends nn.Module {
      setup(): void {
        runs++
      }
    }
    class Foo extends nn.Module<{ a: number; b: Inner }> {
      setup(): void {
        runs++
      }
      call(): void {}
    }
    const bound = new Foo({ a: 1, b: new Inner() }).bind({})
    expect(String(bound)).toContain('a = 1')
    expect(runs).toBe(0)
    bound.call()
    expect(runs).toBe(1)
  })

  test('in the console of Node', async () => {
    const { inspect } = await import('node:util')
    expect(inspect(dense(3))).toBe('Dense(\n    # props\n    features = 3\n)')
  })
})
