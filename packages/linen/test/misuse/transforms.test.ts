/** What happens to those who use a transformation wrongly: the class of the error, and a message with path, collection and remedy. */
import { hostBackend } from '@heddle/backend-host'
import { np, random, setDefaultBackend, tree, type Tensor } from '@heddle/func'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const own = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const
const shared = { variableBroadcast: 'params', splitRngs: { params: false } } as const

/** The message of the error of a class that a function throws. */
const messageOf = (Class: abstract new (...args: never[]) => Error, run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (!(error instanceof Class)) console.error(error)
    expect(error).toBeInstanceOf(Class)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

/** A model with a transformed layer of a name, in the middle of it. */
const within = (call: (x: Tensor) => unknown) =>
  new (class Model extends nn.Module {
    call(x: Tensor): unknown {
      return call(x)
    }
  })()

class Step extends nn.Module {
  call(carry: Tensor, x: Tensor): readonly [Tensor, Tensor] {
    const y = new nn.Dense({ features: 3 }).call(carry).add(x)
    return [y, y]
  }
}

describe('axes', () => {
  const x = np.ones([4, 3])

  it('of different sizes', () => {
    class Two extends nn.Module {
      call(a: Tensor, b: Tensor): Tensor {
        return a.add(b)
      }
    }
    const model = new (nn.vmap(Two))({ name: 'two' })
    const message = messageOf(nn.AxisSizeError, () => model.init(key, [x, np.ones([5, 3])]))
    expect(message).toMatch(/vmap/)
    expect(message).toMatch(/4 of argument 1, 5 of argument 2/)
    expect(message).toMatch(/inAxes/)
  })

  it('of variables that are of another size than those of arguments', () => {
    const Batch = nn.vmap(nn.Dense, own)
    const variables = new Batch({ features: 3 }).init(key, [x])
    const run = within((y) => new Batch({ features: 3, name: 'batch' }).call(y))
    const message = messageOf(nn.AxisSizeError, () => run.apply({ params: { batch: variables.params! } } as never, [np.ones([5, 3])]))
    expect(message).toMatch(/vmap in scope "\/vmap\(batch\)"/)
    expect(message).toMatch(/5 of argument 1, 4 of variable "bias" of collection "params"/)
    expect(message).toMatch(/variableAxes/)
  })

  it('whose size nothing tells', () => {
    const Batch = nn.vmap(nn.Dense, { ...own, inAxes: null })
    expect(messageOf(nn.AxisSizeError, () => new Batch({ features: 3 }).init(key, [x]))).toMatch(/pass axisSize/)
    const Loop = nn.scan(Step, { ...shared, inAxes: nn.broadcast })
    expect(messageOf(nn.AxisSizeError, () => new Loop().init(key, [x, x]))).toMatch(/pass length/)
  })

  it('that an argument does not have', () => {
    const Batch = nn.vmap(nn.Dense, { ...own, inAxes: 2 })
    const message = messageOf(nn.AxisRangeError, () => new Batch({ features: 3 }).init(key, [x]))
    expect(message).toMatch(/argument 1 has shape \[4,3\], and so no axis 2/)
    expect(message).toMatch(/inAxes/)
  })

  it('that are no prefix of the arguments', () => {
    const Batch = nn.vmap(nn.Dense, { ...own, inAxes: [0, 0] })
    expect(messageOf(nn.InvalidOptionsError, () => new Batch({ features: 3 }).init(key, [x]))).toMatch(/inAxes/)
  })

  it('with a length that is not that of the arguments', () => {
    const Loop = nn.scan(Step, { ...shared, length: 7 })
    expect(messageOf(nn.AxisSizeError, () => new Loop().init(key, [np.ones([3]), x]))).toMatch(/7 of length, 4 of argument 1/)
  })
})

describe('collections', () => {
  it('that are written inside, and have no way out', () => {
    class Counts extends nn.Module {
      call(x: Tensor): Tensor {
        this.variable('count', 'n', () => np.zeros([]))
        return x
      }
    }
    const Batch = nn.vmap(Counts, own)
    const run = within((y) => new Batch({ name: 'counts' }).call(y))
    const message = messageOf(nn.LinenError, () => run.init(key, [np.ones([3])]))
    expect(message).toMatch(/"\/vmap\(counts\)"/)
    expect(message).toMatch(/count/)
    expect(message).toMatch(/variableAxes/)
  })

  it('that are shared along an axis, and depend on it', () => {
    class Keeps extends nn.Module {
      call(x: Tensor): Tensor {
        const last = this.variable('state', 'last', () => np.zeros([]))
        last.value = x
        return x
      }
    }
    const Batch = nn.vmap(Keeps, { variableAxes: { state: null } })
    const run = within((y) => new Batch({ name: 'keeps' }).call(y))
    const message = messageOf(nn.SharedOutputError, () => run.init(key, [np.ones([3])]))
    expect(message).toMatch(/"\/vmap\(keeps\)"/)
    expect(message).toMatch(/variable "last" of collection "state"/)
    expect(message).toMatch(/give it an axis in variableAxes/)
  })

  it('that are broadcast in a loop, and depend on it', () => {
    class Keeps extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, null] {
        const last = this.variable('state', 'last', () => np.zeros([]))
        last.value = x
        return [c, null]
      }
    }
    const Loop = nn.scan(Keeps, { variableBroadcast: 'state' })
    const run = within((y) => new Loop({ name: 'keeps' }).call(y.sum(), y))
    const message = messageOf(nn.LoopVariantError, () => run.init(key, [np.ones([3])]))
    expect(message).toMatch(/scan/)
    expect(message).toMatch(/variable "last" of collection "state"/)
    expect(message).toMatch(/scan or carry it/)
  })

  it('that are broadcast in whileLoop, and written', () => {
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        const n = this.variable('state', 'n', () => np.array(0, 'int32'))
        const step = (m: Model, c: Tensor): Tensor => {
          m.putVariable('state', 'n', n.value.add(1))
          return c.mul(2)
        }
        return nn.whileLoop((_m, c) => c.sum().less(10), step, this as Model, x)
      }
    }
    const message = messageOf(nn.ModifyScopeVariableError, () => new Model().apply({}, [np.ones([2])], { mutable: ['state'] }))
    expect(message).toMatch(/"n" in scope "\/while_loop\(\)"/)
    expect(message).toMatch(/collection "state" is immutable/)
    expect(message).toMatch(/carryVariables/)
  })

  it('that are mapped, and written where they may not', () => {
    class Writes extends nn.Module {
      call(): Tensor {
        const n = this.variable('state', 'n', () => np.zeros([]))
        n.value = n.value.add(1)
        return n.value
      }
    }
    const Mapped = nn.mapVariables(Writes, 'state')
    const message = messageOf(nn.ModifyScopeVariableError, () =>
      new Mapped().apply({ state: { n: np.zeros([]) } }, [], { mutable: ['state'] }),
    )
    expect(message).toMatch(/map_variables/)
    expect(message).toMatch(/mutable: true/)
  })
})

