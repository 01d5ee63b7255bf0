// Transformations of one's own: of functions of scopes, lifted to classes and functions of modules.
import { hostBackend } from '@heddle/backend-host'
import { ArgumentError, grad, jit, lax, np, random, setDefaultBackend, type Tensor, tree } from '@heddle/func'
import { boolean, positive, required } from '@heddle/func/options'
import * as lift from '@heddle/lift'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import * as nn from '../index'

beforeEach(() => setDefaultBackend(hostBackend()))
afterEach(() => vi.restoreAllMocks())

interface Ensemble {
  readonly size: number
  readonly sum?: boolean
}
/** The mean, or sum, of several copies, each with parameters of its own. */
const ensemble = (fn: nn.ScopesFn, { size, sum = false }: Ensemble): nn.ScopesFn => {
  const copies = lift.vmap(fn, { variableAxes: { params: 0 }, splitRngs: { params: true }, inAxes: null, axisSize: size })
  return (scopes, ...args) => tree.map((y: Tensor) => (sum ? y.sum(0) : y.mean(0)), copies(scopes, ...args) as Tensor)
}
const key = random.key(0)
const x = (): Tensor => random.normal(random.key(1), [2, 4])
const close = (a: Tensor, b: Tensor): void => expect(np.max(np.abs(a.sub(b))).item()).toBeLessThan(1e-6)
const shapes = (v: unknown): unknown => tree.map((t: Tensor) => t.shape.join(), v as { [k: string]: Tensor })
const paramsOf = (v: nn.Variables): never => v.params as never

