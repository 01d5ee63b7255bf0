/** Transformed modules with setup, and names that stay taken across a transformation. */
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close, paths, shapes } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.ones([2])

describe('setup', () => {
  it('runs a bounded number of times, however deep transformed modules lie', () => {
    const counts = { setup: 0, call: 0 }
    interface Layer {
      call(y: Tensor): Tensor
    }
    class Leaf extends nn.Module {
      declare dense: nn.Dense
      static {
        this.prototype.call = nn.remat(this.prototype.call)
      }
      setup(): void {
        counts.setup++
        this.dense = new nn.Dense({ features: 2, useBias: false })
      }
      call(y: Tensor): Tensor {
        counts.call++
        return this.dense.call(y)
      }
    }
    class Repeat extends nn.Module<{ make: () => Layer }> {
      declare layers: readonly Layer[]
      static {
        this.prototype.call = nn.remat(this.prototype.call)
      }
      setup(): void {
        this.layers = [0, 1, 2, 3].map(() => this.props.make())
      }
      call(y: Tensor): Tensor {
        for (const layer of this.layers) layer.call(y)
        return y
      }
    }
    const nested = (depth: number): (() => Layer) => (depth === 0 ? () => new Leaf() : () => new Repeat({ make: nested(depth - 1) }))
    const model = nested(3)() as unknown as Repeat
    expect(paths(model.init(key, [x]))).toHaveLength(64)
    expect(counts).toEqual({ setup: 64, call: 64 })
  })

  it('of a module with several transformed methods makes the same submodule for each', () => {
    class A extends nn.Module {
      declare dense: nn.Dense
      static {
        this.prototype.foo = nn.remat(this.prototype.foo)
        this.prototype.bar = nn.remat(this.prototype.bar)
      }
      setup(): void {
        this.dense = new nn.Dense({ features: 2 })
      }
      foo(y: Tensor): Tensor {
        return this.dense.call(y)
      }
      bar(y: Tensor): Tensor {
        return this.dense.call(y)
      }
    }
    class B extends nn.Module {
      declare a: A
      setup(): void {
        this.a = new A()
      }
      call(y: Tensor): readonly [Tensor, Tensor] {
        return [this.a.foo(y), this.a.bar(y)]
      }
    }
    const [[y1, y2], variables] = new B().initWithOutput(key, [x])
    close(y1, y2, 0)
    expect(paths(variables)).toEqual(['params/a/dense/bias', 'params/a/dense/kernel'])
  })

  it('may hand its submodules, and trees of them, to transformed methods', () => {
    class Plain extends nn.Module<{ many: boolean }> {
      declare inner: nn.Dense
      declare inners: readonly nn.Dense[]
      setup(): void {
        this.inner = new nn.Dense({ features: 2 })
        this.inners = [new nn.Dense({ features: 2 }), new nn.Dense({ features: 2 })]
      }
      call(y: Tensor): Tensor {
        return this.props.many ? this.sum(y, this.inners) : this.helper(y, this.inner)
      }
      helper(y: Tensor, m: nn.Dense): Tensor {
        return m.call(y)
      }
      sum(y: Tensor, ms: readonly nn.Dense[]): Tensor {
        return ms.map((m) => m.call(y)).reduce((a, b) => a.add(b))
      }
    }
    class Folded extends Plain {
      static {
        this.prototype.call = nn.foldRngs(Plain.prototype.call)
      }
    }
    class Jitted extends Plain {
      static {
        this.prototype.call = nn.jit(Plain.prototype.call)
        this.prototype.helper = nn.jit(Plain.prototype.helper)
        this.prototype.sum = nn.jit(Plain.prototype.sum)
      }
    }
    for (const many of [false, true]) {
      const variables = new Plain({ many }).init(key, [x])
      expect(shapes(new Jitted({ many }).init(key, [x]))).toEqual(shapes(variables))
      close(new Jitted({ many }).apply(variables, [x]), new Plain({ many }).apply(variables, [x]))
      close(new Folded({ many }).apply(variables, [x]), new Plain({ many }).apply(variables, [x]))
    }
    class JitCall extends Plain {
      static {
        this.prototype.call = nn.jit(Plain.prototype.call)
      }
    }
    close(new JitCall({ many: true }).init(key, [x]), new Folded({ many: true }).init(key, [x]), 0)
  })

  it('may have helpers', () => {
    class Plain extends nn.Module {
      declare a: nn.Dense
      declare b: nn.Dense
      setup(): void {
        this.a = new nn.Dense({ features: 2 })
        this.helper()
      }
      helper(): void {
        this.b = new nn.Dense({ features: 2 })
      }
      call(y: Tensor): Tensor {
        return this.b.call(this.a.call(y))
      }
    }
    const [Folded, Jitted] = [nn.foldRngs(Plain), nn.jit(Plain)]
    const variables = new Jitted().init(key, [x])
    close(variables, new Folded().init(key, [x]), 0)
    close(new Jitted().apply(variables, [x]), new Folded().apply(variables, [x]), 0)
  })

  it('may make a transformed module, with the module outside in a closure', () => {
    class Causal extends nn.Module {
      declare dense: nn.Dense
      setup(): void {
        const Mapped = nn.mapVariables(nn.Dense, 'params', { transInFn: (v) => this.mask(v), init: this.isInitializing() })
        this.dense = new Mapped({ features: 2 })
      }
      mask({ params }: nn.Variables) {
        return { params: this.isInitializing() ? params : { ...params, kernel: np.triu(params.kernel!) } }
      }
      call(y: Tensor): Tensor {
        return this.dense.call(y)
      }
    }
    const variables = new Causal().init(key, [x])
    const { kernel } = (variables.params as unknown as { dense: { kernel: Tensor } }).dense
    close(new Causal().apply(variables, [x]), x.matmul(np.triu(kernel)))
  })

  it('may choose between methods of the module in a branch', () => {
    class Model extends nn.Module {
      declare dense: nn.Dense
      setup(): void {
        this.dense = new nn.Dense({ features: 2 })
      }
      changed(y: Tensor): Tensor {
        return this.dense.call(y)
      }
      same(y: Tensor): Tensor {
        this.dense.call(y)
        return y
      }
      call(y: Tensor): Tensor {
        return nn.cond(
          y.sum().greater(0),
          (m, z) => m.changed(z),
          (m, z) => m.same(z),
          this as Model,
          [y],
        )
      }
      byMethods(y: Tensor): Tensor {
        const asFunction = (method: (z: Tensor) => Tensor) => method as unknown as (m: Model, z: Tensor) => Tensor
        return nn.cond(y.sum().greater(0), asFunction(this.changed), asFunction(this.same), this as Model, [y])
      }
    }
    const model = new Model()
    const [y, variables] = jit((k: Tensor) => model.initWithOutput(k, [x]))(key)
    const { kernel } = (variables.params as unknown as { dense: { kernel: Tensor } }).dense
    close(y, x.matmul(kernel))
    close(model.apply(variables, [x], { method: 'byMethods' }), y)
    close(model.apply(variables, [x.neg()]), x.neg())
  })
})