describe('carries', () => {
  it('that change shape', () => {
    class Grows extends nn.Module {
      call(c: Tensor, x: Tensor): readonly [Tensor, null] {
        return [np.concatenate([c, x.reshape([1])]), null]
      }
    }
    const run = within((y) => new (nn.scan(Grows))({ name: 'grows' }).call(np.zeros([2]), y))
    const message = messageOf(nn.CarryMismatchError, () => run.apply({}, [np.ones([4])]))
    expect(message).toMatch(/"\/scan\(grows\)"/)
    expect(message).toMatch(/float32\[2\]/)
    expect(message).toMatch(/float32\[3\]/)
  })

  it('that are variables made inside of a loop that may not run at all', () => {
    class Counts extends nn.Module {
      call(c: Tensor): Tensor {
        const n = this.variable('count', 'n', () => np.zeros([]))
        n.value = n.value.add(1)
        return c.add(1)
      }
    }
    const run = within((y) => {
      const condition = (_: Counts, c: Tensor): Tensor => c.max().less(3)
      return nn.whileLoop(condition, (m, c) => m.call(c), new Counts({ name: 'counts' }), y, { carryVariables: 'count' })
    })
    const message = messageOf(nn.CarryMismatchError, () => run.init(key, [np.ones([4])]))
    expect(message).toMatch(/"\/while_loop\(counts\)"/)
    expect(message).toMatch(/variable "n" of collection "count"/)
    expect(message).toMatch(/initialize it before the loop/)
  })

  it('that are variables which change type', () => {
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        this.variable('state', 'n', () => np.array(0, 'int32'))
        const step = (m: Model, c: Tensor): Tensor => {
          m.putVariable('state', 'n', np.zeros([2]))
          return c.mul(2)
        }
        return nn.whileLoop((_m, c) => c.sum().less(10), step, this as Model, x, { carryVariables: 'state' })
      }
    }
    const message = messageOf(nn.CarryMismatchError, () => new Model().apply({}, [np.ones([2])], { mutable: ['state'] }))
    expect(message).toMatch(/while_loop/)
    expect(message).toMatch(/variable "n" of collection "state"/)
    expect(message).toMatch(/int32\[\]/)
    expect(message).toMatch(/float32\[2\]/)
  })

  it('that are missing: a scanned function answers a pair', () => {
    class Alone extends nn.Module {
      call(c: Tensor, x: Tensor): Tensor {
        return c.add(x)
      }
    }
    const run = within((y) => new (nn.scan(Alone))({ name: 'alone' }).call(np.zeros([]), y))
    expect(messageOf(nn.ResultMismatchError, () => run.apply({}, [np.ones([4])]))).toMatch(/expected a pair \[carry, results\]/)
  })
})