describe('of a class', () => {
  const MeanDense = nn.liftTransform(ensemble, nn.Dense, { size: 3 })
  class Model extends nn.Module {
    call(inputs: Tensor): Tensor {
      const h = new MeanDense({ features: 4 }).call(inputs)
      return new MeanDense({ features: 5 }).call(h)
    }
  }

  it('names submodules after itself, and changes what they do', () => {
    const variables = new Model().init(key, [x()])
    expect(shapes(variables.params)).toEqual({
      EnsembleDense_0: { bias: '3,4', kernel: '3,4,4' },
      EnsembleDense_1: { bias: '3,5', kernel: '3,4,5' },
    })
    const { EnsembleDense_0: first, EnsembleDense_1: second } = paramsOf(variables) as { [k: string]: { kernel: Tensor; bias: Tensor } }
    const mean = (p: { kernel: Tensor; bias: Tensor }, h: Tensor): Tensor =>
      [0, 1, 2]
        .map((i) => h.dot(p.kernel.at(i)).add(p.bias.at(i)))
        .reduce((a, b) => a.add(b))
        .div(3)
    close(new Model().apply(variables, [x()]), mean(second!, mean(first!, x())))
  })

  it('keeps types of props, arguments and results', () => {
    expectTypeOf(MeanDense).toEqualTypeOf(nn.Dense)
    // @ts-expect-error a prop that there is not
    expect(() => new MeanDense({ feature: 3 })).toThrow('features')
    // @ts-expect-error an option of another kind
    void (() => nn.liftTransform(ensemble, nn.Dense, { size: 'three' }))
    // @ts-expect-error the option is required
    void (() => nn.liftTransform(ensemble, nn.Dense))
    // @ts-expect-error no option of this name
    void (() => nn.liftTransform(ensemble, nn.Dense, { size: 3, sized: 2 }))
    // @ts-expect-error an instance
    void (() => nn.liftTransform(ensemble, new nn.Dense({ features: 2 }), { size: 3 }))
  })

  it('of lift, is that of linen', () => {
    const options = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const
    const [mine, theirs] = [nn.liftTransform(lift.vmap, nn.Dense, options), nn.vmap(nn.Dense, options)]
    class Uses extends nn.Module<{ of: typeof nn.Dense }> {
      call(inputs: Tensor): Tensor {
        return new this.props.of({ features: 3 }).call(inputs)
      }
    }
    const [a, b] = [mine, theirs].map((of) => new Uses({ of }).initWithOutput(key, [x()]))
    close(a![0], b![0])
    expect(tree.structure(a![1]).key).toBe(tree.structure(b![1]).key)
    expect(shapes(a![1].params)).toEqual({ VmapDense_0: { bias: '2,3', kernel: '2,4,3' } })
  })

  it('reads options from the type of the transformation, generic or not', () => {
    const centred = <S extends lift.Scopes, A extends readonly unknown[], R>(
      fn: lift.ScopesFn<S, A, R>,
      { of }: { readonly of: lift.Filter },
    ): lift.ScopesFn<S, A, R> => lift.mapVariables(fn, of, { init: true, mapInFn: (v) => tree.map((p: Tensor) => p.sub(p.mean()), v) })
    const defaulted = (fn: nn.ScopesFn, { size = 2 }: { readonly size?: number } = {}): nn.ScopesFn => ensemble(fn, { size })
    const Centred = nn.liftTransform(centred, nn.Dense, { of: 'params' })
    expectTypeOf(Centred).toEqualTypeOf(nn.Dense)
    close(new Centred({ features: 2 }).initWithOutput(key, [np.ones([1, 4])])[0].sum(), np.zeros([]))
    expectTypeOf(nn.liftTransform(defaulted, nn.Dense)).toEqualTypeOf(nn.Dense)
    expectTypeOf(nn.liftTransform(defaulted, nn.Dense, { size: 3 })).toEqualTypeOf(nn.Dense)
    expectTypeOf(nn.liftTransform(lift.jit, nn.Dense, { staticArgnums: 1 })).toEqualTypeOf(nn.Dense)
    expectTypeOf(nn.liftTransform(lift.scan, nn.LSTMCell, { variableBroadcast: 'params' })).toEqualTypeOf(nn.LSTMCell)
    const inPlace = nn.liftTransform((fn, { size }: Ensemble) => ensemble(fn, { size }), nn.Dense, { size: 2 }, { name: 'inPlace' })
    expectTypeOf(inPlace).toEqualTypeOf(nn.Dense)
    // @ts-expect-error an option of another kind, of a generic transformation
    void (() => nn.liftTransform(centred, nn.Dense, { of: 3 }))
    // @ts-expect-error of one with defaults
    void (() => nn.liftTransform(defaulted, nn.Dense, { size: '3' }))
    // @ts-expect-error of one of lift
    void (() => nn.liftTransform(lift.vmap, nn.Dense, { axisSize: '3' }))
  })

  it('of lift, whose function has a form of its own', () => {
    const twice = <S extends lift.Scopes, C, Xs extends readonly unknown[], Y>(fn: lift.ScanFn<S, C, Xs, Y>) =>
      lift.scan<S, C, Xs, Y, number>(fn, { variableBroadcast: 'params', splitRngs: { params: false }, length: 2 })
    class Cell extends nn.Module {
      call(carry: Tensor): readonly [Tensor, null] {
        return [new nn.Dense({ features: 4 }).call(carry), null]
      }
    }
    const Twice = nn.liftTransform(twice, Cell)
    expectTypeOf(Twice).toEqualTypeOf(Cell)
    const variables = new Twice().init(key, [x()])
    const once = new Cell()
    close(new Twice().apply(variables, [x()])[0], once.apply(variables, [once.apply(variables, [x()])[0]])[0])
  })

  it('transforms the methods that are named, each by its options', () => {
    class Coder extends nn.Module {
      static readonly compact = ['encode', 'decode']
      call(inputs: Tensor): Tensor {
        return this.decode(this.encode(inputs))
      }
      encode(inputs: Tensor): Tensor {
        return new nn.Dense({ features: 2 }, { name: 'in' }).call(inputs)
      }
      decode(inputs: Tensor): Tensor {
        return new nn.Dense({ features: 4 }, { name: 'out' }).call(inputs)
      }
    }
    const params = (C: typeof Coder): unknown => shapes(new C().init(key, [x()]).params)
    expect(params(nn.liftTransform(ensemble, Coder, { size: 3, methods: ['encode'] }))).toEqual({
      in: { bias: '3,2', kernel: '3,4,2' },
      out: { bias: '4', kernel: '2,4' },
    })
    const each = (sum: boolean): typeof Coder =>
      nn.liftTransform(ensemble, Coder, { size: 1, methods: { encode: { size: 3 }, decode: { size: 3, sum } } })
    expect(params(each(false))).toEqual({ in: { bias: '3,2', kernel: '3,4,2' }, out: { bias: '3,4', kernel: '3,2,4' } })
    const variables = new (each(false))().init(key, [x()])
    close(new (each(true))().apply(variables, [x()]), new (each(false))().apply(variables, [x()]).mul(3))
  })

  it('goes through other transformations', () => {
    const variables = new Model().init(key, [x()])
    const value = new Model().apply(variables, [x()])
    close(jit((v: nn.Variables, xs: Tensor) => new Model().apply(v, [xs]))(variables, x()), value)
    const one = new MeanDense({ features: 4 })
    const own = one.init(key, [x()])
    close(new (nn.jit(MeanDense))({ features: 4 }).apply(own, [x()]), one.apply(own, [x()]))
    const slope = grad((v: nn.Variables) => new Model().apply(v, [x()]).sum())(variables)
    expect(shapes(slope)).toEqual(shapes(variables))
    const Nested = nn.vmap(MeanDense, { variableAxes: { params: 0 }, splitRngs: { params: true } })
    expect(shapes(new Nested({ features: 5 }).init(key, [x()]).params)).toEqual({ bias: '2,3,5', kernel: '2,3,4,5' })
  })
})

