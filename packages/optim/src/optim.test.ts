import { hostBackend } from '@heddle/backend-host'
import { grad, jit, np, setDefaultBackend, type Tensor, valueAndGrad } from '@heddle/func'
import { convert, type Converted, expectTreesClose, golden, type GoldenLeaf, type HostArray } from '@heddle/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import * as o from '.'

beforeAll(() => setDefaultBackend(hostBackend()))

type Json = Converted<Tensor>
const tensor = (leaf: GoldenLeaf): Tensor => {
  const { dtype, shape, data } = leaf as { readonly dtype: string } & HostArray
  return np.array(Array.from(data as number[]), { dtype: dtype as 'float32' }).reshape(shape)
}
const read = (x: Tensor): HostArray => ({ dtype: x.dtype, shape: x.shape, data: [...(x.dataSync() as Float32Array)] })
const tree = (value: Parameters<typeof convert>[0]): Json => convert(value, tensor)

describe('ten steps on a small regression', () => {
  const g = golden('optim/ten_steps')
  const optimizers: Record<string, o.GradientTransformation> = {
    sgd: o.sgd(0.1),
    momentum: o.sgd(0.05, { momentum: 0.9, nesterov: true }),
    adam: o.adam(1e-2),
    adamw: o.adamw(1e-2, { weightDecay: 0.1 }),
    rmsprop: o.rmsprop(1e-2),
    lion: o.lion(1e-3),
    adagrad: o.adagrad(0.1),
    lamb: o.lamb(1e-2),
    clip_adam_cosine: o.chain(o.clipByGlobalNorm(0.5), o.adam(o.cosineDecaySchedule(1e-2, 10))),
    warmup: o.adam(o.warmupCosineDecaySchedule(0, 1e-2, 3, 10)),
  }
  type Layer = { readonly kernel: Tensor; readonly bias: Tensor }
  type Params = { readonly params: { readonly layers_0: Layer; readonly layers_2: Layer } }
  const problem = (): [Params, (p: Params) => Tensor] => {
    const [x, y] = g.parts['args'] as unknown as [GoldenLeaf, GoldenLeaf]
    const [tx, ty] = [tensor(x), tensor(y)]
    const dense = (h: Tensor, l: Layer): Tensor => np.add(np.matmul(h, l.kernel), l.bias)
    const loss = ({ params: p }: Params): Tensor => np.mean(np.square(np.subtract(dense(np.tanh(dense(tx, p.layers_0)), p.layers_2), ty)))
    return [tree(g.value('variables')) as unknown as Params, loss]
  }
  it.each(Object.keys(optimizers))('%s', (name) => {
    const optimizer = optimizers[name]!
    const [start, loss] = problem()
    const step = jit((p: Params, s: unknown): [Params, unknown, Tensor] => {
      const [l, grads] = valueAndGrad(loss)(p)
      const [updates, next] = optimizer.update(grads, s, p)
      return [o.applyUpdates(p, updates), next, l]
    })
    let [params, state]: [Params, unknown] = [start, optimizer.init(start)]
    const losses: number[] = []
    for (let i = 0; i < 10; i++) {
      const [p, s, l] = step(params, state)
      params = p
      state = s
      losses.push(Number(l.item()))
    }
    expectTreesClose(params, g.value(name, 'params'), read, { rtol: 2e-5, atol: 2e-6 })
    expectTreesClose(np.array(losses), g.value(name, 'losses'), read, { rtol: 1e-5, atol: 1e-6 })
  })
})

