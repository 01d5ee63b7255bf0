// Programs as users write them, without a cast, an `as const` or a `!`: whatever does not compile here is a fault of the types. They run, too.
import { hostBackend } from '@heddle/backend-host'
import { customVjp, grad, jit, lax, np, random, setDefaultBackend, type Tensor, tree, valueAndGrad, vmap } from '@heddle/func'
import * as optim from '@heddle/optim'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as nn from '../src/index'

setDefaultBackend(hostBackend())
const key = random.key(0)
const x = random.normal(random.key(1), [4, 6])
const labels = np.array([0, 1, 2, 1], 'int32')

class MLP extends nn.Module<{ widths: readonly number[] }> {
  call(y: Tensor): Tensor {
    for (const features of this.props.widths) y = nn.relu(new nn.Dense({ features }).call(y))
    return y
  }
}

describe('a perceptron', () => {
  const model = new MLP({ widths: [5, 3] })
  it('whose params have no names in types is read by any', () => {
    const variables = model.init(key, [x])
    expectTypeOf(variables.params).toEqualTypeOf<nn.Params>()
    expect(variables.params.Dense_0?.kernel?.shape).toEqual([6, 5])
    expect(variables.params['Dense_1']?.['bias']?.mul(2).toArray()).toEqual([0, 0, 0])
    expect(tree.map((leaf) => leaf.size, variables.params).Dense_0?.kernel).toBe(30)
    expect(tree.leavesWithPath(variables).map(([, leaf]) => leaf.size)).toEqual([5, 30, 3, 15])
  })
  it('whose params have names has them through init, apply, grad and optim', () => {
    type Layer = { kernel: Tensor; bias: Tensor }
    type Params = { Dense_0: Layer; Dense_1: Layer }
    const { params }: nn.Variables<Params> = model.init(key, [x])
    expect(params.Dense_0.kernel.shape).toEqual([6, 5])
    const loss = (p: Params): Tensor => optim.softmaxCrossEntropyWithIntegerLabels(model.apply({ params: p }, [x]), labels).mean()
    const optimizer = optim.adam(1e-2)
    const [value, grads] = valueAndGrad(loss)(params)
    const [updates, state] = optimizer.update(grads, optimizer.init(params), params)
    const next = optim.applyUpdates(params, updates)
    expect([value.shape, grads.Dense_1.bias.shape, next.Dense_1.kernel.shape, state.length]).toEqual([[], [3], [5, 3], 2])
    expectTypeOf(model.init<Params>(key, [x]).params.Dense_1.bias).toEqualTypeOf<Tensor>()
    expectTypeOf(model.initWithOutput<Params>(key, [x])[1].params).toEqualTypeOf<Params>()
    expectTypeOf(model.lazyInit<Params>(key, [x]).params).toEqualTypeOf<Params>()
  })
})

describe('a convolutional network with batch norm', () => {
  class CNN extends nn.Module {
    call(images: Tensor, train: boolean): Tensor {
      const y = new nn.BatchNorm({ useRunningAverage: !train }).call(new nn.Conv({ features: 2, kernelSize: [3, 3] }).call(images))
      return new nn.Dense({ features: 3 }).call(nn.avgPool(nn.relu(y), [2, 2]).mean([1, 2]))
    }
  }
  it('trains', () => {
    const model = new CNN()
    const images = random.normal(key, [4, 4, 4, 1])
    const optimizer = optim.sgd(0.1)
    let { params, batch_stats } = model.init(key, [images, true])
    let state = optimizer.init(params)
    const step = jit((p: nn.Params, stats: nn.Params | undefined, s: typeof state) => {
      const [[value, kept], grads] = valueAndGrad(
        (q: nn.Params) => {
          const [l, u] = model.apply({ params: q, batch_stats: stats }, [images, true], { mutable: ['batch_stats'] })
          return [optim.softmaxCrossEntropyWithIntegerLabels(l, labels).mean(), u.batch_stats]
        },
        { hasAux: true },
      )(p)
      const [updates, next] = optimizer.update(grads, s, p)
      return [optim.applyUpdates(p, updates), kept, next, value]
    })
    const losses: number[] = []
    for (let i = 0; i < 3; i++) {
      const [p, stats, next, value] = step(params, batch_stats, state)
      ;[params, batch_stats, state] = [p, stats, next]
      losses.push(value.item())
    }
    expect(losses.every(Number.isFinite)).toBe(true)
    expect(batch_stats?.BatchNorm_0?.mean.shape).toEqual([2])
  })
})