describe('of a function of a module', () => {
  it('transforms it', () => {
    const run = nn.liftTransform(ensemble, (m: nn.Dense, inputs: Tensor) => m.call(inputs), { size: 3 })
    expectTypeOf(run).parameters.toEqualTypeOf<[nn.Dense, Tensor]>()
    const MeanDense = nn.liftTransform(ensemble, nn.Dense, { size: 3 })
    const variables = nn.init((m: nn.Dense, inputs: Tensor) => run(m, inputs), new nn.Dense({ features: 5 }))(key, x())
    expect(shapes(variables.params)).toEqual({ bias: '3,5', kernel: '3,4,5' })
    close(
      nn.apply((m: nn.Dense, inputs: Tensor) => run(m, inputs), new nn.Dense({ features: 5 }))(variables, x()),
      new MeanDense({ features: 5 }).apply(variables, [x()]),
    )
  })

  it('of a method in its class changes neither names nor types', () => {
    class Block extends nn.Module {
      static {
        this.prototype.call = nn.liftTransform(ensemble, this.prototype.call, { size: 3 })
      }
      call(inputs: Tensor): Tensor {
        return new nn.Dense({ features: 2 }).call(inputs)
      }
    }
    expect(shapes(new Block().init(key, [x()]).params)).toEqual({ Dense_0: { bias: '3,2', kernel: '3,4,2' } })
  })

  it('may be written by hand, function and scopes', () => {
    const seen: string[] = []
    const traced =
      (fn: nn.ScopesFn): nn.ScopesFn =>
      (scopes, ...args) => {
        seen.push(scopes.map((s) => s.path.join('/')).join())
        return fn(scopes, ...args)
      }
    class Model extends nn.Module {
      call(inputs: Tensor): Tensor {
        return new (nn.liftTransform(traced, nn.Dense))({ features: 2 }).call(inputs)
      }
    }
    expect(shapes(new Model().init(key, [x()]).params)).toEqual({ TracedDense_0: { bias: '2', kernel: '4,2' } })
    expect(seen).toEqual(['TracedDense_0'])
  })
})

