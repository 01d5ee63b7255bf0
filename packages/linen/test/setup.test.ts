// setup: what attributes may hold, how submodules in them are named, when it runs, and what freezes afterwards.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)
const dense = (features: number): nn.Dense => new nn.Dense({ features, useBias: false })

describe('attributes', () => {
  test('an object of modules: the keys are in the names', () => {
    class MLP extends nn.Module {
      declare lyrs1: { readonly a: nn.Dense; readonly b: nn.Dense }
      declare lyrs2: readonly nn.Dense[]
      setup(): void {
        this.lyrs1 = { a: dense(3), b: dense(3) }
        this.lyrs2 = [dense(3), dense(3)]
      }
      call(x: Tensor): Tensor {
        return this.lyrs1.b.call(this.lyrs1.a.call(x))
      }
    }
    expect(shapes(new MLP().init(key, [np.ones([10])]))).toEqual({ params: { lyrs1_a: { kernel: [10, 3] }, lyrs1_b: { kernel: [3, 3] } } })
  })

  test('keys that are no identifiers are in the names as they are', () => {
    class Foo extends nn.Module {
      declare a: Readonly<Record<string, nn.Dense>>
      setup(): void {
        this.a = { '(1, 2)': dense(2) }
      }
      call(x: Tensor): Tensor {
        return this.a['(1, 2)']!.call(x)
      }
    }
    expect(shapes(new Foo().init(key, [np.ones([1, 3])]))).toEqual({ params: { 'a_(1, 2)': { kernel: [3, 2] } } })
  })

  test('objects without modules stay as they are, with numbers for keys and maps too', () => {
    const map = new Map([[1, 2]])
    class Foo extends nn.Module<{ table: Readonly<Record<number, number>>; map: ReadonlyMap<number, number> }> {
      declare own: ReadonlyMap<number, number>
      setup(): void {
        this.own = map
      }
      call(i: number): readonly unknown[] {
        return [this.props.table[i], this.props.map.get(i), this.own.get(i), this.own === map]
      }
    }
    const foo = new Foo({ table: { 1: 2 }, map })
    expect(foo.apply(foo.init(key, [1]), [1])).toEqual([2, 2, 2, true])
  })

  test('empty arrays and objects', () => {
    class Foo extends nn.Module<{ bar: object }> {
      declare none: readonly nn.Dense[]
      setup(): void {
        this.none = []
      }
      call(): readonly unknown[] {
        return [this.props.bar, this.none]
      }
    }
    expect(new Foo({ bar: { a: [], b: {} } }).apply({}, [])).toEqual([{ a: [], b: {} }, []])
  })

  test('functions among modules: each module has the number of its place', () => {
    class Mixed extends nn.Module {
      declare layers: readonly (nn.Dense | typeof nn.relu)[]
      setup(): void {
        this.layers = [dense(10), nn.relu, dense(10)]
      }
      call(x: Tensor): Tensor {
        return this.layers.reduce<Tensor>((y, layer) => (nn.isModule(layer) ? (layer as nn.Dense).call(y) : layer(y)), x)
      }
    }
    const x = random.uniform(key, [5, 5])
    const variables = new Mixed().init(key, [x])
    const { layers_0: first, layers_2: last } = variables.params as unknown as Record<string, { kernel: Tensor }>
    expect(Object.keys(variables.params!)).toEqual(['layers_0', 'layers_2'])
    expect(new Mixed().apply(variables, [x]).toArray()).toEqual(nn.relu(x.dot(first!.kernel)).dot(last!.kernel).toArray())
  })

  test('objects in objects: the whole way is in the name', () => {
    class Deep extends nn.Module {
      declare x: { readonly a: number; readonly b: { readonly c: nn.Dense; readonly d: typeof nn.relu; readonly e: readonly nn.Dense[] } }
      setup(): void {
        this.x = { a: 1, b: { c: dense(2), d: nn.relu, e: [dense(3)] } }
      }
      call(y: Tensor): Tensor {
        const { c, d, e } = this.x.b
        return e[0]!.call(d(c.call(y)))
      }
    }
    expect(shapes(new Deep().init(key, [np.ones([1])]))).toEqual({ params: { x_b_c: { kernel: [1, 2] }, x_b_e_0: { kernel: [2, 3] } } })
  })

  test('arrays and objects with modules are frozen', () => {
    class Foo extends nn.Module {
      declare list: nn.Dense[]
      declare table: Record<string, nn.Dense>
      setup(): void {
        this.list = [dense(1)]
        this.table = { a: dense(1) }
      }
      call(): void {
        expect([Object.isFrozen(this.list), Object.isFrozen(this.table)]).toEqual([true, true])
        this.list.push(dense(2))
      }
    }
    expect(() => new Foo().init(key, [])).toThrow(TypeError)
  })

  test('an attribute with a module and a type only', () => {
    class Foo extends nn.Module {
      declare bar: nn.Dense
      setup(): void {
        this.bar = dense(3)
      }
      call(x: Tensor): Tensor {
        return this.bar.call(x)
      }
    }
    expect(shapes(new Foo().init(key, [np.ones([2])]))).toEqual({ params: { bar: { kernel: [2, 3] } } })
  })

  test('names of parameters and of the arrays or objects that they are in may differ', () => {
    class Foo extends nn.Module {
      declare list: readonly Tensor[]
      declare table: Readonly<Record<string, Tensor>>
      setup(): void {
        this.list = [0, 1].map((i) => this.param(`bias_${i}`, nn.ones, [1]))
        this.table = Object.fromEntries([0, 1].map((i) => [i, this.param(`scale_${i}`, nn.ones, [1])]))
      }
      call(x: Tensor): Tensor {
        return x.add(this.list[0]!).add(this.table['0']!)
      }
    }
    const [y, { params }] = new Foo().initWithOutput(key, [np.array([1])])
    expect([y.toArray(), Object.keys(params!)]).toEqual([[3], ['bias_0', 'bias_1', 'scale_0', 'scale_1']])
  })
})

