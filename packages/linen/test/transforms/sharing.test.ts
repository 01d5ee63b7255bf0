/** Modules and variables that several transformed modules share: in props, among arguments, in closures. */
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close, paths, shapes, values } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const one = np.ones([1])

/** Counts its calls, compiled. */
class Counter extends nn.Module {
  static {
    this.prototype.call = nn.jit(this.prototype.call)
  }
  call(): Tensor {
    const v = this.variable('counter', 'n', () => np.array([0]))
    v.value = v.value.add(1)
    return v.value
  }
}

class Outer extends nn.Module {
  call(x: Tensor): Tensor {
    new Counter({ name: 'count' }).call()
    return x
  }
}

class Inner extends nn.Module<{ outer: Outer }> {
  call(x: Tensor): Tensor {
    return this.props.outer.call(x)
  }
}

class InnerOfTwo extends nn.Module<{ outer: readonly Outer[] }> {
  call(x: Tensor): Tensor {
    return this.props.outer.map((m) => m.call(x)).reduce((a, b) => a.add(b))
  }
}

/** A class whose method is transformed, under its own name. */
const byMethod = <C extends nn.ModuleClass<nn.Module & { call(...args: never[]): unknown }>>(Class: C): C => {
  class Transformed extends (Class as unknown as nn.ModuleClass<nn.Module & { call(...args: never[]): unknown }>) {
    static {
      this.prototype.call = nn.jit(Class.prototype.call as never)
    }
  }
  return Transformed as unknown as C
}

describe('a module with state in the props of two transformed modules', () => {
  const compiled = { Outer: nn.jit(Outer), Inner: nn.jit(Inner), Two: nn.jit(InnerOfTwo) }
  const method = { Outer: byMethod(Outer), Inner: byMethod(Inner), Two: byMethod(InnerOfTwo) }
  const remat = { Outer: nn.remat(Outer), Inner: nn.remat(Inner), Two: nn.remat(InnerOfTwo) }
  const mixed = { Outer, Inner: nn.jit(nn.remat(Inner)), Two: nn.remat(nn.jit(InnerOfTwo)) }

  describe.each([
    ['classes', compiled],
    ['methods', method],
    ['remat', remat],
    ['one in the other', mixed],
  ])('(%s)', (_, T) => {
    class Simple extends nn.Module {
      call(x: Tensor): Tensor {
        const outer = new T.Outer({ name: 'outer' })
        return new T.Inner({ outer, name: 'inner1' }).call(x).add(new T.Inner({ outer, name: 'inner2' }).call(x))
      }
    }
    class Trees extends nn.Module {
      call(x: Tensor): Tensor {
        const outer = [new T.Outer({ name: 'outer1' }), new T.Outer({ name: 'outer2' })]
        return new T.Two({ outer, name: 'inner1' }).call(x).add(new T.Two({ outer, name: 'inner2' }).call(x))
      }
    }

    it('is one module', () => {
      for (const Model of [Simple, nn.jit(Simple)]) {
        const variables = new Model().init(key, [one])
        expect(values(variables)).toEqual({ counter: { outer: { count: { n: [2] } } } })
        const [y, updated] = new Model().apply(variables, [one], { mutable: ['counter'] })
        expect(values([y, updated])).toEqual([[2], { counter: { outer: { count: { n: [4] } } } }])
      }
    })

    it('is one in a list of modules too', () => {
      const variables = new Trees().init(key, [one])
      const both = (n: number) => ({ counter: { outer1: { count: { n: [n] } }, outer2: { count: { n: [n] } } } })
      expect(values(variables)).toEqual(both(2))
      expect(values(new Trees().apply(variables, [one], { mutable: ['counter'] }))).toEqual([[4], both(4)])
    })
  })
})

