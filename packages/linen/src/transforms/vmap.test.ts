import { hostBackend } from '@heddle/backend-host'
import { lax, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { AxisMetadata } from '@heddle/lift'
import { close, paths, shapes } from '@heddle/testing'
import { registerNode } from '@heddle/tree'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.uniform(random.key(1), [4, 4])
const batch = random.uniform(random.key(2), [5, 4, 4])
const shared = { variableAxes: { params: null }, splitRngs: { params: false } } as const
const own = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const

class MLP extends nn.Module<{ widths: readonly number[]; Layer?: typeof nn.Dense }> {
  call(y: Tensor): Tensor {
    const { widths, Layer = nn.Dense } = this.props
    return widths.reduce((h, features, i) => nn.relu(new Layer({ features }, { name: `layers_${i}` }).call(h)), y)
  }
}

/** A module on each part of a batch, one after the other. */
const loop = (f: (y: Tensor) => Tensor, ys: Tensor): Tensor => np.stack([...ys].map(f))

describe('vmap', () => {
  it('of layers with shared parameters is a loop', () => {
    const plain = new MLP({ widths: [3, 4, 5] })
    const variables = plain.init(key, [x])
    const mapped = new MLP({ widths: [3, 4, 5], Layer: nn.vmap(nn.Dense, { ...shared, inAxes: [0] }) })
    close(
      mapped.apply(variables, [batch]),
      loop((y) => plain.apply(variables, [y]), batch),
    )
  })

  it('of a method of the class is a loop', () => {
    class Mapped extends MLP {
      static {
        this.prototype.call = nn.vmap(this.prototype.call, { ...shared, inAxes: [0] })
      }
    }
    const plain = new MLP({ widths: [3, 4, 5] })
    const variables = plain.init(key, [x])
    close(
      new Mapped({ widths: [3, 4, 5] }).apply(variables, [batch]),
      loop((y) => plain.apply(variables, [y]), batch),
    )
  })

  it('lets collectives inside name the axis: batch norm over it', () => {
    class NormMLP extends nn.Module<{ axisName?: string }> {
      call(y: Tensor): Tensor {
        const { axisName } = this.props
        const h = new nn.Dense({ features: 3 }).call(y)
        return new nn.BatchNorm({ useRunningAverage: false, ...(axisName === undefined ? {} : { axisName }) }).call(h)
      }
    }
    const plain = new NormMLP()
    const variables = plain.init(key, [x])
    const Mapped = nn.vmap(NormMLP, { variableAxes: { params: null, batch_stats: null }, splitRngs: { params: false }, axisName: 'batch' })
    const [expected, stats] = plain.apply(variables, [batch.reshape([-1, 4])], { mutable: ['batch_stats'] })
    const [actual, mappedStats] = new Mapped({ axisName: 'batch' }).apply(variables, [batch], { mutable: ['batch_stats'] })
    close(actual, expected.reshape([5, 4, 3]), 1e-5)
    close(mappedStats, stats, 1e-5)
  })

  it('gives each index parameters, and keys, of its own', () => {
    const Batch = nn.vmap(nn.Dense, own)
    const variables = new Batch({ features: 3 }).init(key, [batch])
    expect(shapes(variables)).toEqual({ params: { bias: [5, 3], kernel: [5, 4, 3] } })
    const kernel = variables.params!.kernel as Tensor
    expect(np.allclose(kernel.at(0), kernel.at(1)).item()).toBe(false)
    close(
      new Batch({ features: 3 }).apply(variables, [batch]),
      np.stack(
        [...batch].map((y, i) => new nn.Dense({ features: 3 }).apply({ params: { bias: np.zeros([3]), kernel: kernel.at(i) } }, [y])),
      ),
    )
    const same = new (nn.vmap(nn.Dense, { ...own, splitRngs: { params: false } }))({ features: 3 }).init(key, [batch]).params!
      .kernel as Tensor
    close(same.at(0), same.at(1), 0)
  })

  it('maps arguments, results and variables along any axes, trees of axes and negative ones too', () => {
    class Two extends nn.Module {
      call({ a, b }: { readonly a: Tensor; readonly b: Tensor }, c: Tensor): { readonly sum: Tensor; readonly same: Tensor } {
        const w = this.param('w', nn.initializers.normal(1), [3, 2])
        return { sum: a.add(b).matmul(w).add(c), same: c }
      }
    }
    const Mapped = nn.vmap(Two, {
      variableAxes: { params: -1 },
      splitRngs: { params: true },
      inAxes: [{ a: 1, b: null }, null],
      outAxes: { sum: -1, same: null },
    })
    const a = random.normal(random.key(5), [3, 4])
    const [b, c] = [np.ones([3]), np.array([10, 20])]
    const [out, variables] = new Mapped().initWithOutput(key, [{ a, b }, c])
    expect(shapes([out, variables])).toEqual([{ sum: [2, 4], same: [2] }, { params: { w: [3, 2, 4] } }])
    const w = variables.params!.w as Tensor
    const expected = [0, 1, 2, 3].map((i) =>
      a
        .at(':', i)
        .add(b)
        .matmul(w.at(':', ':', i))
        .add(c),
    )
    close(out, { same: c, sum: np.stack(expected, -1) })
  })

  it('takes filters for collections and streams, the first that fits', () => {
    class State extends nn.Module {
      call(y: Tensor): Tensor {
        const p = this.param('p', nn.initializers.normal(1), [])
        const s = this.variable('state', 's', () => random.normal(this.makeRng('noise'), []))
        const t = this.variable('stats', 't', () => np.zeros([]))
        return y.add(p).add(s.value).add(t.value)
      }
    }
    const rngs = { params: key, noise: random.key(9) }
    const run = (options: nn.VmapOptions<typeof State>) => shapes(new (nn.vmap(State, options))().init(rngs, [np.ones([3])]))
    const states = { params: { p: [] }, state: { s: [3] }, stats: { t: [3] } }
    expect(
      run({
        variableAxes: [
          ['params', null],
          [true, 0],
        ],
        splitRngs: [
          ['params', false],
          [true, true],
        ],
      }),
    ).toEqual(states)
    expect(
      run({
        variableAxes: [
          [nn.denyList('params'), 0],
          ['params', null],
        ],
        splitRngs: [
          [nn.denyList('params'), true],
          ['params', false],
        ],
      }),
    ).toEqual(states)
    expect(
      run({
        variableAxes: [
          [['state', 'stats'], 0],
          ['params', 0],
        ],
        splitRngs: { params: true, noise: true },
      }),
    ).toEqual({ ...states, params: { p: [3] } })
  })

  it('reads a collection along one axis and leaves it along another', () => {
    class Turn extends nn.Module {
      call(): Tensor {
        const s = this.variable('s', 'v', () => np.zeros([2]))
        s.value = s.value.mul(2)
        return s.value
      }
    }
    const v = random.normal(key, [2, 3])
    const Turned = nn.vmap(Turn, {
      variableAxes: [
        ['s', nn.In(1)],
        ['s', nn.Out(0)],
      ],
      axisSize: 3,
    })
    const [, out] = new Turned().apply({ s: { v } }, [], { mutable: ['s'] })
    close(out, { s: { v: v.T.mul(2) } })
  })

  it('takes the size of the axis where no argument has one', () => {
    const Many = nn.vmap(nn.Dense, { ...own, inAxes: null, axisSize: 6 })
    expect(shapes(new Many({ features: 3 }).init(key, [x]))).toEqual({ params: { bias: [6, 3], kernel: [6, 4, 3] } })
    expect(new Many({ features: 3 }).initWithOutput(key, [x])[0].shape).toEqual([6, 4, 3])
  })

  it('takes modules with setup, whose variables have the axis', () => {
    class Scale extends nn.Module {
      declare w: Tensor
      setup(): void {
        this.w = this.param('w', nn.onesInit(), [])
      }
      call(y: Tensor): Tensor {
        return y.mul(this.w)
      }
    }
    expect(shapes(new (nn.vmap(Scale, own))().init(key, [np.ones([4])]))).toEqual({ params: { w: [4] } })
  })

  it('takes a class with settings filled in', () => {
    class NoBias extends nn.Dense {
      static readonly defaultProps = { useBias: false }
    }
    const Mapped = nn.vmap(NoBias, own)
    expect(shapes(new Mapped({ features: 4 }).init(key, [np.ones([3, 4, 4])]))).toEqual({ params: { kernel: [3, 4, 4] } })
  })

  it('takes a method as a function of a module', () => {
    class Foo extends nn.Module {
      static readonly compact = ['inner']
      inner(y: Tensor): Tensor {
        return new nn.Dense({ features: 2, useBias: false }).call(y)
      }
      call(y: Tensor): Tensor {
        return nn.vmap((m: Foo, z: Tensor) => m.inner(z), own)(this, y)
      }
    }
    class Bare extends Foo {
      override call(y: Tensor): Tensor {
        return nn.vmap(Foo.prototype.inner, own).call(this, y)
      }
    }
    for (const model of [new Foo(), new Bare()])
      expect(shapes(model.init(key, [np.ones([3, 4, 4])]))).toEqual({ params: { Dense_0: { kernel: [3, 4, 2] } } })
  })

  it('maps modules outside, in the props of the target', () => {
    class Outer extends nn.Module {
      call(y: Tensor): Tensor {
        return new nn.Dense({ features: 5 }).call(y)
      }
    }
    class Inner extends nn.Module<{ outer: Outer }> {
      call(y: Tensor): Tensor {
        return this.props.outer.call(y)
      }
    }
    const Mapped = nn.vmap(nn.jit(Inner), own)
    class Test extends nn.Module {
      call(y: Tensor): Tensor {
        const outer = new (nn.jit(Outer))({ name: 'outer' })
        return new Mapped({ outer, name: 'inner1' }).call(y).add(new Mapped({ outer, name: 'inner2' }).call(y))
      }
    }
    const ones = np.ones([3, 1, 2])
    const variables = new Test().init(key, [ones])
    expect(shapes(variables)).toEqual({ params: { outer: { Dense_0: { bias: [3, 5], kernel: [3, 2, 5] } } } })
    expect(new Test().apply(variables, [ones]).shape).toEqual([3, 1, 5])
  })

  it('maps modules in the props of modules in the props', () => {
    class A extends nn.Module {
      call(y: Tensor): Tensor {
        return new nn.Dense({ features: 3 }).call(y)
      }
    }
    class B extends nn.Module<{ a: A }> {
      call(y: Tensor): Tensor {
        return this.props.a.call(y)
      }
    }
    class C extends nn.Module<{ b: B; a?: A }> {
      static {
        this.prototype.call = nn.vmap(this.prototype.call, own)
      }
      call(y: Tensor): Tensor {
        const { a, b } = this.props
        return a === undefined ? b.call(y) : b.call(y).add(a.call(y))
      }
    }
    class D extends nn.Module<{ two: boolean }> {
      call(y: Tensor): Tensor {
        const [a1, a2] = [new A(), new A()]
        const b = new B({ a: a1 })
        return (this.props.two ? new C({ a: a2, b }) : new C({ b })).call(y)
      }
    }
    const ones = np.ones([10, 10])
    const layer = { Dense_0: { bias: [10, 3], kernel: [10, 10, 3] } }
    expect(shapes(new D({ two: false }).init(key, [ones]))).toEqual({ params: { A_0: layer } })
    expect(shapes(new D({ two: true }).init(key, [ones]))).toEqual({ params: { A_0: layer, A_1: layer } })
  })

  it('gives boxes of its own the axis to lose and to gain', () => {
    /** A box that keeps the mean over the axis. */
    class Mean extends AxisMetadata<Tensor> {
      constructor(readonly value: Tensor) {
        super()
      }
      unbox(): Tensor {
        return this.value
      }
      replaceBoxed<U>(value: U): AxisMetadata<U> {
        return new Mean(value as Tensor) as unknown as AxisMetadata<U>
      }
      addAxis(index: number): AxisMetadata<Tensor> {
        return new Mean(this.value.mean(index))
      }
      removeAxis(index: number, params: nn.MetadataParams): AxisMetadata<Tensor> {
        const shape = [...this.value.shape]
        shape.splice(index, 0, params.axisSize as number)
        return new Mean(np.broadcastTo(this.value, shape))
      }
    }
    registerNode<Mean>(Mean, { flatten: ({ value }) => [[value], null], unflatten: (_, [value]) => new Mean(value as Tensor) })
    const inside: unknown[] = []
    class Foo extends nn.Module {
      call(y: Tensor): Tensor {
        const v = this.variable('aux', 'v', () => new Mean(np.ones([])))
        inside.push(v.value.shape)
        return y
      }
    }
    class Top extends nn.Module {
      call(y: Tensor): Tensor {
        const Mapped = nn.vmap(Foo, { variableAxes: { params: 0, aux: 0 }, metadataParams: { axisSize: y.shape[0]! } })
        const mapped = new Mapped({ name: 'mapped' })
        mapped.call(y)
        return mapped.call(y)
      }
    }
    const variables = new Top().init(key, [np.ones([2, 5])])
    new Top().apply(variables, [np.ones([2, 5])])
    expect(inside).toEqual([[], [], [], []])
    expect((nn.unbox(variables) as unknown as { aux: { mapped: { v: Tensor } } }).aux.mapped.v.shape).toEqual([])
  })

  it('gives partitioned variables the name of the axis, where it is added', () => {
    const Layer = nn.vmap(nn.Dense, { ...own, variableAxes: { params: 1 }, metadataParams: { [nn.PARTITION_NAME]: 'layers' } })
    const kernelInit = nn.withPartitioning(nn.initializers.lecunNormal(), ['in', 'out'])
    const variables = new Layer({ features: 3, kernelInit, useBias: false }).init(key, [batch])
    const kernel = variables.params!.kernel as unknown as nn.Partitioned<Tensor>
    expect([kernel.names, kernel.value.shape]).toEqual([
      ['in', 'layers', 'out'],
      [4, 5, 3],
    ])
    expect(new Layer({ features: 3, kernelInit, useBias: false }).apply(variables, [batch]).shape).toEqual([5, 4, 3])
  })

  it('stands inside itself', () => {
    const Inner = nn.vmap(nn.Dense, { ...own, axisName: 'inner' })
    const Outer = nn.vmap(Inner, { ...own, axisName: 'outer' })
    const ones = np.ones([2, 3, 4])
    expect(shapes(new Outer({ features: 5 }).init(key, [ones]))).toEqual({ params: { bias: [2, 3, 5], kernel: [2, 3, 4, 5] } })
    class Sum extends nn.Module {
      call(y: Tensor): Tensor {
        return lax.psum(y, ['inner', 'outer'])
      }
    }
    const total = new (nn.vmap(nn.vmap(Sum, { axisName: 'inner' }), { axisName: 'outer' }))().apply({}, [np.ones([2, 3])])
    close(total, np.full([2, 3], 6))
    expect(paths(new Outer({ features: 5 }).init(key, [ones]))).toHaveLength(2)
  })
})
