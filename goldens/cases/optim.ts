/** Optimizers: ten steps on a small regression, and four updates on made up gradients. */
import { np, valueAndGrad, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import * as optim from '@heddle/optim'
import { map } from '@heddle/tree'
import { compiledCase, tensorsOf, type Case, type Compile } from './case'

type Optimizers = Readonly<Record<string, optim.GradientTransformation>>

const inTenSteps: Optimizers = {
  sgd: optim.sgd(0.1),
  momentum: optim.sgd(0.05, { momentum: 0.9, nesterov: true }),
  adam: optim.adam(1e-2),
  adamw: optim.adamw(1e-2, { weightDecay: 0.1 }),
  rmsprop: optim.rmsprop(1e-2),
  lion: optim.lion(1e-3),
  adagrad: optim.adagrad(0.1),
  lamb: optim.lamb(1e-2),
  clip_adam_cosine: optim.chain(optim.clipByGlobalNorm(0.5), optim.adam(optim.cosineDecaySchedule(1e-2, 10))),
  warmup: optim.adam(optim.warmupCosineDecaySchedule(0, 1e-2, 3, 10)),
}

const onA = { a: true, b: false }
const inUpdates: Optimizers = {
  nadam: optim.nadam(1e-2),
  nadamw: optim.nadamw(1e-2, { weightDecay: 0.1 }),
  amsgrad: optim.amsgrad(1e-2),
  adamax: optim.adamax(1e-2),
  adamaxw: optim.adamaxw(1e-2, { weightDecay: 0.1 }),
  adabelief: optim.adabelief(1e-2),
  yogi: optim.yogi(1e-2),
  radam: optim.radam(1e-2),
  radam_low: optim.radam(1e-2, { b2: 0.5, threshold: 1.5 }),
  novograd: optim.novograd(1e-2, { weightDecay: 0.1 }),
  lars: optim.lars(0.1, { weightDecay: 0.01 }),
  fromage: optim.fromage(0.1),
  adadelta: optim.adadelta(0.5),
  rmsprop_momentum: optim.rmsprop(1e-2, { momentum: 0.9, nesterov: true }),
  rmsprop_centered: optim.rmsprop(1e-2, { centered: true, initialScale: 1, biasCorrection: true }),
  rmsprop_outside: optim.rmsprop(1e-2, { epsInSqrt: false, biasCorrection: true }),
  sign_sgd: optim.signSgd(1e-2),
  sgd_schedule: optim.sgd(optim.exponentialDecay(0.1, 2, 0.5)),
  adamw_mask: optim.adamw(1e-2, { weightDecay: 0.5, mask: onA }),
  clip: optim.chain(optim.clip(0.5), optim.sgd(0.1)),
  block_rms: optim.chain(optim.clipByBlockRms(0.3), optim.sgd(0.1)),
  agc: optim.chain(optim.adaptiveGradClip(0.1), optim.sgd(0.1)),
  ema: optim.chain(optim.ema(0.9), optim.sgd(0.1)),
  centralize: optim.chain(optim.centralize(), optim.sgd(0.1)),
  apply_every: optim.chain(optim.applyEvery(2), optim.sgd(0.1)),
  multi: optim.multiSteps(optim.adam(1e-2), 2),
  param_norm: optim.chain(optim.scaleByParamBlockNorm(), optim.sgd(0.1)),
  param_rms: optim.chain(optim.scaleByParamBlockRms(), optim.sgd(0.1)),
  partition: optim.partition({ x: optim.adam(1e-2), y: optim.sgd(0.1) }, { a: 'x', b: 'y' }),
  freeze: optim.chain(optim.sgd(0.1), optim.freeze(onA)),
}

const each = (optimizers: Optimizers, run: (optimizer: optim.GradientTransformation) => unknown) =>
  Object.fromEntries(Object.entries(optimizers).map(([name, optimizer]) => [name, run(optimizer)]))

/** Steps from a start: what each answered, and the params after them. A step is compiled, and may be traced once. */
const steps = <Out>(
  compile: Compile,
  optimizer: optim.GradientTransformation,
  start: object,
  count: number,
  gradients: (params: object, i: Tensor) => readonly [answer: Out, gradients: object],
): { readonly answers: readonly (readonly [answer: Out, updates: object])[]; readonly params: object } => {
  const step = compile((params: object, state: unknown, i: Tensor) => {
    const [answer, grads] = gradients(params, i)
    const [updates, next] = optimizer.update(grads, state, params)
    return [optim.applyUpdates(params, updates), next, answer, updates] as const
  })
  let [params, state]: [object, unknown] = [start, compile((p: object): unknown => optimizer.init(p))(start)]
  const answers: (readonly [Out, object])[] = []
  for (let i = 0; i < count; i++) {
    const [p, s, answer, updates] = step(params, state, np.array(i, 'float32'))
    params = p
    state = s
    answers.push([answer, updates])
  }
  return { answers, params }
}

export const cases: readonly Case[] = [
  compiledCase(
    'optim/ten_steps',
    (compile) =>
      ({ golden, args: [x, y] }) => {
        const variables = tensorsOf(golden, 'variables') as nn.Variables
        const model = new nn.Sequential({ layers: [new nn.Dense({ features: 8 }), nn.tanh, new nn.Dense({ features: 1 })] })
        const loss = valueAndGrad((v: object): Tensor => model.apply(v, [x!]).sub(y!).square().mean())
        return each(inTenSteps, (optimizer) => {
          const { answers, params } = steps(compile, optimizer, variables, 10, (v) => loss(v))
          return { losses: np.stack(answers.map(([l]) => l)), params }
        })
      },
    { given: ['variables'] },
  ),
  compiledCase(
    'optim/updates',
    (compile) =>
      ({ golden }) => {
        const start = tensorsOf(golden, 'start') as object
        const madeUp = (i: Tensor): object => map((p: Tensor) => np.sin(p.mul(3).add(i)).mul(i.mul(0.3).add(1)), start)
        return each(inUpdates, (optimizer) => steps(compile, optimizer, start, 4, (_, i) => [null, madeUp(i)]).answers.map(([, u]) => u))
      },
    // Updates are small.
    { given: ['start'], tolerance: { rtol: 2e-5, atol: 1e-7 } },
  ),
]