describe('numbers are those of flax.linen.transforms.lift_transform (0.12.8), names too', () => {
  const rows = (): Tensor => np.arange(8).reshape(2, 4).astype('float32')
  const equal = (y: Tensor, flax: readonly (readonly number[])[]): void =>
    expect(np.max(np.abs(y.sub(np.array(flax as number[][])))).item()).toBeLessThan(1e-5)

  it('of classes', () => {
    const Mean = nn.liftTransform(ensemble, nn.Dense, { size: 3 })
    class Model extends nn.Module {
      call(inputs: Tensor): Tensor {
        const h = new Mean({ features: 4 }).call(inputs)
        return new Mean({ features: 2 }).call(h)
      }
    }
    equal(new Model().initWithOutput(key, [rows()])[0], [
      [0.8996596336364746, 0.5331919193267822],
      [2.4310662746429443, 1.3264381885528564],
    ])
  })

  it('of functions', () => {
    const mean = nn.liftTransform(ensemble, (m: nn.Dense, inputs: Tensor) => m.call(inputs), { size: 3 })
    equal(nn.initWithOutput((m: nn.Dense, inputs: Tensor) => mean(m, inputs), new nn.Dense({ features: 2 }))(key, rows())[0], [
      [-2.4100985527038574, 0.7919667959213257],
      [-5.309175491333008, 3.3411788940429688],
    ])
  })
})

describe('names', () => {
  it('are those that are given', () => {
    const Renamed = nn.liftTransform(ensemble, nn.Dense, { size: 2 }, { name: 'bag_of' })
    class Model extends nn.Module {
      call(inputs: Tensor): Tensor {
        return new Renamed({ features: 2 }).call(inputs)
      }
    }
    expect(Object.keys(new Model().init(key, [x()]).params!)).toEqual(['Bag_ofDense_0'])
  })

  it('of a function without one are asked for', () => {
    expect(() => nn.liftTransform((fn: nn.ScopesFn) => fn, nn.Dense)).toThrow(ArgumentError)
    expect(() => nn.liftTransform((fn: nn.ScopesFn) => fn, nn.Dense)).toThrow("pass { name: '...' } after the options")
    expect(nn.liftTransform((fn: nn.ScopesFn) => fn, nn.Dense, {}, { name: 'same' })).toHaveProperty('name', 'SameDense')
  })

  it('that a minifier seems to have made are warned of, once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const made = new Function('return{t:e=>e}')() as { readonly t: (fn: nn.ScopesFn) => nn.ScopesFn }
    for (const _ of [0, 1]) nn.liftTransform(made.t, nn.Dense)
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("called 't', as by a minifier"))
  })
})

describe('misuse', () => {
  const loose = nn.liftTransform as unknown as (...args: readonly unknown[]) => unknown
  it.each([
    ['no transformation', [null, nn.Dense], ArgumentError, 'liftTransform: takes a transformation of functions of scopes'],
    ['a class in its place', [nn.Dense, ensemble], ArgumentError, 'got the function Dense first'],
    ['an instance', [ensemble, new nn.Dense({ features: 2 }), { size: 2 }], nn.TransformTargetError, 'ensemble takes a Module class'],
    ['options that are none', [ensemble, nn.Dense, 3], nn.InvalidOptionsError, 'an object of options'],
    ['a method that there is not', [ensemble, nn.Dense, { size: 2, methods: ['cal'] }], nn.TransformTargetError, 'cal'],
  ] as const)('%s', (_, args, type, text) => {
    expect(() => loose(...args)).toThrow(type)
    expect(() => loose(...args)).toThrow(text)
  })

  it('a name in another place', () => {
    expect(() => loose(ensemble, nn.Dense, { size: 2 }, { nmae: 'bag' })).toThrow('is name meant?')
    expect(() => loose(ensemble, nn.Dense, { size: 2 }, 'bag')).toThrow(nn.InvalidOptionsError)
  })

  it('a transformation of modules in the place of one of scopes', () => {
    const Wrong = loose(nn.vmap, nn.Dense) as typeof nn.Dense
    expect(() => new Wrong({ features: 2 }).init(key, [x()])).toThrow('functions of scopes are transformed by @heddle/lift')
  })

  it('a transformation that answers no function', () => {
    const wrong = (): unknown => 3
    const Wrong = loose(wrong, nn.Dense) as typeof nn.Dense
    expect(() => new Wrong({ features: 2 }).init(key, [x()])).toThrow('wrong: a transformation answers a function of scopes, got')
  })

  it('options, where it says of which kind they are', () => {
    const optionTypes = { size: required(positive), sum: boolean }
    const of = (options: unknown): unknown => loose(ensemble, nn.Dense, options, { optionTypes })
    expect(() => of({ sizes: 3 })).toThrow('is size meant?')
    expect(() => of({ size: 'three' })).toThrow(nn.InvalidOptionsError)
    expect(() => of({ size: 2, methods: { call: { size: -1 } } })).toThrow('ensemble of method call')
    expect(of({ size: 2 })).toHaveProperty('name', 'EnsembleDense')
  })

  it('results that are modules', () => {
    const run = nn.liftTransform(ensemble, (m: nn.Dense) => m, { size: 2 })
    expect(() => nn.init((m: nn.Dense) => run(m), new nn.Dense({ features: 2 }))(key)).toThrow(nn.TransformedMethodReturnValueError)
  })
})

