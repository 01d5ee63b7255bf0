// What a compiled function reads without being handed it: interceptors, filters of what is captured, observers, rules of axes, the
// variables of a model that runs. None of it is remembered from another call.
import { hostBackend } from '@heddle/backend-host'
import { jit, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { describe, expect, test } from 'vitest'
import * as nn from '../src/index'

setDefaultBackend(hostBackend())

const x = np.array(1)
class Leaf extends nn.Module {
  call(y: Tensor): Tensor {
    return y
  }
}
const JitLeaf = nn.jit(Leaf)
class Outer extends nn.Module {
  call(y: Tensor): Tensor {
    return new JitLeaf().call(y)
  }
}
const times =
  (n: number): nn.Interceptor =>
  (next, args, { module }) => {
    const y = next(...args) as Tensor
    return module instanceof Leaf ? y.mul(n) : y
  }
const run = (): unknown => (new Outer().apply({}, [x]) as Tensor).item()
const compiled = jit((y: Tensor) => new Outer().apply({}, [y]) as Tensor)

describe('interceptors', () => {
  for (const [name, f] of [
    ['nn.jit', run],
    ['jit around apply', () => compiled(x).item()],
  ] as const)
    test(`${name}: each sees the calls, and none stays`, () => {
      const tenfold = times(10)
      const seen = [f(), nn.interceptMethods(tenfold, f), f(), nn.interceptMethods(times(3), f), nn.interceptMethods(tenfold, f), f()]
      expect(seen).toEqual([1, 10, 1, 3, 10, 1])
    })
  test('under nn.jit they are called each time, with values', () => {
    const values: unknown[] = []
    const log: nn.Interceptor = (next, args) => (values.push((args[0] as Tensor).item()), next(...args))
    for (let i = 0; i < 3; i++) nn.interceptMethods(log, run)
    expect(values).toEqual([1, 1, 1, 1, 1, 1])
  })
})

class Net extends nn.Module {
  call(y: Tensor): Tensor {
    return new (nn.jit(nn.Dense))({ features: 3 }).call(nn.relu(new (nn.jit(nn.Dense))({ features: 2 }).call(y)))
  }
}
const y = np.ones([2, 4])

describe('nn.jit', () => {
  test('captures what each filter says', () => {
    const variables = new Net().init(random.key(0), [y])
    const captured = (captureIntermediates: boolean | nn.CaptureFilter): readonly string[] =>
      Object.keys(new Net().apply(variables, [y], { captureIntermediates, mutable: [] as never })[1]['intermediates'] ?? {}).sort()
    const all = ['JitDense_0', 'JitDense_1', '__call__']
    const own: nn.CaptureFilter = (m) => m instanceof Net
    const dense: nn.CaptureFilter = (m) => m instanceof nn.Dense
    expect([captured(true), captured(own), captured(dense), captured(true)]).toEqual([all, ['__call__'], all.slice(0, 2), all])
  })
  test('has rows in a table, whatever ran before', () => {
    new Net().init(random.key(0), [y])
    expect(new Net().tabulate(random.key(0), [y])).toMatch(/JitDense_1[^]*JitDense_0/)
  })
  test('reads the rules of axes in force', () => {
    const seen: (string | undefined)[] = []
    class Rules extends nn.Module {
      call(z: Tensor): Tensor {
        seen.push(nn.getLogicalAxisRules()[0]?.[0])
        return z
      }
    }
    class Ruled extends nn.Module {
      call(z: Tensor): Tensor {
        return new (nn.jit(Rules))().call(z)
      }
    }
    const call = (): unknown => new Ruled().apply({}, [x])
    call()
    nn.logicalAxisRules([['batch', 'data']], call)
    call()
    nn.logicalAxisRules([['batch', 'data']], call)
    expect(seen).toEqual([undefined, 'batch'])
  })
})

describe('the variables of a model that runs', () => {
  test('are not those of the one before, in a function that was compiled in it', () => {
    let dense: nn.Dense
    const outside = jit((z: Tensor) => dense.call(z))
    class Closing extends nn.Module {
      call(z: Tensor): readonly [Tensor, Tensor] {
        dense = new nn.Dense({ features: 1, useBias: false })
        return [dense.call(z), outside(z)]
      }
    }
    for (const seed of [0, 1, 2]) {
      const variables = new Closing().init(random.key(seed), [y])
      const [direct, throughJit] = new Closing().apply(variables, [y]) as readonly [Tensor, Tensor]
      expect(throughJit.toArray()).toEqual(direct.toArray())
    }
  })
})

class Uniform extends nn.Module {
  static readonly moduleName: string = 'R'
  call(): Tensor {
    return random.uniform(this.makeRng('dropout'))
  }
}
class Inner extends Uniform {
  static override readonly moduleName: string = 'Inner'
}
class Two extends nn.Module {
  static readonly moduleName: string = 'Outer'
  call(): readonly Tensor[] {
    const inner = new Inner()
    return [inner.call(), inner.call()]
  }
}
type Drawing = new () => { readonly call: () => unknown }
const thrice = (Class: Drawing): unknown => {
  class Calls extends nn.Module {
    call(): readonly unknown[] {
      const m = new Class()
      return [m.call(), m.call(), m.call()]
    }
  }
  const rngs = { dropout: random.key(0) }
  const rounded = (z: unknown): unknown => (Array.isArray(z) ? z.map(rounded) : Math.round(((z as Tensor).item() as number) * 1e4) / 1e4)
  return rounded(new Calls().apply({}, [], { rngs }))
}
describe('keys of a module that is called again are those of Flax, on each turn', () => {
  const flax: readonly (readonly [string, Drawing, unknown])[] = [
    ['nn.jit', nn.jit(Uniform), [0.6877, 0.6641, 0.938]],
    ['nn.foldRngs', nn.foldRngs(Uniform), [0.4607, 0.2885, 0.6676]],
    [
      'nn.jit, in a submodule',
      nn.jit(Two),
      [
        [0.4967, 0.4382],
        [0.7425, 0.4753],
        [0.3971, 0.8345],
      ],
    ],
    [
      'nn.foldRngs, in a submodule',
      nn.foldRngs(Two),
      [
        [0.7979, 0.5011],
        [0.1246, 0.5399],
        [0.7654, 0.9078],
      ],
    ],
    ['no transformation', Uniform, [0.7315, 0.1426, 0.1054]],
  ]
  for (const [name, Class, numbers] of flax)
    test(name, () => {
      for (let i = 0; i < 2; i++) expect(thrice(Class)).toEqual(numbers)
    })
})

describe('names', () => {
  for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf'])
    test(`${name} is a name like all others: of a class, a parameter, a submodule, a collection, a stream`, () => {
      const Named = {
        [name]: class extends nn.Module {
          call(z: Tensor): Tensor {
            const w = this.param(name, nn.initializers.ones, [4])
            const count = this.variable(name, name, () => np.array(0))
            if (this.isMutableCollection(name)) count.value = count.value.add(1)
            return z.mul(w).add(random.uniform(this.makeRng(name)).mul(0))
          }
        },
      }[name]!
      class Model extends nn.Module {
        call(z: Tensor): Tensor {
          return new nn.Dense({ features: 2, name }).call(new Named().call(new Named().call(z)))
        }
      }
      const rngs = { params: random.key(0), [name]: random.key(1) }
      const variables = new Model().init(rngs, [y])
      const [out, updated] = new Model().apply(variables, [y], { rngs, mutable: [name] })
      expect([Object.keys(variables).sort(), Object.keys(variables['params']!).sort()]).toEqual([
        [name, 'params'].sort(),
        [name, `${name}_0`, `${name}_1`].sort(),
      ])
      const counts = Object.getOwnPropertyDescriptor(updated, name)!.value as Record<string, Record<string, Tensor>>
      expect(Object.getOwnPropertyDescriptor(counts[`${name}_1`]!, name)!.value.item()).toBe(2)
      expect(out.shape).toEqual([2, 2])
      expect(nn.jit(Model).name).toBe('JitModel')
    })
  test('that are none are refused before anything is lost', () => {
    const declared = (f: (m: nn.Module) => unknown): (() => unknown) => {
      class Bad extends nn.Module {
        call(): unknown {
          this.param('w', nn.initializers.ones, [1])
          return f(this)
        }
      }
      return () => new Bad().init(random.key(0), [])
    }
    const none = undefined as unknown as string
    expect(declared((m) => m.param(none, nn.initializers.ones, [2]))).toThrow(nn.InvalidNameError)
    expect(declared((m) => m.variable('c', none, () => 1))).toThrow(nn.InvalidNameError)
    expect(declared((m) => m.variable(none, 'v', () => 1))).toThrow(nn.InvalidNameError)
    expect(declared((m) => m.sow('intermediates', none, 1))).not.toThrow()
    expect(declared((m) => m.sow('c', none, 1))).toThrow(nn.InvalidNameError)
    expect(declared((m) => m.putVariable('c', none, 1))).toThrow(nn.InvalidNameError)
    expect(declared((m) => m.makeRng(3 as unknown as string))).toThrow(nn.InvalidNameError)
  })
})

describe('nothing of a module may be async', () => {
  const returned = /returned a promise/
  class Call extends nn.Module {
    async call(z: Tensor): Promise<Tensor> {
      await Promise.resolve()
      return new nn.Dense({ features: 2 }).call(z)
    }
  }
  class Setup extends nn.Module {
    setup(): never {
      return (async () => undefined)() as never
    }
    call(z: Tensor): Tensor {
      return z
    }
  }
  class Initializer extends nn.Module {
    call(): Tensor {
      return this.param('w', (async () => np.ones([2])) as never)
    }
  }
  class Generator extends nn.Module {
    *call(z: Tensor): Iterable<Tensor> {
      yield z
    }
  }
  test('call, setup, an initializer, a function around', () => {
    const calls = [() => new Call().init(random.key(0), [y]), () => new Call().initWithOutput(random.key(0), [y])]
    for (const f of calls) expect(f).toThrow(returned)
    expect(() => new Setup().init(random.key(0), [y])).toThrow(/Setup\.setup.*returned a promise/)
    expect(() => new Initializer().init(random.key(0), [])).toThrow(/"w".*returned a promise/)
    expect(() => new Generator().init(random.key(0), [y])).toThrow(/returned a generator/)
    // @ts-expect-error an async function
    expect(() => nn.interceptMethods(times(1), async () => 1)).toThrow(returned)
    // @ts-expect-error an async function
    expect(() => nn.logicalAxisRules([], async () => 1)).toThrow(returned)
    // @ts-expect-error an async function
    expect(() => nn.withMesh({ axes: { data: 1 } }, async () => 1)).toThrow(returned)
  })
})
