// Little programs of functions of a scope, the kinds that Flax's core was designed by: numbers are Flax's (goldens/generate_lift_design.py).
import { hostBackend } from '@heddle/backend-host'
import { grad, jit, lax, nn, np, random, setDefaultBackend, type Tensor } from '@heddle/func'
import { golden, type Tolerance } from '@heddle/testing'
import * as tree from '@heddle/tree'
import { beforeAll, describe, expect, test } from 'vitest'
import * as lift from './index'
import type { Scope, ScopeFn, Variables } from './index'
import { argsOf, expectClose, variablesOf } from '../test/golden'

beforeAll(() => setDefaultBackend(hostBackend()))

type Init = (key: Tensor, shape: readonly number[]) => Tensor
const keys = () => ({ params: random.key(0), dropout: random.key(1) })
const kernelInit = nn.initializers.lecunNormal() as Init
const zeros = nn.initializers.zerosInit() as Init
const ones = nn.initializers.onesInit() as Init
const biasInit = nn.initializers.normal() as Init

/** Init and apply against the golden of the name. */
const check = (name: string, fn: ScopeFn<never[], unknown>, mutable: readonly string[] = [], tolerance?: Tolerance): void => {
  const g = golden(`core/design_${name}`)
  const args = argsOf(g)
  const [y, variables] = lift.init(fn)(keys(), ...args)
  expectClose(variables, g, 'variables', tolerance)
  expectClose(y, g, 'init_output', tolerance)
  const [out, mutated] = lift.apply(fn, { mutable, rngs: keys() })(variablesOf(g), ...args) as readonly [unknown, Variables]
  expectClose(out, g, 'output', tolerance)
  if (mutable.length > 0) expectClose(mutated, g, 'mutated', tolerance)
}

interface DenseOptions {
  readonly bias?: boolean
  readonly init?: Init
}
const dense = (s: Scope, x: Tensor, features: number, { bias = true, init = kernelInit }: DenseOptions = {}): Tensor => {
  const y = x.dot(s.param('kernel', init, [x.shape.at(-1)!, features]))
  return bias ? y.add(s.param('bias', zeros, [features])) : y
}
const conv = (s: Scope, x: Tensor, features: number, size: readonly number[], strides: readonly number[] = [1, 1]): Tensor => {
  const kernel = s.param('kernel', kernelInit, [...size, x.shape.at(-1)!, features])
  return lax.convGeneralDilated(x, kernel, strides, 'SAME', { dimensionNumbers: ['NHWC', 'HWIO', 'NHWC'] })
}
const batchNorm = (s: Scope, x: Tensor): Tensor => {
  const shape = x.shape.slice(-1)
  const over = { axis: [0, 1, 2] }
  const mean = np.mean(x, over)
  const variance = np.mean(x.mul(x), over).sub(mean.mul(mean))
  const made = !s.hasVariable('batch_stats', 'mean')
  const runningMean = s.variable('batch_stats', 'mean', () => np.zeros(shape))
  const runningVar = s.variable('batch_stats', 'var', () => np.ones(shape))
  if (!made && s.isMutableCollection('batch_stats')) {
    runningMean.value = runningMean.value.add(mean.sub(runningMean.value).mul(0.1))
    runningVar.value = runningVar.value.add(variance.sub(runningVar.value).mul(0.1))
  }
  const scale = s.param('scale', ones, shape)
  return x
    .sub(mean)
    .mul(lax.rsqrt(variance.add(1e-5)))
    .mul(scale)
    .add(s.param('bias', zeros, shape))
}
const dropout = (s: Scope, x: Tensor, rate: number): Tensor =>
  np.where(random.bernoulli(s.makeRng('dropout'), 1 - rate, x.shape), x.div(1 - rate), 0)
const mlp = (s: Scope, x: Tensor, hidden: number, out: number): Tensor =>
  s.child(dense, 'out')(nn.relu(s.child(dense, 'hidden')(x, hidden)), out)

