// Methods: which may make submodules, which init and apply may run, and what they do on a module without variables.
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { beforeAll, describe, expect, test } from 'vitest'
import * as nn from '../src/index'

beforeAll(() => setDefaultBackend(hostBackend()))

const key = random.key(0)
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape, variables)
const dense = (features: number): nn.Dense => new nn.Dense({ features, useBias: false })
const ones = (...shape: number[]): Tensor => np.ones(shape)

describe('compact', () => {
  test('several methods of a module share their names', () => {
    class Foo extends nn.Module {
      static readonly compact = ['method']
      call(x: Tensor): Tensor {
        return this.method(dense(1).call(x))
      }
      method(x: Tensor): Tensor {
        return dense(1).call(x)
      }
    }
    expect(Object.keys(new Foo().init(key, [ones(1, 1)]).params!)).toEqual(['Dense_0', 'Dense_1'])
  })

  test('a method that calls that of the class above it goes on counting', () => {
    class Foo extends nn.Module {
      call(x: Tensor): Tensor {
        return dense(4).call(x)
      }
    }
    class Bar extends Foo {
      override call(x: Tensor): Tensor {
        const y = super.call(x)
        return dense(3).call(y)
      }
    }
    const x = ones(4, 7)
    const variables = new Bar().init(key, [x])
    expect(shapes(variables)).toEqual({ params: { Dense_0: { kernel: [7, 4] }, Dense_1: { kernel: [4, 3] } } })
    expect(new Bar().apply(variables, [x]).shape).toEqual([4, 3])
  })

  test('is inherited, as a list and as call', () => {
    class Foo extends nn.Module {
      static readonly compact: readonly string[] = ['encode']
      encode(x: Tensor): Tensor {
        return dense(1).call(x)
      }
      decode(x: Tensor): Tensor {
        return x
      }
    }
    class Bar extends Foo {
      static override readonly compact = ['decode']
      override decode(x: Tensor): Tensor {
        const y = this.encode(x)
        return dense(2).call(y)
      }
    }
    expect(shapes(new Bar().init(key, [ones(1)], { method: 'decode' }))).toEqual({
      params: { Dense_0: { kernel: [1, 1] }, Dense_1: { kernel: [1, 2] } },
    })
  })

  class Forgot extends nn.Module {
    run(x: Tensor): Tensor {
      return dense(1).call(x)
    }
    explicit(x: Tensor): Tensor {
      return new nn.Dense({ features: 1 }, { parent: this }).call(x)
    }
    declares(): Tensor {
      return this.param('bias', nn.ones, [1])
    }
    keeps(): unknown {
      return this.variable('state', 'n', () => 0)
    }
  }
  class Outer extends nn.Module {
    call(use: (m: Forgot) => unknown): unknown {
      const m = new Forgot()
      use(m)
      return use(m)
    }
  }
  test.each([
    [
      'run',
      nn.AssignSubModuleError,
      /submodule Dense is made in a method of Forgot at \/Forgot_0 that is not compact \(make it in setup\(\)/,
    ],
    ['explicit', nn.AssignSubModuleError, /submodule Dense is made in a method of Forgot at \/Forgot_0/],
    ['declares', nn.DeclareVariableError, /parameter "bias" of Forgot at \/Forgot_0 is declared in a method that is not compact/],
    ['keeps', nn.DeclareVariableError, /variable "n" of Forgot at \/Forgot_0 is declared in a method that is not compact/],
  ] as const)('a method that is not: %s', (method, error, message) => {
    const run = (): unknown => new Outer().init(key, [(m: Forgot) => m[method](ones(1, 3))])
    expect(run).toThrow(error)
    expect(run).toThrow(message)
  })
})

describe('compactNameScope', () => {
  class Down extends nn.Module {
    static readonly compactNameScope: readonly string[] = ['up', 'down']
    up(x: Tensor): Tensor {
      return dense(3).call(x)
    }
    down(x: Tensor): Tensor {
      return dense(3).call(x)
    }
    call(x: Tensor): Tensor {
      return this.up(x).add(this.down(x))
    }
  }
  class Also extends Down {
    override call(x: Tensor): Tensor {
      return super.call(x).add(dense(3).call(x))
    }
  }
  const scoped = { up: { Dense_0: { kernel: [2, 3] } }, down: { Dense_0: { kernel: [2, 3] } } }
  test.each([
    ['beside submodules of a compact method', Also, { ...scoped, Dense_0: { kernel: [2, 3] } }],
    ['alone', Down, scoped],
  ])('names submodules under the method: %s', (_, Class, expected) => {
    const x = ones(1, 2)
    const m = new Class()
    const variables = m.init(key, [x])
    expect(shapes(variables)).toEqual({ params: expected })
    const y = [m.apply(variables, [x]), m.apply(variables, [x], { method: 'up' }), m.apply(variables, [x], { method: 'down' })]
    expect(y.map((t) => t.shape)).toEqual([
      [1, 3],
      [1, 3],
      [1, 3],
    ])
    const { params } = variables as unknown as { params: Record<'up' | 'down', { Dense_0: { kernel: Tensor } }> }
    expect(y[1]!.toArray()).toEqual(x.dot(params.up.Dense_0.kernel).toArray())
    expect(y[2]!.toArray()).toEqual(x.dot(params.down.Dense_0.kernel).toArray())
  })

  test('called again, and inside of each other', () => {
    class Nested extends nn.Module {
      static readonly compactNameScope = ['outer', 'inner']
      outer(x: Tensor): Tensor {
        return this.inner(dense(2).call(x))
      }
      inner(x: Tensor): Tensor {
        return dense(2).call(x)
      }
      call(x: Tensor): Tensor {
        return this.outer(this.outer(x))
      }
    }
    expect(shapes(new Nested().init(key, [ones(2)]))).toEqual({
      params: { outer: { Dense_0: { kernel: [2, 2] } }, inner: { Dense_0: { kernel: [2, 2] } } },
    })
  })

  test('may be overridden, and call what it overrides', () => {
    class More extends Down {
      override up(x: Tensor): Tensor {
        const y = super.up(x)
        return dense(4).call(y)
      }
      override call(x: Tensor): Tensor {
        return this.up(x)
      }
    }
    expect(shapes(new More().init(key, [ones(2)]))).toEqual({
      params: { up: { Dense_0: { kernel: [2, 3] }, Dense_1: { kernel: [3, 4] } } },
    })
  })

  test('in a module that is transformed', () => {
    const Mapped = nn.vmap(Down, { variableAxes: { params: 0 }, splitRngs: { params: true } })
    const nested = { Dense_0: { kernel: [5, 2, 3] } }
    const variables = new Mapped().init(key, [ones(5, 2)])
    expect(shapes(variables)).toEqual({ params: { up: nested, down: nested } })
    expect(new Mapped().apply(variables, [ones(5, 2)]).shape).toEqual([5, 3])
    const jitted = new (nn.jit(Down))().init(key, [ones(1, 2)])
    expect(shapes(jitted)).toEqual({ params: scoped })
  })

  test('of a module without variables', () => {
    expect(() => new Down().up(ones(2))).toThrow(nn.CallCompactUnboundModuleError)
  })
})

describe('the method of init and apply', () => {
  class Foo extends nn.Module<{ bar: nn.Dense; notCallable?: number }> {
    declare sub: nn.Dense
    setup(): void {
      this.sub = dense(2)
    }
    call(x: Tensor): Tensor {
      return this.props.bar.call(x)
    }
    test(): string {
      return `test ${this.props.notCallable}`
    }
  }
  const foo = new Foo({ bar: dense(3), notCallable: 1 })

  test('by name, as a method of the class or of an instance, and as a function of the module', () => {
    expect(foo.apply({}, [], { method: 'test' })).toBe('test 1')
    expect(foo.apply({}, [], { method: Foo.prototype.test })).toBe('test 1')
    expect(foo.apply({}, [], { method: foo.test })).toBe('test 1')
    expect(foo.apply({}, [], { method: (m: Foo) => m.test() })).toBe('test 1')
    expect(foo.apply({}, [], { method: (m: Foo) => m })).toBeInstanceOf(Foo)
    expect(foo.init(key, [], { method: 'test' })).toEqual({})
    expect(foo.init(key, [], { method: Foo.prototype.test })).toEqual({})
  })

  test('a submodule by the name of its prop or attribute', () => {
    const x = ones(3)
    expect(shapes(foo.init(key, [x], { method: 'bar' }))).toEqual({ params: { bar: { kernel: [3, 3] } } })
    expect(shapes(foo.init(key, [x], { method: 'sub' }))).toEqual({ params: { sub: { kernel: [3, 2] } } })
    const variables = foo.init(key, [x])
    expect(foo.apply(variables, [x], { method: 'bar' }).toArray()).toEqual(foo.apply(variables, [x]).toArray())
  })

  test('what is no method is refused, with its name', () => {
    const loose = foo as unknown as Readonly<Record<'apply' | 'init', (...args: unknown[]) => unknown>>
    for (const method of ['nothing', 'notCallable', 'props'])
      for (const run of [() => loose.apply({}, [], { method }), () => loose.init(key, [], { method })]) {
        expect(run).toThrow(nn.ApplyModuleInvalidMethodError)
        expect(run).toThrow(new RegExp(`Foo has no method "${method}" \\(pass the name of a method, or a function of the module\\)`))
      }
    expect(() => loose.apply({}, [], { method: 1 })).toThrow(nn.ApplyModuleInvalidMethodError)
    class Empty extends nn.Module {}
    expect(() => new Empty().init(key, [])).toThrow(/Empty has no method "call"/)
  })

  test('functions that take the module, with nn.init and nn.apply', () => {
    class Pair extends nn.Module {
      declare a: nn.Dense
      declare b: nn.Dense
      setup(): void {
        this.a = dense(3)
        this.b = dense(1)
      }
    }
    const f = (m: Pair, x: Tensor): Tensor => m.b.call(m.a.call(x))
    const [y1, variables] = nn.initWithOutput(f, new Pair())(key, ones(4))
    expect(nn.apply(f, new Pair())(variables, ones(4)).toArray()).toEqual(y1.toArray())
    expect(shapes(nn.init(f, new Pair())(key, ones(4)))).toEqual(shapes(variables))
  })

  test('on the class in place of an instance', () => {
    class B extends nn.Module {
      call(x: Tensor): Tensor {
        return x
      }
    }
    for (const method of ['init', 'initWithOutput', 'lazyInit'] as const) {
      const run = (): unknown => (B[method] as (...args: unknown[]) => unknown)(key, [ones(2)])
      expect(run).toThrow(nn.InvalidInstanceModuleError)
      expect(run).toThrow(`B.${method} is called on the class (make an instance first: new B({ ... }).${method}(...))`)
    }
  })
})

describe('a module without variables', () => {
  class Empty extends nn.Module<{ foo?: number }> {
    static readonly nowrap = ['width']
    bar(): number | undefined {
      return this.props.foo
    }
    width(): boolean {
      return dense(1).parent === null
    }
    call(): void {}
  }

  test('runs methods that need none', () => {
    expect(new Empty({ foo: 3 }).bar()).toBe(3)
  })

  test.each([
    ['call', (m: Empty) => m.call(), nn.CallCompactUnboundModuleError, /Empty.call: the module has no variables yet/],
    ['hasVariable', (m: Empty) => m.hasVariable('a', 'b'), nn.UnboundModuleError, /Empty is not bound, so it has no variables/],
    ['getVariable', (m: Empty) => m.getVariable('a', 'b'), nn.UnboundModuleError, /no variables/],
    ['putVariable', (m: Empty) => m.putVariable('a', 'b', 1), nn.UnboundModuleError, /no variables/],
    ['variables', (m: Empty) => m.variables, nn.UnboundModuleError, /no variables/],
    ['variable', (m: Empty) => m.variable('a', 'b'), nn.UnboundModuleError, /no variables/],
    ['param', (m: Empty) => m.param('b', nn.ones, [1]), nn.UnboundModuleError, /no parameters/],
    ['sow', (m: Empty) => m.sow('a', 'b', 1), nn.UnboundModuleError, /no variables/],
    ['perturb', (m: Empty) => m.perturb('a', ones(1)), nn.UnboundModuleError, /no variables/],
    ['makeRng', (m: Empty) => m.makeRng('bar'), nn.UnboundModuleError, /no random streams \(use it inside of init or apply/],
    ['hasRng', (m: Empty) => m.hasRng('bar'), nn.UnboundModuleError, /no random streams/],
    ['isInitializing', (m: Empty) => m.isInitializing(), nn.UnboundModuleError, /no state/],
    ['isMutableCollection', (m: Empty) => m.isMutableCollection('a'), nn.UnboundModuleError, /no variables/],
    ['path', (m: Empty) => m.path, nn.UnboundModuleError, /no path/],
    ['unbind', (m: Empty) => m.unbind(), nn.CallUnbindOnUnboundModuleError, /nothing to unbind/],
  ] as const)('refuses %s', (_, use, error, message) => {
    expect(() => use(new Empty())).toThrow(error)
    expect(() => use(new Empty())).toThrow(message)
  })

  test('static nowrap: a method that runs as it is makes modules of the caller', () => {
    class Outer extends nn.Module {
      call(): readonly (string | undefined)[] {
        const inner = new Helper()
        const made = inner.make()
        return [made.name, made.parent?.name]
      }
    }
    class Helper extends nn.Module {
      static readonly nowrap = ['make']
      make(): nn.Dense {
        return dense(1)
      }
    }
    expect(new Outer().apply({}, [])).toEqual(['Dense_0', undefined])
    expect(new Empty().width()).toBe(true)
  })
})

describe('what a method may ask', () => {
  test('is the collection mutable? Is the model being initialized?', () => {
    class Foo extends nn.Module {
      call(): readonly boolean[] {
        return [this.isMutableCollection('test'), this.isInitializing()]
      }
    }
    expect(new Foo().apply({}, [], { mutable: ['test'] })[0]).toEqual([true, false])
    expect(new Foo().apply({}, [], { mutable: false })).toEqual([false, false])
    expect(new Foo().initWithOutput(key, [])[0]).toEqual([true, true])
  })

  const value = 'a value'
  const put = (m: nn.Module): unknown => {
    m.putVariable('test_col', 'a', value)
    expect([m.hasVariable('test_col', 'a'), m.hasVariable('test_col', 'b'), m.getVariable('test_col', 'b', 5)]).toEqual([true, false, 5])
    return m.getVariable('test_col', 'a')
  }
  class A extends nn.Module {
    call(): unknown {
      return put(this)
    }
  }
  class B extends nn.Module {
    run(): unknown {
      return put(this)
    }
    call(): unknown {
      return this.run()
    }
  }
  class C extends nn.Module {
    setup(): void {
      put(this)
    }
    call(): unknown {
      return this.getVariable('test_col', 'a')
    }
  }
  test.each([A, B, C])('puts a variable and gets it: %o', (Class) => {
    const [y, variables] = new Class().apply({}, [], { mutable: ['test_col'] })
    expect([y, (variables.test_col as { a: unknown }).a]).toEqual([value, value])
    expect(() => new Class().apply({}, [])).toThrow(nn.ModifyScopeVariableError)
  })

  test('initializes another module in the middle of its own initialization', () => {
    class Baz extends nn.Module<{ a: number }> {
      declare b: Tensor
      setup(): void {
        this.b = this.param('b', nn.ones, [])
      }
      call(y: Tensor): Tensor {
        return y.add(this.b.mul(this.props.a))
      }
    }
    class Bar extends nn.Module<{ baz: Baz }> {
      call(y: Tensor): Tensor {
        return this.props.baz.call(y)
      }
    }
    class Foo extends nn.Module {
      declare bar: Bar
      setup(): void {
        this.bar = new Bar({ baz: new Baz({ a: 1 }) })
      }
      call(y: Tensor): readonly [Tensor, nn.Variables] {
        return this.bar.initWithOutput(key, [y])
      }
    }
    const [[y, inner], outer] = new Foo().initWithOutput(key, [ones()])
    expect([y.item(), shapes(inner), outer]).toEqual([2, { params: { baz: { b: [] } } }, {}])
  })
})

describe('classes', () => {
  test('that extend others have their props too', () => {
    class A<P extends { bar: number } = { bar: number }> extends nn.Module<P> {
      call(y: Tensor): Tensor {
        return y
      }
    }
    class B extends A<{ bar: number; baz: number }> {}
    class C extends B {
      override call(y: Tensor): Tensor {
        return super.call(y)
      }
    }
    for (const m of [new A({ bar: 4 }), new B({ bar: 4, baz: 2 }), new C({ bar: 5, baz: 3 })]) {
      const y = ones(5)
      const [out, variables] = m.initWithOutput(key, [y])
      expect([out === y, variables]).toEqual([true, {}])
      expect(['bar' in m.props, 'name' in m, 'parent' in m]).toEqual([true, true, true])
    }
    expect(Object.keys(new C({ bar: 5, baz: 3 }).props)).toEqual(['bar', 'baz'])
  })

  test('that are generic', () => {
    class C<T> extends nn.Module<{ of: T }> {
      f(t: T): T {
        return t
      }
    }
    class D extends nn.Module {
      setup(): void {
        expect(new C<string>({ of: 'x' }).f('y')).toBe('y')
      }
      call(): void {}
    }
    expect(new D().init(key, [])).toEqual({})
  })

  test('may hold other classes', () => {
    class X extends nn.Module<{ hyper: { a: number } }> {
      static readonly Hyper = class {
        constructor(readonly a: number) {}
      }
    }
    const hyper = new X.Hyper(1)
    expect(new X({ hyper }).props.hyper).toBe(hyper)
  })

  test('keep their static methods, getters and functions in attributes as they are', () => {
    class Foo extends nn.Module {
      static bar(x: number): number {
        return x
      }
      readonly bleep = (x: number): number => x
      get baz(): number {
        return 3
      }
      run(): readonly unknown[] {
        return [Foo.bar(1), this.bleep(2), this.baz]
      }
    }
    const seen: string[] = []
    const run = (): readonly unknown[] => new Foo().run()
    const y = nn.interceptMethods((next, args, { method }) => (seen.push(method), next(...args)), run)
    expect([y, seen]).toEqual([[1, 2, 3], ['run']])
  })

  test('answer variables as plain objects', () => {
    const variables = dense(5).init(key, [ones(2, 3)])
    for (const dict of [variables, variables.params]) expect(Object.getPrototypeOf(dict)).toBe(Object.prototype)
  })

  test('take typed arrays and enums in props', () => {
    enum Kind {
      a = 'a',
    }
    class MLP extends nn.Module<{ widths: Int32Array; config: Readonly<Record<Kind, number>> }> {
      call(x: Tensor): Tensor {
        return [...this.props.widths].reduce((h, n) => dense(n).call(h), x)
      }
    }
    const test = new MLP({ widths: Int32Array.of(3, 4), config: { [Kind.a]: 1 } })
    expect(test.apply(test.init({ params: key }, [ones(3, 3)]), [ones(3, 3)]).shape).toEqual([3, 4])
  })
})