describe('a recurrent network', () => {
  const Lstm = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
  class Tagger extends nn.Module<{ hidden: number }> {
    call(xs: Tensor): [last: Tensor, scores: Tensor] {
      const lstm = new Lstm({ features: this.props.hidden })
      const [[c], ys] = lstm.call(lstm.initializeCarry(random.key(0), [4, 6]), xs)
      return [c, new nn.Dense({ features: 2 }).call(ys)]
    }
  }
  it('answers tuples', () => {
    const model = new Tagger({ hidden: 3 })
    const xs = random.normal(key, [4, 5, 6])
    const [last, scores] = model.apply(model.init(key, [xs]), [xs])
    expect([last.shape, scores.shape]).toEqual([
      [4, 3],
      [4, 5, 2],
    ])
    const [total, each] = lax.scan(([sum, n], y) => [[sum.add(y), n.add(1)], sum], [np.zeros([6]), np.array(0)], x)
    expect([total[1].item(), each.shape]).toEqual([4, [4, 6]])
  })
})

describe('a transformer', () => {
  class Block extends nn.Module<{ heads: number }> {
    call(y: Tensor, { mask, train }: { mask?: Tensor; train: boolean }): Tensor {
      const norm = new nn.LayerNorm().call(y)
      const given = mask === undefined ? {} : { mask }
      const attended = new nn.MultiHeadDotProductAttention({ numHeads: this.props.heads, deterministic: !train }).call(norm, given)
      const h = y.add(attended)
      return h.add(new nn.Dropout({ rate: 0.1, deterministic: !train }).call(new nn.Dense({ features: 8 }).call(nn.gelu(h))))
    }
  }
  class Transformer extends nn.Module<{ layers: number }> {
    call(ids: Tensor, train: boolean): Tensor {
      let y = new nn.Embed({ numEmbeddings: 7, features: 8 }).call(ids)
      const Remat = nn.remat(Block)
      for (let i = 0; i < this.props.layers; i++) y = new Remat({ heads: 2 }).call(y, { mask: nn.makeCausalMask(ids), train })
      return new nn.Dense({ features: 7 }).call(y)
    }
  }
  it('has gradients of all its variables', () => {
    const model = new Transformer({ layers: 2 })
    const ids = np.array([[1, 2, 3]], 'int32')
    const variables = model.init(key, [ids, false])
    const grads = grad((v: nn.Variables) =>
      model
        .apply(v, [ids, true], { rngs: { dropout: key } })
        .square()
        .mean(),
    )(variables)
    expect(grads.params.Embed_0?.embedding?.shape).toEqual([7, 8])
    expect(tree.structure(grads).equals(tree.structure(variables))).toBe(true)
  })
})

describe('a variational autoencoder', () => {
  class VAE extends nn.Module<{ latents: number }> {
    declare encoder: nn.Dense
    declare decoder: nn.Dense
    setup(): void {
      this.encoder = new nn.Dense({ features: 2 * this.props.latents })
      this.decoder = new nn.Dense({ features: 6 })
    }
    encode(y: Tensor): { mean: Tensor; logVar: Tensor } {
      const [mean, logVar] = this.encode2(y)
      return { mean, logVar }
    }
    encode2(y: Tensor): [Tensor, Tensor] {
      const h = this.encoder.call(y)
      const { latents } = this.props
      return [lax.sliceInDim(h, 0, latents, 1, 1), lax.sliceInDim(h, latents, 2 * latents, 1, 1)]
    }
    decode(z: Tensor): Tensor {
      return this.decoder.call(z)
    }
    call(y: Tensor) {
      const { mean, logVar } = this.encode(y)
      const noise = random.normal(this.makeRng('noise'), mean.shape)
      return { out: this.decode(mean.add(np.exp(logVar.mul(0.5)).mul(noise))), mean, logVar }
    }
  }
  it('is called by its methods', () => {
    const model = new VAE({ latents: 2 })
    const rngs = { params: key, noise: random.key(1) }
    const variables = model.init(rngs, [x])
    const elbo = (v: nn.Variables): Tensor => {
      const { out, mean, logVar } = model.apply(v, [x], { rngs: { noise: key } })
      return out
        .sub(x)
        .square()
        .sum()
        .add(mean.square().add(np.exp(logVar)).sub(logVar).sum())
    }
    expect(grad(elbo)(variables).params.encoder?.kernel?.shape).toEqual([6, 4])
    const { mean } = model.apply(variables, [x], { method: 'encode' })
    expect(model.apply(variables, [mean], { method: model.decode }).shape).toEqual([4, 6])
    expect(model.apply(variables, [mean], { method: (m, z) => [m.decode(z), z] })[1].shape).toEqual([4, 2])
  })
})

describe('learning to learn', () => {
  it('differentiates through an inner step, a task at a time', () => {
    const model = new MLP({ widths: [4, 1] })
    const { params } = model.init(key, [x])
    const loss = (p: nn.Params, task: { inputs: Tensor; targets: Tensor }): Tensor =>
      optim.l2Loss(model.apply({ params: p }, [task.inputs]), task.targets).mean()
    const adapted = (p: nn.Params, task: { inputs: Tensor; targets: Tensor }): nn.Params =>
      optim.applyUpdates(p, optim.sgd(0.1).update(grad(loss)(p, task), optim.sgd(0.1).init(p), p)[0])
    const tasks = { inputs: random.normal(key, [3, 4, 6]), targets: np.zeros([3, 4, 1]) }
    const meta = (p: nn.Params): Tensor => vmap((task: typeof tasks) => loss(adapted(p, task), task))(tasks).mean()
    expect(jit(grad(meta))(params).Dense_0?.kernel?.shape).toEqual([6, 4])
  })
})