describe('autoencoders', () => {
  const encoder = (s: Scope, x: Tensor): Tensor => mlp(s, x, 3, 2)
  const decoder = (s: Scope, z: Tensor): Tensor => mlp(s, z, 3, 4)
  test('of settings alone: methods get the scope', () => {
    class AutoEncoder {
      encode(s: Scope, x: Tensor): Tensor {
        return s.child(encoder, 'encoder')(x)
      }
      decode(s: Scope, z: Tensor): Tensor {
        return s.child(decoder, 'decoder')(z)
      }
    }
    const model = new AutoEncoder()
    check('auto_encoder', (s, x: Tensor) => model.decode(s, model.encode(s, x)))
  })
  test('that hold a scope: methods make children of it', () => {
    class AutoEncoder {
      constructor(readonly scope: Scope) {}
      encode(x: Tensor): Tensor {
        return this.scope.rewound().child(encoder, 'encoder')(x)
      }
      decode(z: Tensor): Tensor {
        return this.scope.rewound().child(decoder, 'decoder')(z)
      }
    }
    check('auto_encoder', (s, x: Tensor) => {
      const model = new AutoEncoder(s)
      return model.decode(model.encode(x))
    })
  })
  test('of bound children: functions that may be passed on', () => {
    const parts = (s: Scope) => ({ encode: s.child(encoder, 'encoder'), decode: s.child(decoder, 'decoder') })
    check('auto_encoder', (s, x: Tensor) => {
      const { encode, decode } = parts(s)
      return decode(encode(x))
    })
  })
  const transposed = lift.mapVariables((s: Scope, z: Tensor, n: number) => dense(s, z, n, { bias: false }), 'params', {
    mapInFn: (v) => tree.map((a: Tensor) => np.transpose(a), v),
    mapOutFn: (v) => tree.map((a: Tensor) => np.transpose(a), v),
    mutable: true,
  })
  test('tied: the decoder has the kernel of the encoder, transposed', () =>
    check('tied_auto_encoder', (s, x: Tensor) => transposed(s.rewound(), dense(s, x, 2, { bias: false }), 4)))
  test('tied, initialized from the decoder', () => check('tied_decoder', (s, z: Tensor) => transposed(s, z, 4)))
})

test('attention: heads by vmap, the batch by another', () => {
  const attend = (s: Scope, from: Tensor, to: Tensor): Tensor => {
    const project = (name: string, x: Tensor): Tensor => s.child(dense, name)(x, 4, { bias: false })
    const [q, k, v] = [project('query', from), project('key', to), project('value', to)]
    return s.child(dense, 'out')(dropout(s, nn.softmax(q.dot(np.transpose(k))), 0.1).dot(v), 8)
  }
  const heads = lift.vmap(attend, {
    inAxes: null,
    outAxes: -2,
    axisSize: 2,
    variableAxes: { params: 0 },
    splitRngs: { params: true, dropout: true },
  })
  const batch = lift.vmap(heads, { variableAxes: { params: null }, splitRngs: { params: false, dropout: true } })
  const program = (s: Scope, q: Tensor, kv: Tensor): Tensor => np.mean(batch(s, q, kv), { axis: -2 })
  check('attention', program)
  const x = np.ones([2, 7, 16])
  const [y, { params }] = jit(lift.init(program))(keys(), x, x)
  expect(y.shape).toEqual([2, 7, 8])
  expect(tree.map((p: Tensor) => p.shape, params)).toMatchObject({
    query: { kernel: [2, 16, 4] },
    out: { kernel: [2, 4, 8], bias: [2, 8] },
  })
})

describe('residual networks', () => {
  test('blocks in a loop in a loop, with statistics', () => {
    const block = (s: Scope, x: Tensor): Tensor => {
      const part = (i: number, h: Tensor): Tensor => s.child(batchNorm, `bn_${i}`)(s.child(conv, `conv_${i}`)(h, x.shape.at(-1)!, [3, 3]))
      return nn.relu(x.add(part(2, nn.relu(part(1, x)))))
    }
    const net = lift.rematScan(block, { lengths: [3, 2], variableAxes: { params: 0, batch_stats: 0 }, splitRngs: { params: true } })
    check('big_resnet', (s, x: Tensor) => net(s, x), ['batch_stats'], { rtol: 1e-4, atol: 1e-5 })
  })
  test('blocks one by one, in scopes of their own', () => {
    const block = (s: Scope, x: Tensor, features: number, strides: readonly number[]): Tensor => {
      const part = (i: number, h: Tensor, n: number, size: readonly number[], by?: readonly number[]): Tensor =>
        s.child(batchNorm, `bn_${i}`)(s.child(conv, `conv_${i}`)(h, n, size, by))
      const h = nn.relu(part(2, nn.relu(part(1, x, features, [1, 1])), 2 * features, [3, 3], strides))
      const y = part(3, h, 2 * features, [1, 1])
      const same = y.shape.every((n, i) => n === x.shape[i])
      const skip = same ? x : s.child(batchNorm, 'proj_bn')(s.child(conv, 'proj_conv')(x, 2 * features, [1, 1], strides))
      return nn.relu(skip.add(y))
    }
    const net = (s: Scope, x: Tensor): Tensor => {
      let h = nn.relu(s.child(batchNorm, 'init_bn')(s.child(conv, 'init_conv')(x, 4, [5, 5])))
      for (const i of [0, 1])
        for (const j of [0, 1]) h = block(s.push(`block_${i}_${j}`), h, 2 * 2 ** i, i > 0 && j === 0 ? [2, 2] : [1, 1])
      return s.child(dense, 'out')(np.mean(h, { axis: [1, 2] }), 5)
    }
    check('resnet', net, ['batch_stats'])
  })
})

