/** Little programs of functions of a scope, the kinds that Flax's core was designed by. */
import { lax, nn, np, random, type Tensor } from '@heddle/func'
import * as lift from '@heddle/lift'
import type { Scope, ScopeFn, Variables } from '@heddle/lift'
import { map, registerNode } from '@heddle/tree'
import type { Case } from './case'
import { dense, scopeCase, type ScopeOptions } from './scope-case'

const { initializers: I } = nn
const kernelInit = I.lecunNormal()

const design = (name: string, fn: ScopeFn<never[], unknown>, options: ScopeOptions = {}): Case =>
  scopeCase(`core/design_${name}`, fn, options)

const matmul = (s: Scope, x: Tensor, features: number): Tensor => x.dot(s.param('kernel', kernelInit, [x.shape.at(-1)!, features]))
const mlp = (s: Scope, x: Tensor, hidden: number, out: number): Tensor =>
  s.child(dense, 'out')(nn.relu(s.child(dense, 'hidden')(x, hidden)), out)

const encoder = (s: Scope, x: Tensor): Tensor => mlp(s, x, 3, 2)
const decoder = (s: Scope, z: Tensor): Tensor => mlp(s, z, 3, 4)

/** An autoencoder of settings alone: methods get the scope. */
const ofSettings = {
  encode: (s: Scope, x: Tensor): Tensor => s.child(encoder, 'encoder')(x),
  decode: (s: Scope, z: Tensor): Tensor => s.child(decoder, 'decoder')(z),
}
/** One that holds a scope: methods make children of it. */
class Holder {
  constructor(readonly scope: Scope) {}
  encode(x: Tensor): Tensor {
    return this.scope.rewound().child(encoder, 'encoder')(x)
  }
  decode(z: Tensor): Tensor {
    return this.scope.rewound().child(decoder, 'decoder')(z)
  }
}
const holding = (s: Scope, x: Tensor): Tensor => {
  const model = new Holder(s)
  return model.decode(model.encode(x))
}
/** One of bound children: functions that may be passed on. */
const ofChildren = (s: Scope, x: Tensor): Tensor => {
  const { encode, decode } = { encode: s.child(encoder, 'encoder'), decode: s.child(decoder, 'decoder') }
  return decode(encode(x))
}

const transposed = lift.mapVariables(matmul, 'params', {
  mapInFn: (v) => map((a: Tensor) => np.transpose(a), v),
  mapOutFn: (v) => map((a: Tensor) => np.transpose(a), v),
  mutable: true,
})

const autoEncoders: readonly Case[] = [
  design('auto_encoder', (s, x: Tensor) => ofSettings.decode(s, ofSettings.encode(s, x)), {
    ways: { 'holding a scope': design('auto_encoder', holding).run, 'of children': design('auto_encoder', ofChildren).run },
  }),
  design('tied_auto_encoder', (s, x: Tensor) => transposed(s.rewound(), matmul(s, x, 2), 4)),
  design('tied_decoder', (s, z: Tensor) => transposed(s, z, 4)),
]

const dropout = (s: Scope, x: Tensor, rate: number): Tensor =>
  np.where(random.bernoulli(s.makeRng('dropout'), 1 - rate, x.shape), x.div(1 - rate), 0)
const attend = (s: Scope, from: Tensor, to: Tensor): Tensor => {
  const project = (name: string, x: Tensor): Tensor => s.child(matmul, name)(x, 4)
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

/** A parameter that is no array but a class, a node of trees. */
class Layer {
  constructor(
    readonly kernel: Tensor,
    readonly bias: Tensor,
  ) {}
  call(x: Tensor): Tensor {
    return x.dot(this.kernel).add(this.bias)
  }
}
registerNode(Layer, {
  flatten: ({ kernel, bias }) => [[kernel, bias], null],
  unflatten: (_, [kernel, bias]) => new Layer(kernel as Tensor, bias as Tensor),
  keys: () => ['kernel', 'bias'],
})
const makeLayer = (key: Tensor, fanIn: number, n: number): Layer => {
  const [k1, k2] = np.unstack(random.split(key)) as [Tensor, Tensor]
  return new Layer(kernelInit(k1, [fanIn, n]), I.normal()(k2, [n]))
}

const layers: readonly Case[] = [
  design('attention', (s, q: Tensor, kv: Tensor) => np.mean(batch(s, q, kv), { axis: -2 })),
  design('explicit_dense', (s, x: Tensor) => [3, 1].reduce((h, n, i) => s.param(`dense_${i}`, makeLayer, h.shape.at(-1)!, n).call(h), x)),
]

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
  const normed = x.sub(mean).mul(lax.rsqrt(variance.add(1e-5)))
  return normed.mul(s.param('scale', I.onesInit(), shape)).add(s.param('bias', I.zerosInit(), shape))
}

const bigBlock = (s: Scope, x: Tensor): Tensor => {
  const part = (i: number, h: Tensor): Tensor => s.child(batchNorm, `bn_${i}`)(s.child(conv, `conv_${i}`)(h, x.shape.at(-1)!, [3, 3]))
  return nn.relu(x.add(part(2, nn.relu(part(1, x)))))
}
const bigResnet = lift.rematScan(bigBlock, {
  lengths: [3, 2],
  variableAxes: { params: 0, batch_stats: 0 },
  splitRngs: { params: true },
})

