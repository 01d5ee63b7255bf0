import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.ones([2, 3])

/** The shapes of variables, as `{ params: { Dense_0: { kernel: '3,4' } } }`. */
const shapes = (variables: object): unknown => tree.map((leaf: Tensor) => leaf.shape.join(), variables)
const paths = (variables: object): string[] => tree.leavesWithPath(variables).map(([path]) => path.join('/'))
const dense = (features: number, name?: string): nn.Dense => new nn.Dense({ features, name })

describe('names', () => {
  class MLP extends nn.Module<{ widths: readonly number[] }> {
    call(y: Tensor): Tensor {
      return this.props.widths.reduce((h, features) => dense(features).call(h), y)
    }
  }

  it('counts submodules of each class', () => {
    expect(shapes(new MLP({ widths: [4, 5] }).init(key, [x]))).toEqual({
      params: { Dense_0: { bias: '4', kernel: '3,4' }, Dense_1: { bias: '5', kernel: '4,5' } },
    })
  })

  it('counts in the order in which modules are made, not called', () => {
    class Late extends nn.Module {
      call(y: Tensor): Tensor {
        const [a, b] = [dense(4), dense(5)]
        return b.call(y).sum().add(a.call(y).sum())
      }
    }
    expect(shapes(new Late().init(key, [x]))).toMatchObject({ params: { Dense_0: { bias: '4' }, Dense_1: { bias: '5' } } })
  })

  it('takes names from props or options, and pins those of classes', () => {
    class Named extends nn.Module {
      static readonly moduleName = 'Short'
      call(y: Tensor): Tensor {
        return this.param('w', nn.ones, y.shape).mul(y)
      }
    }
    class Sub extends Named {}
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        new nn.Dense({ features: 1 }, { name: 'a' }).call(y)
        new nn.Dense({ features: 1, name: 'b' }).call(y)
        return new Sub().call(new Named().call(y))
      }
    }
    expect(paths(new Outer().init(key, [x]))).toEqual(
      ['a/bias', 'a/kernel', 'b/bias', 'b/kernel', 'Short_0/w', 'Sub_0/w'].map((p) => `params/${p}`).sort(),
    )
  })

  it('a module that is made and not called keeps its number', () => {
    class Unused extends nn.Module {
      call(y: Tensor): Tensor {
        dense(4)
        return dense(5).call(y)
      }
    }
    expect(shapes(new Unused().init(key, [x]))).toEqual({ params: { Dense_1: { bias: '5', kernel: '3,5' } } })
  })

  it('a second call of a compact method uses the same submodules', () => {
    class Twice extends nn.Module {
      call(y: Tensor): Tensor {
        const mlp = new MLP({ widths: [3] })
        return mlp.call(mlp.call(y))
      }
    }
    expect(paths(new Twice().init(key, [x]))).toEqual(['params/MLP_0/Dense_0/bias', 'params/MLP_0/Dense_0/kernel'])
  })

  it('refuses a name that is in use', () => {
    class Same extends nn.Module {
      call(y: Tensor): Tensor {
        return dense(3, 'a').call(dense(3, 'a').call(y))
      }
    }
    class Param extends nn.Module {
      call(y: Tensor): Tensor {
        this.param('a', nn.ones, [3])
        return dense(3, 'a').call(y)
      }
    }
    class Automatic extends nn.Module {
      call(y: Tensor): Tensor {
        dense(3, 'Dense_0')
        return dense(3).call(y)
      }
    }
    for (const Class of [Same, Param, Automatic]) expect(() => new Class().init(key, [x])).toThrow(nn.NameInUseError)
  })

  it('refuses properties that every module has', () => {
    class Bad extends nn.Module {}
    Object.defineProperty(Bad.prototype, 'scope', { get: () => 1 })
    expect(() => new Bad()).toThrow(nn.ReservedModuleAttributeError)
  })

  it.each(['name', 'parent', 'scope', 'props', 'path', 'variables'])('refuses a field %s, which would hide that of the module', (field) => {
    class Bad extends nn.Module {
      constructor() {
        super()
        Object.defineProperty(this, field, { value: 1, configurable: true, enumerable: true, writable: true })
      }
      call(y: Tensor): Tensor {
        return y
      }
    }
    expect(() => new Bad().init(key, [x])).toThrow(new RegExp(`class Bad defines "${field}", which every module has already`))
  })
})