describe('branches', () => {
  const branch = (name: string) => (_m: nn.Module, x: Tensor) => new nn.Dense({ features: 2, name }).call(x)

  it('that make different variables', () => {
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        return nn.cond(true, branch('a'), branch('b'), this, [x])
      }
    }
    const message = messageOf(nn.BranchMismatchError, () => new Model().init(key, [np.ones([3])]))
    expect(message).toMatch(/cond in scope/)
    expect(message).toMatch(/of collection "params"/)
    expect(message).toMatch(/nothing in branch 1/)
    expect(message).toMatch(/call all submodules in each branch when initializing/)
  })

  it('that answer different shapes', () => {
    class Model extends nn.Module {
      call(x: Tensor): Tensor {
        return nn.switch(0, [(_m: nn.Module, y: Tensor) => y, (_m: nn.Module, y: Tensor) => y.sum()], this, [x])
      }
    }
    const message = messageOf(nn.BranchMismatchError, () => new Model().apply({}, [np.ones([3])]))
    expect(message).toMatch(/switch/)
    expect(message).toMatch(/float32\[3\], as in branch 0, got float32\[\] in branch 1/)
  })
})

describe('random streams', () => {
  it('that are not named in splitRngs', () => {
    const Drop = nn.vmap(nn.Dropout, { variableAxes: {}, splitRngs: {} })
    const run = within((x) => new Drop({ rate: 0.5, deterministic: false, name: 'drop' }).call(x))
    const message = messageOf(nn.InvalidRngError, () => run.apply({}, [np.ones([3])], { rngs: { dropout: key } }))
    expect(message).toMatch(/"\/vmap\(drop\)" needs a random stream "dropout"/)
    expect(message).toMatch(/splitRngs/)
  })

  it('that are not given', () => {
    const run = within((x) => new (nn.jit(nn.Dropout))({ rate: 0.5, deterministic: false, name: 'drop' }).call(x))
    const message = messageOf(nn.InvalidRngError, () => run.apply({}, [np.ones([3])]))
    expect(message).toMatch(/"dropout"/)
    expect(message).toMatch(/pass rngs: \{ dropout: key \}/)
  })
})

