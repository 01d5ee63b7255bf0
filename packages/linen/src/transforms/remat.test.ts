import { hostBackend } from '@heddle/backend-host'
import {
  checkpointPolicies,
  grad,
  isTensor,
  jit,
  makeJaxpr,
  np,
  printJaxpr,
  random,
  setDefaultBackend,
  vmap,
  type Tensor,
} from '@heddle/func'
import { close, metered, shapes } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

const { backend, peakOf } = metered(hostBackend())
setDefaultBackend(backend)

const key = random.key(0)
const x = random.uniform(random.key(3), [4, 4])

class MLP extends nn.Module<{ widths: readonly number[]; Layer?: typeof nn.Dense }> {
  call(y: Tensor): Tensor {
    const { widths, Layer = nn.Dense } = this.props
    return widths.reduce((h, features, i) => nn.tanh(new Layer({ features }, { name: `layers_${i}` }).call(h)), y)
  }
}
class RematCall extends MLP {
  static {
    this.prototype.call = nn.remat(MLP.prototype.call)
  }
}

describe('remat', () => {
  const plain = new MLP({ widths: [3, 4, 5] })
  const variables = plain.init(key, [x])
  const loss = (model: MLP) => (v: object) => model.apply(v, [x]).square().sum()

  it.each([
    ['of layers', new MLP({ widths: [3, 4, 5], Layer: nn.remat(nn.Dense) })],
    ['of a class', new (nn.remat(MLP))({ widths: [3, 4, 5] })],
    ['of a method of the class', new RematCall({ widths: [3, 4, 5] })],
    ['of itself', new (nn.remat(nn.remat(MLP)))({ widths: [3, 4, 5] })],
    ['with a policy', new (nn.remat(MLP, { policy: checkpointPolicies.everythingSaveable }))({ widths: [3, 4, 5] })],
  ])('%s changes no value and no gradient', (_, model) => {
    close(model.init(key, [x]), variables, 0)
    close(model.apply(variables, [x]), plain.apply(variables, [x]), 0)
    close(grad(loss(model))(variables), grad(loss(plain))(variables))
    close(jit(grad(loss(model)))(variables), grad(loss(plain))(variables))
  })

  /** How many primitives of a name stand in the program of a gradient, those in its parts too. */
  const count = (name: string, model: MLP): number => {
    const text = printJaxpr(makeJaxpr(grad(loss(model)))(variables))
    return text.split(new RegExp(`\\b${name}\\b`)).length - 1
  }

  it('computes again on the way back what it does not keep', () => {
    const once = count('tanh', plain)
    expect(once).toBe(3)
    expect(count('tanh', new RematCall({ widths: [3, 4, 5] }))).toBeGreaterThan(once)
  })

  it('branches on values, as they are concrete under a gradient outside of jit', () => {
    class Branch extends nn.Module {
      call(y: Tensor, relu: boolean): Tensor {
        return relu ? nn.relu(y) : y
      }
    }
    class OnValue extends nn.Module {
      call(y: Tensor): Tensor {
        return y.sum().greater(0).item() ? y : y.mul(3)
      }
    }
    const model = new (nn.remat(Branch, { staticArgnums: 2 }))()
    close(model.apply({}, [x.neg(), true]), np.zerosLike(x), 0)
    close(grad((y: Tensor) => model.apply({}, [y, true]).sum())(x.neg()), np.zerosLike(x), 0)
    close(grad((y: Tensor) => new (nn.remat(OnValue, { concrete: true }))().apply({}, [y]).sum())(x.neg()), np.full([4, 4], 3), 0)
  })

  it.each(['class', 'method'])('takes static arguments as they are, others as tensors (%s)', (how) => {
    const seen: boolean[] = []
    class Foo extends nn.Module {
      call(y: Tensor, scale: unknown): Tensor {
        seen.push(isTensor(scale))
        return new nn.Dense({ features: 3, useBias: false }).call(y)
      }
    }
    class Static extends Foo {
      static {
        this.prototype.call = nn.remat(Foo.prototype.call, { staticArgnums: [2] })
      }
    }
    class Dynamic extends Foo {
      static {
        this.prototype.call = nn.remat(Foo.prototype.call, { staticArgnums: [] })
      }
    }
    const classes = how === 'method' ? [Static, Dynamic] : [nn.remat(Foo, { staticArgnums: [2] }), nn.remat(Foo)]
    const flags = classes.map((Class) => {
      seen.length = 0
      const model = new Class()
      const made = model.init(key, [np.zeros([1, 2]), 2])
      expect(model.apply(made, [np.zeros([1, 2]), 3]).shape).toEqual([1, 3])
      return [...seen]
    })
    expect(flags).toEqual([
      [false, false],
      [true, true],
    ])
  })

  it('lifts the collections and streams that are asked for', () => {
    class State extends nn.Module {
      call(): Tensor {
        return this.variable('state', 'n', () => np.zeros([])).value.add(random.normal(this.makeRng('noise'), []))
      }
    }
    const rngs = { params: key, noise: random.key(1) }
    expect(() => new (nn.remat(State, { variables: 'params' }))().init(rngs, [])).toThrow(nn.LinenError)
    expect(() => new (nn.remat(State, { rngs: [] }))().init(rngs, [])).toThrow(nn.InvalidRngError)
    expect(shapes(new (nn.remat(State, { variables: 'state', rngs: 'noise' }))().init(rngs, []))).toEqual({ state: { n: [] } })
  })

  it('draws in the second pass the keys of the first', () => {
    const Drop = nn.remat(nn.Dropout)
    const rngs = { dropout: random.key(4) }
    const run = (y: Tensor): Tensor => new Drop({ rate: 0.5 }).apply({}, [y, { deterministic: false }], { rngs })
    const ones = np.ones([64])
    const [y, dy] = [run(ones), grad((z: Tensor) => run(z).sum())(ones)]
    close(dy, y, 0)
    close(vmap((z: Tensor) => run(z))(np.stack([ones, ones])), np.stack([y, y]), 0)
  })

  it('leaves state as the plain module does', () => {
    const model = new (nn.remat(nn.BatchNorm))({ useRunningAverage: false })
    const made = model.init(key, [x])
    const expected = new nn.BatchNorm({ useRunningAverage: false }).apply(made, [x], { mutable: ['batch_stats'] })
    close(model.apply(made, [x], { mutable: ['batch_stats'] }), expected)
  })
})