describe('layers', () => {
  test('with and without a bias', () => {
    const shapes = (bias: boolean): unknown => {
      const [y, { params }] = lift.init((s: Scope, x: Tensor) => dense(s, x, 4, { bias }))(random.key(0), np.ones([1, 3]))
      expect(y.shape).toEqual([1, 4])
      return tree.map((p: Tensor) => p.shape, params)
    }
    expect([shapes(true), shapes(false)]).toEqual([{ kernel: [3, 4], bias: [4] }, { kernel: [3, 4] }])
  })
  class Layer {
    constructor(
      readonly kernel: Tensor,
      readonly bias: Tensor,
    ) {}
    call(x: Tensor): Tensor {
      return x.dot(this.kernel).add(this.bias)
    }
  }
  tree.registerNode(Layer, {
    flatten: ({ kernel, bias }) => [[kernel, bias], null],
    unflatten: (_, [kernel, bias]) => new Layer(kernel as Tensor, bias as Tensor),
    keys: () => ['kernel', 'bias'],
  })
  const makeLayer = (key: Tensor, fanIn: number, n: number): Layer => {
    const [k1, k2] = np.unstack(random.split(key)) as [Tensor, Tensor]
    return new Layer(kernelInit(k1, [fanIn, n]), biasInit(k2, [n]))
  }
  test('as parameters: a class that is a node of trees', () => {
    const net = (s: Scope, x: Tensor): Tensor => [3, 1].reduce((h, n, i) => s.param(`dense_${i}`, makeLayer, h.shape.at(-1)!, n).call(h), x)
    const g = golden('core/design_explicit_dense')
    const args = argsOf(g)
    const [y, variables] = lift.init(net)(keys(), ...(args as unknown as [Tensor]))
    const plain = (v: unknown): unknown =>
      tree.mapUntil(
        (l) => l instanceof Layer,
        ({ kernel, bias }: Layer) => ({ kernel, bias }),
        v,
      )
    expect(variables['params']!['dense_0']).toBeInstanceOf(Layer)
    expectClose(plain(variables), g, 'variables')
    expectClose(y, g, 'init_output')
    expectClose(lift.apply(net)(variables, ...(args as unknown as [Tensor])), g, 'output')
    const wrong = { params: { ...variables['params'], dense_0: makeLayer(random.key(0), 5, 3) } }
    expect(() => lift.apply(net)(wrong, ...(args as unknown as [Tensor]))).toThrow(lift.ScopeParamShapeError)
  })
  test('made in a scope, then used without one', () => {
    const makeIn = (s: Scope, fanIn: number, n: number): Layer =>
      new Layer(s.param('kernel', kernelInit, [fanIn, n]), s.param('bias', zeros, [n]))
    const net = (s: Scope, x: Tensor): Tensor =>
      [3, 1].reduce((h, n) => s.child(makeIn, { prefix: 'dense_' })(h.shape.at(-1)!, n).call(h), x)
    const [y, { params }] = lift.init(net)(random.key(0), np.ones([1, 4]))
    expect(y.shape).toEqual([1, 1])
    expect(tree.map((p: Tensor) => p.shape, params)).toEqual({
      dense_0: { kernel: [4, 3], bias: [3] },
      dense_1: { kernel: [3, 1], bias: [1] },
    })
  })
})

test('a flow: forward, and back from the same variables', () => {
  // exp(A) by its series, of A / 8, squared three times.
  const expm = (a: Tensor): Tensor => {
    const eighth = a.div(8)
    let [sum, term] = [np.eye(a.shape[0]!), np.eye(a.shape[0]!)]
    for (let k = 1; k <= 10; k++) {
      term = term.dot(eighth).div(k)
      sum = sum.add(term)
    }
    return [1, 2, 3].reduce((e) => e.dot(e), sum)
  }
  const params = (s: Scope, n: number) => [s.param('kernel', kernelInit, [n, n]), s.param('bias', biasInit, [n])] as const
  const steps = [0, 1, 2].map((i) => ({
    forward: (s: Scope, x: Tensor): Tensor => {
      const [kernel, bias] = params(s.push(String(i)), x.shape.at(-1)!)
      return x.dot(expm(kernel)).add(bias)
    },
    backward: (s: Scope, y: Tensor): Tensor => {
      const [kernel, bias] = params(s.push(String(i)), y.shape.at(-1)!)
      return y.sub(bias).dot(expm(kernel.neg()))
    },
  }))
  const forward = (s: Scope, x: Tensor): Tensor => steps.reduce((h, f) => f.forward(s, h), x)
  const backward = (s: Scope, y: Tensor): Tensor => [...steps].reverse().reduce((h, f) => f.backward(s, h), y)
  check('flow', forward)
  const x = np.ones([1, 3])
  const [y, variables] = lift.init(forward)(random.key(0), x)
  expect(np.allclose(lift.apply(backward)(variables, y), x, { atol: 1e-5 }).item()).toBe(true)
})

