/** Lifted transformations in each other, and of functions that close over values that are not lifted, with derivatives from outside. */
import { np, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import type { Scope, ScopeFn, Variables } from '@heddle/lift'
import { leaves, map } from '@heddle/tree'
import type { Case } from './case'
import { dense, noise, scopeCase, type Applied, type Loss, type ScopeOptions } from './scope-case'

const zero = (): Tensor => np.zeros([])
const layer = (s: Scope, x: Tensor): Tensor => np.tanh(dense(s.push('d'), x, 3))

const isFloat = (x: unknown): boolean => np.asarray(x as Tensor).dtype === 'float32'
const sines = (out: unknown): Tensor => (leaves(out).filter(isFloat) as Tensor[]).map((x) => np.sum(np.sin(x))).reduce((a, b) => a.add(b))

/** The sum of sines of what is a float in the output, by params and by those arguments that are floats. */
const loss = ({ output, variables: { params, ...rest }, args }: Applied): Loss => ({
  of: (p: never, floats: readonly unknown[]) => {
    const next = floats.values()
    return sines(
      output(
        { ...rest, params: p },
        args.map((a) => (isFloat(a) ? next.next().value : a)),
      ),
    )
  },
  at: [params, args.filter(isFloat)],
})

const nested = (name: string, fn: ScopeFn<never[], unknown>, options: ScopeOptions = {}): Case =>
  scopeCase(`core/nested_${name}`, fn, { loss, ...options })

const stack = { variableAxes: { params: 0 }, splitRngs: { params: true, noise: true } } as const
const share = { variableBroadcast: 'params', splitRngs: { params: false, noise: true } } as const

type Step = readonly [carry: Tensor, out: unknown]

const scanVmap = (s: Scope, x: Tensor): unknown => {
  const body = (q: Scope, c: Tensor): Step => {
    const heads = lift.vmap(layer, { inAxes: null, axisSize: 2, ...stack })(q, c)
    return [noise(q, np.mean(heads, { axis: 0 })), heads]
  }
  return lift.scan(body, { length: 3, ...stack })(s, x)
}

const vmapScan = (s: Scope, xs: Tensor): unknown => {
  const body = (q: Scope, c: Tensor, x: Tensor): Step => {
    const h = layer(q, c.add(x))
    return [h, h]
  }
  const one = (q: Scope, ys: Tensor) => lift.scan(body, share)(q, np.zeros([3]), ys)
  return lift.vmap(one, { variableAxes: { params: null }, splitRngs: { params: false, noise: true } })(s, xs)
}

const compiledStep = lift.checkpoint(lift.jit(layer))
const compiledSteps = lift.scan((s: Scope, c: Tensor): Step => [compiledStep(s, c), null], { length: 3, ...stack })

const scanScan = (s: Scope, x: Tensor): unknown => {
  const inner = (q: Scope, c: Tensor, y: Tensor): Step => {
    const n = q.variable('state', 'n', zero)
    n.value = n.value.add(np.sum(y))
    return [layer(q, c).mul(y), n.value]
  }
  const outer = (q: Scope, c: Tensor, y: Tensor) => lift.scan(inner, { variableCarry: 'state', ...share })(q, c, y)
  s.variable('state', 'n', zero)
  return lift.scan(outer, { variableCarry: 'state', ...stack })(s.rewound(), np.ones([3]), x)
}

const scanCond = (s: Scope, x: Tensor, flags: Tensor): unknown => {
  const other = (q: Scope, y: Tensor): Tensor => y.sub(layer(q, y).mul(0.5))
  return lift.scan((q: Scope, c: Tensor, flag: Tensor): Step => [lift.cond(flag, layer, other, q, [c]), c], stack)(s, x, flags)
}

const vmapSwitch = (s: Scope, x: Tensor, i: Tensor): unknown => {
  const branches = [0, 1, 2].map((k) => (q: Scope, y: Tensor) => layer(q, y).mul(k + 1))
  return lift.vmap((q: Scope, y: Tensor, index: Tensor) => lift.switch(index, branches, q, [y]), stack)(s, x, i)
}

const unit = (v: Variables): Variables =>
  map((a: Tensor) => (a.ndim === 2 ? a.div(np.sqrt(np.sum(a.mul(a), { axis: 0, keepdims: true }).add(1e-6))) : a), v)
const scanMap = (s: Scope, x: Tensor): unknown => {
  const mapped = lift.mapVariables(layer, 'params', { mapInFn: unit, init: s.isMutableCollection('params') })
  return lift.scan((q: Scope, c: Tensor): Step => [mapped(q, c), null], { length: 3, ...share })(s, x)[0]
}

const signs = lift.customVjp(layer, {
  forwardFn: (s: Scope, x: Tensor) => lift.vjp(layer, s, [x]),
  backwardFn: (backward: lift.Backward<readonly [Tensor], Tensor>, ct: Tensor) => {
    const [params, dx] = backward(ct)
    return [map(np.sign, params), dx]
  },
})
const signedSteps = lift.jit(lift.scan((s: Scope, c: Tensor): Step => [signs(s, c), c], { length: 3, ...stack }))

const scanVjp = (s: Scope, x: Tensor): unknown => {
  const body = (q: Scope, c: Tensor): Step => {
    const [y, backward] = lift.vjp(layer, q, [c])
    const [params, dc] = backward(np.onesLike(y))
    return [c.sub(dc.mul(0.1)), params]
  }
  return lift.scan(body, { length: 2, ...share })(s, x)
}

const vmapJvp = (s: Scope, x: Tensor): unknown => {
  const f = (q: Scope, y: Tensor): Tensor => {
    const [z, t] = lift.jvp(layer, q, [y], [np.cos(y)])
    return z.mul(t)
  }
  return lift.vmap(f, stack)(s, x)
}

const rematScanVmap = (s: Scope, x: Tensor): unknown => {
  const f = lift.vmap((q: Scope, y: Tensor) => noise(q, layer(q, y)), {
    variableAxes: { params: null },
    splitRngs: { params: false, noise: true },
  })
  return lift.rematScan(f, { lengths: [2, 2] })(s, x)
}

const whileVmap = (s: Scope, x: Tensor): unknown => {
  type Carry = readonly [Tensor, Tensor]
  const holds = (_: Scope, [i, c]: Carry): Tensor => np.logicalAnd(i.lt(5), np.sum(c).lt(0.4))
  const body = (q: Scope, [i, c]: Carry): Carry => [i.add(1), layer(q.push('a'), c).add(0.1)]
  const one = (q: Scope, y: Tensor) => lift.whileLoop(holds, body, q, [np.array(0, 'int32'), y] as const)
  layer(s.push('a'), np.at(x, 0))
  return lift.vmap(one, { variableAxes: { params: null } })(s.rewound(), x)
}

const stats = (s: Scope, x: Tensor): unknown => {
  const norm = (q: Scope, y: Tensor): Tensor => {
    const mean = q.variable('stats', 'mean', () => np.zeros([3]))
    mean.value = mean.value.mul(0.9).add(np.mean(y, { axis: 0 }).mul(0.1))
    return layer(q, y.sub(mean.value))
  }
  const how = { length: 3, variableAxes: { params: 0, stats: 0 }, splitRngs: { params: true } }
  return lift.scan((q: Scope, c: Tensor): Step => [norm(q, c), null], how)(s, x)[0]
}

const inEachOther: readonly Case[] = [
  nested('scan_vmap', scanVmap),
  nested('vmap_scan', vmapScan),
  // Flax finds the first pass's program when it traces the loop, and draws its keys once more; here each pass counts on.
  nested('remat_scan_jit', (s, x: Tensor) => lift.checkpoint(compiledSteps)(s, x)[0], { given: ['variables', 'init_output'] }),
  nested('scan_scan', scanScan, { mutable: ['state'] }),
  nested('scan_cond', scanCond, { forward: true }),
  nested('vmap_switch', vmapSwitch, { forward: true }),
  nested('scan_map', scanMap),
  nested('scan_custom_vjp', (s, x: Tensor) => signedSteps(s, x)),
  nested('scan_vjp', scanVjp),
  nested('vmap_jvp', vmapJvp),
  nested('remat_scan_vmap', rematScanVmap),
  nested('while_vmap', whileVmap, { forward: true }),
  nested('stats', stats, { mutable: ['stats'] }),
]

/** A function that closes over the second argument, and over a scale of both. */
const closing = (name: string, f: (s: Scope, x: Tensor, y: Tensor, scale: Tensor) => unknown): Case =>
  nested(`close_${name}`, (s, x: Tensor, y: Tensor) => f(s, x, y, np.sum(x.mul(y))))

const closures: readonly Case[] = [
  closing('scan', (s, x, y, scale) => {
    const body = (q: Scope, c: Tensor, xi: Tensor): Step => [np.tanh(dense(q.push('d'), c, 3).mul(scale)).add(y), xi.mul(y)]
    return lift.scan(body, share)(s, y, x)
  }),
  closing('vmap', (s, x, y, scale) => lift.vmap((q: Scope, a: Tensor) => layer(q, a.mul(scale)).add(y), stack)(s, x)),
  closing('remat', (s, x, y, scale) => lift.checkpoint((q: Scope, a: Tensor) => layer(q, layer(q.push('e'), a).mul(scale)).add(y))(s, x)),
  closing('jit', (s, x, y, scale) => lift.jit((q: Scope, a: Tensor) => layer(q, a.mul(scale)).add(y))(s, x)),
  closing('cond', (s, x, y, scale) => {
    const positive = (q: Scope, a: Tensor): Tensor => layer(q, a.mul(scale))
    return lift.cond(scale.gt(0), positive, (q: Scope, a: Tensor) => layer(q, a).sub(y), s, [x])
  }),
  closing('map', (s, x, y, scale) =>
    lift.mapVariables((q: Scope, a: Tensor) => layer(q, a).add(y), 'params', {
      mapInFn: (v) => map((a: Tensor) => a.mul(scale), v),
      init: s.isMutableCollection('params'),
    })(s, x),
  ),
  closing('remat_scan', (s, x, y, scale) =>
    lift.rematScan((q: Scope, c: Tensor) => layer(q, c).mul(scale).add(y), { lengths: [2, 2] })(s, x),
  ),
]

export const cases: readonly Case[] = [...inEachOther, ...closures]
