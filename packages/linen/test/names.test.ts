// Names: which are taken, which submodules of a prop get, and how sharing by reference shows in them.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)
const dense = (features: number, name?: string): nn.Dense => new nn.Dense({ features, useBias: false, name })
const ones = (...shape: number[]): Tensor => np.ones(shape)

class Bias extends nn.Module {
  call(x: Tensor): Tensor {
    return x.add(this.param('p', nn.ones, x.shape))
  }
}

describe('a name that is taken', () => {
  const bias = (m: nn.Module): Tensor => m.param('bias', nn.ones, [1])
  class InSetup extends nn.Module {
    declare first: Tensor
    setup(): void {
      this.first = bias(this)
    }
  }
  const cases: Readonly<Record<string, readonly [nn.ModuleClass<nn.Module & { call: () => unknown }>, RegExp]>> = {
    'a parameter of setup, again in the call': [
      class extends InSetup {
        call(): Tensor {
          return bias(this)
        }
      },
      /cannot create parameter "bias" in scope "\/": the name is in use \(share one submodule by reference, or give another name\)/,
    ],
    'a parameter twice in the call': [
      class extends nn.Module {
        call(): Tensor {
          return bias(this).add(bias(this))
        }
      },
      /"bias"/,
    ],
    'a parameter twice in setup': [
      class extends nn.Module {
        declare first: Tensor
        declare second: Tensor
        setup(): void {
          this.first = bias(this)
          this.second = bias(this)
        }
        call(): void {}
      },
      /"bias"/,
    ],
    'a parameter of setup, again as a submodule there': [
      class extends InSetup {
        declare bias: nn.Module
        override setup(): void {
          super.setup()
          this.bias = new Bias()
        }
        call(): void {}
      },
      /"bias"/,
    ],
    'a parameter of setup, again as a submodule in the call': [
      class extends InSetup {
        call(): Tensor {
          return new Bias({ name: 'bias' }).call(ones(1))
        }
      },
      /cannot create submodule "bias" in scope "\/"/,
    ],
    'a submodule of setup, again as a parameter in the call': [
      class extends nn.Module {
        declare bias: nn.Module
        setup(): void {
          this.bias = new Bias()
        }
        call(): Tensor {
          return bias(this)
        }
      },
      /"bias"/,
    ],
    'a variable twice, in one collection': [
      class extends nn.Module {
        call(): void {
          for (const collection of ['col1', 'col2', 'col1']) this.variable(collection, 'v', () => ones(1))
        }
      },
      /cannot create variable in "col1" named "v" in scope "\/"/,
    ],
  }
  test.each(Object.entries(cases))('%s', (_, [Class, message]) => {
    const run = (): unknown => (new Class() as nn.Module & { call: () => unknown }).init(key, [])
    expect(run).toThrow(nn.NameInUseError)
    expect(run).toThrow(message)
  })

  test('variables of two collections may have one name, and an attribute or static of the class too', () => {
    class Foo extends nn.Module {
      static readonly v = 0
      v = 1
      call(): Tensor {
        const [a, b] = ['col1', 'col2'].map((c) => this.variable(c, 'v', () => ones(1)))
        return a!.value.add(b!.value).add(this.param('dummy', nn.ones, [1]))
      }
    }
    const [y, variables] = new Foo().initWithOutput(key, [])
    expect([y.toArray(), shapes(variables)]).toEqual([[3], { col1: { v: [1] }, col2: { v: [1] }, params: { dummy: [1] } }])
  })
})