describe('modules made outside of all', () => {
  class A extends nn.Module {
    call(x: Tensor): Tensor {
      return new nn.Dense({ features: 3 }).call(x)
    }
  }
  class B extends nn.Module<{ a: A }> {
    call(x: Tensor): Tensor {
      return this.props.a.call(x)
    }
  }
  class C extends nn.Module<{ a: A; b: B }> {
    call(x: Tensor): Tensor {
      return this.props.b.call(x).add(this.props.a.call(x))
    }
  }
  const own = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const
  const Mapped = nn.vmap(C, own)
  class ByMethod extends C {
    static {
      this.prototype.call = nn.vmap(C.prototype.call, own)
    }
  }

  it('are adopted by a transformed module', () => {
    const x = random.normal(random.key(1), [10, 10])
    class D extends nn.Module {
      call(y: Tensor): Tensor {
        const [a1, a2] = [new A(), new A()]
        return new Mapped({ a: a2, b: new B({ a: a1 }) }).call(y)
      }
    }
    const made = new D().init(key, [x]).params as unknown as Record<'A_0' | 'A_1', object>
    const y = new D().apply({ params: made as never }, [x])
    const variables = { params: { a: made.A_1, b: { a: made.A_0 } } }
    const [a1, a2] = [new A(), new A()]
    for (const Class of [Mapped, ByMethod]) {
      const model = new Class({ a: a2, b: new B({ a: a1 }) })
      close(model.apply(variables, [x]), y)
      expect(shapes(model.init(key, [x]))).toEqual(shapes(variables))
    }
  })

  it('are adopted in trees, with state that a scan carries', () => {
    class Counted extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, Tensor] {
        const n = this.variable('counter', 'i', () => np.zeros([]))
        n.value = n.value.add(1)
        return [c, new nn.Dense({ features: 1 }).call(x)]
      }
    }
    class Holder extends nn.Module<{ parts: { readonly foo: Counted; readonly bar: Counted } }> {
      call(c: Tensor, x: Tensor): readonly [Tensor, Tensor] {
        const { foo, bar } = this.props.parts
        return foo.call(...bar.call(c, x))
      }
    }
    const parts = { foo: new Counted(), bar: new Counted() }
    const Scan = nn.scan(Holder, { inAxes: 0, variableCarry: 'counter', variableBroadcast: 'params', splitRngs: { params: false } })
    const x = np.ones([10, 2])
    const variables = new Holder({ parts }).init(key, [x, x])
    expect(paths(variables.counter)).toEqual(['parts_bar/i', 'parts_foo/i'])
    const [, counters] = new Scan({ parts }).apply(variables, [x, x], { mutable: 'counter' })
    expect(values(counters)).toEqual({ counter: { parts_bar: { i: 11 }, parts_foo: { i: 11 } } })
  })
})

describe('variables and modules among the arguments of compiled methods', () => {
  it('a variable', () => {
    class Test extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
        this.prototype.mutate = nn.jit(this.prototype.mutate)
      }
      call(x: Tensor): Tensor {
        return this.mutate(
          x,
          this.variable('test', 'v', () => np.zeros(x.shape)),
        )
      }
      mutate(x: Tensor, v: nn.Variable<Tensor>): Tensor {
        v.value = v.value.add(x)
        return v.value
      }
    }
    const variables = new Test().init(key, [one])
    expect(values(variables)).toEqual({ test: { v: [1] } })
    expect(values(new Test().apply(variables, [one], { mutable: ['test'] }))).toEqual([[2], { test: { v: [2] } }])
  })

  class Accumulate extends nn.Module {
    static {
      this.prototype.call = nn.jit(this.prototype.call)
    }
    call(x: Tensor): Tensor {
      const v = this.variable('test', 'v', () => np.zeros(x.shape))
      v.value = v.value.add(x)
      return v.value
    }
  }
  class Caller extends nn.Module {
    static {
      this.prototype.call = nn.jit(this.prototype.call)
      this.prototype.run = nn.jit(this.prototype.run)
    }
    call(x: Tensor, given?: Accumulate): Tensor {
      return this.run(x, given ?? new Accumulate({ name: 'inner' }))
    }
    run(x: Tensor, inner: Accumulate): Tensor {
      return inner.call(x)
    }
  }

  it('a module', () => {
    const variables = new Caller().init(key, [one])
    expect(values(variables)).toEqual({ test: { inner: { v: [1] } } })
    expect(values(new Caller().apply(variables, [one], { mutable: ['test'] }))).toEqual([[2], { test: { inner: { v: [2] } } }])
  })

  it('a module from further outside', () => {
    class Test extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        return new Caller({ name: 'outer' }).call(x, new Accumulate({ name: 'inner' }))
      }
    }
    const variables = new Test().init(key, [one])
    expect(values(variables)).toEqual({ test: { inner: { v: [1] } } })
    expect(values(new Test().apply(variables, [one], { mutable: ['test'] }))).toEqual([[2], { test: { inner: { v: [2] } } }])
  })

  it('a variable in the props of a module in the props', () => {
    class User extends nn.Module<{ v: nn.Variable<Tensor> }> {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        this.props.v.value = this.props.v.value.add(x)
        return x
      }
    }
    class Passer extends nn.Module<{ v: nn.Variable<Tensor> }> {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        return new User({ v: this.props.v }).call(x)
      }
    }
    class Maker extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        return new Passer({ v: this.variable('test', 'v', () => np.zeros(x.shape)) }).call(x)
      }
    }
    const variables = new Maker().init(key, [one])
    expect(values(variables)).toEqual({ test: { v: [1] } })
    expect(values(new Maker().apply(variables, [one], { mutable: ['test'] }))).toEqual([[1], { test: { v: [2] } }])
  })

  it('one module twice: in two props, or in a prop and among the arguments', () => {
    class Two extends nn.Module<{ a: nn.Dense; b?: nn.Dense }> {
      call(x: Tensor, other?: nn.Dense): Tensor {
        const { a, b = other } = this.props
        return b!.call(a.call(x))
      }
    }
    class Props extends nn.Module {
      call(x: Tensor): Tensor {
        const dense = new nn.Dense({ features: 2 })
        return new (nn.jit(Two))({ a: dense, b: dense }).call(x)
      }
    }
    class Mixed extends nn.Module {
      call(x: Tensor): Tensor {
        const dense = new nn.Dense({ features: 2 })
        return new (nn.jit(Two))({ a: dense }).call(x, dense)
      }
    }
    for (const Model of [Props, Mixed]) {
      const variables = new Model().init(key, [np.ones([2, 2])])
      expect(paths(variables)).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel'])
      const { kernel } = (variables.params as unknown as { Dense_0: { kernel: Tensor } }).Dense_0
      close(new Model().apply(variables, [np.ones([2, 2])]), np.ones([2, 2]).matmul(kernel).matmul(kernel))
    }
  })
})

