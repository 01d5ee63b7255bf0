// Lifted transformations in each other, and of functions that close over values that are not lifted: values, variables and gradients are
// Flax's (goldens/generate_lift_nested.py), and a program of the whole gives the same.
import { hostBackend } from '@heddle/backend-host'
import { grad, jit, jvp, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { golden } from '@heddle/testing'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from './index'
import type { Scope, ScopeFn, Variables } from './index'
import { argsOf, expectClose, variablesOf } from '../test/golden'

beforeAll(() => setDefaultBackend(hostBackend()))

const normal =
  () =>
  (key: Tensor, shape: readonly number[]): Tensor =>
    random.truncatedNormal(key, -2, 2, shape).mul(Math.sqrt(1 / shape.at(-2)!) / 0.87962566103423978)
const zeros = (_: Tensor, shape: readonly number[]): Tensor => np.zeros(shape)
const kernelInit = normal()
const zero = (): Tensor => np.zeros([])
const dense = (s: Scope, x: Tensor, features: number): Tensor =>
  x.dot(s.param('kernel', kernelInit, [x.shape.at(-1)!, features])).add(s.param('bias', zeros, [features]))
const layer = (s: Scope, x: Tensor): Tensor => np.tanh(dense(s.push('d'), x, 3))
const noise = (s: Scope, x: Tensor): Tensor => x.add(random.uniform(s.makeRng('noise'), x.shape))

const isFloat = (x: unknown): boolean => np.asarray(x as Tensor).dtype === 'float32'
const lossOf = (out: unknown): Tensor =>
  (tree.leaves(out).filter(isFloat) as Tensor[]).map((x) => np.sum(np.sin(x))).reduce((a, b) => a.add(b))

interface Options {
  readonly mutable?: readonly string[]
  /** Loops and branches whose gradient is asked for forwards. */
  readonly forward?: boolean
  /** Does init draw the same keys? */
  readonly sameInit?: boolean
}

/** Init, apply and derivatives of the loss, each also as one program, against the golden. */
const check = (name: string, fn: ScopeFn<never[], unknown>, { mutable = [], forward = false, sameInit = true }: Options = {}): void => {
  const g = golden(`core/nested_${name}`)
  const close = (actual: unknown, part: string): void => expectClose(actual, g, part)
  const args = argsOf(g)
  const keys = { params: random.key(0), noise: random.key(1) }
  const init = (...xs: never[]) => lift.init(fn)(keys, ...xs)
  for (const run of [init, jit(init)]) {
    const [y, variables] = run(...args)
    if (!sameInit) continue
    close(variables, 'variables')
    close(y, 'init_output')
  }
  const { params, ...rest } = variablesOf(g)
  const apply = (p: unknown, xs: readonly unknown[]): readonly [unknown, unknown] =>
    lift.apply(fn, { mutable, rngs: { noise: keys.noise } })({ ...rest, params: p }, ...(xs as never[])) as readonly [unknown, unknown]
  for (const run of [apply, jit(apply)]) {
    const [y, mutated] = run(params, args)
    close(y, 'output')
    if (mutable.length > 0) close(mutated, 'mutated')
  }
  const floats = args.filter(isFloat)
  const loss = (p: unknown, xs: readonly unknown[]): Tensor => {
    let next = 0
    return lossOf(
      apply(
        p,
        args.map((a) => (isFloat(a) ? xs[next++] : a)),
      )[0],
    )
  }
  const ones = (x: unknown): never => tree.map(np.onesLike, x) as never
  for (const f of [loss, jit(loss)])
    if (forward) close(jvp(f, [params, floats], [ones(params), ones(floats)])[1], 'tangent')
    else for (const by of [grad(f, { argnums: [0, 1] }), jit(grad(f, { argnums: [0, 1] }))]) close(by(params, floats as never), 'grads')
}

const stack = { variableAxes: { params: 0 }, splitRngs: { params: true, noise: true } } as const
const share = { variableBroadcast: 'params', splitRngs: { params: false, noise: true } } as const

describe('in each other', () => {
  test('vmap in scan', () => {
    const body = (s: Scope, c: Tensor) => {
      const heads = lift.vmap(layer, { inAxes: null, axisSize: 2, ...stack })(s, c)
      return [noise(s, np.mean(heads, { axis: 0 })), heads] as const
    }
    check('scan_vmap', (s, x: Tensor) => lift.scan(body, { length: 3, ...stack })(s, x))
  })
  test('scan in vmap', () => {
    const body = (s: Scope, c: Tensor, x: Tensor) => {
      const h = layer(s, c.add(x))
      return [h, h] as const
    }
    const one = (s: Scope, xs: Tensor) => lift.scan(body, share)(s, np.zeros([3]), xs)
    check('vmap_scan', (s, xs: Tensor) =>
      lift.vmap(one, { variableAxes: { params: null }, splitRngs: { params: false, noise: true } })(s, xs),
    )
  })
  test('checkpoint of scan of checkpoint of jit', () => {
    const step = lift.checkpoint(lift.jit(layer))
    const loop = lift.scan((s: Scope, c: Tensor) => [step(s, c), null] as const, { length: 3, ...stack })
    // Flax finds the first pass's program when it traces the loop, and draws its keys once more; here each pass counts on.
    check('remat_scan_jit', (s, x: Tensor) => lift.checkpoint(loop)(s, x)[0], { sameInit: false })
  })
  test('scan in scan', () => {
    const inner = (s: Scope, c: Tensor, x: Tensor) => {
      const n = s.variable('state', 'n', zero)
      n.value = n.value.add(np.sum(x))
      return [layer(s, c).mul(x), n.value] as const
    }
    const outer = (s: Scope, c: Tensor, x: Tensor) => lift.scan(inner, { variableCarry: 'state', ...share })(s, c, x)
    const program = (s: Scope, x: Tensor) => {
      s.variable('state', 'n', zero)
      return lift.scan(outer, { variableCarry: 'state', ...stack })(s.rewound(), np.ones([3]), x)
    }
    check('scan_scan', program, { mutable: ['state'] })
  })
  test('cond in scan', () => {
    const body = (s: Scope, c: Tensor, flag: Tensor) =>
      [lift.cond(flag, layer, (q: Scope, x: Tensor) => x.sub(layer(q, x).mul(0.5)), s, [c]), c] as const
    check('scan_cond', (s, x: Tensor, flags: Tensor) => lift.scan(body, stack)(s, x, flags), { forward: true })
  })
  test('switch in vmap', () => {
    const branches = [0, 1, 2].map((k) => (s: Scope, x: Tensor) => layer(s, x).mul(k + 1))
    const one = (s: Scope, x: Tensor, i: Tensor) => lift.switch(i, branches, s, [x])
    check('vmap_switch', (s, x: Tensor, i: Tensor) => lift.vmap(one, stack)(s, x, i), { forward: true })
  })
  test('mapVariables in scan', () => {
    const unit = (v: Variables): Variables =>
      tree.map((a: Tensor) => (a.ndim === 2 ? a.div(np.sqrt(np.sum(a.mul(a), { axis: 0, keepdims: true }).add(1e-6))) : a), v)
    check('scan_map', (s, x: Tensor) => {
      const mapped = lift.mapVariables(layer, 'params', { mapInFn: unit, init: s.isMutableCollection('params') })
      return lift.scan((q: Scope, c: Tensor) => [mapped(q, c), null] as const, { length: 3, ...share })(s, x)[0]
    })
  })
  test('customVjp in scan in jit', () => {
    const f = lift.customVjp(layer, {
      forwardFn: (s: Scope, x: Tensor) => lift.vjp(layer, s, [x]),
      backwardFn: (backward: lift.Backward<readonly [Tensor], Tensor>, ct: Tensor) => {
        const [params, dx] = backward(ct)
        return [tree.map(np.sign, params), dx]
      },
    })
    const loop = lift.jit(lift.scan((s: Scope, c: Tensor) => [f(s, c), c] as const, { length: 3, ...stack }))
    check('scan_custom_vjp', (s, x: Tensor) => loop(s, x))
  })
  test('vjp in scan, and its gradient', () => {
    const body = (s: Scope, c: Tensor) => {
      const [y, backward] = lift.vjp(layer, s, [c])
      const [params, dc] = backward(np.onesLike(y))
      return [c.sub(dc.mul(0.1)), params] as const
    }
    check('scan_vjp', (s, x: Tensor) => lift.scan(body, { length: 2, ...share })(s, x))
  })
  test('jvp in vmap, and its gradient', () => {
    const f = (s: Scope, x: Tensor) => {
      const [y, t] = lift.jvp(layer, s, [x], [np.cos(x)])
      return y.mul(t)
    }
    check('vmap_jvp', (s, x: Tensor) => lift.vmap(f, stack)(s, x))
  })
  test('vmap in rematScan', () => {
    const f = lift.vmap((s: Scope, x: Tensor) => noise(s, layer(s, x)), {
      variableAxes: { params: null },
      splitRngs: { params: false, noise: true },
    })
    check('remat_scan_vmap', (s, x: Tensor) => lift.rematScan(f, { lengths: [2, 2] })(s, x))
  })
  test('whileLoop in vmap', () => {
    const one = (s: Scope, x: Tensor) => {
      const holds = (_: Scope, [i, c]: readonly [Tensor, Tensor]): Tensor => np.logicalAnd(i.lt(5), np.sum(c).lt(0.4))
      const body = (q: Scope, [i, c]: readonly [Tensor, Tensor]) => [i.add(1), layer(q.push('a'), c).add(0.1)] as const
      return lift.whileLoop(holds, body, s, [np.array(0, 'int32'), x] as const)
    }
    const program = (s: Scope, x: Tensor) => {
      layer(s.push('a'), np.at(x, 0))
      return lift.vmap(one, { variableAxes: { params: null } })(s.rewound(), x)
    }
    check('while_vmap', program, { forward: true })
  })
  test('statistics in scan', () => {
    const norm = (s: Scope, x: Tensor): Tensor => {
      const mean = s.variable('stats', 'mean', () => np.zeros([3]))
      mean.value = mean.value.mul(0.9).add(np.mean(x, { axis: 0 }).mul(0.1))
      return layer(s, x.sub(mean.value))
    }
    const loop = lift.scan((s: Scope, c: Tensor) => [norm(s, c), null] as const, {
      length: 3,
      variableAxes: { params: 0, stats: 0 },
      splitRngs: { params: true },
    })
    check('stats', (s, x: Tensor) => loop(s, x)[0], { mutable: ['stats'] })
  })
})

describe('closing over values by which the gradient is taken', () => {
  const closing = (name: string, f: (s: Scope, x: Tensor, y: Tensor, scale: Tensor) => unknown): void =>
    void test(name, () => check(`close_${name}`, (s, x: Tensor, y: Tensor) => f(s, x, y, np.sum(x.mul(y)))))
  closing('scan', (s, x, y, scale) => {
    const body = (q: Scope, c: Tensor, xi: Tensor) => [np.tanh(dense(q.push('d'), c, 3).mul(scale)).add(y), xi.mul(y)] as const
    return lift.scan(body, share)(s, y, x)
  })
  closing('vmap', (s, x, y, scale) => lift.vmap((q: Scope, a: Tensor) => layer(q, a.mul(scale)).add(y), stack)(s, x))
  closing('remat', (s, x, y, scale) => lift.checkpoint((q: Scope, a: Tensor) => layer(q, layer(q.push('e'), a).mul(scale)).add(y))(s, x))
  closing('jit', (s, x, y, scale) => lift.jit((q: Scope, a: Tensor) => layer(q, a.mul(scale)).add(y))(s, x))
  closing('cond', (s, x, y, scale) =>
    lift.cond(
      scale.gt(0),
      (q: Scope, a: Tensor) => layer(q, a.mul(scale)),
      (q: Scope, a: Tensor) => layer(q, a).sub(y),
      s,
      [x],
    ),
  )
  closing('map', (s, x, y, scale) =>
    lift.mapVariables((q: Scope, a: Tensor) => layer(q, a).add(y), 'params', {
      mapInFn: (v) => tree.map((a: Tensor) => a.mul(scale), v),
      init: s.isMutableCollection('params'),
    })(s, x),
  )
  closing('remat_scan', (s, x, y, scale) =>
    lift.rematScan((q: Scope, c: Tensor) => layer(q, c).mul(scale).add(y), { lengths: [2, 2] })(s, x),
  )
  test('a compiled function of scopes that closes over a traced value is traced for each', () => {
    const f = (scale: Tensor): Tensor => {
      const scaled = lift.jit((_: Scope, x: Tensor) => x.mul(scale))
      return np.sum(lift.apply((s: Scope) => scaled(s, np.ones([2])))({}))
    }
    expect([1, 3].map((x) => grad(f)(np.array(x)).item())).toEqual([2, 2])
  })
})