describe('setup', () => {
  class Auto extends nn.Module {
    declare encoder: nn.Dense
    declare heads: readonly nn.Dense[]
    declare table: { readonly b: nn.Dense; readonly a: readonly nn.Dense[] }
    declare scale: Tensor
    setup(): void {
      this.encoder = dense(4)
      this.heads = [dense(1), dense(2)]
      this.table = { b: dense(3), a: [dense(6)] }
      this.scale = this.param('scale', nn.ones, [4])
    }
    call(y: Tensor): Tensor {
      const h = this.encode(y)
      return [...this.heads, this.table.b, ...this.table.a].map((m) => m.call(h).sum()).reduce((a, b) => a.add(b))
    }
    encode(y: Tensor): Tensor {
      return this.encoder.call(y).mul(this.scale)
    }
  }

  it('names submodules by their attribute', () => {
    const variables = new Auto().init(key, [x])
    expect(Object.keys(variables.params!).sort()).toEqual(['encoder', 'heads_0', 'heads_1', 'scale', 'table_a_0', 'table_b'])
    const h = new Auto().apply(variables, [x], { method: 'encode' })
    expect(h.shape).toEqual([2, 4])
  })

  it('takes fields with a type only, and class fields', () => {
    class Fields extends nn.Module {
      first!: nn.Dense
      second = dense(5)
      others = [dense(6)]
      setup(): void {
        this.first = dense(4)
      }
      call(y: Tensor): Tensor {
        return this.others[0]!.call(this.second.call(this.first.call(y)))
      }
    }
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        const h = new Fields().call(dense(3).call(y))
        return dense(2).call(h)
      }
    }
    const inner = { first: { bias: '4', kernel: '3,4' }, second: { bias: '5', kernel: '4,5' }, others_0: { bias: '6', kernel: '5,6' } }
    expect(shapes(new Fields().init(key, [x]))).toEqual({ params: inner })
    expect(shapes(new Outer().init(key, [x]))).toEqual({
      params: { Dense_0: { bias: '3', kernel: '3,3' }, Fields_0: inner, Dense_1: { bias: '2', kernel: '6,2' } },
    })
  })

  it('a field in a module that setup makes is named there', () => {
    class Inner extends nn.Module {
      layer = dense(3)
      call(y: Tensor): Tensor {
        return this.layer.call(y)
      }
    }
    class Outer extends nn.Module {
      declare inner: Inner
      setup(): void {
        this.inner = new Inner()
      }
      call(y: Tensor): Tensor {
        return this.inner.call(y)
      }
    }
    expect(paths(new Outer().init(key, [x]))).toEqual(['params/inner/layer/bias', 'params/inner/layer/kernel'])
  })

  it('submodules may be used while setup runs, once they are assigned', () => {
    class Eager extends nn.Module {
      declare layer: nn.Dense
      declare tied: nn.Dense
      declare path_: readonly string[]
      setup(): void {
        this.layer = dense(3)
        this.path_ = this.layer.path
        this.tied = this.layer
      }
      call(y: Tensor): Tensor {
        expect(this.path_).toEqual(['layer'])
        return this.tied.call(this.layer.call(y))
      }
    }
    expect(paths(new Eager().init(key, [x]))).toEqual(['params/layer/bias', 'params/layer/kernel'])
  })

  it('runs once, and before the first attribute is read', () => {
    let runs = 0
    class Counted extends nn.Module {
      declare layer: nn.Dense
      setup(): void {
        runs++
        this.layer = dense(3)
      }
      call(y: Tensor): Tensor {
        return this.layer.call(this.layer.call(y))
      }
    }
    const variables = new Counted().init(key, [x])
    expect(runs).toBe(1)
    const bound = new Counted().bind(variables)
    expect(bound.layer.call(x).shape).toEqual([2, 3])
    expect(runs).toBe(2)
    expect(() => new Counted().layer).toThrow(nn.UnboundModuleError)
  })

  it('inherits, and super.setup names in the same module', () => {
    class Base extends nn.Module {
      declare a: nn.Dense
      setup(): void {
        this.a = dense(3)
      }
    }
    class Derived extends Base {
      declare b: nn.Dense
      override setup(): void {
        super.setup()
        this.b = dense(4)
      }
      call(y: Tensor): Tensor {
        return this.b.call(this.a.call(y))
      }
    }
    expect(shapes(new Derived().init(key, [x]))).toMatchObject({ params: { a: { bias: '3' }, b: { bias: '4' } } })
  })

  it('freezes the module afterwards', () => {
    class Late extends nn.Module {
      count = 0
      call(y: Tensor): Tensor {
        ;(this as { extra?: number }).extra = 1
        return y
      }
    }
    class Changed extends nn.Module {
      count = 0
      call(y: Tensor): Tensor {
        this.count++
        return y
      }
    }
    expect(() => new Late().init(key, [x])).toThrow(nn.SetAttributeFrozenModuleError)
    expect(() => new Changed().init(key, [x])).toThrow(TypeError)
    expect(() => Object.assign(new Changed().bind({}), { other: 1 })).toThrow(/can't set "other" of a Changed/)
  })

  it('is not for modules without variables', () => {
    expect(() => new Auto().setup()).toThrow(nn.CallSetupUnboundModuleError)
  })
})