const block = (s: Scope, x: Tensor, features: number, strides: readonly number[]): Tensor => {
  const part = (i: number, h: Tensor, n: number, size: readonly number[], by?: readonly number[]): Tensor =>
    s.child(batchNorm, `bn_${i}`)(s.child(conv, `conv_${i}`)(h, n, size, by))
  const h = nn.relu(part(2, nn.relu(part(1, x, features, [1, 1])), 2 * features, [3, 3], strides))
  const y = part(3, h, 2 * features, [1, 1])
  const same = y.shape.every((n, i) => n === x.shape[i])
  const skip = same ? x : s.child(batchNorm, 'proj_bn')(s.child(conv, 'proj_conv')(x, 2 * features, [1, 1], strides))
  return nn.relu(skip.add(y))
}
const resnet = (s: Scope, x: Tensor): Tensor => {
  let h = nn.relu(s.child(batchNorm, 'init_bn')(s.child(conv, 'init_conv')(x, 4, [5, 5])))
  for (const i of [0, 1]) for (const j of [0, 1]) h = block(s.push(`block_${i}_${j}`), h, 2 * 2 ** i, i > 0 && j === 0 ? [2, 2] : [1, 1])
  return s.child(dense, 'out')(np.mean(h, { axis: [1, 2] }), 5)
}

const networks: readonly Case[] = [
  // Twelve normalizations: the golden itself is up to 3e-6 from a float64 computation.
  design('big_resnet', (s, x: Tensor) => bigResnet(s, x), { mutable: ['batch_stats'], tolerance: { atol: 5e-6 } }),
  design('resnet', resnet, { mutable: ['batch_stats'] }),
]

/** exp(A) by its series, of A / 8, squared three times. */
const expm = (a: Tensor): Tensor => {
  const eighth = a.div(8)
  let [sum, term] = [np.eye(a.shape[0]!), np.eye(a.shape[0]!)]
  for (let k = 1; k <= 10; k++) {
    term = term.dot(eighth).div(k)
    sum = sum.add(term)
  }
  return [1, 2, 3].reduce((e) => e.dot(e), sum)
}
const affine = (s: Scope, i: number, n: number) => {
  const step = s.push(String(i))
  return [step.param('kernel', kernelInit, [n, n]), step.param('bias', I.normal(), [n])] as const
}
const forward = (s: Scope, x: Tensor): Tensor =>
  [0, 1, 2].reduce((h, i) => {
    const [kernel, bias] = affine(s, i, h.shape.at(-1)!)
    return h.dot(expm(kernel)).add(bias)
  }, x)
const backward = (s: Scope, y: Tensor): Tensor =>
  [2, 1, 0].reduce((h, i) => {
    const [kernel, bias] = affine(s, i, h.shape.at(-1)!)
    return h.sub(bias).dot(expm(kernel.neg()))
  }, y)
const thereAndBack = (s: Scope, x: Tensor): Tensor => forward(s.rewound(), backward(s.rewound(), forward(s, x)))

const counted = (shared: boolean) => (s: Scope, xs: Tensor) => {
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
const mapped = (shared: boolean) => (s: Scope, x: Tensor) => {
  const layer = lift.vmap(dense, { inAxes: [0, null], variableAxes: { params: shared ? null : 0 }, splitRngs: { params: !shared } })
  return s.child(layer, 'out')(nn.relu(s.child(layer, { prefix: 'hidden_' })(x, 8)), 1)
}

const loops: readonly Case[] = [
  design('flow', forward, { ways: { 'there and back': design('flow', thereAndBack).run } }),
  design('scan_shared', counted(true), { mutable: ['counter'] }),
  design('scan_unshared', counted(false), { mutable: ['counter'] }),
  design('vmap_shared', mapped(true)),
  design('vmap_unshared', mapped(false)),
]

const standardize = (v: Variables): Variables => {
  const { kernel, ...rest } = v['params'] as Record<string, Tensor>
  const length = np.sqrt(np.sum(kernel!.mul(kernel!), { axis: 0, keepdims: true }).add(1e-8))
  return { params: { ...rest, kernel: kernel!.div(length) } }
}
const largeDense = (s: Scope, x: Tensor, n: number): Tensor =>
  x.dot(s.param('kernel', I.normal(1e5), [x.shape.at(-1)!, n])).add(s.param('bias', I.zerosInit(), [n]))
const standardized = lift.mapVariables(largeDense, 'params', { mapInFn: standardize, init: true })

const signed = lift.customVjp((s: Scope, x: Tensor, n: number) => dense(s, x, n), {
  forwardFn: (s: Scope, x: Tensor, n: number) => lift.vjp((q: Scope, a: Tensor) => dense(q, a, n), s, [x]),
  backwardFn: (_n: number, pull: lift.Backward<readonly [Tensor], Tensor>, ct: Tensor) => {
    const [params, ...xs] = pull(ct)
    return [map(np.sign, params), ...xs]
  },
  nondiffArgnums: [2],
})

const ownRules: readonly Case[] = [
  design('weight_std', (s, x: Tensor) => s.child(dense, 'out')(s.child(standardized, { prefix: 'hidden_' })(x, 8), 1)),
  design('custom_vjp', (s, x: Tensor) => s.child(signed, 'out')(nn.relu(s.child(signed, { prefix: 'hidden_' })(x, 8)), 1), {
    loss: ({ output, variables, args }) => ({
      of: (v: never) => np.mean(np.square(output(v, args) as Tensor)),
      at: [variables],
    }),
  }),
]

export const cases: readonly Case[] = [...autoEncoders, ...layers, ...networks, ...loops, ...ownRules]