describe('updates on made up gradients', () => {
  const g = golden('optim/updates')
  const a = { a: true, b: false }
  const optimizers: Record<string, o.GradientTransformation> = {
    nadam: o.nadam(1e-2),
    nadamw: o.nadamw(1e-2, { weightDecay: 0.1 }),
    amsgrad: o.amsgrad(1e-2),
    adamax: o.adamax(1e-2),
    adamaxw: o.adamaxw(1e-2, { weightDecay: 0.1 }),
    adabelief: o.adabelief(1e-2),
    yogi: o.yogi(1e-2),
    radam: o.radam(1e-2),
    radam_low: o.radam(1e-2, { b2: 0.5, threshold: 1.5 }),
    novograd: o.novograd(1e-2, { weightDecay: 0.1 }),
    lars: o.lars(0.1, { weightDecay: 0.01 }),
    fromage: o.fromage(0.1),
    adadelta: o.adadelta(0.5),
    rmsprop_momentum: o.rmsprop(1e-2, { momentum: 0.9, nesterov: true }),
    rmsprop_centered: o.rmsprop(1e-2, { centered: true, initialScale: 1, biasCorrection: true }),
    rmsprop_outside: o.rmsprop(1e-2, { epsInSqrt: false, biasCorrection: true }),
    sign_sgd: o.signSgd(1e-2),
    sgd_schedule: o.sgd(o.exponentialDecay(0.1, 2, 0.5)),
    adamw_mask: o.adamw(1e-2, { weightDecay: 0.5, mask: a }),
    clip: o.chain(o.clip(0.5), o.sgd(0.1)),
    block_rms: o.chain(o.clipByBlockRms(0.3), o.sgd(0.1)),
    agc: o.chain(o.adaptiveGradClip(0.1), o.sgd(0.1)),
    ema: o.chain(o.ema(0.9), o.sgd(0.1)),
    centralize: o.chain(o.centralize(), o.sgd(0.1)),
    apply_every: o.chain(o.applyEvery(2), o.sgd(0.1)),
    multi: o.multiSteps(o.adam(1e-2), 2),
    param_norm: o.chain(o.scaleByParamBlockNorm(), o.sgd(0.1)),
    param_rms: o.chain(o.scaleByParamBlockRms(), o.sgd(0.1)),
    partition: o.partition({ x: o.adam(1e-2), y: o.sgd(0.1) }, { a: 'x', b: 'y' }),
    freeze: o.chain(o.sgd(0.1), o.freeze(a)),
  }
  type Params = { readonly a: Tensor; readonly b: { readonly c: Tensor; readonly d: Tensor } }
  const gradients = (p: Params, i: number): Params => {
    const at = (x: Tensor): Tensor => np.multiply(np.sin(np.add(np.multiply(3, x), i)), 1 + 0.3 * i)
    return { a: at(p.a), b: { c: at(p.b.c), d: at(p.b.d) } }
  }
  it('has one for each golden', () => {
    const names = Object.keys(g.parts).filter((n) => n !== 'start')
    expect(Object.keys(optimizers).sort()).toEqual(names.sort())
  })
  it.each(Object.keys(optimizers))('%s', (name) => {
    const optimizer = optimizers[name]!
    const start = tree(g.value('start')) as unknown as Params
    let [params, state]: [Params, unknown] = [start, optimizer.init(start)]
    for (let i = 0; i < 4; i++) {
      const [updates, next] = optimizer.update(gradients(start, i), state, params)
      expectTreesClose(updates, g.value(name, i), read, { rtol: 2e-5, atol: 1e-7 })
      params = o.applyUpdates(params, updates)
      state = next
    }
  })
})

describe('schedules', () => {
  const g = golden('optim/schedules')
  const schedules: Record<string, o.Schedule> = {
    constant: o.constantSchedule(0.3),
    polynomial: o.polynomialSchedule(1, 0.1, 2, 8, { transitionBegin: 2 }),
    linear: o.linearSchedule(0, 1, 10),
    piecewise: o.piecewiseConstantSchedule(1, { 4: 0.5, 9: 0.1 }),
    exponential: o.exponentialDecay(1, 4, 0.5),
    staircase: o.exponentialDecay(1, 4, 0.5, { transitionBegin: 2, staircase: true, endValue: 0.2 }),
    cosine: o.cosineDecaySchedule(1, 10, { alpha: 0.1, exponent: 1.5 }),
    warmup_constant: o.warmupConstantSchedule(0, 1, 5),
    warmup_cosine: o.warmupCosineDecaySchedule(0, 1, 4, 12, { endValue: 0.1 }),
    warmup_exponential: o.warmupExponentialDecaySchedule(0, 1, 4, 3, 0.5),
    sgdr: o.sgdrSchedule([
      { initValue: 0, peakValue: 1, warmupSteps: 2, decaySteps: 6 },
      { initValue: 0.1, peakValue: 0.5, warmupSteps: 2, decaySteps: 8, endValue: 0.05 },
    ]),
    linear_onecycle: o.linearOnecycleSchedule(12, 1),
    cosine_onecycle: o.cosineOnecycleSchedule(12, 1),
    interpolate: o.piecewiseInterpolateSchedule('cosine', 1, { 3: 2, 8: 0.25 }),
  }
  it('has one for each golden', () => expect(Object.keys(schedules).sort()).toEqual(Object.keys(g.parts).sort()))
  it.each(Object.keys(schedules))('%s', (name) => {
    const schedule = schedules[name]!
    const count = (c: number): Tensor => np.array(c, { dtype: 'int32' })
    const values = np.stack(Array.from({ length: 15 }, (_, c) => np.asarray(schedule(count(c)), { dtype: 'float32' })))
    expectTreesClose(values, g.value(name), read, { rtol: 1e-5, atol: 3e-7 })
  })
})

