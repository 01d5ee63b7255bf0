/**
 * Functions of modules that use the module outside of them, not the one that they are given: the answer is that with the module given, or
 * an error.
 */
import { hostBackend } from '@heddle/backend-host'
import { grad, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { close } from '@heddle/testing'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.array([1, -2, 3, 0.5])

/** What is there for a function to use. */
class Parts extends nn.Module<{ readonly run: (self: Parts) => Tensor; readonly before?: boolean }> {
  declare dense: nn.Dense
  declare drop: nn.Dropout
  declare count: nn.Variable<Tensor>
  setup(): void {
    this.dense = new nn.Dense({ features: 4 })
    this.drop = new nn.Dropout({ rate: 0.5, deterministic: false })
    this.count = this.variable('state', 'count', () => np.zeros([]))
  }
  call(): Tensor {
    if (this.props.before === true) void this.dense.call(x)
    return this.props.run(this)
  }
}

type Use = (parts: Parts, y: Tensor) => Tensor
const uses = {
  'reads a parameter': (p, y) => p.dense.call(y),
  'reads a variable': (p, y) => y.add(p.count.value),
  'draws a key': (p, y) => p.drop.call(y),
  'writes a variable': (p, y) => {
    p.putVariable('state', 'count', y.sum())
    return y
  },
  sows: (p, y) => {
    p.sow('state', 'seen', y)
    return y
  },
  lifts: (p, y) => nn.remat((m: nn.Dense, z: Tensor) => m.call(z))(p.dense, y),
} satisfies Record<string, Use>
type Name = keyof typeof uses

type Lifted = (mdl: Parts, use: Use) => Tensor
const splitRngs = { dropout: true, params: false } as const
const scanned =
  (variables: object): Lifted =>
  (mdl, use) => {
    const loop = nn.scan((m: Parts, c: Tensor): readonly [Tensor, null] => [use(m, c), null], {
      ...variables,
      splitRngs,
      length: 3,
    })
    return loop(mdl, x)[0]
  }
const mapped =
  (axes: object): Lifted =>
  (mdl, use) =>
    nn.vmap(use, { variableAxes: { params: null, state: null, ...axes }, splitRngs })(mdl, np.stack([x, x.mul(2)]))
const scale = { transInFn: (v: nn.Variables) => ({ ...v, params: {} }), mutable: true }
const transformations: Record<string, Lifted> = {
  scan: scanned({ variableBroadcast: true }),
  'scan with a carry': scanned({ variableBroadcast: 'params', variableCarry: 'state' }),
  vmap: mapped({}),
  whileLoop: (mdl, use) =>
    nn.whileLoop(
      (_, [i]) => i.less(3),
      (m, [i, c]) => [i.add(1), use(m, c)] as const,
      mdl,
      [np.array(0), x] as readonly [Tensor, Tensor],
      { carryVariables: 'state', splitRngs: { dropout: true } },
    )[1],
  cond: (mdl, use) => nn.cond(x.at(0).greater(0), use, (_, y) => y, mdl, [x]),
  switch: (mdl, use) => nn.switch(1, [(_, y) => y, use], mdl, [x]),
  jit: (mdl, use) => nn.jit(use)(mdl, x),
  remat: (mdl, use) => nn.remat(use)(mdl, x),
  rematScan: (mdl, use) =>
    nn.rematScan(use, { lengths: [2, 2], variableBroadcast: true, variableAxes: {}, splitRngs: { dropout: true } })(mdl, x),
  mapVariables: (mdl, use) => nn.mapVariables(use, 'params', scale)(mdl, x),
  foldRngs: (mdl, use) => nn.foldRngs(use)(mdl, x),
  vjp: (mdl, use) => nn.vjp(use, mdl, [x])[0],
  jvp: (mdl, use) => nn.jvp(use, mdl, [x], [x])[0],
  'jvp with tangents': (mdl, use) => nn.jvp(use, mdl, [x], [x], { variableTangents: { params: mdl.variables.params } })[0],
  grad: (mdl, use) => nn.grad((m: Parts, y: Tensor) => use(m, y).mul(y).sum(), mdl, [x])[0],
  valueAndGrad: (mdl, use) => nn.valueAndGrad((m: Parts, y: Tensor) => use(m, y).mul(y).sum(), mdl, [x])[0],
  customVjp: (mdl, use) =>
    nn.customVjp(use, { forwardFn: (m, y) => nn.vjp(use, m, [y]), backwardFn: (backward, c: Tensor) => backward(c) })(mdl, x),
}

/** What each may use of the module outside, for the answer is right. */
const right: Record<string, readonly Name[]> = {
  scan: ['reads a parameter', 'reads a variable'],
  'scan with a carry': ['reads a parameter'],
  vmap: ['reads a parameter', 'reads a variable'],
  whileLoop: ['reads a parameter'],
  cond: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  switch: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  jit: [],
  remat: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  rematScan: ['reads a parameter', 'reads a variable'],
  mapVariables: ['reads a variable', 'draws a key'],
  foldRngs: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  vjp: ['reads a variable', 'draws a key'],
  jvp: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  'jvp with tangents': ['reads a variable', 'draws a key'],
  grad: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  valueAndGrad: ['reads a parameter', 'reads a variable', 'draws a key', 'lifts'],
  customVjp: ['reads a variable'],
}

const variables = new Parts({ run: (p) => p.dense.call(x) }).init({ params: key, dropout: key }, [])
const rngs = { dropout: random.key(1) }
const run = (lifted: Lifted, use: Use, inner: boolean, v: nn.Variables = variables) =>
  new Parts({ run: (self) => lifted(self, inner ? use : (_, y) => use(self, y)) }).apply(v, [], { rngs, mutable: ['state'] })

describe.each(Object.entries(transformations))('%s of a function that', (name, lifted) => {
  it.each(Object.entries(uses))('%s of the module outside', (used, use: Use) => {
    if (!right[name]!.includes(used as Name)) {
      expect(() => run(lifted, use, false)).toThrow(nn.OuterScopeError)
      expect(() => run(lifted, use, false)).toThrow('use the module that the function is given')
      return
    }
    const loss = (inner: boolean) => (params: nn.Variables) => run(lifted, use, inner, { ...variables, ...params })[0].sum()
    const { params } = variables
    // Keys are folded with the names of the module that is given.
    if (name === 'foldRngs' && used === 'draws a key') expect(() => run(lifted, use, false)).not.toThrow()
    else {
      close(run(lifted, use, false), run(lifted, use, true), 0)
      if (name !== 'whileLoop') close(grad(loss(false))({ params: params! }), grad(loss(true))({ params: params! }))
    }
  })
})

describe('a function of a module', () => {
  it('may make a parameter of the module outside where its value is known', () => {
    const use: Use = (p, y) => p.dense.call(y)
    for (const [name, lifted] of Object.entries(transformations)) {
      const made = (inner: boolean) =>
        new Parts({ run: (self) => lifted(self, inner ? use : (_, y) => use(self, y)) }).init({ params: key, dropout: key }, []).params
      if (['scan', 'scan with a carry', 'vmap', 'jvp', 'grad', 'valueAndGrad'].includes(name)) close(made(false), made(true), 0)
      else if (!['foldRngs', 'jvp with tangents'].includes(name)) expect(() => made(false), name).toThrow(nn.OuterScopeError)
    }
  })

  it('is told which module, which variable and which transformation', () => {
    expect(() => run(transformations['mapVariables']!, uses['reads a parameter'], false)).toThrow(
      /map_variables in scope "\/map_variables\(\)": its function reads parameter "kernel" of the module "\/dense" outside/,
    )
    expect(() => run(transformations['scan']!, uses['draws a key'], false)).toThrow(
      /scan in scope "\/scan\(\)": its function draws a key "dropout" of the module "\/drop" outside/,
    )
  })

  it('gets no key outside that it draws inside too', () => {
    const both = (p: Parts): Tensor => nn.remat((m: Parts, y: Tensor) => m.drop.call(p.drop.call(y)))(p, x)
    expect(() => new Parts({ run: both }).apply(variables, [], { rngs })).toThrow(nn.OuterScopeError)
    const other = (p: Parts): Tensor => nn.remat((m: Parts, y: Tensor) => m.drop.call(y))(p, p.drop.call(x))
    expect(() => new Parts({ run: other }).apply(variables, [], { rngs })).not.toThrow()
  })

  it('does not read outside what it wrote inside', () => {
    const stale = (p: Parts): Tensor =>
      nn.cond(
        true,
        (m: Parts, y: Tensor) => {
          m.count.value = m.count.value.add(1)
          return y.add(p.count.value)
        },
        (_, y) => y,
        p,
        [x],
      )
    expect(() => new Parts({ run: stale }).apply(variables, [], { mutable: ['state'] })).toThrow(nn.OuterScopeError)
  })

  it('is refused through two transformations as through one', () => {
    const nested = (p: Parts): Tensor =>
      nn.remat((m: Parts, y: Tensor) => nn.vjp((_: Parts, z: Tensor) => p.dense.call(z), m, [y])[0])(p, x)
    expect(() => new Parts({ run: nested }).apply(variables, [])).toThrow(nn.OuterScopeError)
    const inLoop = (p: Parts): Tensor =>
      scanned({ variableBroadcast: true })(p, (m, y) =>
        nn.cond(
          true,
          (_: Parts, z: Tensor) => p.drop.call(z),
          (_, z) => z,
          m,
          [y],
        ),
      )
    expect(() => new Parts({ run: inLoop }).apply(variables, [], { rngs })).toThrow(nn.OuterScopeError)
  })
})

describe('a module that is not given to the function at all', () => {
  const only =
    (use: Use): ((p: Parts) => Tensor) =>
    (p) => {
      const loop = nn.scan((m: nn.Dense, c: Tensor): readonly [Tensor, null] => [use(p, m.call(c)), null], {
        variableBroadcast: 'params',
        splitRngs,
        length: 2,
      })
      return loop(p.dense, x)[0]
    }

  it('is read', () => {
    const y = new Parts({ run: only(uses['reads a variable']) }).apply(variables, [])
    close(y, new Parts({ run: (p) => p.dense.call(p.dense.call(x)) }).apply(variables, []))
  })

  it('gives no key in a loop, and is not written there', () => {
    expect(() => new Parts({ run: only(uses['draws a key']) }).apply(variables, [], { rngs })).toThrow('in an array or object of modules')
    expect(() => new Parts({ run: only(uses['writes a variable']) }).apply(variables, [], { mutable: ['state'] })).toThrow(
      nn.OuterScopeError,
    )
  })

  it('may be bound elsewhere: it is read, and gives no key in a loop', () => {
    const teacher = new nn.Dense({ features: 4 })
    const bound = teacher.bind({ params: { kernel: np.eye(4), bias: np.ones([4]) } })
    const y = new Parts({ run: only((_, z) => z.add(bound.call(z))) }).apply(variables, [])
    const step = (p: Parts, z: Tensor): Tensor => ((h) => h.add(h).add(1))(p.dense.call(z))
    close(y, new Parts({ run: (p) => step(p, step(p, x)) }).apply(variables, []))
    const noise = new nn.Dropout({ rate: 0.5, deterministic: false }).bind({}, { rngs })
    expect(() => new Parts({ run: only((_, z) => noise.call(z)) }).apply(variables, [])).toThrow(nn.OuterScopeError)
  })

  it('is one of a tree of modules that are all given', () => {
    const both = (p: Parts): Tensor => {
      const loop = nn.scan(
        ({ dense, drop }: { dense: nn.Dense; drop: nn.Dropout }, c: Tensor): readonly [Tensor, Tensor] => [
          dense.call(c),
          drop.call(np.ones([20])),
        ],
        { variableBroadcast: 'params', splitRngs, length: 2 },
      )
      return loop({ dense: p.dense, drop: p.drop }, x)[1]
    }
    const masks = new Parts({ run: both }).apply(variables, [], { rngs })
    expect(masks.at(0).toArray()).not.toEqual(masks.at(1).toArray())
  })
})

describe('what needs no scope', () => {
  it('is used of the module outside: props, path, methods', () => {
    const use = (p: Parts): Tensor =>
      nn.vmap(
        (m: Parts, y: Tensor) => {
          expect([p.path, p.name, p.isInitializing(), p.isMutableCollection('params')]).toEqual([[], undefined, false, false])
          return p.props.before === undefined ? m.dense.call(y) : y
        },
        { variableAxes: { params: null, state: null } },
      )(p, np.ones([2, 4]))
    expect(new Parts({ run: use }).apply(variables, []).shape).toEqual([2, 4])
  })

  it('is another model that is applied inside', () => {
    const other = new nn.Dropout({ rate: 0.5, deterministic: false })
    const use: Use = (_, y) => other.apply({}, [y], { rngs })
    expect(run(transformations['scan']!, use, true)[0].shape).toEqual([4])
  })
})
