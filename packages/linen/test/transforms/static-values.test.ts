/** Flags through transformations of modules: they arrive as they are, and layers refuse tensors in their place. */
import { hostBackend } from '@heddle/backend-host'
import { isTensor, jit, np, random, setDefaultBackend, vmap, type Tensor } from '@heddle/func'
import { map } from '@heddle/tree'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/index'

setDefaultBackend(hostBackend())

const key = random.key(0)
const x = np.ones([8])
const rngs = { dropout: key }
const up = <T>(s: T): T => map<T>((y: unknown) => (isTensor(y) ? y.at(null) : y), s)

/** Drops most of its input in training. */
class Block extends nn.Module {
  call(y: Tensor, s: unknown): Tensor {
    seen.push(shown(s))
    const { train = s as boolean, mask } = s as { train?: boolean; mask?: Tensor }
    const z = new nn.Dropout({ rate: 0.9, deterministic: train !== true }).call(y)
    return (mask === undefined ? z : z.mul(mask)).mul(this.param('w', nn.initializers.ones, []))
  }
}
const shown = (s: unknown): unknown => map((y: unknown) => (isTensor(y) ? 'a tensor' : y), s)
const seen: unknown[] = []

type Call = (m: Block, y: Tensor, s: unknown) => Tensor
const plain: Call = (m, y, s) => m.call(y, s)
const axes = { variableAxes: { params: null }, splitRngs: { params: false, dropout: true } }
const loop = { variableBroadcast: 'params', splitRngs: { params: false, dropout: true } } as const
const asClass =
  (transform: (cls: typeof Block) => typeof Block): Call =>
  (_, y, s) =>
    new (transform(Block))().call(y, s)

