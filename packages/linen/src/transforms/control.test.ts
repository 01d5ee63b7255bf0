import { hostBackend } from '@heddle/backend-host'
import { grad, jit, np, random, setDefaultBackend, vmap, type Tensor } from '@heddle/func'
import { close, shapes, values } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.ones([1, 3])

/** A branch that counts its calls, and a layer that all branches share. */
const branch =
  (name: string, factor: number) =>
  (m: nn.Module, y: Tensor): Tensor => {
    const count = m.variable<Tensor>('state', name)
    count.value = count.value.add(1)
    return new nn.Dense({ features: 2, name: 'dense' }).call(y).mul(factor)
  }

describe('cond', () => {
  class Model extends nn.Module {
    call(y: Tensor, pred: Tensor | boolean): Tensor {
      for (const name of ['true_count', 'false_count']) this.variable('state', name, () => np.array(0, 'int32'))
      return nn.cond(pred, branch('true_count', 1), branch('false_count', -1), this, [y])
    }
  }

  it('runs one branch, with its effects on variables', () => {
    const [y, variables] = new Model().initWithOutput(key, [x, true])
    expect(values(variables.state)).toEqual({ false_count: 0, true_count: 1 })
    const [y2, { state }] = new Model().apply(variables, [x, false], { mutable: ['state'] })
    close(y2, y.neg())
    expect(values(state)).toEqual({ false_count: 1, true_count: 1 })
  })

  it('takes a traced predicate, under jit, grad and vmap', () => {
    const variables = new Model().init(key, [x, true])
    const run = (y: Tensor, pred: Tensor): Tensor => new Model().apply(variables, [y, pred], { mutable: ['state'] })[0]
    const { kernel } = (variables.params as unknown as { dense: { kernel: Tensor } }).dense
    for (const [pred, sign] of [
      [true, 1],
      [false, -1],
    ] as const) {
      close(jit(run)(x, np.array(pred)), x.matmul(kernel).mul(sign))
      close(grad((y: Tensor) => run(y, np.array(pred)).sum())(x), kernel.sum(1).reshape([1, 3]).mul(sign))
      close(jit(grad((y: Tensor, p: Tensor) => run(y, p).sum()))(x, np.array(pred)), kernel.sum(1).reshape([1, 3]).mul(sign))
    }
    const preds = np.array([true, false])
    close(vmap((p: Tensor) => run(x, p))(preds), np.stack([x.matmul(kernel), x.matmul(kernel).neg()]))
  })

  it('lifts the collections and streams that are asked for', () => {
    class Draw extends nn.Module<{ options: object }> {
      call(): Tensor {
        const draw = (m: Draw): Tensor => random.normal(m.makeRng('noise'), [])
        return nn.cond(true, draw, draw, this, [], this.props.options)
      }
    }
    const rngs = { noise: random.key(1) }
    expect(new Draw({ options: { rngs: 'noise' } }).apply({}, [], { rngs }).shape).toEqual([])
    expect(() => new Draw({ options: { rngs: 'params' } }).apply({}, [], { rngs })).toThrow(nn.InvalidRngError)
    class Read extends nn.Module<{ options: object }> {
      call(): Tensor {
        const read = (m: Read): Tensor => m.variables.state!.v as Tensor
        return nn.cond(true, read, read, this, [], this.props.options)
      }
    }
    const variables = { state: { v: np.array(2) } }
    expect(new Read({ options: { variables: ['state'] } }).apply(variables, []).item()).toBe(2)
    expect(() => new Read({ options: { variables: 'params' } }).apply(variables, [])).toThrow()
  })

  it('takes trees of modules and of operands', () => {
    class Two extends nn.Module {
      call(y: Tensor, pred: boolean): { readonly out: Tensor } {
        const pair = { a: new nn.Dense({ features: 2 }), b: new nn.Dense({ features: 2 }) }
        if (this.isInitializing()) [pair.a, pair.b].forEach((m) => m.call(y))
        return nn.cond(
          pred,
          (m, { y: z }) => ({ out: m.a.call(z) }),
          (m, { y: z }) => ({ out: m.b.call(z) }),
          pair,
          [{ y }],
        )
      }
    }
    const variables = new Two().init(key, [x, true])
    const p = variables.params as unknown as Record<'Dense_0' | 'Dense_1', { kernel: Tensor }>
    close(new Two().apply(variables, [x, true]).out, x.matmul(p.Dense_0.kernel))
    close(new Two().apply(variables, [x, false]).out, x.matmul(p.Dense_1.kernel))
  })
})