describe('targets', () => {
  it.each<readonly [string, (target: never) => unknown]>([
    ['vmap', nn.vmap],
    ['scan', nn.scan],
    ['jit', nn.jit],
    ['checkpoint', nn.checkpoint],
    ['foldRngs', nn.foldRngs],
    ['mapVariables', nn.mapVariables],
    ['addMetadataAxis', nn.addMetadataAxis],
    ['rematScan', (target) => nn.rematScan(target, { lengths: [2] })],
  ])('an instance in place of its class: %s', (name, transform) => {
    const message = messageOf(nn.TransformTargetError, () => transform(new nn.Dense({ features: 2 }) as never))
    expect(message).toContain(name)
    expect(message).toMatch(/an instance of Dense/)
    expect(message).toMatch(/pass the class/)
  })

  it('an instance in a model', () => {
    const run = within((x) =>
      new (nn.checkpoint(new nn.Dense({ features: 2 }) as never) as unknown as typeof nn.Dense)({ features: 2 }).call(x),
    )
    messageOf(nn.TransformTargetError, () => run.init(key, [np.ones([3])]))
  })

  it('what is no function where one is called at once', () => {
    class Model extends nn.Module {
      call(x: Tensor): unknown {
        return nn.vjp(new nn.Dense({ features: 2 }) as never, this, [x])
      }
    }
    expect(messageOf(nn.TransformTargetError, () => new Model().init(key, [np.ones([3])]))).toMatch(/vjp/)
  })

  it('methods that there are not', () => {
    const message = messageOf(nn.TransformTargetError, () => nn.jit(nn.Dense, { methods: ['encode'] as never }))
    expect(message).toMatch(/jit: Dense has no method/)
    expect(message).toMatch(/"encode"/)
  })

  it('functions without a name have no gap in their place', () => {
    class Leaks extends nn.Module {
      call(x: Tensor): Tensor {
        const leaks: (m: nn.Module) => unknown = nn.jit((m: nn.Module): unknown => m)
        leaks(this)
        return x
      }
    }
    const leak = messageOf(nn.TransformedMethodReturnValueError, () => new Leaks().init(key, [np.ones([3])]))
    expect(leak).toMatch(/^a transformed function returns a Module/)
    class Outside extends nn.Module {
      call(x: Tensor): Tensor {
        return nn.vmap((_: nn.Module, y: Tensor) => y.add(random.uniform(this.makeRng('noise'), [])), { splitRngs: { noise: true } })(
          this,
          x,
        )
      }
    }
    const outside = messageOf(nn.OuterScopeError, () => new Outside().apply({}, [np.ones([3])], { rngs: { noise: key } }))
    expect(outside).toMatch(/\n {2}in Outside$/)
  })

  it('results that are modules or variables', () => {
    class Leaks extends nn.Module {
      call(what: string): unknown {
        return what === 'module' ? new nn.Dense({ features: 2 }) : [this.variable('s', 'v', () => np.zeros([]))]
      }
    }
    class ByMethod extends nn.Module {
      static {
        this.prototype.make = nn.jit(this.prototype.make)
      }
      call(x: Tensor): unknown {
        return (this.make() as nn.Dense).call(x)
      }
      make(): unknown {
        return new nn.Dense({ features: 2 })
      }
    }
    for (const what of ['module', 'variable'])
      expect(messageOf(nn.TransformedMethodReturnValueError, () => new (nn.jit(Leaks, { staticArgnums: 1 }))().init(key, [what]))).toMatch(
        /return arrays/,
      )
    expect(messageOf(nn.TransformedMethodReturnValueError, () => new ByMethod().init(key, [np.ones([3])]))).toMatch(/make/)
  })
})