describe('loops and maps of layers', () => {
  const loop = (shared: boolean) => (s: Scope, xs: Tensor) => {
    s.variable('counter', 'i', () => np.zeros([]))
    const body = (q: Scope, c: null, x: Tensor) => {
      const i = q.variable('counter', 'i', () => np.zeros([]))
      i.value = i.value.add(1)
      return [c, q.child(dense, { prefix: 'dense_' })(x, 1)] as const
    }
    const how = shared
      ? { variableBroadcast: 'params', splitRngs: { params: false } }
      : { variableAxes: { params: 0 }, splitRngs: { params: true } }
    return lift.scan(body, { variableCarry: 'counter', ...how })(s.rewound(), null, xs)[1]
  }
  const map = (shared: boolean) => (s: Scope, x: Tensor) => {
    const layer = lift.vmap(dense, { inAxes: [0, null], variableAxes: { params: shared ? null : 0 }, splitRngs: { params: !shared } })
    return s.child(layer, 'out')(nn.relu(s.child(layer, { prefix: 'hidden_' })(x, 8)), 1)
  }
  test.each([
    ['a scan that shares params', 'scan_shared', loop(true), ['counter']],
    ['a scan with params for each step', 'scan_unshared', loop(false), ['counter']],
    ['a vmap that shares params', 'vmap_shared', map(true), []],
    ['a vmap with params for each row', 'vmap_unshared', map(false), []],
  ])('%s', (_, name, fn, mutable) => {
    check(name, fn, mutable)
    // Both rows are the same: so are their results just where params are shared.
    const x = np.tile(np.arange(4), [2, 1])
    const [first, second] = np.unstack(lift.init(fn)(random.key(0), x)[0]) as [Tensor, Tensor]
    expect(np.allclose(first, second).item()).toBe(name.endsWith('_shared'))
  })
})

test('standardized weights: kernels through a mapping, made before it', () => {
  const standardize = (v: Variables): Variables => {
    const { kernel, ...rest } = v['params'] as Record<string, Tensor>
    return { params: { ...rest, kernel: kernel!.div(np.sqrt(np.sum(kernel!.mul(kernel!), { axis: 0, keepdims: true }).add(1e-8))) } }
  }
  const big = nn.initializers.normal(1e5) as Init
  const layer = lift.mapVariables((s: Scope, x: Tensor, n: number) => dense(s, x, n, { init: big }), 'params', {
    mapInFn: standardize,
    init: true,
  })
  const net = (s: Scope, x: Tensor): Tensor => s.child(dense, 'out')(s.child(layer, { prefix: 'hidden_' })(x, 8), 1)
  check('weight_std', net)
  const [y, variables] = lift.init(net)(random.key(1), np.ones([1, 4]))
  expect(np.allclose(lift.apply(net)(variables, np.ones([1, 4])), y).item()).toBe(true)
})

test("gradients of one's own: signs of the gradients of each layer", () => {
  const layer = lift.customVjp((s: Scope, x: Tensor, n: number) => dense(s, x, n), {
    forwardFn: (s: Scope, x: Tensor, n: number) => lift.vjp((q: Scope, a: Tensor) => dense(q, a, n), s, [x]),
    backwardFn: (_n: number, backward: lift.Backward<readonly [Tensor], Tensor>, ct: Tensor) => {
      const [params, ...xs] = backward(ct)
      return [tree.map(np.sign, params), ...xs]
    },
    nondiffArgnums: [2],
  })
  const net = (s: Scope, x: Tensor): Tensor => s.child(layer, 'out')(nn.relu(s.child(layer, { prefix: 'hidden_' })(x, 8)), 1)
  check('custom_vjp', net)
  const g = golden('core/design_custom_vjp')
  const [x] = argsOf(g) as unknown as [Tensor]
  const loss = (v: Variables): Tensor => {
    const y = lift.apply(net)(v, x)
    return np.mean(y.mul(y))
  }
  const grads = grad(loss)(variablesOf(g))
  expectClose(grads, g, 'grads')
  expect(tree.all(grads, (t: Tensor) => t.dataSync().every((v) => [-1, 0, 1].includes(Number(v))))).toBe(true)
})