describe('switch', () => {
  class Model extends nn.Module {
    call(y: Tensor, index: Tensor | number): Tensor {
      const names = ['a', 'b', 'c'].map((name) => `${name}_count`)
      for (const name of names) this.variable('state', name, () => np.array(0, 'int32'))
      return nn.switch(index, [branch('a_count', 1), branch('b_count', -1), branch('c_count', 1)], this, [y])
    }
  }

  it('runs one branch of several', () => {
    const [y1, variables] = new Model().initWithOutput(key, [x, 0])
    expect(values(variables.state)).toEqual({ a_count: 1, b_count: 0, c_count: 0 })
    const [y2, second] = new Model().apply(variables, [x, 1], { mutable: 'state' })
    expect(values(second.state)).toEqual({ a_count: 1, b_count: 1, c_count: 0 })
    const [y3, third] = new Model().apply({ ...variables, ...second }, [x, np.array(2)], { mutable: 'state' })
    expect(values(third.state)).toEqual({ a_count: 1, b_count: 1, c_count: 1 })
    close([y2, y3], [y1.neg(), y1])
  })

  it('clamps the index', () => {
    const variables = new Model().init(key, [x, 0])
    const counts = (i: number) => values(new Model().apply(variables, [x, i], { mutable: 'state' })[1].state)
    expect([counts(-3), counts(7)]).toEqual([
      { a_count: 2, b_count: 0, c_count: 0 },
      { a_count: 1, b_count: 0, c_count: 1 },
    ])
  })

  it('serves heads of different structure, all run when initializing', () => {
    interface Head {
      call(y: Tensor): Tensor
    }
    class MultiHead extends nn.Module {
      declare heads: readonly Head[]
      setup(): void {
        const dense = (features: number): nn.Dense => new nn.Dense({ features })
        this.heads = [
          new nn.Sequential({ layers: [dense(10), dense(7), dense(5)] }),
          new nn.Sequential({ layers: [dense(11), dense(5)] }),
          dense(5),
        ]
      }
      call(y: Tensor, index: number): Tensor {
        const branches = this.heads.map((_, i) => (m: MultiHead, z: Tensor): Tensor => {
          const count = m.variable('state', `${i}_count`, () => np.array(-1, 'int32'))
          count.value = count.value.add(1)
          return m.heads[i]!.call(z)
        })
        if (this.isMutableCollection('params')) for (const run of branches) run(this, y)
        return nn.switch(index, branches, this, [y])
      }
    }
    const model = new MultiHead()
    const variables = model.init(key, [x, 0])
    expect(values(variables.state)).toEqual({ '0_count': 1, '1_count': 0, '2_count': 0 })
    const [, second] = model.apply(variables, [x, 1], { mutable: 'state' })
    expect(values(second.state)).toEqual({ '0_count': 1, '1_count': 1, '2_count': 0 })
    const [y, third] = model.apply({ ...variables, ...second }, [x, 2], { mutable: 'state' })
    expect(values(third.state)).toEqual({ '0_count': 1, '1_count': 1, '2_count': 1 })
    const layer = (n: number, m: number) => ({ bias: [m], kernel: [n, m] })
    expect(shapes(variables.params)).toEqual({
      heads_0: { layers_0: layer(3, 10), layers_1: layer(10, 7), layers_2: layer(7, 5) },
      heads_1: { layers_0: layer(3, 11), layers_1: layer(11, 5) },
      heads_2: layer(3, 5),
    })
    close(y, x.matmul((variables.params as unknown as { heads_2: { kernel: Tensor } }).heads_2.kernel))
  })
})

