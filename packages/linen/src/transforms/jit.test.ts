import { hostBackend } from '@heddle/backend-host'
import { type ConcreteTensor, grad, jit, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close, paths, shapes, values } from '@heddle/testing'
import { registerNode } from '@heddle/tree'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.uniform(random.key(3), [4, 4])
const one = np.array(1)

/** Layers transformed one by one, or none. */
class MLP extends nn.Module<{ widths: readonly number[]; Layer?: typeof nn.Dense }> {
  call(y: Tensor): Tensor {
    const { widths, Layer = nn.Dense } = this.props
    return widths.reduce((h, features, i) => {
      const out = new Layer({ features }, { name: `layers_${i}` }).call(h)
      return i === widths.length - 1 ? out : nn.relu(out)
    }, y)
  }
}

/** How often a traced function ran. */
const traces = () => ({ n: 0 })

describe('jit', () => {
  it('of layers changes no value', () => {
    const plain = new MLP({ widths: [3, 4, 5] })
    const variables = plain.init(key, [x])
    close(new MLP({ widths: [3, 4, 5], Layer: nn.jit(nn.Dense) }).apply(variables, [x]), plain.apply(variables, [x]), 0)
  })

  it('of a method of the class changes neither names nor values', () => {
    class Compiled extends MLP {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
    }
    const variables = new MLP({ widths: [3, 4, 5] }).init(key, [x])
    const model = new Compiled({ widths: [3, 4, 5] })
    expect(shapes(model.init(key, [x]))).toEqual(shapes(variables))
    close(model.apply(variables, [x]), new MLP({ widths: [3, 4, 5] }).apply(variables, [x]), 0)
  })

  it('may be put on a method of a class later', () => {
    const count = traces()
    class Late extends nn.Module {
      call(y: Tensor): Tensor {
        count.n++
        return y
      }
    }
    new Late().apply({}, [one])
    Late.prototype.call = nn.jit(Late.prototype.call)
    for (const _ of [0, 1, 2]) new Late().apply({}, [one])
    expect(count.n).toBe(2)
  })

  it('stands around init', () => {
    const model = new MLP({ widths: [2] })
    const init = jit((k: Tensor) => model.initWithOutput(k, [x]))
    close(init(key), model.initWithOutput(key, [x]))
  })

  it('takes trees as arguments: named ones are an object', () => {
    class Sum extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(a: Tensor, { b }: { readonly b: Tensor }): Tensor {
        return a.add(b)
      }
    }
    expect(new Sum().apply({}, [one, { b: np.array(2) }]).item()).toBe(3)
  })

  it('compiles in static arguments of any kind', () => {
    const seen: unknown[] = []
    class Named extends nn.Module {
      call(a: Tensor, b: string): Tensor {
        seen.push(b)
        return a
      }
    }
    const Compiled = nn.jit(Named, { staticArgnums: 2 })
    expect(new Compiled().apply({}, [one, 'hi']).item()).toBe(1)
    for (const b of ['hi', 'ho', 'hi', 'ho']) new Compiled().apply({}, [one, b])
    expect(seen).toEqual(['hi', 'ho'])
  })

  it('gives donated memory back', () => {
    class Add extends nn.Module {
      call(a: Tensor, b: Tensor): Tensor {
        return a.add(b)
      }
    }
    const Donating = nn.jit(Add, { donateArgnums: [1] })
    const [a, b] = [np.ones([3]), np.ones([3])]
    expect(new Donating().apply({}, [a, b]).toArray()).toEqual([2, 2, 2])
    expect(() => a.toArray()).toThrow(/donated|disposed/)
    expect(b.toArray()).toEqual([1, 1, 1])
  })

  it('lifts the collections and streams that are asked for', () => {
    class State extends nn.Module {
      call(): Tensor {
        return this.variable('state', 'n', () => np.zeros([])).value
      }
    }
    class Draw extends nn.Module {
      call(): Tensor {
        return this.makeRng('noise')
      }
    }
    expect(() => new (nn.jit(State, { variables: 'params' }))().init(key, [])).toThrow(nn.LinenError)
    expect(paths(new (nn.jit(State, { variables: ['params', 'state'] }))().init(key, []))).toEqual(['state/n'])
    expect(paths(new (nn.jit(State, { variables: nn.denyList('params') }))().init(key, []))).toEqual(['state/n'])
    const rngs = { noise: random.key(1) }
    expect(() => new (nn.jit(Draw, { rngs: 'params' }))().apply({}, [], { rngs })).toThrow(nn.InvalidRngError)
    expect(new (nn.jit(Draw, { rngs: 'noise' }))().apply({}, [], { rngs }).shape).toEqual([2])
  })

  it('passes on what is sown inside', () => {
    class Inner extends nn.Module {
      call(y: Tensor): Tensor {
        this.sow('intermediates', 'loss', y.sum(), { init: () => np.array(0), reduce: (a: Tensor, b: Tensor) => a.add(b) })
        return y.add(1)
      }
    }
    class Outer extends nn.Module {
      declare inner: Inner
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      setup(): void {
        this.inner = new Inner()
      }
      call(y: Tensor): Tensor {
        return this.inner.call(y)
      }
    }
    const [y, updates] = new Outer().apply({}, [np.ones([2, 2])], { mutable: ['intermediates'] })
    expect(values(updates)).toEqual({ intermediates: { inner: { loss: 4 } } })
    expect(y.toArray()).toEqual([
      [2, 2],
      [2, 2],
    ])
  })

  it('has the keys of foldRngs', () => {
    class Draw extends nn.Module {
      call(compile: boolean): Tensor {
        const draw = (m: Draw): Tensor => m.makeRng('params')
        return (compile ? nn.jit(draw) : nn.foldRngs(draw))(this)
      }
    }
    const rngs = { params: key }
    close(new Draw().apply({}, [true], { rngs }), new Draw().apply({}, [false], { rngs }), 0)
  })
})