describe('losses', () => {
  const g = golden('optim/losses')
  type Loss = (x: Tensor, y: Tensor) => Tensor
  const losses: Record<string, Loss> = {
    squared_error: o.squaredError,
    l2_loss: o.l2Loss,
    huber_loss: (x, y) => o.huberLoss(x, y),
    log_cosh: o.logCosh,
    cosine_similarity: (x, y) => o.cosineSimilarity(x, y),
    cosine_distance: (x, y) => o.cosineDistance(x, y),
    sigmoid_binary_cross_entropy: o.sigmoidBinaryCrossEntropy,
    softmax_cross_entropy: (x, y) => o.softmaxCrossEntropy(x, y),
    safe_softmax_cross_entropy: o.safeSoftmaxCrossEntropy,
    softmax_cross_entropy_with_integer_labels: (x, y) => o.softmaxCrossEntropyWithIntegerLabels(x, y),
    hinge_loss: o.hingeLoss,
    perceptron_loss: o.perceptronLoss,
    multiclass_hinge_loss: o.multiclassHingeLoss,
    multiclass_perceptron_loss: o.multiclassPerceptronLoss,
    poly_loss_cross_entropy: (x, y) => o.polyLossCrossEntropy(x, y),
    kl_divergence: (x, y) => o.klDivergence(x, y),
    kl_divergence_with_log_targets: (x, y) => o.klDivergenceWithLogTargets(x, y),
    sigmoid_focal_loss: (x, y) => o.sigmoidFocalLoss(x, y),
    smooth_labels: (x) => o.smoothLabels(x, 0.1),
  }
  it('has one for each golden', () => expect(Object.keys(losses).sort()).toEqual(Object.keys(g.parts).sort()))
  it.each(Object.keys(losses))('%s', (name) => {
    const loss = losses[name]!
    const [x, y] = tree(g.value(name, 'args')) as unknown as [Tensor, Tensor]
    expectTreesClose(loss(x, y), g.value(name, 'value'), read, { rtol: 1e-5, atol: 1e-6 })
    expectTreesClose(grad((z: Tensor) => np.sum(loss(z, y)))(x), g.value(name, 'grad'), read, { rtol: 1e-5, atol: 1e-6 })
  })
  it('refuses labels that are no integers', () => {
    const x = np.zeros([2, 3])
    expect(() => o.softmaxCrossEntropyWithIntegerLabels(x, np.zeros([2]))).toThrow('labels must be integers, not float32')
  })
})

describe('what else holds', () => {
  it('leaves out steps that are not finite', () => {
    const optimizer = o.applyIfFinite(o.sgd(1), 2)
    const params = np.ones([2])
    let state = optimizer.init(params)
    const bad = np.array([1, Number.NaN])
    const seen: number[] = []
    for (const g of [params, bad, bad, bad, params]) {
      const [u, s] = optimizer.update(g, state, params)
      state = s
      seen.push(Number(u.at(0).item()))
    }
    expect(seen).toEqual([-1, 0, 0, -1, -1].map((x) => (x === 0 ? 0 : x)))
    expect(Number(state.total_notfinite.item())).toBe(3)
  })
  it('names what is missing', () => {
    const p = { w: np.ones([2]) }
    const decay = o.addDecayedWeights(0.1)
    expect(() => decay.update(p, decay.init(p))).toThrow('addDecayedWeights: needs the parameters')
    expect(() => o.chain(o.identity(), o.identity()).update(p, [{}] as never)).toThrow('chain: the state has 1 parts for 2 transformations')
    expect(() => o.partition({ x: o.identity() }, { w: 'y' }).init(p)).toThrow('no transformation for label y; there are x')
    expect(() => o.namedChain(['a', o.identity()], ['a', o.identity()])).toThrow('names must be distinct')
    expect(() => o.cosineDecaySchedule(1, 0)).toThrow('decaySteps must be positive')
    expect(() => o.joinSchedules([], [])).toThrow('boundaries')
    expect(() => o.piecewiseConstantSchedule(1, { 3: -1 })).toThrow('scales must not be negative')
  })
  it('adds the same noise for the same key', () => {
    const p = { w: np.zeros([4]), v: np.zeros([4]) }
    const noise = o.addNoise(1, 0.5, np.array(new Uint32Array([0, 7])))
    const [a, s] = noise.update(p, noise.init(p))
    const [b] = noise.update(p, noise.init(p))
    const [c] = noise.update(p, s)
    expect([...a.w.dataSync()]).toEqual([...b.w.dataSync()])
    expect([...a.w.dataSync()]).not.toEqual([...a.v.dataSync()])
    expect([...a.w.dataSync()]).not.toEqual([...c.w.dataSync()])
  })
  it('keeps dtypes: moments where told, parameters theirs', () => {
    const p = { w: np.ones([2], 'float16') }
    const optimizer = o.adam(0.1, { muDtype: 'float32' })
    const state = optimizer.init(p)
    const [u, next] = optimizer.update(p, state, p)
    expect(o.applyUpdates(p, u).w.dtype).toBe('float16')
    expect(((next[0] as o.MomentsState).mu as typeof p).w.dtype).toBe('float32')
    expect(((next[0] as o.MomentsState).nu as typeof p).w.dtype).toBe('float16')
  })
  it('averages parameters', () => {
    const [a, b] = [{ w: np.array([4]) }, { w: np.array([0]) }]
    expect(Number(o.incrementalUpdate(a, b, 0.25).w.at(0).item())).toBe(1)
    expect(
      Number(
        o
          .periodicUpdate(a, b, np.array(6, { dtype: 'int32' }), 3)
          .w.at(0)
          .item(),
      ),
    ).toBe(4)
    expect(
      Number(
        o
          .periodicUpdate(a, b, np.array(7, { dtype: 'int32' }), 3)
          .w.at(0)
          .item(),
      ),
    ).toBe(0)
    expect(Number(o.globalNorm([np.array([3]), { x: np.array(4) }]).item())).toBe(5)
  })
})