describe('when it runs', () => {
  class A extends nn.Module {
    declare d: nn.Dense
    setup(): void {
      this.d = dense(2)
    }
    call(x: Tensor): Tensor {
      return this.d.call(x)
    }
  }

  test('before the first attribute of a submodule is read', () => {
    class B extends nn.Module {
      declare a: A
      setup(): void {
        this.a = new A()
      }
      call(x: Tensor): readonly Tensor[] {
        return [this.a.d.call(x), this.a.call(x)]
      }
    }
    const [[y1, y2], variables] = new B().initWithOutput(key, [np.ones([2])])
    expect(y1!.toArray()).toEqual(y2!.toArray())
    expect(shapes(variables)).toEqual({ params: { a: { d: { kernel: [2, 2] } } } })
  })

  test('before a method that is no entry point, of a module in a prop', () => {
    class P extends nn.Module {
      declare p1: Tensor
      setup(): void {
        this.p1 = this.param('p1', nn.ones, [2])
      }
      plus(x: Tensor): Tensor {
        return this.p1.add(x)
      }
    }
    class Q extends nn.Module<{ b: P }> {
      call(x: Tensor): Tensor {
        return this.props.b.plus(x)
      }
    }
    const q = new Q({ b: new P() })
    const variables = nn.init((m: Q, x: Tensor) => m.call(x), q)(key, np.zeros([2]))
    expect(
      nn
        .apply((m: Q, x: Tensor) => m.props.b.plus(x), q)(variables, np.zeros([2]))
        .toArray(),
    ).toEqual([1, 1])
  })

  test('before a getter reads what it makes', () => {
    class Foo extends nn.Module {
      declare scale: Tensor
      get twice(): Tensor {
        return this.scale.mul(2)
      }
      setup(): void {
        this.scale = this.param('scale', nn.ones, [1])
      }
    }
    const foo = new Foo()
    const variables = foo.init(key, [], { method: (m) => m.twice })
    expect(foo.apply(variables, [], { method: (m) => m.twice }).toArray()).toEqual([2])
  })

  test('not to hide what goes wrong in a getter', () => {
    class Foo extends nn.Module {
      declare nothing: { readonly x: number }
      get broken(): number {
        return this.nothing.x
      }
      call(): number {
        return this.broken
      }
    }
    expect(() => new Foo().apply({}, [])).toThrow(/Cannot read properties of undefined \(reading 'x'\)/)
  })

  test('not for a module without variables, nor for one that has no attribute or prop yet', () => {
    const setup = vi.fn()
    class Quiet extends nn.Module {
      setup(): void {
        setup()
      }
      test(): number {
        return 1
      }
    }
    expect(new Quiet().test()).toBe(1)
    expect(setup).not.toHaveBeenCalled()
    class Late extends nn.Module {
      declare b: A
      setup(): void {
        const b = new A()
        expect(() => b.d).toThrow('A is not bound, so it has no attribute "d" yet, which setup() makes')
        this.b = b
      }
      call(x: Tensor): Tensor {
        return this.b.d.call(x)
      }
    }
    expect(shapes(new Late().init(key, [np.ones([2])]))).toEqual({ params: { b: { d: { kernel: [2, 2] } } } })
  })

  test('a method of a module without variables that needs an attribute of setup says so', () => {
    class Foo extends nn.Module {
      declare foo: number
      setup(): void {
        this.foo = 2
      }
      bar(): number {
        return this.foo
      }
    }
    expect(() => new Foo().bar()).toThrow(nn.UnboundModuleError)
    expect(new Foo().apply({}, [], { method: 'bar' })).toBe(2)
  })

  test('in a class that extends another, with that of the other first', () => {
    class Base extends nn.Module {
      declare a: nn.Dense
      setup(): void {
        this.a = dense(4)
      }
    }
    class Derived extends Base {
      declare b: nn.Dense
      override setup(): void {
        super.setup()
        this.b = dense(3)
      }
      call(x: Tensor): Tensor {
        return this.b.call(this.a.call(x))
      }
    }
    const x = np.ones([4, 7])
    expect(new Derived().apply(new Derived().init(key, [x]), [x]).shape).toEqual([4, 3])
  })
})