describe('two players', () => {
  it('update in turn', () => {
    const [generator, critic] = [new MLP({ widths: [6] }), new MLP({ widths: [5, 1] })]
    const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adam(1e-3))
    const g = generator.init(key, [x]).params
    const d = critic.init(key, [x]).params
    interface State {
      readonly g: nn.Params
      readonly d: nn.Params
      readonly optimizers: { readonly g: ReturnType<typeof optimizer.init>; readonly d: ReturnType<typeof optimizer.init> }
    }
    const step = jit(({ g, d, optimizers }: State, noise: Tensor): State => {
      const fake = (p: nn.Params): Tensor => generator.apply({ params: p }, [noise])
      const score = (p: nn.Params, y: Tensor): Tensor => critic.apply({ params: p }, [y]).mean()
      const [dUpdates, dState] = optimizer.update(grad((p: nn.Params) => score(p, fake(g)).sub(score(p, x)))(d), optimizers.d, d)
      const [gUpdates, gState] = optimizer.update(grad((p: nn.Params) => score(d, fake(p)).neg())(g), optimizers.g, g)
      return { g: optim.applyUpdates(g, gUpdates), d: optim.applyUpdates(d, dUpdates), optimizers: { g: gState, d: dState } }
    })
    let state: State = { g, d, optimizers: { g: optimizer.init(g), d: optimizer.init(d) } }
    for (const noise of [x, x.add(1)]) state = step(state, noise)
    expect(state.d.Dense_1?.kernel?.shape).toEqual([5, 1])
  })
})

describe('a layer with a backward pass of its own', () => {
  const clipped = customVjp((y: Tensor, bound: number) => [y, y.mul(bound)], { nondiffArgnums: [1] }).defvjp(
    (y, bound) => [[y, y.mul(bound)], y],
    (bound: number, _: Tensor, [a, b]: [Tensor, Tensor]) => [np.clip(a.add(b), -bound, bound)],
  )
  class Clip extends nn.Module {
    call(y: Tensor): Tensor {
      const f = nn.customVjp((m: nn.Dense, z: Tensor) => m.call(z), {
        forwardFn: (m, z) => nn.vjp((n, w) => n.call(w), m, [z]),
        backwardFn: (backward, cotangent) => backward(cotangent),
      })
      const [a, b] = clipped(f(new nn.Dense({ features: 3 }), y), 1)
      return a.add(b)
    }
  }
  it('is differentiated by it', () => {
    const model = new Clip()
    const variables = model.init(key, [x])
    const grads = grad((v: nn.Variables) => model.apply(v, [x]).sum())(variables)
    expect(grads.params.Dense_0?.bias?.toArray()).toEqual([4, 4, 4])
  })
})

describe('an ensemble', () => {
  it('is one model, mapped', () => {
    const Ensemble = nn.vmap(MLP, { variableAxes: { params: 0 }, splitRngs: { params: true }, inAxes: null, axisSize: 3 })
    const model = new Ensemble({ widths: [5, 2] })
    const variables = model.init(key, [x])
    const [mean, spread] = jit((v: nn.Variables) => {
      const ys = model.apply(v, [x])
      return [ys.mean(0), ys.std(0)]
    })(variables)
    expect([mean.shape, spread.shape]).toEqual([
      [4, 2],
      [4, 2],
    ])
  })
})

describe('a training loop', () => {
  it('keeps its state in a tuple, under a schedule and a mask', () => {
    const model = new MLP({ widths: [5, 3] })
    const { params } = model.init(key, [x])
    const decay = optim.addDecayedWeights(1e-4, { mask: (p: nn.Params) => tree.map((leaf) => leaf.ndim > 1, p) })
    const optimizer = optim.chain(decay, optim.adam(optim.cosineDecaySchedule(1e-2, 10)))
    const step = jit(
      (p: nn.Params, state: ReturnType<typeof optimizer.init>, batch: { inputs: Tensor; labels: Tensor }) => {
        const [loss, grads] = valueAndGrad((q: nn.Params) =>
          optim.softmaxCrossEntropyWithIntegerLabels(model.apply({ params: q }, [batch.inputs]), batch.labels).mean(),
        )(p)
        const [updates, next] = optimizer.update(grads, state, p)
        return [optim.applyUpdates(p, updates), next, loss]
      },
      { donateArgnums: [0, 1] },
    )
    let state = { params, optimizer: optimizer.init(params) }
    const losses: number[] = []
    for (let i = 0; i < 5; i++) {
      const [next, inner, loss] = step(state.params, state.optimizer, { inputs: x, labels })
      state = { params: next, optimizer: inner }
      losses.push(loss.item())
    }
    const [first = 0, ...rest] = losses
    expect(rest.at(-1)).toBeLessThan(first)
  })
})