describe('at once', () => {
  class Branches extends nn.Module {
    declare a: nn.Dense
    declare b: nn.Dense
    setup(): void {
      this.a = new nn.Dense({ features: 3 })
      this.b = new nn.Dense({ features: 3 })
    }
    call(first: boolean, inputs: Tensor): Tensor {
      const both = [this.a.call(inputs), this.b.call(inputs)]
      if (this.isInitializing()) return both[0]!
      const y = nn.liftDirectTransform(
        ([f, g], scopes, xs) => lift.cond(first, f!, g!, scopes, xs) as Tensor,
        [(m: Branches, h: Tensor) => m.a.call(h), (m: Branches, h: Tensor) => m.b.call(h)],
        this,
        [inputs],
      )
      expectTypeOf(y).toEqualTypeOf<Tensor>()
      return y
    }
  }

  it('runs functions of a module', () => {
    const variables = new Branches().init(key, [true, x()])
    const { a, b } = paramsOf(variables) as { [k: string]: object }
    const dense = (params: object): Tensor => new nn.Dense({ features: 3 }).apply({ params }, [x()])
    close(new Branches().apply(variables, [true, x()]), dense(a!))
    close(new Branches().apply(variables, [false, x()]), dense(b!))
  })

  it('takes a tree of modules', () => {
    const sum = nn.apply((m: Branches, inputs: Tensor) => {
      m.a.call(inputs)
      return nn.liftDirectTransform(
        ([f], scopes, xs) => lift.remat(f!)(scopes, ...xs) as Tensor,
        [({ p, q }: { readonly p: nn.Dense; readonly q: nn.Dense }, h: Tensor) => p.call(h).add(q.call(h))],
        { p: m.a, q: m.b },
        [inputs],
      )
    }, new Branches())
    const variables = new Branches().init(key, [true, x()])
    const { a, b } = paramsOf(variables) as { [k: string]: object }
    const dense = (params: object): Tensor => new nn.Dense({ features: 3 }).apply({ params }, [x()])
    close(sum(variables, x()), dense(a!).add(dense(b!)))
  })

  const loose = nn.liftDirectTransform as unknown as (...args: readonly unknown[]) => unknown
  const one = (): number => 1
  const dense = (): nn.Dense => new nn.Dense({ features: 2 })
  it.each([
    ['a class among the functions', [lax.cond, [nn.Dense, 3], dense, []], nn.TransformTargetError],
    ['functions that are no list', [lax.cond, one, dense, []], ArgumentError],
    ['arguments that are no list', [lax.cond, [one], dense, 1], ArgumentError],
    ['no transformation', [null, [one], dense, []], ArgumentError],
  ] as const)('refuses %s', (_, [transform, fns, module, args], type) => {
    expect(() => loose(transform, fns, module(), args)).toThrow(type)
  })
})