describe('sharing', () => {
  it('one module by reference is one submodule', () => {
    class Tied extends nn.Module {
      call(y: Tensor): Tensor {
        const layer = dense(3)
        return layer.call(layer.call(y))
      }
    }
    expect(paths(new Tied().init(key, [x]))).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel'])
  })

  it('a module in two props is named by the first', () => {
    class Pair extends nn.Module<{ left: nn.Dense; right: nn.Dense }> {
      call(y: Tensor): Tensor {
        return this.props.right.call(this.props.left.call(y))
      }
    }
    const shared = dense(3)
    expect(paths(new Pair({ left: shared, right: shared }).init(key, [x]))).toEqual(['params/left/bias', 'params/left/kernel'])
    expect(paths(new Pair({ left: shared, right: dense(3) }).init(key, [x]))).toHaveLength(4)
    expect(shared.name).toBeUndefined()
    expect(shared.scope).toBeUndefined()
  })

  it('modules in trees of props are adopted, those made in a compact method belong to it', () => {
    class Towers extends nn.Module<{ towers: Readonly<Record<string, readonly nn.Dense[]>> }> {
      call(y: Tensor): Tensor {
        return this.props.towers.a!.reduce((h, layer) => layer.call(h), y)
      }
    }
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        return new Towers({ towers: { a: [dense(3)] } }).call(y)
      }
    }
    const towers = new Towers({ towers: { a: [dense(3), dense(3)] } })
    expect(Object.keys(towers.init(key, [x]).params!)).toEqual(['towers_a_0', 'towers_a_1'])
    expect(paths(new Outer().init(key, [x]))).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel'])
  })

  it('adopted names give way to those of props, unless the class keeps them', () => {
    class Holder extends nn.Module<{ layer: nn.Dense }> {
      call(y: Tensor): Tensor {
        return this.props.layer.call(y)
      }
    }
    class Keeper extends Holder {
      static readonly preserveAdoptedNames = true
    }
    expect(Object.keys(new Holder({ layer: dense(3, 'mine') }).init(key, [x]).params!)).toEqual(['layer'])
    expect(Object.keys(new Keeper({ layer: dense(3, 'mine') }).init(key, [x]).params!)).toEqual(['mine'])
  })

  it('shareScope adds to the scope of another module', () => {
    class LoRA extends nn.Module<{ base: nn.Dense; rank: number }> {
      setup(): void {
        nn.shareScope(this, this.props.base)
      }
      call(y: Tensor): Tensor {
        const { base, rank } = this.props
        const a = this.param('A', nn.zeros, [y.shape.at(-1)!, rank])
        const b = this.param('B', nn.zeros, [rank, base.props.features])
        return base.call(y).add(np.matmul(np.matmul(y, a), b))
      }
    }
    class Model extends nn.Module {
      call(y: Tensor): Tensor {
        const base = dense(5)
        return new LoRA({ base, rank: 2 }).call(y)
      }
    }
    class Child extends nn.Module {
      declare child: nn.Dense
      setup(): void {
        this.child = dense(5)
        nn.shareScope(this, this.child)
      }
      call(y: Tensor): Tensor {
        this.param('A', nn.zeros, [1])
        return this.child.call(y)
      }
    }
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        return new Child().call(y)
      }
    }
    expect(shapes(new Model().init(key, [x]))).toEqual({ params: { Dense_0: { A: '3,2', B: '2,5', bias: '5', kernel: '3,5' } } })
    expect(shapes(new Outer().init(key, [x]))).toEqual({ params: { Child_0: { A: '1', bias: '5', kernel: '3,5' } } })
    expect(() => nn.shareScope(dense(3), dense(3))).toThrow(nn.CallShareScopeOnUnboundModuleError)
  })
})