describe('names', () => {
  class Identity extends nn.Module {
    call(y: Tensor): Tensor {
      return y
    }
  }

  it('that are taken outside are taken in a transformed method', () => {
    class Foo extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
        this.prototype.helper = nn.jit(this.prototype.helper)
      }
      call(y: Tensor): Tensor {
        return this.helper(y, new nn.Dense({ features: 2, name: 'a' }))
      }
      helper(y: Tensor, m: nn.Dense): Tensor {
        const taken = new nn.Dense({ features: 2, name: 'a' })
        expect(taken).toBeInstanceOf(nn.Dense)
        return m.call(y)
      }
    }
    expect(() => new Foo().init(key, [x])).toThrow(nn.NameInUseError)
  })

  it('are taken once in the setup of a transformed module', () => {
    class One extends nn.Module {
      declare sub: Identity
      setup(): void {
        this.sub = new Identity()
        this.sub = new Identity()
      }
      call(y: Tensor): Tensor {
        return y
      }
    }
    class Many extends nn.Module {
      declare subs: readonly Identity[]
      setup(): void {
        this.subs = [new Identity(), new Identity()]
        this.subs = [new Identity(), new Identity()]
      }
      call(y: Tensor): Tensor {
        return y
      }
    }
    expect(() => new (nn.jit(One))().init(key, [x])).toThrow(nn.NameInUseError)
    expect(() => new (nn.jit(Many))().init(key, [x])).toThrow(/"subs_0"/)
  })

  it('go on after a transformed function where they were in it', () => {
    class Model extends nn.Module {
      call(y: Tensor): Tensor {
        const a = new nn.Dense({ features: 2 }).call(y)
        const b = nn.remat((_: Model, z: Tensor) => new nn.Dense({ features: 2 }).call(z))(this, a)
        return new nn.Dense({ features: 2 }).call(b)
      }
    }
    expect(Object.keys(new Model().init(key, [x]).params!)).toEqual(['Dense_0', 'Dense_1', 'Dense_2'])
  })

  it('of transformed classes are those of Flax', () => {
    class Model extends nn.Module {
      call(y: Tensor): Tensor {
        const Layers = [nn.jit(nn.Dense), nn.remat(nn.Dense), nn.checkpoint(nn.Dense), nn.foldRngs(nn.Dense)]
        const h = Layers.reduce((z, Layer) => new Layer({ features: 2 }).call(z), y)
        const Mapped = nn.mapVariables(nn.Dense, 'params', { init: this.isInitializing() })
        const Boxed = nn.addMetadataAxis(nn.Dense, { variableAxes: { params: 0 } })
        const Stack = nn.rematScan(nn.Dense, { lengths: [2] })
        const Batch = nn.vmap(nn.Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } })
        const z = new Boxed({ features: 2 }).call(new Mapped({ features: 2 }).call(h))
        return new Batch({ features: 2 }).call(new Stack({ features: 2 }).call(z).reshape([1, 2]))
      }
    }
    expect(Object.keys(new Model().init(key, [x]).params!).sort()).toEqual([
      'CheckpointDense_0',
      'CheckpointDense_1',
      'Fold_rngsDense_0',
      'JitDense_0',
      'Map_variablesDense_0',
      'Map_variablesDense_1',
      'Remat_scanDense_0',
      'VmapDense_0',
    ])
  })
})