describe('whileLoop', () => {
  it('carries a collection, and splits a stream or repeats it', () => {
    class Loop extends nn.Module {
      call(n: number): readonly [] {
        this.param('inc', () => np.array(1, 'int32'))
        this.putVariable('state', 'acc', np.array(0, 'int32'))
        for (const name of ['params', 'loop']) this.putVariable('state', `rng_${name}`, np.zeros([2, 2], 'uint32'))
        const below = (m: Loop): Tensor => m.getVariable<Tensor>('state', 'acc').less(n)
        const step = (m: Loop, c: readonly []): readonly [] => {
          const acc = m.getVariable<Tensor>('state', 'acc')
          for (const name of ['params', 'loop']) {
            const before = m.getVariable<Tensor>('state', `rng_${name}`)
            const here = np.arange(2).equal(acc).reshape([2, 1])
            m.putVariable('state', `rng_${name}`, np.where(here, m.makeRng(name), before))
          }
          m.putVariable('state', 'acc', acc.add(m.getVariable<Tensor>('params', 'inc')))
          return c
        }
        return nn.whileLoop(below, step, this, [], { carryVariables: 'state', splitRngs: { params: false, loop: true } })
      }
    }
    const [, { state }] = new Loop().apply({}, [2], { mutable: true, rngs: { params: random.key(1), loop: random.key(2) } })
    const { acc, rng_params, rng_loop } = state as unknown as Record<string, Tensor>
    expect(acc!.item()).toBe(2)
    expect(np.arrayEqual(rng_params!.at(0), rng_params!.at(1)).item()).toBe(true)
    expect(np.arrayEqual(rng_loop!.at(0), rng_loop!.at(1)).item()).toBe(false)
  })

  it('takes filters for streams, on a module that is bound', () => {
    class Foo extends nn.Module {}
    const foo = new Foo().bind({}, { rngs: { random: random.key(0) } })
    const step = (m: Foo, c: Tensor): Tensor => {
      m.makeRng('random')
      return c.add(1)
    }
    const run = (splitRngs: readonly (readonly [nn.Filter, boolean])[]) =>
      nn.whileLoop((_: Foo, c: Tensor) => c.less(10), step, foo, np.zeros([]), { splitRngs }).item()
    expect(
      run([
        ['params', false],
        [nn.denyList(['params']), true],
      ]),
    ).toBe(10)
    expect(() => run([['params', false]])).toThrow(nn.InvalidRngError)
  })

  class Example extends nn.Module<{ broadcastVariables?: nn.Filter }> {
    call(y: Tensor, end: Tensor | number = 10): Tensor {
      const step = (m: Example, c: Tensor): Tensor => {
        const acc = m.variable('state', 'acc', () => np.array(0, 'int32'))
        acc.value = acc.value.add(1)
        return new nn.Dense({ features: c.shape.at(-1)! }).call(c)
      }
      const { broadcastVariables = true } = this.props
      if (this.isMutableCollection('params')) return step(this, y)
      return nn.whileLoop((m: Example) => (m.variables.state!.acc as Tensor).less(end), step, this, y, {
        carryVariables: 'state',
        broadcastVariables,
      })
    }
  }

  it('reads parameters, runs under jit and vmap', () => {
    const y = random.normal(key, [2, 2])
    const variables = new Example().init(key, [y])
    const { kernel } = (variables.params as unknown as { Dense_0: { kernel: Tensor } }).Dense_0
    const expected = [...Array(9)].reduce((h: Tensor) => h.matmul(kernel), y)
    const [out, { state }] = new Example().apply(variables, [y], { mutable: ['state'] })
    close(out, expected)
    expect(values(state)).toEqual({ acc: 10 })
    const run = (z: Tensor, end: Tensor): Tensor => new Example().apply(variables, [z, end], { mutable: ['state'] })[0]
    close(jit(run)(y, np.array(10)), expected)
    close(vmap(run)(np.stack([y, y]), np.array([2, 10])), np.stack([y.matmul(kernel), expected]))
  })

  it('has only the collections that are broadcast', () => {
    const y = random.normal(key, [2, 2])
    const variables = new Example().init(key, [y])
    expect(new Example({ broadcastVariables: 'params' }).apply(variables, [y], { mutable: ['state'] })[0].shape).toEqual([2, 2])
    expect(() => new Example({ broadcastVariables: 'other' }).apply(variables, [y], { mutable: ['state'] })).toThrow(nn.LinenError)
  })
})
