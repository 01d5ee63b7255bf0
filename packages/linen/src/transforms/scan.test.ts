import { hostBackend } from '@heddle/backend-host'
import { grad, lax, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close, shapes, values } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const shared = { variableBroadcast: 'params', splitRngs: { params: false } } as const
const layers = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const
const xs = random.uniform(random.key(1), [5, 3, 2])
const start = new nn.LSTMCell({ features: 2 }).initializeCarry(random.key(0), [3, 2])

/** A cell over a sequence, step by step. */
const unrolled = (variables: object): readonly [carry: nn.LSTMCarry, ys: Tensor] => {
  const ys: Tensor[] = []
  let carry = start
  for (const x of xs) {
    const [next, y] = new nn.LSTMCell({ features: 2 }).apply(variables, [carry, x])
    carry = next
    ys.push(y)
  }
  return [carry, np.stack(ys)]
}

describe('scan', () => {
  it('of a cell is its loop', () => {
    class Simple extends nn.Module {
      call(c: nn.LSTMCarry, ys: Tensor): readonly [nn.LSTMCarry, Tensor] {
        return new (nn.scan(nn.LSTMCell, shared))({ features: 2, name: 'cell' }).call(c, ys)
      }
    }
    const variables = new Simple().init(key, [start, xs])
    const cell = { params: (variables.params as unknown as { cell: nn.Variables['params'] }).cell! }
    close(new Simple().apply(variables, [start, xs]), unrolled(cell), 1e-6)
  })

  it('of a method of the class, with an argument that each step gets whole', () => {
    class Simple extends nn.Module {
      static {
        this.prototype.call = nn.scan(this.prototype.call, { ...shared, inAxes: [nn.broadcast, 0] })
      }
      call(c: nn.LSTMCarry, b: Tensor, x: Tensor): readonly [nn.LSTMCarry, Tensor] {
        expect(b.shape).toEqual([4])
        return new nn.LSTMCell({ features: 2 }, { name: 'cell' }).call(c, x)
      }
    }
    const b = np.ones([4])
    const variables = new Simple().init(key, [start, b, xs])
    const cell = { params: (variables.params as unknown as { cell: nn.Variables['params'] }).cell! }
    close(new Simple().apply(variables, [start, b, xs]), unrolled(cell), 1e-6)
  })

  it('takes negative axes', () => {
    class Foo extends nn.Module {
      call(_: null, x: Tensor): readonly [null, Tensor] {
        return [null, new nn.Dense({ features: 4 }).call(x)]
      }
    }
    class Bar extends nn.Module {
      call(x: Tensor): Tensor {
        return new (nn.scan(Foo, { ...shared, inAxes: -2, outAxes: -1 }))().call(null, x)[1]
      }
    }
    const x = random.normal(random.key(1), [1, 2, 3])
    const [y, variables] = new Bar().initWithOutput(key, [x])
    expect(y.shape).toEqual([1, 4, 2])
    expect(shapes(variables)).toEqual({ params: { ScanFoo_0: { Dense_0: { bias: [4], kernel: [3, 4] } } } })
    const dense = (variables.params as unknown as { ScanFoo_0: { Dense_0: Record<string, Tensor> } }).ScanFoo_0.Dense_0
    close(y, np.moveaxis(x.matmul(dense.kernel!).add(dense.bias!), 1, -1))
  })

  it('reads parameters that setup declares, one of each layer', () => {
    class Body extends nn.Module {
      declare dense: nn.Dense
      declare p: Tensor
      setup(): void {
        this.dense = new nn.Dense({ features: 1 })
        this.p = this.param('p', () => np.ones([1]))
      }
      call(x: Tensor): readonly [Tensor, null] {
        return [this.dense.call(x).add(this.p), null]
      }
    }
    const Stack = nn.scan(Body, { ...layers, length: 2 })
    const variables = new Stack().init(key, [np.ones([1])])
    expect(shapes(variables)).toEqual({ params: { dense: { bias: [2, 1], kernel: [2, 1, 1] }, p: [2, 1] } })
    expect(new Stack().apply(variables, [np.ones([1])])[0].shape).toEqual([1])
  })

  it('transforms several methods, each with options of its own', () => {
    class Foo extends nn.Module {
      declare a: nn.Dense
      declare b: nn.Dense
      setup(): void {
        this.a = new nn.Dense({ features: 2 })
        this.b = new nn.Dense({ features: 2 })
      }
      encode(x: Tensor): readonly [Tensor, Tensor] {
        return [this.a.call(x), x]
      }
      decode(x: Tensor, y: Tensor): readonly [Tensor, null] {
        return [this.b.call(x).add(y), null]
      }
    }
    class Bar extends nn.Module {
      call(x: Tensor): Tensor {
        const Scan = nn.scan(Foo, {
          methods: {
            encode: { ...layers, inAxes: nn.broadcast, outAxes: 0, length: 3 },
            decode: { ...layers, inAxes: 0, length: 3 },
          },
        })
        const scan = new Scan()
        const [y, ys] = scan.encode(x)
        return scan.decode(y, ys)[0]
      }
    }
    const x = random.uniform(random.key(1), [2, 2])
    const variables = new Bar().init(key, [x])
    const layer = { bias: [3, 2], kernel: [3, 2, 2] }
    expect(shapes(variables)).toEqual({ params: { ScanFoo_0: { a: layer, b: layer } } })
    const { a, b } = (variables.params as unknown as { ScanFoo_0: Record<'a' | 'b', Record<'kernel' | 'bias', Tensor>> }).ScanFoo_0
    let y = x
    const inputs: Tensor[] = []
    for (const i of [0, 1, 2]) {
      inputs.push(y)
      y = y.matmul(a.kernel.at(i)).add(a.bias.at(i))
    }
    for (const i of [0, 1, 2]) y = y.matmul(b.kernel.at(i)).add(b.bias.at(i)).add(inputs[i]!)
    close(new Bar().apply(variables, [x]), y)
  })

  it('of a function of a compact module counts its submodules once', () => {
    class Foo extends nn.Module {
      call(x: Tensor): Tensor {
        const body = (_: Foo, y: Tensor): readonly [Tensor, readonly []] => [new nn.Dense({ features: 3 }).call(y), []]
        const scan = nn.scan(body, { ...layers, length: 5 })
        const [y] = scan(this, x)
        return scan(this, y)[0]
      }
    }
    const variables = new Foo().init(key, [np.ones([3])])
    expect(shapes(variables)).toEqual({
      params: { Dense_0: { bias: [5, 3], kernel: [5, 3, 3] }, Dense_1: { bias: [5, 3], kernel: [5, 3, 3] } },
    })
    expect(new Foo().apply(variables, [np.ones([3])]).shape).toEqual([3])
  })

  it('draws the same keys each time it runs, different ones in each step', () => {
    class Block extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(c: null, _x: Tensor): readonly [null, Tensor] {
        return [c, this.makeRng('params')]
      }
    }
    class Model extends nn.Module {
      call(): Tensor {
        return new (nn.scan(Block, layers))().call(null, np.arange(10))[1]
      }
    }
    const keys = [0, 1, 2].map(() => new Model().initWithOutput(random.key(1), [])[0])
    close(keys[1], keys[0], 0)
    close(keys[2], keys[0], 0)
    const texts = new Set((keys[0]!.toArray() as number[][]).map((k) => k.join()))
    expect(texts.size).toBe(10)
  })

  it('splits streams, or repeats them, as splitRngs says', () => {
    class Draw extends nn.Module {
      call(c: null): readonly [null, Tensor] {
        return [c, this.makeRng('noise')]
      }
    }
    const rngs = { noise: random.key(1) }
    const run = (splitRngs: nn.ScanOptions['splitRngs']) =>
      new Set(
        (new (nn.scan(Draw, { splitRngs: splitRngs!, length: 4 }))().apply({}, [null], { rngs })[1].toArray() as number[][]).map((k) =>
          k.join(),
        ),
      ).size
    expect(run({ noise: true })).toBe(4)
    expect(run({ noise: false })).toBe(1)
    expect(run([[true, true]])).toBe(4)
    expect(run([[nn.denyList('params'), true]])).toBe(4)
    expect(() => run({ params: true })).toThrow(nn.InvalidRngError)
  })

  it('carries, stacks and shares collections in one loop', () => {
    class Cell extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, Tensor] {
        const w = this.param('w', nn.initializers.normal(1), [2])
        const n = this.variable('count', 'n', () => np.array(0, 'int32'))
        const seen = this.variable('seen', 'x', () => np.zeros([2]))
        const fixed = this.variable('fixed', 'f', () => np.array(2))
        if (!this.isInitializing()) n.value = n.value.add(1)
        seen.value = x
        const next = c.add(x.mul(w).mul(fixed.value))
        return [next, next.mul(2)]
      }
    }
    class Model extends nn.Module {
      call(c: Tensor, steps: Tensor): readonly [Tensor, Tensor] {
        const cell = new Cell({ name: 'cell' })
        if (this.isInitializing()) return cell.call(c, steps.at(0))
        const scan = nn.scan((m: Cell, carry: Tensor, x: Tensor) => m.call(carry, x), {
          variableAxes: { seen: nn.Out(1) },
          variableBroadcast: nn.denyList(['seen', 'count']),
          variableCarry: 'count',
        })
        return scan(cell, c, steps)
      }
    }
    const [c, steps] = [np.zeros([2]), random.normal(random.key(4), [4, 2])]
    const made = new Model().init(key, [c, steps])
    const [[last], left] = new Model().apply(made, [c, steps], { mutable: ['count', 'seen'] })
    const { w } = (made.params as unknown as { cell: { w: Tensor } }).cell
    close(last, steps.sum(0).mul(w).mul(2))
    close(left.seen, { cell: { x: steps.T } })
    expect(values(left.count)).toEqual({ cell: { n: 4 } })
  })

  it('shares every collection with variableBroadcast: true, and stacks the rest under a list of filters', () => {
    class Cell extends nn.Module {
      call(c: Tensor): readonly [Tensor, null] {
        return [c.add(this.param('w', nn.onesInit(), [])).add(this.variable('s', 'v', () => np.ones([])).value), null]
      }
    }
    const all = nn.scan(Cell, { variableBroadcast: true, splitRngs: { params: false }, length: 3 })
    expect(new all().initWithOutput(key, [np.zeros([])])[0][0].item()).toBe(6)
    expect(shapes(new all().init(key, [np.zeros([])]))).toEqual({ params: { w: [] }, s: { v: [] } })
    const split = nn.scan(Cell, {
      variableAxes: [[nn.denyList('params'), 0]],
      variableBroadcast: 'params',
      splitRngs: { params: false },
      length: 3,
    })
    expect(shapes(new split().init(key, [np.zeros([])]))).toEqual({ params: { w: [] }, s: { v: [3] } })
  })

  it('runs backwards, unrolled, and along axes that a tree names', () => {
    class Cell extends nn.Module {
      call(
        c: Tensor,
        pair: { readonly a: Tensor; readonly b: Tensor },
        k: Tensor,
      ): readonly [Tensor, { readonly y: Tensor; readonly k: Tensor }] {
        const next = c.mul(0.5).add(pair.a).add(pair.b)
        return [next, { y: next, k }]
      }
    }
    const [a, b, k] = [random.normal(random.key(1), [6]), random.normal(random.key(2), [6]), np.array(3)]
    const run = (options: nn.ScanOptions<typeof Cell>) =>
      new (nn.scan(Cell, { inAxes: [{ a: 0, b: -1 }, nn.broadcast], outAxes: { y: 0, k: nn.broadcast }, ...options }))().apply({}, [
        np.zeros([]),
        { a, b },
        k,
      ])
    const step = (c: Tensor, i: number): Tensor => c.mul(0.5).add(a.at(i)).add(b.at(i))
    const forth = [0, 1, 2, 3, 4, 5].reduce(step, np.zeros([]))
    const back = [5, 4, 3, 2, 1, 0].reduce(step, np.zeros([]))
    close(run({})[0], forth)
    for (const unroll of [1, 2, 4, 6]) {
      const [last, { y, k: same }] = run({ reverse: true, unroll })
      close([last, y.at(0), same], [back, back, k])
    }
  })

  it('changes the variables and keys of each step by dataTransform', () => {
    class Cell extends nn.Module {
      call(c: Tensor): readonly [Tensor, null] {
        return [c.add(this.param('w', nn.onesInit(), [])), null]
      }
    }
    const seen: unknown[] = []
    const Doubled = nn.scan(Cell, {
      ...layers,
      length: 3,
      dataTransform: (groups, rngs) => {
        seen.push(shapes(groups))
        return [groups.map((g) => g.map((v) => (v.params === undefined ? v : { params: { w: (v.params.w as Tensor).mul(2) } }))), rngs]
      },
    })
    const variables = { params: { w: np.array([1, 2, 3]) } }
    expect(new Doubled().apply(variables, [np.zeros([])])[0].item()).toBe(12)
    expect(seen.at(-1)).toEqual([[{}], [{}], [{ params: { w: [] } }]])
  })

  it('names the axis of partitioned variables that it stacks', () => {
    class Layer extends nn.Module {
      call(x: Tensor): readonly [Tensor, null] {
        const kernelInit = nn.withPartitioning(nn.initializers.lecunNormal(), ['in', 'out'])
        return [new nn.Dense({ features: 4, useBias: false, kernelInit }).call(x), null]
      }
    }
    const Stack = nn.scan(Layer, { ...layers, length: 3, metadataParams: { [nn.PARTITION_NAME]: 'stage' } })
    const variables = new Stack().init(key, [np.ones([4])])
    const kernel = (variables.params as unknown as { Dense_0: { kernel: nn.Partitioned<Tensor> } }).Dense_0.kernel
    expect([kernel.names, kernel.value.shape]).toEqual([
      ['stage', 'in', 'out'],
      [3, 4, 4],
    ])
    const [y] = new Stack().apply(variables, [np.ones([4])])
    close(
      y,
      [0, 1, 2].reduce((h, i) => h.matmul(kernel.value.at(i)), np.ones([4])),
    )
  })

  it('has the gradient of its loop, under remat too', () => {
    class Layer extends nn.Module {
      call(x: Tensor): readonly [Tensor, null] {
        return [nn.tanh(new nn.Dense({ features: 3 }).call(x)), null]
      }
    }
    const x = random.normal(random.key(4), [3])
    const Plain = nn.scan(Layer, { ...layers, length: 4 })
    const Remat = nn.scan(nn.remat(Layer, { preventCse: false }), { ...layers, length: 4 })
    const variables = new Plain().init(key, [x])
    const { kernel, bias } = (variables.params as unknown as { Dense_0: Record<'kernel' | 'bias', Tensor> }).Dense_0
    const loop = (k: Tensor, b: Tensor): Tensor =>
      [0, 1, 2, 3]
        .reduce((h, i) => np.tanh(h.matmul(k.at(i)).add(b.at(i))), x)
        .square()
        .sum()
    const expected = {
      params: { Dense_0: { bias: grad((b: Tensor) => loop(kernel, b))(bias), kernel: grad((k: Tensor) => loop(k, bias))(kernel) } },
    }
    for (const Stack of [Plain, Remat]) close(grad((v: nn.Variables) => new Stack().apply(v, [x])[0].square().sum())(variables), expected)
  })

  it('stands inside vmap, and vmap inside of it', () => {
    class Cell extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, Tensor] {
        const next = nn.tanh(new nn.Dense({ features: 3 }).call(c).add(x))
        return [next, next]
      }
    }
    const [c, steps] = [np.zeros([2, 3]), random.normal(random.key(8), [2, 5, 3])]
    const Scan = nn.scan(Cell, shared)
    const MapOfScan = nn.vmap(Scan, { variableAxes: { params: null }, splitRngs: { params: false } })
    const ScanOfMap = nn.scan(nn.vmap(Cell, { variableAxes: { params: null }, splitRngs: { params: false } }), {
      ...shared,
      inAxes: 1,
      outAxes: 1,
    })
    const variables = new Scan().init(key, [c.at(0), steps.at(0)])
    const expected = [0, 1].map((i) => new Scan().apply(variables, [c.at(i), steps.at(i)]))
    const both = [np.stack(expected.map(([last]) => last)), np.stack(expected.map(([, ys]) => ys))]
    close(new MapOfScan().apply(variables, [c, steps]), both)
    close(new ScanOfMap().apply(variables, [c, steps]), both)
  })

  it('shares collectives of an outer axis', () => {
    class Cell extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, null] {
        return [c.add(lax.pmean(x, 'batch')), null]
      }
    }
    const Mapped = nn.vmap(nn.scan(Cell), { axisName: 'batch' })
    const steps = random.normal(random.key(8), [2, 5])
    const [last] = new Mapped().apply({}, [np.zeros([2]), steps])
    const mean = steps.mean(0).sum()
    close(last, np.stack([mean, mean]))
  })
})