describe('compact', () => {
  class Methods extends nn.Module {
    static readonly compact = ['encode']
    call(y: Tensor): Tensor {
      return this.encode(y)
    }
    encode(y: Tensor): Tensor {
      return dense(3).call(y)
    }
    other(y: Tensor): Tensor {
      return dense(3).call(y)
    }
    declares(): Tensor {
      return this.param('w', nn.ones, [1])
    }
  }

  it('methods that are listed may make submodules, others not', () => {
    expect(paths(new Methods().init(key, [x], { method: 'encode' }))).toHaveLength(2)
    expect(paths(new Methods().init(key, [x]))).toHaveLength(2)
    expect(() => new Methods().init(key, [x], { method: 'other' })).toThrow(nn.AssignSubModuleError)
    expect(() => new Methods().init(key, [], { method: 'declares' })).toThrow(nn.DeclareVariableError)
  })

  it('a module without variables says what to do', () => {
    expect(() => dense(3).call(x)).toThrow(/Dense.call: the module has no variables yet \(call it by model.init/)
    expect(() => dense(3).variables).toThrow(nn.UnboundModuleError)
    expect(() => dense(3).param('w', nn.ones, [1])).toThrow(nn.UnboundModuleError)
  })

  it('methods of a module without variables run, if they need none', () => {
    const cell = new nn.LSTMCell({ features: 4 })
    expect(cell.initializeCarry(key, [2, 3]).map((c) => c.shape)).toEqual([
      [2, 4],
      [2, 4],
    ])
  })
})

describe('variables', () => {
  class Stateful extends nn.Module {
    call(y: Tensor): Tensor {
      const n = this.variable('state', 'n', () => np.zeros([], 'int32'))
      if (!this.isInitializing()) n.value = n.value.add(1)
      const h = this.perturb('h', dense(3).call(y))
      this.sow('intermediates', 'h', h)
      this.sow('intermediates', 'h', h)
      this.sow('sums', 'total', 1, { init: () => 0, reduce: (a, b) => a + b })
      this.sow('sums', 'total', 2, { init: () => 0, reduce: (a, b) => a + b })
      return h
    }
  }

  it('keeps, updates and sows', () => {
    const variables = new Stateful().init(key, [x])
    expect(Object.keys(variables).sort()).toEqual(['params', 'perturbations', 'state', 'sums'])
    const [, after] = new Stateful().apply(variables, [x], { mutable: ['state', 'intermediates', 'sums'] })
    expect(Object.keys(after).sort()).toEqual(['intermediates', 'state', 'sums'])
    expect((after.state!.n as Tensor).item()).toBe(1)
    expect(after.intermediates!.h).toHaveLength(2)
    expect((variables.sums as { total: unknown }).total).toBe(3)
    expect(() => new Stateful().apply(variables, [x])).toThrow(nn.ModifyScopeVariableError)
    expect(() => new Stateful().apply({ params: variables.params!, perturbations: {} }, [x], { mutable: 'state' })).toThrow(
      nn.ScopeCollectionNotFound,
    )
  })

  it('captures what methods return', () => {
    class Two extends nn.Module {
      call(y: Tensor): Tensor {
        const h = dense(3).call(y)
        return dense(2).call(h)
      }
    }
    const variables = new Two().init(key, [x])
    const [y, { intermediates }] = new Two().apply(variables, [x], { captureIntermediates: true })
    expect(y.shape).toEqual([2, 2])
    expect(shapes(intermediates!)).toEqual({ __call__: ['2,2'], Dense_0: { __call__: ['2,3'] }, Dense_1: { __call__: ['2,2'] } })
    const only = new Two().apply(variables, [x], { captureIntermediates: (m) => m.name === 'Dense_0' })
    expect(Object.keys(only[1].intermediates!)).toEqual(['Dense_0'])
  })

  it('says what is wrong with variables and keys', () => {
    const variables = dense(4).init(key, [x])
    expect(() => dense(5).apply(variables, [x])).toThrow(nn.ScopeParamShapeError)
    expect(() => dense(4).apply({ params: { bias: x } }, [x])).toThrow(nn.ScopeParamNotFoundError)
    expect(() => dense(4).apply({}, [x])).toThrow(nn.ScopeCollectionNotFound)
    expect(() => dense(4).apply({ params: variables }, [x])).toThrow(nn.ApplyScopeInvalidVariablesStructureError)
    expect(() => new nn.Dropout({ rate: 0.5, deterministic: false }).apply({}, [x])).toThrow(nn.InvalidRngError)
    expect(() => new nn.Dropout({ rate: 0.5 }).apply({}, [x])).toThrow(nn.MergeParamError)
    expect(() => dense(4).apply(variables, [x], { method: 'nothing' as 'call' })).toThrow(nn.ApplyModuleInvalidMethodError)
  })

  it('streams without a key of their own take that of params', () => {
    class Noise extends nn.Module {
      call(): Tensor {
        expect(this.hasRng('noise')).toBe(false)
        return this.makeRng('noise')
      }
    }
    const [a] = new Noise().initWithOutput(key, [])
    const [b] = new Noise().initWithOutput({ params: key }, [])
    expect(a.toArray()).toEqual(b.toArray())
  })
})

describe('bind and clones', () => {
  class Auto extends nn.Module<{ width: number; depth: number }, 'depth'> {
    static readonly defaultProps = { depth: 1 }
    declare encoder: nn.Dense
    setup(): void {
      this.encoder = dense(this.props.width)
    }
    call(y: Tensor): Tensor {
      return this.encoder.call(y)
    }
  }

  it('binds and unbinds', () => {
    const variables = new Auto({ width: 4 }).init(key, [x])
    const bound = new Auto({ width: 4 }).bind(variables)
    expect(bound.call(x).toArray()).toEqual(new Auto({ width: 4 }).apply(variables, [x]).toArray())
    const [encoder, own] = bound.encoder.unbind()
    expect(Object.keys(own.params!).sort()).toEqual(['bias', 'kernel'])
    expect(encoder.name).toBeUndefined()
    expect(encoder.apply(own, [x]).shape).toEqual([2, 4])
    expect(() => encoder.unbind()).toThrow(nn.CallUnbindOnUnboundModuleError)
  })

  it('has frozen props with defaults', () => {
    const model = new Auto({ width: 4 })
    expect(model.props).toEqual({ width: 4, depth: 1 })
    expect(new Auto({ width: 4, depth: undefined }).props.depth).toBe(1)
    expect(Object.isFrozen(model.props)).toBe(true)
    expect(model.clone({ width: 7 }).props).toEqual({ width: 7, depth: 1 })
    expect(model.copy({}, { name: 'other' }).name).toBe('other')
  })

  it('clones a module whose class has a constructor', () => {
    class Short extends nn.Module<{ features: number }> {
      constructor(features: number) {
        super({ features })
      }
      call(y: Tensor): Tensor {
        return dense(this.props.features).call(y)
      }
    }
    expect(new Short(4).clone().props.features).toBe(4)
    expect(shapes(new Short(4).init(key, [x]))).toEqual({ params: { Dense_0: { bias: '4', kernel: '3,4' } } })
  })

  it('does not touch the module that the user made', () => {
    const model = new Auto({ width: 4 })
    model.init(key, [x])
    expect(model.scope).toBeUndefined()
    expect(Object.keys(model)).toEqual([])
  })

  it('works with functions of a module', () => {
    const f = nn.apply((m: Auto, y: Tensor) => m.encoder.call(y).sum(), new Auto({ width: 4 }))
    const variables = nn.init((m: Auto, y: Tensor) => m.call(y), new Auto({ width: 4 }))(key, x)
    expect(f(variables, x).shape).toEqual([])
    expect(new Auto({ width: 4 }).apply(variables, [x], { method: (m, y: Tensor) => m.encoder.call(y) }).shape).toEqual([2, 4])
  })

  it('intercepts methods', () => {
    const seen: string[] = []
    const variables = new Auto({ width: 4 }).init(key, [x])
    const y = nn.interceptMethods(
      (next, args, { module, method }) => {
        seen.push(`${module.path.join('/')}.${method}`)
        return method === 'call' && module instanceof nn.Dense ? (next(...args) as Tensor).mul(0) : next(...args)
      },
      () => new Auto({ width: 4 }).apply(variables, [x]),
    )
    expect(seen).toEqual(['.setup', '.call', 'encoder.call'])
    expect(y.sum().item()).toBe(0)
  })
})