describe('modules in props', () => {
  test('one made in setup and given to another is a submodule of that', () => {
    class B extends nn.Module<{ foo: nn.Dense }> {
      call(x: Tensor): Tensor {
        return this.props.foo.call(x)
      }
    }
    class A extends nn.Module {
      declare b: B
      setup(): void {
        this.b = new B({ foo: dense(2) })
      }
      call(x: Tensor): Tensor {
        return this.b.call(x)
      }
    }
    expect(shapes(new A().init(key, [ones(1)]))).toEqual({ params: { b: { foo: { kernel: [1, 2] } } } })
  })

  test('one from outside that setup assigns is named by the attribute; the original stays as it was', () => {
    const outside = dense(2)
    class B extends nn.Module {
      declare foo: nn.Dense
      setup(): void {
        this.foo = outside
      }
      call(x: Tensor): Tensor {
        return this.foo.call(x)
      }
    }
    expect(shapes(new B().init(key, [ones(1)]))).toEqual({ params: { foo: { kernel: [1, 2] } } })
    expect([outside.name, outside.scope, outside.parent]).toEqual([undefined, undefined, null])
  })

  test('of a model, with submodules of their own', () => {
    class Encoder extends nn.Module<{ layers: number; width: number }> {
      declare layers: readonly nn.Dense[]
      setup(): void {
        this.layers = Array.from({ length: this.props.layers }, () => dense(this.props.width))
      }
      call(x: Tensor): Tensor {
        return this.layers.reduce((h, layer) => nn.relu(layer.call(h)), x)
      }
    }
    class Model extends nn.Module<{ encoder: Encoder; outputs: number }> {
      declare out: nn.Dense
      setup(): void {
        this.out = dense(this.props.outputs)
      }
      call(x: Tensor): Tensor {
        return this.out.call(this.props.encoder.call(x))
      }
    }
    const model = new Model({ encoder: new Encoder({ layers: 1, width: 8 }), outputs: 5 })
    const x = random.uniform(key, [4, 4])
    const variables = model.init(key, [x])
    expect(shapes(variables)).toEqual({ params: { encoder: { layers_0: { kernel: [4, 8] } }, out: { kernel: [8, 5] } } })
    expect(model.apply(variables, [x]).shape).toEqual([4, 5])
  })

  class Counted extends nn.Module {
    call(x: Tensor): Tensor {
      const counter = this.variable('counter', 'i', () => np.zeros([]))
      counter.value = counter.value.add(1)
      return dense(x.shape.at(-1)!).call(x)
    }
  }
  class Tree extends nn.Module<{ A: Readonly<Record<'bar' | 'baz' | 'foo', Counted>> }> {
    call(x: Tensor): Tensor {
      const { foo, bar, baz } = this.props.A
      return [foo, bar, baz].reduce((y, m) => m.call(y), x)
    }
  }
  const counters = (tree: Tree): unknown => {
    const x = ones(2, 2)
    const [, after] = tree.apply(tree.init(key, [x]), [x], { mutable: 'counter' })
    return after
  }

  test('a tree of them: each named by its way', () => {
    const counts = counters(new Tree({ A: { foo: new Counted(), bar: new Counted(), baz: new Counted() } })) as { counter: object }
    expect(tree.map((t: Tensor) => t.item(), counts)).toEqual({ counter: { A_bar: { i: 2 }, A_baz: { i: 2 }, A_foo: { i: 2 } } })
  })

  test('one module in several places of a tree: one submodule, named by the first key in order', () => {
    const a = new Counted()
    const counts = counters(new Tree({ A: { foo: a, bar: a, baz: a } })) as { counter: object }
    expect(tree.map((t: Tensor) => t.item(), counts)).toEqual({ counter: { A_bar: { i: 6 } } })
  })

  test('one that is in a prop of the model and of another prop: a submodule of the model', () => {
    class A extends nn.Module {
      call(x: Tensor): Tensor {
        return dense(2).call(x)
      }
    }
    class B extends nn.Module<{ a: A }> {
      call(x: Tensor): Tensor {
        return dense(2).call(x).add(this.props.a.call(x))
      }
    }
    class C extends nn.Module<{ a: A; b: B }> {
      call(x: Tensor): Tensor {
        return dense(2).call(x).add(this.props.b.call(x)).add(this.props.a.call(x))
      }
    }
    const a = new A()
    const kernel = { Dense_0: { kernel: [2, 2] } }
    expect(shapes(new C({ a, b: new B({ a }) }).init(key, [ones(2, 2)]))).toEqual({ params: { ...kernel, a: kernel, b: kernel } })
  })

  test('one in props of two others: a submodule of the first, found by either alone', () => {
    class Shared extends nn.Module {
      call(x: Tensor): Tensor {
        return dense(1).call(x)
      }
    }
    class Holder extends nn.Module<{ shared: Shared }> {
      call(x: Tensor): Tensor {
        return this.props.shared.call(x)
      }
    }
    class Pair extends nn.Module<{ a: Holder; b: Holder }> {
      call(x: Tensor): Tensor {
        return this.props.a.call(x).add(this.props.b.call(x))
      }
      runA(x: Tensor): Tensor {
        return this.props.a.call(x)
      }
      runB(x: Tensor): Tensor {
        return this.props.b.call(x)
      }
    }
    const shared = new Shared()
    const module = new Pair({ a: new Holder({ shared }), b: new Holder({ shared }) })
    const x = ones(1)
    const variables = module.init(key, [x])
    expect(shapes(variables)).toEqual({ params: { a: { shared: { Dense_0: { kernel: [1, 1] } } } } })
    const [a, b] = [module.apply(variables, [x], { method: 'runA' }), module.apply(variables, [x], { method: 'runB' })]
    expect(a.toArray()).toEqual(b.toArray())
    expect(module.apply(variables, [x]).toArray()).toEqual(a.add(b).toArray())
  })

  test('one in a prop of a module in a prop, of a module that setup makes', () => {
    class Baz extends nn.Module<{ a: number }> {
      declare b: Tensor
      setup(): void {
        this.b = this.param('b', () => np.array(2))
      }
      call(x: Tensor): Tensor {
        return this.b.mul(this.props.a).add(x)
      }
    }
    class Bar extends nn.Module<{ baz: Baz }> {}
    class Foo extends nn.Module {
      declare bar: Bar
      setup(): void {
        this.bar = new Bar({ baz: new Baz({ a: 1 }) })
      }
      call(x: Tensor): Tensor {
        return this.bar.props.baz.call(x)
      }
    }
    const [y, variables] = new Foo().initWithOutput(key, [np.array(1)])
    expect([y.item(), shapes(variables)]).toEqual([3, { params: { bar: { baz: { b: [] } } } }])
  })

  test('a layer of a Sequential may be called alone', () => {
    class Foo extends nn.Module {
      declare seq: nn.Sequential
      setup(): void {
        this.seq = new nn.Sequential({ layers: Array.from({ length: 10 }, () => dense(10)) })
      }
      call(x: Tensor): Tensor {
        return (this.seq.props.layers[0] as nn.Dense).call(x)
      }
    }
    expect(shapes(new Foo().init(key, [ones(1, 10)]))).toEqual({ params: { seq: { layers_0: { kernel: [10, 10] } } } })
  })
})