describe('a cache of compiled modules', () => {
  /** A module that counts its traces, compiled as a class or by its method. */
  const counted = (how: string) => {
    const count = traces()
    class Foo extends nn.Module<{ k: number }> {
      call(y: Tensor): Tensor {
        count.n++
        return y.add(this.props.k)
      }
    }
    if (how === 'method') Foo.prototype.call = nn.jit(Foo.prototype.call)
    return { count, Foo: how === 'class' ? nn.jit(Foo) : Foo }
  }

  it.each(['class', 'method'])('traces once for equal props (%s)', (how) => {
    const { count, Foo } = counted(how)
    const run = (k: number) => new Foo({ k }).apply({}, [one]).item()
    expect([run(1), run(1), count.n]).toEqual([2, 2, 1])
    expect([run(2), run(2), count.n]).toEqual([3, 3, 2])
    expect([run(1), count.n]).toEqual([2, 2])
  })

  it('traces again for other shapes, types and trees of arguments', () => {
    const { count, Foo } = counted('class')
    const model = new Foo({ k: 1 })
    for (const y of [one, np.ones([2]), np.array(1, 'int32'), np.zeros([2]), np.array(5)]) model.apply({}, [y])
    expect(count.n).toBe(3)
  })

  it.each(['class', 'method'])('knows submodules apart by their props, not by their names (%s)', (how) => {
    const { count, Foo } = counted(how)
    const seen: unknown[] = []
    class Parent extends nn.Module {
      call(y: Tensor): Tensor {
        for (const k of [0, 1, 2]) {
          new Foo({ k }).call(y)
          seen.push(count.n)
        }
        for (const k of [0, 1, 2]) new Foo({ k }, { name: `other_${k}` }).call(y)
        return y
      }
    }
    new Parent().apply({}, [one])
    expect(seen).toEqual([1, 2, 3])
    expect(count.n).toBe(3)
  })

  it.each(['class', 'method'])('traces once for modules in props with equal props (%s)', (how) => {
    const count = traces()
    class Leaf extends nn.Module<{ k: number }> {
      call(y: Tensor): Tensor {
        return y.mul(this.props.k)
      }
    }
    class Parent extends nn.Module<{ parts: readonly Leaf[] }> {
      call(y: Tensor): Tensor {
        count.n++
        return this.props.parts.reduce((h, part) => part.call(h), y)
      }
    }
    if (how === 'method') Parent.prototype.call = nn.jit(Parent.prototype.call)
    const Compiled = how === 'class' ? nn.jit(Parent) : Parent
    const run = (...ks: readonly number[]) => new Compiled({ parts: ks.map((k) => new Leaf({ k })) }).apply({}, [one]).item()
    expect([run(1, 2), run(1, 2), count.n]).toEqual([2, 2, 1])
    expect([run(3, 4), run(3, 4), count.n]).toEqual([12, 12, 2])
    expect([run(3, 4, 5), count.n]).toEqual([60, 3])
  })

  it('knows whether one module is there twice, or two equal ones', () => {
    const count = traces()
    class Leaf extends nn.Module {
      call(y: Tensor): Tensor {
        return y.mul(this.param('w', nn.onesInit(), []))
      }
    }
    class Pair extends nn.Module<{ a: Leaf; b: Leaf }> {
      call(y: Tensor): Tensor {
        count.n++
        return this.props.b.call(this.props.a.call(y))
      }
    }
    class Model extends nn.Module<{ tied: boolean }> {
      call(y: Tensor): Tensor {
        const a = new Leaf()
        return new (nn.jit(Pair))({ a, b: this.props.tied ? a : new Leaf() }).call(y)
      }
    }
    expect(paths(new Model({ tied: true }).init(key, [one]))).toEqual(['params/Leaf_0/w'])
    expect(paths(new Model({ tied: false }).init(key, [one]))).toEqual(['params/Leaf_0/w', 'params/Leaf_1/w'])
    expect(count.n).toBe(2)
  })

  it('compares props of registered types by what they hold', () => {
    class Node {
      constructor(readonly a: number) {}
    }
    registerNode<Node>(Node, { flatten: ({ a }) => [[a], null], unflatten: (_, [a]) => new Node(a as number) })
    const count = traces()
    class Foo extends nn.Module<{ node: Node }> {
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      call(y: Tensor): Tensor {
        count.n++
        return new nn.Dense({ features: 2 }).call(y).add(this.props.node.a)
      }
    }
    const run = (a: number) => new Foo({ node: new Node(a) }).init(key, [x])
    run(1)
    run(1)
    expect(count.n).toBe(1)
    run(2)
    expect(count.n).toBe(2)
  })

  it('serves a method that calls itself with another static argument', () => {
    const count = traces()
    class Twice extends nn.Module {
      static {
        this.prototype.call = nn.jit(this.prototype.call, { staticArgnums: 2 })
      }
      call(y: Tensor, again = true): Tensor {
        count.n++
        return (again ? this.call(y, false) : y).add(1)
      }
    }
    const model = new Twice()
    expect([model.apply({}, [one, true]).item(), count.n]).toEqual([3, 2])
    expect([model.apply({}, [one, true]).item(), count.n]).toEqual([3, 2])
  })

  it.each(['class', 'method'])('updates variables at a hit, those of each module (%s)', (how) => {
    const count = traces()
    class Count extends nn.Module {
      call(y: Tensor): Tensor {
        count.n++
        const n = this.variable('counts', 'n', () => np.array(0, 'int32'))
        if (!this.isInitializing()) n.value = n.value.add(1)
        return y
      }
    }
    if (how === 'method') Count.prototype.call = nn.jit(Count.prototype.call)
    const Compiled = how === 'class' ? nn.jit(Count) : Count
    class Parent extends nn.Module {
      call(y: Tensor): Tensor {
        return [0, 1, 2].reduce((h) => new Compiled().call(h), y)
      }
    }
    const model = new Parent()
    const variables = model.init(key, [one])
    expect(count.n).toBe(1)
    const [, first] = model.apply(variables, [one], { mutable: ['counts'] })
    expect(count.n).toBe(2)
    const [, second] = model.apply(first, [one], { mutable: ['counts'] })
    expect(count.n).toBe(2)
    expect(Object.values(first.counts!).map((c) => (c as unknown as { n: Tensor }).n.item())).toEqual([1, 1, 1])
    expect(Object.values(second.counts!).map((c) => (c as unknown as { n: Tensor }).n.item())).toEqual([2, 2, 2])
  })

  it('counts keys and names at a hit as at a miss', () => {
    const count = traces()
    class Noisy extends nn.Module {
      call(y: Tensor): Tensor {
        count.n++
        const keys = [this.makeRng('noise'), this.makeRng('noise')]
        return keys.reduce((h, k) => h.add(random.normal(k, h.shape)), new nn.Dense({ features: 4 }).call(y))
      }
    }
    const step = nn.jit((m: nn.Module, y: Tensor): Tensor => {
      count.n++
      return new nn.Dense({ features: 4 }).call(y).add(random.normal(m.makeRng('noise'), [4]))
    })
    class Model extends nn.Module {
      call(y: Tensor): readonly Tensor[] {
        const a = step(this, y)
        const b = step(this, a)
        const c = new (nn.jit(Noisy))().call(b)
        const d = new (nn.jit(Noisy))().call(c)
        return [a, b, c, d, random.normal(this.makeRng('noise'), [4]), new nn.Dense({ features: 4 }).call(d)]
      }
    }
    const rngs = { params: key, noise: random.key(5) }
    const variables = new Model().init(rngs, [x])
    expect(Object.keys(variables.params!).sort()).toEqual(['Dense_0', 'Dense_1', 'Dense_2', 'JitNoisy_0', 'JitNoisy_1'])
    const run = () => new Model().apply(variables, [x], { rngs: { noise: random.key(6) } })
    const missed = run()
    const before = count.n
    const hit = run()
    expect(count.n).toBe(before)
    close(hit, missed, 0)
    // Two calls at the same place draw different keys, with the program of one.
    const [noise1, noise2] = [missed[2]!, missed[3]!]
    expect(np.allclose(noise1, noise2).item()).toBe(false)
  })

  it('is not entered under other mutability', () => {
    const count = traces()
    class State extends nn.Module {
      call(y: Tensor): Tensor {
        count.n++
        const s = this.variable('state', 's', () => np.zeros([]))
        if (this.isMutableCollection('state')) s.value = s.value.add(y)
        return s.value
      }
    }
    const Compiled = nn.jit(State)
    const variables = new Compiled().init(key, [one])
    expect(new Compiled().apply(variables, [one]).item()).toBe(1)
    const [y, { state }] = new Compiled().apply(variables, [one], { mutable: ['state'] })
    expect([y.item(), values(state)]).toEqual([2, { s: 2 }])
    expect(count.n).toBe(3)
  })

  it.each([
    [true, [2, 2]],
    [false, [1, 1]],
  ])('under a scan is traced once for each pass over its body (constancy checked: %s)', (checkConstancyInvariants, expected) => {
    const counts = [traces(), traces()] as const
    class Block extends nn.Module {
      declare dense: nn.Dense
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      setup(): void {
        this.dense = new nn.Dense({ features: 4, useBias: false })
      }
      call(y: Tensor): Tensor {
        counts[1].n++
        return this.dense.call(y)
      }
    }
    class Blocks extends nn.Module {
      declare blocks: readonly Block[]
      static {
        this.prototype.call = nn.jit(this.prototype.call)
      }
      setup(): void {
        this.blocks = [0, 1, 2, 3].map(() => new Block())
      }
      call(carry: Tensor, slice: Tensor): readonly [Tensor, Tensor] {
        counts[0].n++
        return [this.blocks.reduce((h, block) => block.call(h), carry), slice]
      }
    }
    class Transformer extends nn.Module {
      call(inputs: Tensor): readonly [Tensor, Tensor] {
        const Scan = nn.scan(Blocks, { variableAxes: { params: 0 }, splitRngs: { params: false }, length: 4, checkConstancyInvariants })
        return new Scan().call(np.zerosLike(inputs), inputs)
      }
    }
    new Transformer().init(key, [np.ones([4, 4])])
    expect(counts.map((c) => c.n)).toEqual(expected)
  })

  it('is used by gradients and by outer programs too', () => {
    const count = traces()
    class Square extends nn.Module {
      call(y: Tensor): Tensor {
        count.n++
        return y
          .mul(this.param('w', nn.onesInit(), []))
          .square()
          .sum()
      }
    }
    const Compiled = nn.jit(Square)
    const variables = { params: { w: np.array(2) } }
    const loss = (v: object, y: Tensor): Tensor => new Compiled().apply(v, [y])
    close(grad(loss)(variables, one), { params: { w: np.array(4) } })
    close(grad(loss)(variables, np.array(3)), { params: { w: np.array(36) } })
    close(jit(grad(loss))(variables, one), { params: { w: np.array(4) } })
    expect(count.n).toBe(1)
  })
})

describe('jit on a device', () => {
  it('computes there, whatever the target', () => {
    const there = hostBackend()
    const onDevice = nn.jit(nn.Dense, { device: there })
    expect(nn.jit(nn.Dense, { device: there })).toBe(onDevice)
    expect(nn.jit(nn.Dense, { device: hostBackend() })).not.toBe(onDevice)
    const layer = new onDevice({ features: 3 })
    const variables = new nn.Dense({ features: 3 }).init(key, [x])
    const y = layer.apply(variables, [x])
    expect((y as ConcreteTensor).backend).toBe(there)
    expect(values(y)).toEqual(values(new nn.Dense({ features: 3 }).apply(variables, [x])))
    const slopes = grad((v: typeof variables) => layer.apply(v, [x]).sum())(variables)
    expect(shapes(slopes)).toEqual(shapes(variables))
  })
})