/** Every transformation of modules, as a way to call a block; those of classes make one. */
const transformations: Readonly<Record<string, Call>> = {
  'jit of a class': asClass(nn.jit),
  'remat of a class': asClass(nn.remat),
  'checkpoint of a class': asClass((cls) => nn.checkpoint(cls, { concrete: true })),
  'jit of remat': asClass((cls) => nn.jit(nn.remat(cls))),
  'vmap of a class': (_, y, s) => new (nn.vmap(Block, axes))().call(up(y), up(s)).at(0),
  'scan of a function': (m, y, s) =>
    nn
      .scan((inner: Block, c: Tensor, z: Tensor, t: unknown) => [c, inner.call(z, t)] as const, loop)(m, np.zeros([]), up(y), up(s))[1]
      .at(0),
  'jit of a function': (m, y, s) => nn.jit(plain)(m, y, s),
  'remat of a function': (m, y, s) => nn.remat(plain)(m, y, s),
  'vmap of a function': (m, y, s) =>
    nn
      .vmap(plain, { ...axes, inAxes: [0, null] })(m, up(y), s)
      .at(0),
  'foldRngs of a function': (m, y, s) => nn.foldRngs(plain)(m, y, s),
  cond: (m, y, s) => nn.cond(np.array(true), plain, plain, m, [y, s] as const),
  switch: (m, y, s) => nn.switch(np.array(1, 'int32'), [plain, plain], m, [y, s] as const),
  vjp: (m, y, s) => nn.vjp(plain, m, [y, s] as const)[0],
  jvp: (m, y, s) => nn.jvp(plain, m, [y, s] as const, [y, s] as const)[0],
  valueAndGrad: (m, y, s) => {
    const loss = (inner: Block, z: Tensor, t: unknown): readonly [Tensor, Tensor] => {
      const out = inner.call(z, t)
      return [out.sum(), out]
    }
    const [[, out]] = nn.valueAndGrad(loss as never, m, [y, s] as const, { hasAux: true }) as unknown as readonly [
      readonly [Tensor, Tensor],
    ]
    return out
  },
  customVjp: (m, y, s) =>
    nn.customVjp(plain, {
      forwardFn: (inner, z, t) => [inner.call(z, t), { t }] as const,
      backwardFn: (_, ct) => [{}, ct, null],
    })(m, y, s),
}
const settings: Readonly<Record<string, readonly [train: boolean, s: unknown]>> = {
  false: [false, false],
  true: [true, true],
  'an object of false': [false, { train: false, mode: 'a' }],
  'an object of true': [true, { train: true, mode: 'b' }],
  'a mask and false': [false, { train: false, mask: np.ones([8]) }],
  'a mask and true': [true, { train: true, mask: np.ones([8]) }],
}
describe.each(Object.entries(transformations))('%s', (_, call) => {
  class Net extends nn.Module {
    call(y: Tensor, s: unknown): Tensor {
      return call(new Block(), y, s)
    }
  }
  it.each(Object.entries(settings))('hands on %s', (_name, [train, s]) => {
    seen.length = 0
    const variables = new Net().init({ params: key, dropout: key }, [x, s])
    const out = new Net().apply(variables, [x, s], { rngs })
    const again = new Net().apply(variables, [x, s], { rngs })
    expect(seen.length).toBeGreaterThan(0)
    for (const t of seen) expect(t).toEqual(shown(s))
    expect(again.toArray()).toEqual(out.toArray())
    const ones = (out.toArray() as number[]).filter((v) => v === 1).length
    expect(ones).toBe(train ? 0 : 8)
  })
})
describe('flags', () => {
  it('trace nn.jit once for each value', () => {
    let traces = 0
    class Count extends nn.Module {
      call(y: Tensor, { train }: { train: boolean }): Tensor {
        traces += 1
        return train ? y : y.neg()
      }
    }
    const Fast = nn.jit(Count)
    for (const train of [true, true, false, false, true, false])
      expect(new Fast().apply({}, [x, { train }]).at(0).item()).toBe(train ? 1 : -1)
    expect(traces).toBe(2)
  })
  it('go through a jitted apply of func', () => {
    class Net extends nn.Module {
      call(y: Tensor, train: boolean): Tensor {
        return new (nn.remat(Block))().call(y, train)
      }
    }
    const variables = new Net().init(key, [x, false])
    const step = jit((y: Tensor, train: boolean) => new Net().apply(variables, [y, train], { rngs }))
    expect([step(x, false), step(x, true)].map((y) => (y.toArray() as number[]).filter((v) => v === 1).length)).toEqual([8, 0])
  })
  it('are refused in the carry of nn.scan and nn.whileLoop, with the remedy', () => {
    class Loop extends nn.Module {
      call(y: Tensor): unknown {
        return nn.scan((_: nn.Module, c: { y: Tensor; done: boolean }) => [c, null] as const, { length: 2 })(this, { y, done: false })
      }
    }
    class While extends nn.Module {
      call(y: Tensor): unknown {
        return nn.whileLoop(
          (_: nn.Module, c: { y: Tensor; mode: string }) => c.y.sum().less(0),
          (_: nn.Module, c: { y: Tensor; mode: string }) => c,
          this,
          { y, mode: 'a' },
        )
      }
    }
    expect(() => new Loop().apply({}, [x])).toThrow(nn.CarryMismatchError)
    expect(() => new Loop().apply({}, [x])).toThrow(/the carry\.done.*np\.array\(flag\)/)
    expect(() => new While().apply({}, [x])).toThrow(/the carry\.mode.*the JavaScript string "a"/)
  })
})
describe('settings of layers', () => {
  const flag = np.array(false)
  const y = np.ones([2, 4])
  const cell = () => new nn.LSTMCell({ features: 2 })
  const layers: Readonly<Record<string, (t: never) => unknown>> = {
    'Dropout, at the call': (t) => new nn.Dropout({ rate: 0.5 }).apply({}, [y, { deterministic: t }], { rngs }),
    'Dropout, in props': (t) => new nn.Dropout({ rate: 0.5, deterministic: t }).apply({}, [y], { rngs }),
    'the rate of Dropout': (t) => new nn.Dropout({ rate: t, deterministic: false }).apply({}, [y], { rngs }),
    'BatchNorm, at the call': (t) => new nn.BatchNorm().init(key, [y, { useRunningAverage: t }]),
    'BatchNorm, in props': (t) => new nn.BatchNorm({ useRunningAverage: t }).init(key, [y]),
    'BatchNorm, useBias': (t) => new nn.BatchNorm({ useRunningAverage: true, useBias: t }).init(key, [y]),
    'SpectralNorm, updateStats': (t) =>
      new nn.SpectralNorm({ layerInstance: new nn.Dense({ features: 2 }) }).init(key, [[y], { updateStats: t }]),
    'attention, at the call': (t) =>
      new nn.MultiHeadDotProductAttention({ numHeads: 1, dropoutRate: 0.5 }).init(key, [y, y, y, { deterministic: t }] as never),
    'attention, in props': (t) =>
      new nn.MultiHeadDotProductAttention({ numHeads: 1, dropoutRate: 0.5, deterministic: t }).init(key, [y, y, y] as never),
    'attention, decode': (t) => new nn.MultiHeadDotProductAttention({ numHeads: 1, decode: t }).init(key, [y, y, y] as never),
    'attention, sowWeights': (t) => new nn.MultiHeadDotProductAttention({ numHeads: 1 }).init(key, [y, y, y, { sowWeights: t }] as never),
    'dotProductAttention, deterministic': (t) =>
      nn.dotProductAttention(y.at(null), y.at(null), y.at(null), { deterministic: t, dropoutRate: 0.5, dropoutRng: key }),
    'Dense, useBias': (t) => new nn.Dense({ features: 2, useBias: t }).init(key, [y]),
    'Conv, useBias': (t) => new nn.Conv({ features: 2, kernelSize: [1], useBias: t }).init(key, [y]),
    'LayerNorm, useScale': (t) => new nn.LayerNorm({ useScale: t }).init(key, [y]),
    'GroupNorm, useFastVariance': (t) => new nn.GroupNorm({ numGroups: 2, useFastVariance: t }).init(key, [y]),
    'WeightNorm, useScale': (t) =>
      new nn.WeightNorm({ layerInstance: new nn.Dense({ features: 2 }), useScale: t }).init(key, [[y]] as never),
    'RNN, reverse in props': (t) => new nn.RNN({ cell: cell(), reverse: t }).init(key, [y.at(null)]),
    'RNN, timeMajor': (t) => new nn.RNN({ cell: cell(), timeMajor: t }).init(key, [y.at(null)]),
    'RNN, returnCarry at the call': (t) => new nn.RNN({ cell: cell() }).init(key, [y.at(null), { returnCarry: t }]),
    'GRU, residual': (t) => new nn.SimpleCell({ features: 2, residual: t }).init(key, [np.ones([2, 2]), y]),
    mergeParam: (t) => nn.mergeParam('train', undefined, t),
    'the mutability of apply': (t) => new nn.Dense({ features: 2 }).apply({}, [y], { mutable: t }),
  }
  it.each(Object.entries(layers))('%s refuses a tensor', (name, make) => {
    expect(() => make(flag as never)).toThrow(nn.LinenError)
    if (!/the rate|mutability/.test(name)) expect(() => make(flag as never)).toThrow(/pass a boolean/)
    expect(() => jit((t: Tensor) => void make(t as never))(flag)).toThrow(nn.LinenError)
  })
  it('keep what they take without a transformation: null of vmap hands a boolean on', () => {
    const drop = (z: Tensor, deterministic: boolean): Tensor => new nn.Dropout({ rate: 0.5 }).apply({}, [z, { deterministic }], { rngs })
    expect(vmap(drop, { inAxes: [0, null] })(y, true).toArray()).toEqual(y.toArray())
    expect(vmap(drop)(y, true).toArray()).toEqual(y.toArray())
  })
})