describe('names of modules in props', () => {
  class Bar extends nn.Module<{ sub: Bias }> {
    call(x: Tensor): Tensor {
      return this.props.sub.call(x)
    }
  }
  class Keeper extends Bar {
    static readonly preserveAdoptedNames: boolean = true
  }
  const names = (module: nn.Module & { call: (x: Tensor) => unknown }): readonly string[] => {
    const x = np.zeros([1])
    const variables = module.init(key, [x])
    module.apply(variables, [x])
    return Object.keys(variables.params!)
  }

  test('that of the prop, even where the module has one', () => {
    expect(names(new Bar({ sub: new Bias({ name: 'foo' }) }))).toEqual(['sub'])
    class Off extends Keeper {
      static override readonly preserveAdoptedNames: boolean = false
    }
    expect(names(new Off({ sub: new Bias({ name: 'foo' }) }))).toEqual(['sub'])
  })

  test('their own, where the class says so: if they have one', () => {
    expect(names(new Keeper({ sub: new Bias({ name: 'foo' }) }))).toEqual(['foo'])
    expect(names(new Keeper({ sub: new Bias() }))).toEqual(['sub'])
  })

  test('their own on each level', () => {
    class Outer extends nn.Module<{ sub: Keeper }> {
      static readonly preserveAdoptedNames = true
      call(x: Tensor): Tensor {
        return this.props.sub.call(x)
      }
    }
    const variables = new Outer({ sub: new Keeper({ sub: new Bias({ name: 'foo' }), name: 'bar' }) }).init(key, [ones(1)])
    expect(shapes(variables)).toEqual({ params: { bar: { foo: { p: [1] } } } })
  })

  test('two of one name are refused', () => {
    class Two extends nn.Module<{ sub1: Bias; sub2: Bias }> {
      static readonly preserveAdoptedNames = true
      call(x: Tensor): Tensor {
        return this.props.sub1.call(x)
      }
    }
    const two = new Two({ sub1: new Bias({ name: 'foo' }), sub2: new Bias({ name: 'foo' }) })
    expect(() => two.init(key, [ones(1)])).toThrow(nn.NameInUseError)
  })
})

describe('variables that another build has named', () => {
  class Inner extends nn.Module {
    call(x: Tensor): Tensor {
      return new nn.Dense({ features: 2 }).call(x)
    }
  }
  class Outer extends nn.Module {
    call(x: Tensor): Tensor {
      return new Inner().call(x)
    }
  }
  const x = np.ones([1, 3])
  const apply = (params: Record<string, unknown>) => () => new Outer().apply({ params } as never, [x])
  const { Inner_0: inner } = new Outer().init(random.key(0), [x]).params as Record<string, unknown>

  test('are named, with what a minifier does', () => {
    expect(apply({ kL_0: inner })).toThrow(
      /Inner_0\/Dense_0.*has \[?"?kL_0.* and no "Inner_0".*Minifiers rename classes.*@heddle\/linen\/vite/,
    )
  })
  test('are named, without it where names are whole', () => {
    expect(apply({ Encoder_0: inner })).toThrow(/Encoder_0.* and no "Inner_0"/)
    expect(apply({ Encoder_0: inner })).not.toThrow(/Minifiers/)
  })
})
