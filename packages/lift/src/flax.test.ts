// Programs of goldens/generate.py (core) and goldens/generate_lift.py, written with this package: variables, outputs, keys as Flax's.
import { hostBackend } from '@heddle/backend-host'
import { grad, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { convert, expectTreesClose, golden, GoldenArray, type Golden, type GoldenLeaf } from '@heddle/testing'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from './index'
import type { Scope, ScopeFn, Variables } from './index'

beforeAll(() => setDefaultBackend(hostBackend()))

type Shape = readonly number[]
const relu = (x: Tensor): Tensor => np.maximum(x, 0)
const lecunNormal =
  () =>
  (key: Tensor, shape: Shape): Tensor =>
    random.truncatedNormal(key, -2, 2, shape).mul(Math.sqrt(1 / shape.at(-2)!) / 0.87962566103423978)
const normal =
  (stddev: number) =>
  (key: Tensor, shape: Shape): Tensor =>
    random.normal(key, shape).mul(stddev)
const zerosInit = (_: Tensor, shape: Shape): Tensor => np.zeros(shape)
const toTensor = (leaf: GoldenLeaf): Tensor =>
  leaf instanceof GoldenArray
    ? np.array(leaf.data as number[], leaf.dtype as 'float32').reshape(leaf.shape)
    : np.array([...leaf.words], 'uint32')
const read = (x: Tensor | number) => {
  const t = np.asarray(x)
  return { dtype: t.dtype, shape: t.shape, data: t.dataSync() }
}
const close = (actual: unknown, g: Golden, ...path: (string | number)[]): void => void expectTreesClose(actual, g.value(...path), read)
const argsOf = (g: Golden): never[] => convert(g.value('args'), toTensor) as never[]
const keys = { params: random.key(0), noise: random.key(1) }

/** Init, and apply with the golden's variables, against the golden. */
const check = (name: string, fn: ScopeFn<never[], unknown>, mutable: string[] | false = false): void => {
  const g = golden(name)
  const args = argsOf(g)
  const [y, variables] = lift.init(fn)(Object.hasOwn(g.parts, 'rngs') ? keys : keys.params, ...args)
  close(variables, g, 'variables')
  if (Object.hasOwn(g.parts, 'init_output')) close(y, g, 'init_output')
  if (!Object.hasOwn(g.parts, 'output')) return
  const given = convert(g.value('variables'), toTensor)
  const out = lift.apply(fn, { mutable, rngs: { noise: keys.noise } })(given, ...args)
  close(mutable === false ? out : (out as readonly unknown[])[0], g, 'output')
  if (mutable !== false) close((out as readonly unknown[])[1], g, 'mutated')
}

const dense = (scope: Scope, x: Tensor, features: number): Tensor => {
  const kernel = scope.param('kernel', lecunNormal(), [x.shape.at(-1)!, features])
  return x.dot(kernel).add(scope.param('bias', zerosInit, [features]))
}
const noise = (scope: Scope, x: Tensor): Tensor => x.add(random.uniform(scope.makeRng('noise'), x.shape))
const counter = (): Tensor => np.zeros([], 'int32')

describe('core', () => {
  test('mlp', () => check('core/mlp', (scope, x: Tensor) => scope.child(dense, 'out')(relu(scope.child(dense, 'hidden')(x, 4)), 2)))
  test('rng paths', () => {
    const g = golden('core/rng_paths')
    const [out] = lift.init((scope) => ({
      a: scope.makeRng('params'),
      b: scope.makeRng('params'),
      c: scope.push('child').makeRng('params'),
      d: scope.push('child2').push('x').makeRng('dropout'),
    }))({ params: random.key(0), dropout: random.key(1) })
    close(out, g, 'output')
  })
})

describe('vmap', () => {
  test('along axis 1, params on axis 0', () =>
    check('core/lift_vmap', (scope, x: Tensor) =>
      lift.vmap((s: Scope, a: Tensor) => dense(s, a, 4), {
        inAxes: 1,
        outAxes: 1,
        variableAxes: { params: 0 },
        splitRngs: { params: true },
      })(scope, x),
    ))
})

describe('scan', () => {
  test('carried, broadcast and stacked variables, in reverse', () => {
    const body = (s: Scope, c: Tensor, x: Tensor): readonly [Tensor, readonly unknown[]] => {
      const w = s.param('w', normal(1), [3])
      const n = s.variable('state', 'n', counter)
      n.value = n.value.add(1)
      if (s.isMutableCollection('trace')) s.variable('trace', 'seen', () => np.zeros([3])).value = x.mul(2)
      const next = noise(s, c.add(w.mul(x)))
      return [next, [next.mul(2), n.value]]
    }
    check(
      'core/lift_scan',
      (scope, c: Tensor, xs: Tensor) => {
        scope.variable('state', 'n', counter)
        return lift.scan(body, {
          variableAxes: { trace: 1 },
          variableBroadcast: 'params',
          variableCarry: 'state',
          splitRngs: { params: false, noise: true },
          outAxes: [0, 0],
          reverse: true,
        })(scope.rewound(), c, xs)
      },
      ['state', 'trace'],
    )
  })
  test('stacked layers', () => {
    const body = (s: Scope, c: Tensor) => [noise(s, relu(dense(s.push('dense'), c, 3)).add(c)), null] as const
    check(
      'core/lift_scan_stacked',
      (scope, x: Tensor) =>
        lift.scan(body, { variableAxes: { params: 0 }, splitRngs: { params: true, noise: true }, length: 4 })(scope, x)[0],
    )
  })
  test('broadcast arguments and results', () => {
    const body = (s: Scope, c: Tensor, x: Tensor, b: number) => {
      const w = s.param('w', normal(1), [3])
      return [c.add(w.mul(x).mul(b)), [w.mul(2), c]] as const
    }
    check('core/lift_scan_shared_out', (scope, c: Tensor, xs: Tensor) =>
      lift.scan(body, {
        variableBroadcast: 'params',
        splitRngs: { params: false },
        inAxes: [1, lift.broadcast],
        outAxes: [lift.broadcast, 1],
      })(scope, c, xs, 3),
    )
  })
  test('what is broadcast may not depend on the loop', () => {
    const body = (s: Scope, c: Tensor, x: Tensor) => {
      s.param('w', () => x)
      return [c, null] as const
    }
    const loop = lift.scan(body, { variableBroadcast: 'params', splitRngs: { params: false } })
    expect(() => lift.init((s: Scope) => loop(s, np.zeros([]), np.zeros([3])))(random.key(0))).toThrow(lift.LoopVariantError)
  })
  test('rematScan', () => {
    const layer = (s: Scope, c: Tensor): Tensor => relu(dense(s.push('dense'), c, 3)).add(c)
    check('core/lift_remat_scan', (scope, x: Tensor) => lift.rematScan(layer, { lengths: [2, 3] })(scope, x))
  })
  test('checkpoint of vmap in scan', () => {
    const inner = (s: Scope, x: Tensor): Tensor => noise(s, dense(s.push('d'), x, 2))
    const mapped = lift.checkpoint(lift.vmap(inner, { variableAxes: { params: 0 }, splitRngs: { params: true, noise: false } }))
    const body = (s: Scope, c: Tensor, x: Tensor) => [c, mapped(s, x)] as const
    check(
      'core/lift_nested',
      (scope, x: Tensor) =>
        lift.scan(body, { variableBroadcast: 'params', splitRngs: { params: false, noise: true } })(scope, np.zeros([]), x)[1],
    )
  })
})

describe('control', () => {
  const branch =
    (i: number, x: Tensor) =>
    (s: Scope): Tensor => {
      s.putVariable('state', 'hits', s.getVariable<Tensor>('state', 'hits').add(np.array(i === 0 ? [1, 0] : [0, 1], 'int32')))
      return noise(s, x).mul(i + 1)
    }
  test.each(['true', 'false'])('cond: %s', (name) =>
    check(
      `core/lift_cond_${name}`,
      (scope, pred: boolean, x: Tensor) => {
        scope.variable('state', 'hits', () => np.zeros([2], 'int32'))
        return noise(scope, lift.cond(pred, branch(0, x), branch(1, x), scope, []))
      },
      ['state'],
    ),
  )
  test.each([0, 2])('switch: %i', (i) =>
    check(`core/lift_switch_${i}`, (scope, index: number, x: Tensor) =>
      noise(
        scope,
        lift.switch(
          index,
          [0, 1, 2].map((k) => (s: Scope, a: Tensor) => noise(s, a).mul(k)),
          scope,
          [x],
        ),
      ),
    ),
  )
  test('whileLoop', () =>
    check(
      'core/lift_while',
      (scope, x: Tensor) => {
        scope.variable('state', 'acc', counter)
        dense(scope.push('dense'), x, 3)
        const acc = (s: Scope): Tensor => s.getVariable('state', 'acc')
        const body = (s: Scope, c: Tensor): Tensor => {
          s.putVariable('state', 'acc', acc(s).add(1))
          return noise(s, dense(s.push('dense'), c, 3))
        }
        return lift.whileLoop((s: Scope) => acc(s).lt(4), body, scope.rewound(), x, { carryVariables: 'state', splitRngs: { noise: true } })
      },
      ['state'],
    ))
})

describe('derivatives', () => {
  const f = (s: Scope, x: Tensor): Tensor => np.sin(dense(s, x, 2))
  const total = (s: Scope, x: Tensor): Tensor => np.sum(f(s, x))
  test('jvp of a scale', () => {
    const scale = (s: Scope, x: Tensor): Tensor => s.param('scale', (_, shape: number[]) => np.full(shape, 1.5), []).mul(x)
    const fn = (scope: Scope, x: Tensor): unknown => {
      const tangents = tree.map((p: Tensor) => np.onesLike(p), scope.variables()['params'] ?? {})
      return lift.jvp(scale, scope, [x], [np.zerosLike(x)], { variableTangents: { params: tangents } })
    }
    const g = golden('core/lift_jvp')
    const [x] = argsOf(g)
    const [, variables] = lift.init(fn)(random.key(0), x!)
    close(variables, g, 'variables')
    close(lift.apply(fn)(variables, x!), g, 'output')
  })
  test('vjp', () =>
    check('core/lift_vjp', (scope, x: Tensor) => {
      const [y, backward] = lift.vjp(f, scope.push('a'), [x])
      return [y, ...backward(np.onesLike(y))]
    }))
  test('valueAndGrad', () => check('core/lift_value_and_grad', (scope, x: Tensor) => lift.valueAndGrad(total, scope, [x])))
  test('jvp of a dense layer', () =>
    check('core/lift_jvp_dense', (scope, x: Tensor) => {
      dense(scope, x, 2)
      const params = tree.map((p: Tensor) => np.onesLike(p), scope.variables()['params'])
      return lift.jvp(f, scope.rewound(), [x], [np.onesLike(x)], { variableTangents: { params } })
    }))
  test('customVjp whose residual is a backward pass', () => {
    const g = golden('core/lift_custom_vjp')
    const [x] = argsOf(g) as unknown as [Tensor]
    const fn = lift.customVjp(total, {
      forwardFn: (s: Scope, a: Tensor) => lift.vjp(total, s, [a]),
      backwardFn: (backward: lift.Backward<readonly [Tensor], Tensor>, ct: Tensor) => {
        const [params, dx] = backward(ct)
        return [tree.map((p: Tensor) => np.sign(p), params), dx]
      },
    })
    const [y, variables] = lift.init(fn)(keys, x)
    close(variables, g, 'variables')
    close(y, g, 'output')
    const loss = (params: unknown, a: Tensor): Tensor => lift.apply(fn)({ params }, a)
    close(grad(loss, { argnums: [0, 1] })(variables['params'], x), g, 'grads')
  })
})

describe('mapVariables', () => {
  test('upper triangular kernels', () => {
    const triu = (v: Variables): Variables => tree.map((a: Tensor) => (a.ndim === 2 ? np.triu(a) : a), v)
    check('core/lift_map_variables', (scope, x: Tensor) =>
      lift.mapVariables((s: Scope, a: Tensor) => noise(s, dense(s, a, 3)), 'params', {
        mapInFn: triu,
        init: scope.isMutableCollection('params'),
      })(scope, x),
    )
  })
})

describe('jit', () => {
  const traces = { n: 0 }
  const step = lift.jit(
    (s: Scope, x: Tensor, k: number) => {
      traces.n += 1
      const n = s.variable('state', 'n', counter)
      n.value = n.value.add(1)
      return noise(s.push('a'), noise(s, x)).mul(k)
    },
    { staticArgnums: 2 },
  )
  const program = (s: Scope, x: Tensor): unknown[] => [step(s, x, 2), s.getVariable('state', 'n'), s.makeRng('noise')]
  test('a second call does not trace, counts and variables go on', () => {
    const run = (): unknown =>
      lift.apply(program, { mutable: ['state'], rngs: keys })({ state: { n: np.array(5, 'int32') } }, np.zeros([2]))
    traces.n = 0
    const [[y, n, key], state] = run() as [[Tensor, Tensor, Tensor], Variables]
    const [[y2, n2, key2]] = run() as [[Tensor, Tensor, Tensor]]
    expect(traces.n).toBe(1)
    expect([n.item(), n2.item()]).toEqual([6, 6])
    expect((state['state']!['n'] as Tensor).item()).toBe(6)
    expect(y2.toArray()).toEqual(y.toArray())
    expect(key2.toArray()).toEqual(key.toArray())
    const plain = lift.apply((s: Scope) => [s.makeRng('noise'), s.makeRng('noise')], { rngs: keys })({})
    expect(key.toArray()).toEqual(plain[1]!.toArray())
  })
  test('another static argument is another program', () => {
    traces.n = 0
    const run = (k: number): Tensor =>
      lift.apply((s: Scope) => step(s, np.ones([2]), k), { mutable: ['state'], rngs: keys })({ state: { n: np.array(0, 'int32') } })[0]
    expect(run(3).toArray()).not.toEqual(run(4).toArray())
    run(3)
    expect(traces.n).toBe(2)
  })
  test('forked streams: called twice in a scope, traced once, keys differ', () => {
    traces.n = 0
    const out = lift.apply(
      (scope: Scope) => {
        const s = scope.push('m')
        return [1, 2].map(() => step(s.forkRngs(), np.full([3], 0.5), 7))
      },
      { mutable: ['state'], rngs: keys },
    )({ state: { m: { n: np.array(0, 'int32') } } })[0]
    expect(traces.n).toBe(1)
    expect(out[0]!.toArray()).not.toEqual(out[1]!.toArray())
  })
  test('is the function, under grad too', () => {
    const loss = (s: Scope, x: Tensor): Tensor => np.sum(np.sin(dense(s.push('d'), x, 2)))
    const x = np.arange(6).reshape([2, 3]).mul(0.1)
    const [y, { params }] = lift.init(lift.jit(loss))(random.key(0), x) as readonly [Tensor, Record<string, unknown>]
    const [y2, variables] = lift.init(loss)(random.key(0), x)
    expect(y.item()).toBeCloseTo(y2.item() as number, 5)
    const gradOf = (f: ScopeFn<readonly [Tensor], Tensor>): unknown =>
      tree.map((t: Tensor) => t.toArray(), grad((p: unknown) => lift.apply(f)({ params: p }, x))(params))
    expect(gradOf(lift.jit(loss))).toEqual(gradOf(loss))
    expect(tree.structure(variables['params']).equals(tree.structure(params))).toBe(true)
  })
})

describe('lazyInit', () => {
  test('variables without the computation', () => {
    const type = { shape: [2, 3], dtype: 'float32' }
    const [, variables] = lift.init(dense)(random.key(0), np.zeros([2, 3]), 4)
    const lazy = lift.lazyInit(dense)(random.key(0), type, 4)
    expect(tree.map((t: Tensor) => t.toArray(), lazy)).toEqual(tree.map((t: Tensor) => t.toArray(), variables))
    expect(() => lift.lazyInit((s: Scope, x: Tensor) => s.param('w', () => x))(random.key(0), type)).toThrow(lift.LazyInitError)
  })
})