describe('options', () => {
  const x = np.ones([4, 3])

  it('with names of Python, or of another transformation', () => {
    const wrong: readonly (readonly [string, () => unknown])[] = [
      ['variable_axes', () => nn.vmap(nn.Dense, { variable_axes: { params: 0 } } as never)],
      ['split_rngs', () => nn.scan(Step, { split_rngs: { params: true } } as never)],
      ['static_argnums', () => nn.jit(nn.Dense, { static_argnums: 1 } as never)],
      ['prevent_cse', () => nn.remat(nn.Dense, { prevent_cse: false } as never)],
      ['trans_in_fn', () => nn.mapVariables(nn.Dense, 'params', { trans_in_fn: (v: object) => v } as never)],
      ['splitRngs', () => nn.foldRngs(nn.Dense, { splitRngs: {} } as never)],
      ['lengths_', () => nn.rematScan(nn.Dense, { lengths: [2], lengths_: [2] } as never)],
      ['axisSize', () => nn.scan(Step, { axisSize: 3 } as never)],
      ['metadata_params', () => nn.addMetadataAxis(nn.Dense, { metadata_params: {} } as never)],
    ]
    for (const [name, run] of wrong) expect(messageOf(nn.InvalidOptionsError, run)).toContain(name)
    expect(messageOf(nn.InvalidOptionsError, () => nn.vmap(nn.Dense, { variable_axes: { params: 0 } } as never))).toMatch(/variableAxes/)
  })

  it('of other names, where a transformation is called at once', () => {
    class Model extends nn.Module<{ run: (m: Model, y: Tensor) => unknown }> {
      call(y: Tensor): unknown {
        return this.props.run(this, y)
      }
    }
    const f = (_m: Model, y: Tensor): Tensor => y
    const wrong: readonly (readonly [string, (m: Model, y: Tensor) => unknown])[] = [
      ['has_aux', (m, y) => nn.vjp(f, m, [y], { has_aux: true } as never)],
      ['variable_tangents', (m, y) => nn.jvp(f, m, [y], [y], { variable_tangents: {} } as never)],
      ['vjpVariables', (m, y) => nn.grad(f, m, [y], { vjpVariables: 'params' } as never)],
      ['splitRngs', (m, y) => nn.cond(true, f, f, m, [y], { splitRngs: {} } as never)],
      ['mutable', (m, y) => nn.switch(0, [f], m, [y], { mutable: true } as never)],
      ['carry_variables', (m, y) => nn.whileLoop((_m, c) => c.any(), f, m, y, { carry_variables: true } as never)],
      ['fwd', (m, y) => nn.customVjp(f, { fwd: f, backwardFn: f } as never)(m, y)],
    ]
    for (const [name, run] of wrong) expect(messageOf(nn.InvalidOptionsError, () => new Model({ run }).apply({}, [x]))).toContain(name)
  })

  it('with values of another kind', () => {
    const message = messageOf(nn.InvalidOptionsError, () =>
      new (nn.vmap(nn.Dense, { variableAxes: { params: '0' } } as never))({ features: 2 }).init(key, [x]),
    )
    expect(message).toMatch(/vmap: variableAxes/)
    expect(message).toMatch(/params/)
    expect(message).toMatch(/an axis, null, In\(axis\) or Out\(axis\)/)
    expect(
      messageOf(nn.InvalidOptionsError, () => new (nn.scan(Step, { variableAxes: { params: null } } as never))().init(key, [x.at(0), x])),
    ).toMatch(/variableBroadcast/)
    messageOf(nn.InvalidFilterError, () => new (nn.jit(nn.Dense, { variables: 3 } as never))({ features: 2 }).init(key, [x]))
  })

  it('of derivatives that do not fit', () => {
    class Model extends nn.Module<{ how: string }> {
      call(y: Tensor): unknown {
        const f = (m: nn.Dense, z: Tensor): Tensor => m.call(z)
        const dense = new nn.Dense({ features: 2, name: 'dense' })
        switch (this.props.how) {
          case 'tangent':
            return nn.jvp(f, dense, [y], [np.zeros([7])])
          case 'scalar':
            return nn.grad(f, dense, [y])
          default:
            return nn.customVjp(f, {
              forwardFn: (m, z) => [f(m, z), z] as const,
              backwardFn: (_z, _ct) => [{}],
            })(dense, y)
        }
      }
    }
    const made = new Model({ how: 'tangent' }).bind({}).props.how
    expect(made).toBe('tangent')
    const variables = { params: { dense: { bias: np.zeros([2]), kernel: np.ones([3, 2]) } } }
    expect(messageOf(nn.ResultMismatchError, () => new Model({ how: 'tangent' }).apply(variables, [x.at(0)]))).toMatch(/tangent/)
    expect(messageOf(Error, () => new Model({ how: 'scalar' }).apply(variables, [x.at(0)]))).toMatch(/scalar/)
    expect(tree.leaves(variables)).toHaveLength(2)
  })
})