describe('what freezes', () => {
  test.each([
    [
      'an attribute of setup, changed in a method',
      class extends nn.Module {
        i = 0
        setup(): void {
          this.i = 1
        }
        call(): void {
          this.i = 2
        }
      },
      TypeError,
      /read only property 'i'/,
    ],
    [
      'a new attribute',
      class Foo extends nn.Module {
        call(): void {
          Object.assign(this, { i: 2 })
        }
      },
      nn.SetAttributeFrozenModuleError,
      /can't set "i" of a Foo: a module is frozen outside of setup\(\) \(set it in setup/,
    ],
    [
      'an attribute of a submodule',
      class Foo extends nn.Module {
        call(): void {
          const layer = dense(10)
          layer.call(np.ones([1]))
          Object.assign(layer, { features: 20 })
        }
      },
      nn.SetAttributeFrozenModuleError,
      /can't set "features" of a Dense at \/Dense_0/,
    ],
    [
      'props of a submodule',
      class Foo extends nn.Module {
        call(): void {
          Object.assign(dense(10), { props: { features: 20 } })
        }
      },
      nn.SetAttributeFrozenModuleError,
      /can't set "props" of a Dense at \/Dense_0/,
    ],
    [
      'one prop',
      class Foo extends nn.Module {
        call(): void {
          Object.assign(dense(10).props, { features: 20 })
        }
      },
      TypeError,
      /read only property 'features'/,
    ],
    [
      'props in setup',
      class Foo extends nn.Module<{ a?: number }> {
        setup(): void {
          Object.assign(this, { props: { a: 1 } })
        }
        call(): void {}
      },
      nn.SetAttributeInModuleSetupError,
      /can't set "props" of a Foo in setup\(\)/,
    ],
  ] as const)('%s', (_, Foo, error, message) => {
    const run = (): unknown => (new Foo({}) as nn.Module & { call: () => void }).init(key, [])
    expect(run).toThrow(error)
    expect(run).toThrow(message)
  })

  test('a constructor may keep more than props', () => {
    class Foo extends nn.Module<{ love?: number }> {
      readonly hate: number
      constructor(props: { love?: number } = {}) {
        super({ love: 99, ...props })
        this.hate = 100 - this.props.love!
      }
      call(): number {
        return this.hate
      }
    }
    expect([new Foo().hate, new Foo({ love: 1 }).hate, new Foo({ love: 1 }).apply({}, [])]).toEqual([1, 99, 99])
    expect(new Foo({ love: 1 }).clone({ love: 2 }).hate).toBe(98)
  })

  test('a constructor that does not call that of Module makes no module', () => {
    class Foo extends nn.Module {
      // @ts-expect-error a derived class must call super
      // oxlint-disable-next-line constructor-super
      constructor() {}
    }
    expect(() => new Foo()).toThrow(ReferenceError)
  })
})