describe('aliases', () => {
  it('a module inside of a module, both in props, has state of its own in each', () => {
    class C extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        const there = this.hasVariable('muts', 'v')
        const v = this.variable('muts', 'v', () => np.zerosLike(x))
        if (there) v.value = v.value.add(x)
        return x
      }
    }
    class B extends nn.Module<{ c: C }> {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        new C({ name: 'outer_c' }).call(x)
        return this.props.c.call(x)
      }
    }
    class A extends nn.Module<{ b: B }> {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(x: Tensor): Tensor {
        return this.props.b.call(x)
      }
    }
    const a = new A({ b: new B({ c: new C() }) })
    const [, muts] = a.apply(a.init(key, [one]), [one], { mutable: ['muts'] })
    expect(values(muts)).toEqual({ muts: { b: { c: { v: [1] }, outer_c: { v: [1] } } } })
  })

  it('a module of setup is one with the same in the props of a transformed one', () => {
    class A extends nn.Module {
      declare w: Tensor
      setup(): void {
        this.w = this.param('w', nn.zerosInit(), [2, 2])
      }
      call(_x: Tensor): Tensor {
        return this.w
      }
    }
    class B extends nn.Module<{ a: A }> {
      call(x: Tensor): Tensor {
        return this.props.a.call(x)
      }
    }
    class C extends nn.Module {
      declare a: A
      declare b: B
      setup(): void {
        this.a = new A()
        this.b = new (nn.jit(B))({ a: this.a })
      }
      call(x: Tensor): Tensor {
        return this.b.call(x).add(this.a.call(x))
      }
    }
    const variables = new C().init(key, [one])
    expect(shapes(variables)).toEqual({ params: { a: { w: [2, 2] } } })
    expect(new C().apply(variables, [one]).shape).toEqual([2, 2])
  })

  it('a closure reaches modules outside that the transformed function does not change', () => {
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        const outside = new nn.Dense({ features: 2, name: 'outside' })
        const bias = this.param('bias', nn.onesInit(), [2])
        const h = outside.call(x)
        const run = nn.remat((m: nn.Dense, y: Tensor) => m.call(y).add(bias).add(h))
        return run(new nn.Dense({ features: 2, name: 'inside' }), x)
      }
    }
    const x = random.normal(random.key(2), [3])
    const variables = new Model().init(key, [x])
    expect(paths(variables)).toEqual([
      'params/bias',
      'params/inside/bias',
      'params/inside/kernel',
      'params/outside/bias',
      'params/outside/kernel',
    ])
    const p = variables.params as unknown as { bias: Tensor; inside: { kernel: Tensor }; outside: { kernel: Tensor } }
    close(new Model().apply(variables, [x]), x.matmul(p.inside.kernel).add(p.bias).add(x.matmul(p.outside.kernel)))
  })
})
