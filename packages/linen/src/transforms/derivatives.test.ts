import { hostBackend } from '@heddle/backend-host'
import { grad as pureGrad, jit, jvp as pureJvp, np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { close, shapes, values } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = random.uniform(random.key(1), [4])
const y = random.uniform(random.key(2), [4])

class LearnScale extends nn.Module {
  call(a: Tensor, b: Tensor): Tensor {
    this.variable('state', 'count', () => np.zeros([]))
    return this.param('scale', nn.initializers.constant(0.5), []).mul(a).mul(b)
  }
}
const total = (m: LearnScale, a: Tensor, b: Tensor): Tensor => m.call(a, b).sum()
const withScale = (m: LearnScale, a: Tensor, b: Tensor) => [m.call(a, b).sum(), m.variables.params!.scale as Tensor] as const

describe('vjp', () => {
  const f = (m: LearnScale, a: Tensor, b: Tensor): Tensor => m.call(a, b)

  it('answers cotangents of parameters and arguments', () => {
    class Foo extends nn.Module {
      call(a: Tensor, b: Tensor): readonly unknown[] {
        const [z, backward] = nn.vjp(f, new LearnScale(), [a, b])
        return backward(np.ones(z.shape))
      }
    }
    const [a, b] = [np.array([1, 2, 3]), np.array([4, 5, 6])]
    const variables = new Foo().init(key, [a, b])
    expect(values(new Foo().apply(variables, [a, b]))).toEqual([{ params: { scale: 32 } }, [2, 2.5, 3], [0.5, 1, 1.5]])
  })

  it('may take a method, and leaves no tracer behind', () => {
    class Foo extends nn.Module {
      call(a: Tensor, b: Tensor): readonly unknown[] {
        const method = LearnScale.prototype.call as unknown as typeof f
        const [z, backward] = nn.vjp(method, new LearnScale(), [a, b])
        const [params, ...others] = backward(np.ones(z.shape))
        return [z, params, ...others]
      }
    }
    const variables = new Foo().init(key, [x, y])
    const plain = new Foo().apply(variables, [x, y])
    close(jit((v: object) => new Foo().apply(v, [x, y]))(variables), plain)
    for (const t of tree.leaves(plain) as Tensor[]) expect(Number.isFinite(Number(t.sum().item()))).toBe(true)
  })

  it('differentiates by the collections that vjpVariables names', () => {
    class Two extends nn.Module {
      call(a: Tensor): Tensor {
        const w = this.param('w', nn.onesInit(), [])
        const s = this.variable('consts', 's', () => np.array(3))
        return a.mul(w).mul(s.value)
      }
    }
    class Foo extends nn.Module<{ vjpVariables: nn.Filter }> {
      call(a: Tensor): unknown {
        const two = new Two()
        const [z, backward] = nn.vjp((m: Two, t: Tensor) => m.call(t).sum(), two, [a], { vjpVariables: this.props.vjpVariables })
        return backward(np.onesLike(z))
      }
    }
    const variables = new Foo({ vjpVariables: 'params' }).init(key, [x])
    const run = (vjpVariables: nn.Filter) => (new Foo({ vjpVariables }).apply(variables, [x]) as readonly unknown[])[0]
    close(run('params'), { params: { w: x.sum().mul(3) } })
    close(run(['consts']), { consts: { s: x.sum() } })
    close(run(true), { consts: { s: x.sum() }, params: { w: x.sum().mul(3) } })
    expect(run(false)).toEqual({})
    close(run(nn.denyList('params')), { consts: { s: x.sum() } })
  })

  it('hands auxiliary data through, and keeps what was written', () => {
    class Counts extends nn.Module {
      call(a: Tensor): readonly [Tensor, { readonly seen: Tensor }] {
        const n = this.variable('count', 'n', () => np.zeros([]))
        n.value = n.value.add(1)
        return [a.square().sum(), { seen: n.value }]
      }
    }
    class Foo extends nn.Module {
      call(a: Tensor): readonly unknown[] {
        const [z, backward, aux] = nn.vjp((m: Counts, t: Tensor) => m.call(t), new Counts(), [a], { hasAux: true })
        return [z, backward(np.ones([]))[1], aux]
      }
    }
    const variables = new Foo().init(key, [x])
    const [[z, dx, aux], { count }] = new Foo().apply(variables, [x], { mutable: ['count'] })
    close([z, dx, aux], [x.square().sum(), x.mul(2), { seen: np.array(2) }])
    expect(values(count)).toEqual({ Counts_0: { n: 2 } })
  })

  it('takes trees of modules: cotangents are such trees', () => {
    class Foo extends nn.Module {
      call(a: Tensor): unknown {
        const pair = { first: new nn.Dense({ features: 3 }), second: new nn.Dense({ features: 1 }) }
        const [, backward] = nn.vjp((m: typeof pair, t: Tensor) => m.second.call(m.first.call(t)).sum(), pair, [a])
        return backward(np.ones([]))[0]
      }
    }
    const variables = new Foo().init(key, [x])
    const layer = (n: number, m: number) => ({ params: { bias: [m], kernel: [n, m] } })
    expect(shapes(new Foo().apply(variables, [x]))).toEqual({ first: layer(4, 3), second: layer(3, 1) })
  })

  it('limits collections and streams to those asked for', () => {
    class Foo extends nn.Module<{ options: object }> {
      call(a: Tensor): Tensor {
        return nn.vjp((m: Foo, t: Tensor) => t.mul(random.normal(m.makeRng('noise'), [])).sum(), this as Foo, [a], this.props.options)[0]
      }
    }
    const rngs = { noise: key }
    expect(new Foo({ options: { rngs: 'noise' } }).apply({}, [x], { rngs }).shape).toEqual([])
    expect(() => new Foo({ options: { rngs: 'params' } }).apply({}, [x], { rngs })).toThrow(nn.InvalidRngError)
    expect(() => new Foo({ options: { reduceAxes: ['batch'] } }).apply({}, [x], { rngs })).toThrow(/reduceAxes/)
    expect(new Foo({ options: { reduceAxes: [] } }).apply({}, [x], { rngs }).shape).toEqual([])
  })
})

describe('jvp', () => {
  it('takes tangents of variables', () => {
    class Bar extends nn.Module {
      call(a: Tensor): Tensor {
        this.variable('state', 'count', () => np.zeros([]))
        return this.param('scale', nn.zerosInit(), []).mul(a)
      }
    }
    class Foo extends nn.Module {
      call(a: Tensor): Tensor {
        const bar = new Bar()
        const params = tree.map((p: Tensor) => np.onesLike(p), bar.variables.params ?? {})
        return nn.jvp((m: Bar, t: Tensor) => m.call(t), bar, [a], [np.zerosLike(a)], { variableTangents: { params } })[1]
      }
    }
    const ones = np.ones([3])
    const variables = new Foo().init(key, [ones])
    close(new Foo().apply(variables, [ones]), ones, 0)
  })

  it('has no tangent for collections that are not named', () => {
    class Foo extends nn.Module {
      call(a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
        return nn.jvp((m: LearnScale, t: Tensor, u: Tensor) => m.call(t, u), new LearnScale(), [a, b], [b, a])
      }
    }
    const variables = new Foo().init(key, [x, y])
    const f = (a: Tensor, b: Tensor): Tensor => a.mul(b).mul(0.5)
    close(new Foo().apply(variables, [x, y]), pureJvp(f, [x, y], [y, x]))
  })

  it('stands under a gradient: forward over reverse, reverse over forward', () => {
    class Square extends nn.Module {
      call(a: Tensor): Tensor {
        return a
          .mul(this.param('w', nn.initializers.constant(2), []))
          .square()
          .sum()
      }
    }
    class Foo extends nn.Module {
      call(a: Tensor): Tensor {
        return nn.jvp((m: Square, t: Tensor) => m.call(t), new Square(), [a], [np.onesLike(a)])[1]
      }
    }
    const variables = new Foo().init(key, [x])
    // d/da of the tangent 2 w^2 sum(a): 2 w^2.
    close(pureGrad((a: Tensor) => new Foo().apply(variables, [a]))(x), np.full([4], 8))
    const inner = (a: Tensor): Tensor => pureGrad((t: Tensor) => new Foo().apply(variables, [t]))(a)
    close(pureJvp(inner, [x], [x])[1], np.zeros([4]))
  })
})

describe('grad and valueAndGrad', () => {
  const scale = (variables: nn.Variables): Tensor => (variables.params as unknown as { LearnScale_0: { scale: Tensor } }).LearnScale_0.scale

  it('differentiate by the arguments', () => {
    class Grad extends nn.Module {
      call(a: Tensor, b: Tensor): readonly Tensor[] {
        return nn.grad(total, new LearnScale(), [a, b])
      }
    }
    class Both extends nn.Module {
      call(a: Tensor, b: Tensor): readonly Tensor[] {
        const [z, [da, db]] = nn.valueAndGrad(total, new LearnScale(), [a, b])
        return [z, da, db]
      }
    }
    close(new Grad().apply(new Grad().init(key, [x, y]), [x, y]), [y.mul(0.5), x.mul(0.5)])
    close(new Both().apply(new Both().init(key, [x, y]), [x, y]), [x.mul(y).sum().mul(0.5), y.mul(0.5), x.mul(0.5)])
  })

  it('hand auxiliary data through', () => {
    class Grad extends nn.Module {
      call(a: Tensor, b: Tensor): readonly Tensor[] {
        const [[da, db], aux] = nn.grad(withScale, new LearnScale(), [a, b], { hasAux: true })
        return [aux, da, db]
      }
    }
    class Both extends nn.Module {
      call(a: Tensor, b: Tensor): readonly Tensor[] {
        const [output, [da, db]] = nn.valueAndGrad(withScale, new LearnScale(), [a, b], { hasAux: true })
        const [z, aux] = output as readonly [Tensor, Tensor]
        return [z, aux, da, db]
      }
    }
    const variables = new Grad().init(key, [x, y])
    close(new Grad().apply(variables, [x, y]), [scale(variables), y.mul(0.5), x.mul(0.5)])
    close(new Both().apply(variables, [x, y]), [x.mul(y).sum().mul(0.5), scale(variables), y.mul(0.5), x.mul(0.5)])
  })

  it('reach modules in props, made outside or inside', () => {
    const delta = (m: Foo, a: Tensor, b: Tensor): Tensor => {
      const { bar, qup = new nn.Dense({ features: b.shape.at(-1)! }) } = m.props
      return b
        .sub(bar.call(qup.call(a)))
        .square()
        .sum()
    }
    class Foo extends nn.Module<{ bar: nn.Dense; qup?: nn.Dense }> {
      call(a: Tensor, b: Tensor): readonly Tensor[] {
        const [z, [da, db]] = nn.valueAndGrad(delta, this as Foo, [a, b])
        return [z, da, db]
      }
    }
    class Baz extends nn.Module {
      call(a: Tensor, b: Tensor): readonly Tensor[] {
        return new Foo({ bar: new nn.Dense({ features: 4 }) }).call(a, b)
      }
    }
    const expected = (w1: Tensor, w2: Tensor): readonly Tensor[] => {
      const f = (a: Tensor, b: Tensor): Tensor => b.sub(a.matmul(w1).matmul(w2)).square().sum()
      return [f(x, y), pureGrad(f)(x, y), pureGrad((b: Tensor) => f(x, b))(y)]
    }
    type Kernel = { readonly kernel: Tensor }
    const inside = new Baz().init(key, [x, y])
    const p = inside.params as unknown as { Dense_0: Kernel; Foo_0: { Dense_0: Kernel } }
    close(new Baz().apply(inside, [x, y]), expected(p.Foo_0.Dense_0.kernel, p.Dense_0.kernel))
    const outside = new Foo({ bar: new nn.Dense({ features: 4 }), qup: new nn.Dense({ features: 4 }) })
    const variables = outside.init(key, [x, y])
    const q = variables.params as unknown as { bar: Kernel; qup: Kernel }
    close(outside.apply(variables, [x, y]), expected(q.qup.kernel, q.bar.kernel))
  })
})

describe('customVjp', () => {
  const f = (m: nn.Dense, a: Tensor): Tensor => m.call(a)
  const sign = (t: unknown): unknown => tree.map((leaf: Tensor) => np.sign(leaf), t)

  it('has the cotangents of its own backward pass', () => {
    class Foo extends nn.Module {
      call(a: Tensor): Tensor {
        const signGrad = nn.customVjp(f, {
          forwardFn: (m, t) => nn.vjp(f, m, [t]),
          backwardFn: (backward, cotangent) => {
            const [params, input] = backward(cotangent)
            return [sign(params), input]
          },
        })
        return signGrad(new nn.Dense({ features: 1 }), a).reshape([])
      }
    }
    const ones = np.ones([2])
    const variables = new Foo().init(key, [ones])
    const { kernel } = (variables.params as unknown as { Dense_0: { kernel: Tensor } }).Dense_0
    const run = (v: nn.Variables, a: Tensor): Tensor => new Foo().apply(v, [a])
    close(run(variables, ones), kernel.sum())
    for (const g of [pureGrad(run), jit(pureGrad(run))])
      for (const leaf of tree.leaves(g(variables, ones)) as Tensor[]) close(np.abs(leaf), np.onesLike(leaf), 0)
    close(pureGrad((a: Tensor) => run(variables, a))(ones), kernel.reshape([2]))
  })

  it('leaves out arguments of nondiffArgnums, and collections that gradVars does not name', () => {
    class Foo extends nn.Module {
      call(a: Tensor): Tensor {
        const scaled = (m: nn.Dense, t: Tensor, factor: number): Tensor => m.call(t).mul(factor)
        const custom = nn.customVjp(scaled, {
          forwardFn: (m, t, factor) => [scaled(m, t, factor), t],
          backwardFn: (factor: number, residual: Tensor, cotangent: Tensor) => [{}, residual.mul(factor).mul(cotangent.sum())],
          gradVars: false,
          nondiffArgnums: [2],
        })
        return custom(new nn.Dense({ features: 1 }), a, 3).reshape([])
      }
    }
    const ones = np.ones([2])
    const variables = new Foo().init(key, [ones])
    close(pureGrad((a: Tensor) => new Foo().apply(variables, [a]))(ones), np.full([2], 3))
    // What is not in gradVars is a constant for the custom rule, traced or not.
    const byVariables = pureGrad((v: nn.Variables) => new Foo().apply(v, [ones]))
    for (const f of [byVariables, jit(byVariables)])
      for (const leaf of tree.leaves(f(variables)) as Tensor[]) close(leaf, np.zerosLike(leaf), 0)
  })

  it('keeps what the forward pass writes', () => {
    class Counts extends nn.Module {
      call(a: Tensor): Tensor {
        const n = this.variable('count', 'n', () => np.zeros([]))
        n.value = n.value.add(1)
        return a.mul(2).sum()
      }
    }
    class Foo extends nn.Module {
      call(a: Tensor): Tensor {
        const run = (m: Counts, t: Tensor): Tensor => m.call(t)
        const custom = nn.customVjp(run, {
          forwardFn: (m, t) => [run(m, t), t] as const,
          backwardFn: (t, cotangent) => [{}, t.mul(cotangent)],
        })
        return custom(new Counts(), a)
      }
    }
    const variables = new Foo().init(key, [x])
    const loss = (a: Tensor): readonly [Tensor, nn.Variables] => {
      const [out, updated] = new Foo().apply(variables, [a], { mutable: ['count'] })
      return [out, updated]
    }
    const [, updated] = loss(x)
    expect(values(updated)).toEqual({ count: { Counts_0: { n: 2 } } })
    close(pureGrad((a: Tensor) => loss(a)[0])(x), x)
  })
})
