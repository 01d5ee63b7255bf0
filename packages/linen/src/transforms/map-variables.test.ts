import { hostBackend } from '@heddle/backend-host'
import { grad, np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { close, paths, shapes, values } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.normal(random.key(1), [2, 4])

describe('mapVariables', () => {
  it('ties the weights of two functions of one module', () => {
    const transposed = (v: nn.Variables): nn.Variables => tree.map((t: Tensor) => t.T, v)
    class Tied extends nn.Module<{ features: number; latents: number }> {
      static readonly compact = ['run']
      run(y: Tensor, decode: boolean): Tensor {
        const { features, latents } = this.props
        const f = (_m: Tied): Tensor => new nn.Dense({ features: decode ? features : latents, useBias: false }).call(y)
        const how = decode ? { transInFn: transposed, transOutFn: transposed } : {}
        return nn.mapVariables(f, 'params', { ...how, mutable: true })(this)
      }
      encode(y: Tensor): Tensor {
        return this.run(y, false)
      }
      decode(y: Tensor): Tensor {
        return this.run(y, true)
      }
      both(y: Tensor): Tensor {
        return this.decode(this.encode(y))
      }
    }
    const model = new Tied({ features: 4, latents: 5 })
    const variables = model.init(key, [x], { method: 'both' })
    expect(shapes(variables)).toEqual({ params: { Dense_0: { kernel: [4, 5] } } })
    const { kernel } = (variables.params as unknown as { Dense_0: { kernel: Tensor } }).Dense_0
    close(model.apply(variables, [x], { method: 'both' }), x.matmul(kernel).matmul(kernel.T))
  })

  it('initializes before it maps: weights of one bit', () => {
    class Bits extends nn.Module {
      call(y: Tensor): Tensor {
        const Bit = nn.mapVariables(nn.Dense, 'params', { transInFn: (v) => tree.map((t: Tensor) => np.sign(t), v), init: true })
        return new Bit({ features: 4 }).call(y)
      }
    }
    const [y, variables] = new Bits().initWithOutput(key, [x])
    const { kernel } = (variables.params as unknown as { Map_variablesDense_0: { kernel: Tensor } }).Map_variablesDense_0
    close(new Bits().apply(variables, [x]), y, 0)
    close(y, x.matmul(np.sign(kernel)))
  })

  it('of a method of the class, the outer module in a closure', () => {
    class Doubled extends nn.Module {
      static {
        this.prototype.call = nn.mapVariables(this.prototype.call, 'params', {
          transInFn: (v) => tree.map((t: Tensor) => t.mul(2), v),
          transOutFn: (v) => tree.map((t: Tensor) => t.div(2), v),
          init: true,
        })
      }
      call(y: Tensor): Tensor {
        return y.mul(this.param('w', nn.onesInit(), []))
      }
    }
    const [y, variables] = new Doubled().initWithOutput(key, [x])
    expect(values(variables)).toEqual({ params: { w: 0.5 } })
    close([y, new Doubled().apply(variables, [x])], [x, x])
    close(grad((v: nn.Variables) => new Doubled().apply(v, [x]).sum())(variables), { params: { w: x.sum().mul(2) } })
  })

  it('may move a collection to another name', () => {
    class Reader extends nn.Module {
      call(): Tensor {
        return this.param('w', nn.onesInit(), [])
      }
    }
    const swap = ({ params = {}, ema = {} }: nn.Variables): nn.Variables => ({ params: ema, ema: params })
    const Swapped = nn.mapVariables(Reader, ['params', 'ema'], { transInFn: swap })
    const variables = { ema: { w: np.array(3) }, params: { w: np.array(1) } }
    expect(new Swapped().apply(variables, []).item()).toBe(3)
  })

  it('writes back only where it may', () => {
    class Counter extends nn.Module {
      call(): Tensor {
        const n = this.variable('count', 'n', () => np.zeros([]))
        n.value = n.value.add(1)
        return n.value
      }
    }
    const half = {
      transInFn: (v: nn.Variables): nn.Variables => tree.map((t: Tensor) => t.mul(2), v),
      transOutFn: (v: nn.Variables): nn.Variables => tree.map((t: Tensor) => t.div(2), v),
    }
    const variables = { count: { n: np.array(2) } }
    const Mutable = nn.mapVariables(Counter, 'count', { ...half, mutable: true })
    expect(values(new Mutable().apply(variables, [], { mutable: ['count'] }))).toEqual([5, { count: { n: 2.5 } }])
    const Frozen = nn.mapVariables(Counter, 'count', half)
    expect(() => new Frozen().apply(variables, [], { mutable: ['count'] })).toThrow(nn.ModifyScopeVariableError)
  })

  it('limits further collections and streams', () => {
    class Both extends nn.Module {
      call(): Tensor {
        return (this.variables.state!.v as Tensor).add(random.normal(this.makeRng('noise'), []).mul(0))
      }
    }
    const variables = { state: { v: np.array(2) } }
    const rngs = { noise: key }
    const run = (options: nn.MapVariablesOptions<typeof Both>): Tensor =>
      new (nn.mapVariables(Both, 'params', options))().apply(variables, [], { rngs })
    expect(run({ variables: 'state', rngs: 'noise' }).item()).toBe(2)
    expect(() => run({ rngs: 'params' })).toThrow(nn.InvalidRngError)
    expect(() => run({ variables: false })).toThrow()
  })

  it('maps each method by options of its own', () => {
    class Two extends nn.Module {
      declare w: Tensor
      setup(): void {
        this.w = this.param('w', nn.onesInit(), [])
      }
      plain(): Tensor {
        return this.w
      }
      double(): Tensor {
        return this.w
      }
    }
    const Mapped = nn.mapVariables(Two, 'params', {
      methods: { double: { transInFn: (v) => tree.map((t: Tensor) => t.mul(2), v) } },
    })
    const variables = { params: { w: np.array(3) } }
    expect(new Mapped().apply(variables, [], { method: 'plain' }).item()).toBe(3)
    expect(new Mapped().apply(variables, [], { method: 'double' }).item()).toBe(6)
  })
})

describe('addMetadataAxis', () => {
  it('shows boxes inside without the axis', () => {
    const seen: unknown[] = []
    class Foo extends nn.Module {
      call(y: Tensor): Tensor {
        seen.push(namesOf(this.variables.params))
        const kernelInit = nn.withPartitioning(nn.initializers.lecunNormal(), ['foo', 'bar'])
        return new nn.Dense({ features: 4, kernelInit, useBias: false, name: 'dense' }).call(y)
      }
    }
    class Test extends nn.Module {
      static {
        this.prototype.call = nn.addMetadataAxis(this.prototype.call, {
          variableAxes: { params: 0 },
          metadataParams: { [nn.PARTITION_NAME]: 'baz' },
        })
      }
      call(y: Tensor): Tensor {
        return new Foo({ name: 'foo' }).call(y)
      }
    }
    const namesOf = (v: unknown): unknown =>
      v instanceof nn.Partitioned ? v.names : typeof v === 'object' && v !== null ? Object.values(v).map(namesOf) : v
    const ones = np.ones([4, 4])
    const variables = new Test().init(key, [ones])
    new Test().apply(variables, [ones])
    expect(paths(variables)).toEqual(['params/foo/dense/kernel/value'])
    expect(namesOf(variables.params)).toEqual([[[['baz', 'foo', 'bar']]]])
    expect(seen.at(-1)).toEqual([[['foo', 'bar']]])
  })
})

describe('foldRngs', () => {
  class Draw extends nn.Module {
    call(): readonly Tensor[] {
      return [this.makeRng('noise'), this.makeRng('noise'), new Leaf().call()]
    }
  }
  class Leaf extends nn.Module {
    call(): Tensor {
      return this.makeRng('noise')
    }
  }

  it('keeps keys different, and the same each time', () => {
    const Folded = nn.foldRngs(Draw)
    const rngs = { noise: key }
    const keys = new Folded().apply({}, [], { rngs })
    close(new Folded().apply({}, [], { rngs }), keys, 0)
    expect(new Set(keys.map((k) => String(k.toArray()))).size).toBe(3)
  })

  it('limits collections, streams and methods', () => {
    const rngs = { noise: key }
    expect(() => new (nn.foldRngs(Draw, { rngs: 'params' }))().apply({}, [], { rngs })).toThrow(nn.InvalidRngError)
    expect(new (nn.foldRngs(Draw, { methods: [] }))().apply({}, [], { rngs })).toHaveLength(3)
  })
})