describe('rematScan', () => {
  class Layer extends nn.Module {
    call(y: Tensor): Tensor {
      return nn.tanh(new nn.Dense({ features: 4 }).call(y))
    }
  }

  it('stacks layers as deep as the product of its lengths', () => {
    class BigModel extends nn.Module<{ lengths: readonly number[] }> {
      call(y: Tensor): Tensor {
        return new (nn.rematScan(nn.Dense, { lengths: this.props.lengths }))({ features: 8, name: 'stack' }).call(y)
      }
    }
    const y = np.ones([2, 8])
    for (const [lengths, axes] of [
      [[100], [100]],
      [
        [10, 10],
        [10, 10],
      ],
      [
        [2, 3, 4],
        [2, 3, 4],
      ],
    ] as const) {
      const variables = new BigModel({ lengths }).init(key, [y])
      expect(shapes(variables)).toEqual({ params: { stack: { bias: [...axes, 8], kernel: [...axes, 8, 8] } } })
      expect(new BigModel({ lengths }).apply(variables, [y]).shape).toEqual([2, 8])
    }
  })

  it('has the values and gradients of its layers one after the other', () => {
    const Stack = nn.rematScan(Layer, { lengths: [2, 3] })
    const variables = new Stack().init(key, [x])
    const unrolled = (v: nn.Variables): Tensor => {
      const { kernel, bias } = (v.params as unknown as { Dense_0: Record<'kernel' | 'bias', Tensor> }).Dense_0
      const places = [0, 1].flatMap((i) => [0, 1, 2].map((j) => [i, j] as const))
      return places.reduce((h, [i, j]) => np.tanh(h.matmul(kernel.at(i, j)).add(bias.at(i, j))), x)
    }
    close(new Stack().apply(variables, [x]), unrolled(variables))
    const total = (f: (v: nn.Variables) => Tensor) => (v: nn.Variables) => f(v).square().sum()
    const expected = grad(total(unrolled))(variables)
    const loss = total((v) => new Stack().apply(v, [x]))
    close(grad(loss)(variables), expected)
    close(jit(grad(loss))(variables), expected)
  })

  it('holds memory that grows with the root of the depth', () => {
    const y = random.normal(random.key(0), [512, 4])
    class Deep extends nn.Module<{ depth: number }> {
      call(z: Tensor): Tensor {
        const scan = nn.scan((layer: Layer, c: Tensor) => [layer.call(c), null] as const, {
          variableAxes: { params: 0 },
          splitRngs: { params: true },
          length: this.props.depth,
        })
        return scan(new Layer(), z)[0]
      }
    }
    const peak = (model: Layer): number => {
      const variables = model.init(key, [y])
      const step = jit(grad((v: nn.Variables) => model.apply(v, [y]).square().mean()))
      step(variables)
      return peakOf(() => step(variables))
    }
    const peaks = [4, 16].map((d) => ({
      kept: peak(new Deep({ depth: d * d })),
      again: peak(new (nn.rematScan(Layer, { lengths: [d, d] }))()),
    }))
    const [shallow, deep] = peaks as [{ kept: number; again: number }, { kept: number; again: number }]
    // 16 times as deep: about 16 times the memory where everything is kept, about 4 times where layers are computed again.
    expect(deep.kept / shallow.kept).toBeGreaterThan(10)
    expect(deep.again / shallow.again).toBeLessThan(5)
    expect(deep.kept / deep.again).toBeGreaterThan(6)
  })

  it('shares, carries and splits as its options say', () => {
    class Counted extends nn.Module {
      call(y: Tensor): Tensor {
        const n = this.variable('count', 'n', () => np.array(0, 'int32'))
        n.value = n.value.add(1)
        return y.add(this.param('w', nn.initializers.normal(1), [])).add(random.normal(this.makeRng('noise'), []))
      }
    }
    const rngs = { params: key, noise: random.key(3) }
    class Model extends nn.Module {
      call(y: Tensor): Tensor {
        const layer = new Counted({ name: 'layer' })
        if (this.isInitializing()) return layer.call(y)
        const stack = nn.rematScan((m: Counted, z: Tensor) => m.call(z), {
          lengths: [2, 3],
          variableBroadcast: 'params',
          variableCarry: 'count',
          variableAxes: {},
          splitRngs: { params: false, noise: true },
        })
        return stack(layer, y)
      }
    }
    const variables = new Model().init(rngs, [np.zeros([])])
    const [y, { count }] = new Model().apply(variables, [np.zeros([])], { rngs: { noise: random.key(3) }, mutable: ['count'] })
    expect((count as unknown as { layer: { n: Tensor } }).layer.n.item()).toBe(7)
    const w = (variables.params as unknown as { layer: { w: Tensor } }).layer.w
    const noise = Number(y.sub(w.mul(6)).item())
    expect(Number.isFinite(noise) && Math.abs(noise) > 1e-3).toBe(true)
  })
})
