/** Functions of scopes, and each lifted transformation by itself. */
import { nn, np, random, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import type { Scope, Variables } from '@heddle/lift'
import { map } from '@heddle/tree'
import { compiledCase, type Case } from './case'
import { dense, noise, scopeCase, type ScopeOptions } from './scope-case'

const { initializers: I } = nn
const counter = (): Tensor => np.zeros([], 'int32')

const scopes: readonly Case[] = [
  scopeCase('core/mlp', (s, x: Tensor) => s.child(dense, 'out')(nn.relu(s.child(dense, 'hidden')(x, 4)), 2)),
  compiledCase('core/rng_paths', (compile) => () => {
    const draw = (s: Scope) => ({
      a: s.makeRng('params'),
      b: s.makeRng('params'),
      c: s.push('child').makeRng('params'),
      d: s.push('child2').push('x').makeRng('dropout'),
    })
    const [output] = compile((keys: lift.Rngs) => lift.init(draw)(keys))({ params: random.key(0), dropout: random.key(1) })
    return { output }
  }),
]

const lifted = (name: string, ...more: [fn: Parameters<typeof scopeCase>[1], options?: ScopeOptions]): Case =>
  scopeCase(`core/lift_${name}`, ...more)

const scan = (scope: Scope, c: Tensor, xs: Tensor): unknown => {
  const body = (s: Scope, carry: Tensor, x: Tensor): readonly [Tensor, readonly unknown[]] => {
    const w = s.param('w', I.normal(1), [3])
    const n = s.variable('state', 'n', counter)
    n.value = n.value.add(1)
    if (s.isMutableCollection('trace')) s.variable('trace', 'seen', () => np.zeros([3])).value = x.mul(2)
    const next = noise(s, carry.add(w.mul(x)))
    return [next, [next.mul(2), n.value]]
  }
  scope.variable('state', 'n', counter)
  return lift.scan(body, {
    variableAxes: { trace: 1 },
    variableBroadcast: 'params',
    variableCarry: 'state',
    splitRngs: { params: false, noise: true },
    outAxes: [0, 0],
    reverse: true,
  })(scope.rewound(), c, xs)
}
const scanStacked = (scope: Scope, x: Tensor): unknown => {
  const body = (s: Scope, c: Tensor) => [noise(s, nn.relu(dense(s.push('dense'), c, 3)).add(c)), null] as const
  return lift.scan(body, { variableAxes: { params: 0 }, splitRngs: { params: true, noise: true }, length: 4 })(scope, x)[0]
}
const scanSharedOut = (scope: Scope, c: Tensor, xs: Tensor): unknown => {
  const body = (s: Scope, carry: Tensor, x: Tensor, b: number) => {
    const w = s.param('w', I.normal(1), [3])
    return [carry.add(w.mul(x).mul(b)), [w.mul(2), carry]] as const
  }
  return lift.scan(body, {
    variableBroadcast: 'params',
    splitRngs: { params: false },
    inAxes: [1, lift.broadcast],
    outAxes: [lift.broadcast, 1],
  })(scope, c, xs, 3)
}
const nested = (scope: Scope, x: Tensor): unknown => {
  const inner = (s: Scope, y: Tensor): Tensor => noise(s, dense(s.push('d'), y, 2))
  const mapped = lift.checkpoint(lift.vmap(inner, { variableAxes: { params: 0 }, splitRngs: { params: true, noise: false } }))
  const body = (s: Scope, c: Tensor, y: Tensor) => [c, mapped(s, y)] as const
  return lift.scan(body, { variableBroadcast: 'params', splitRngs: { params: false, noise: true } })(scope, np.zeros([]), x)[1]
}

const loops: readonly Case[] = [
  lifted('vmap', (scope, x: Tensor) =>
    lift.vmap((s: Scope, y: Tensor) => dense(s, y, 4), {
      inAxes: 1,
      outAxes: 1,
      variableAxes: { params: 0 },
      splitRngs: { params: true },
    })(scope, x),
  ),
  lifted('scan', scan, { mutable: ['state', 'trace'] }),
  lifted('scan_stacked', scanStacked),
  lifted('scan_shared_out', scanSharedOut),
  lifted('remat_scan', (scope, x: Tensor) =>
    lift.rematScan((s: Scope, c: Tensor): Tensor => nn.relu(dense(s.push('dense'), c, 3)).add(c), { lengths: [2, 3] })(scope, x),
  ),
  lifted('nested', nested),
]

const branch =
  (i: number, x: Tensor) =>
  (s: Scope): Tensor => {
    s.putVariable('state', 'hits', s.getVariable<Tensor>('state', 'hits').add(np.array(i === 0 ? [1, 0] : [0, 1], 'int32')))
    return noise(s, x).mul(i + 1)
  }
const cond = (scope: Scope, pred: boolean, x: Tensor): Tensor => {
  scope.variable('state', 'hits', () => np.zeros([2], 'int32'))
  return noise(scope, lift.cond(pred, branch(0, x), branch(1, x), scope, []))
}
const switched = (scope: Scope, index: number, x: Tensor): Tensor => {
  const branches = [0, 1, 2].map((k) => (s: Scope, a: Tensor) => noise(s, a).mul(k))
  return noise(scope, lift.switch(index, branches, scope, [x]))
}
const whileLoop = (scope: Scope, x: Tensor): unknown => {
  scope.variable('state', 'acc', counter)
  dense(scope.push('dense'), x, 3)
  const acc = (s: Scope): Tensor => s.getVariable('state', 'acc')
  const body = (s: Scope, c: Tensor): Tensor => {
    s.putVariable('state', 'acc', acc(s).add(1))
    return noise(s, dense(s.push('dense'), c, 3))
  }
  return lift.whileLoop((s: Scope) => acc(s).lt(4), body, scope.rewound(), x, { carryVariables: 'state', splitRngs: { noise: true } })
}

const control: readonly Case[] = [
  ...['true', 'false'].map((name) => lifted(`cond_${name}`, cond, { mutable: ['state'] })),
  ...[0, 2].map((i) => lifted(`switch_${i}`, switched)),
  lifted('while', whileLoop, { mutable: ['state'] }),
]

const f = (s: Scope, x: Tensor): Tensor => np.sin(dense(s, x, 2))
const total = (s: Scope, x: Tensor): Tensor => np.sum(f(s, x))
const onesOf = (scope: Scope): object => map((p: Tensor) => np.onesLike(p), scope.variables()['params'] ?? {})
const scale = (s: Scope, x: Tensor): Tensor => s.param('scale', I.constant(1.5), []).mul(x)

const signs = lift.customVjp(total, {
  forwardFn: (s: Scope, a: Tensor) => lift.vjp(total, s, [a]),
  backwardFn: (backward: lift.Backward<readonly [Tensor], Tensor>, ct: Tensor) => {
    const [params, dx] = backward(ct)
    return [map((p: Tensor) => np.sign(p), params), dx]
  },
})
const triu = (v: Variables): Variables => map((a: Tensor) => (a.ndim === 2 ? np.triu(a) : a), v)

const derivatives: readonly Case[] = [
  lifted('jvp', (s, x: Tensor) => lift.jvp(scale, s, [x], [np.zerosLike(x)], { variableTangents: { params: onesOf(s) } })),
  lifted('vjp', (s, x: Tensor) => {
    const [y, backward] = lift.vjp(f, s.push('a'), [x])
    return [y, ...backward(np.onesLike(y))]
  }),
  lifted('value_and_grad', (s, x: Tensor) => lift.valueAndGrad(total, s, [x])),
  lifted('jvp_dense', (s, x: Tensor) => {
    dense(s, x, 2)
    return lift.jvp(f, s.rewound(), [x], [np.onesLike(x)], { variableTangents: { params: onesOf(s) } })
  }),
  lifted('custom_vjp', (s, x: Tensor) => signs(s, x), {
    loss: ({ output, variables: { params }, args }) => ({
      of: (p: never, x: Tensor) => output({ params: p }, [x]) as Tensor,
      at: [params, ...args],
    }),
  }),
  lifted('map_variables', (scope, x: Tensor) =>
    lift.mapVariables((s: Scope, a: Tensor) => noise(s, dense(s, a, 3)), 'params', {
      mapInFn: triu,
      init: scope.isMutableCollection('params'),
    })(scope, x),
  ),
]

export const cases: readonly Case[] = [...scopes, ...loops, ...control, ...derivatives]
