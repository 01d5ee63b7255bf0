/** Ten steps of optimizers that stand beside the usual ones; all of a file go in one program. */
import { np, type Tensor } from '@heddle/func'
import * as optim from '@heddle/optim'
import { leaves, map } from '@heddle/tree'
import { compiledCase, tensorsOf, type Case, type Compile } from './case'

type Optimizers = Readonly<Record<string, optim.GradientTransformation>>
const late = (step: Tensor): Tensor => step.greaterEqual(4)

const transformations: Optimizers = {
  adan: optim.adan(1e-2, { weightDecay: 0.1 }),
  adafactor: optim.adafactor(1e-2, { minDimSizeToFactor: 3, momentum: 0.9, weightDecayRate: 1e-3 }),
  adafactor_relative: optim.adafactor(undefined, { minDimSizeToFactor: 2, clippingThreshold: null }),
  adafactor_plain: optim.adafactor(optim.linearSchedule(0.1, 0, 10), { factored: false, multiplyByParameterScale: false }),
  sm3: optim.sm3(0.1),
  sm3_decayed: optim.chain(optim.scaleBySm3({ b1: 0.5, b2: 0.9 }), optim.scale(-0.1)),
  rprop: optim.rprop(1e-2, { maxStepSize: 0.05 }),
  optimistic: optim.optimisticGradientDescent(0.1, { alpha: 0.5, beta: 2 }),
  optimistic_adam: optim.optimisticAdam(1e-2, { optimism: 0.1 }),
  optimistic_adam_v2: optim.optimisticAdamV2(optim.linearSchedule(1e-2, 0, 12), { alpha: 0.7, beta: 0.3 }),
  polyak: optim.polyakSgd(0.5, { scaling: 0.5, fMin: 0.2 }),
  polyak_plus: optim.polyakSgd(0.5, { fMin: 0.5, eps: 0.1, variant: 'sps+' }),
  normalize: optim.chain(optim.normalizeByUpdateNorm({ scaleFactor: 2 }), optim.sgd(0.1)),
  zero_nans: optim.chain(optim.scaleByTrustRatio(), optim.zeroNans(), optim.sgd(0.1)),
  nonnegative: optim.chain(optim.sgd(0.1), optim.keepParamsNonnegative()),
  signum: optim.signum(1e-2),
  noisy: optim.noisySgd(0.1, { eta: 0.5, key: np.array(new Uint32Array([0, 3])) }),
  conditional: optim.chain(optim.conditionallyTransform(optim.trace(0.5), late), optim.sgd(0.1)),
  conditional_mask: optim.conditionallyMask(optim.adam(0.1), late),
  conditional_extra: optim.conditionallyMask(optim.sgd(0.1), (_, extra) => np.less(extra!['value'] as Tensor, 0.6), { forwardExtraArgs: true }),
  flatten: optim.flatten(optim.chain(optim.scaleByTrustRatio(), optim.adam(1e-2))),
  distance: optim.chain(optim.scaleByDistanceOverGradients({ repsRel: 1e-2 }), optim.scale(-1)),
  per_leaf: optim.chain(
    optim.statelessWithTreeMap((g, p) => g.mul(np.abs(p!))),
    optim.sgd(0.1),
  ),
  inject: optim.injectHyperparams(optim.adamw)(optim.exponentialDecay(0.1, 2, 0.5), { b1: 0.8, weightDecay: 0.1 }),
  inject_own: optim.injectHyperparams(({ decay, rate }: { decay: optim.Scalar; rate: optim.Scalar }) =>
    optim.chain(optim.trace(decay), optim.scaleByLearningRate(rate)),
  )({ decay: (c) => np.add(0.5, np.multiply(0.04, c)), rate: 0.05 }),
  lbfgs: optim.lbfgs(0.1, { memorySize: 3, linesearch: null }),
  lbfgs_plain: optim.lbfgs(0.01, { memorySize: 20, scaleInitPrecond: false, linesearch: null }),
  masked_polyak: optim.masked(optim.polyakSgd(0.5), { a: true, b: false }),
  skip_large: optim.multiSteps(optim.adam(1e-2), 2, { shouldSkipUpdateFn: (u, g, p) => optim.skipLargeUpdates(u, g, p, 40) }),
}

const contrib: Optimizers = {
  schedule_free: optim.scheduleFree(optim.adam(optim.linearSchedule(0.1, 0.05, 10), { b1: 0 }), optim.linearSchedule(0.1, 0.05, 10), {
    b1: 0.8,
    weightLrPower: 1,
  }),
  schedule_free_sgd: optim.scheduleFreeSgd(0.1, { warmupSteps: 3, weightDecay: 0.1 }),
  schedule_free_adamw: optim.scheduleFreeAdamw(0.1, { weightDecay: 0.1 }),
  muon: optim.muon(0.02, { weightDecay: 0.1 }),
  muon_axes: optim.muon(optim.linearSchedule(0.02, 0, 12), {
    nsCoeffs: 'dion',
    nesterov: false,
    adaptive: true,
    consistentRms: 0.2,
    preconditioning: 'aol',
    adamLearningRate: 1e-2,
    muonWeightDimensionNumbers: { a: { reductionAxis: 1, outputAxis: 0 }, b: { c: null, d: { reductionAxis: [0, 2], outputAxis: -2 } } },
  }),
  muon_schatten: optim.muon(0.02, { nsSteps: 3, preconditioning: 'schatten' }),
  sam: optim.sam(optim.adam(0.1), optim.chain(optim.normalize(), optim.sgd(0.05)), { syncPeriod: 3 }),
  sam_kept: optim.sam(optim.sgd(0.1), optim.adam(0.05), { resetState: false }),
  dadapt: optim.dadaptAdamw(optim.linearSchedule(1, 0, 20), { estimLr0: 1e-3, weightDecay: 0.1 }),
  prodigy: optim.prodigy(1, { estimLr0: 1e-3, weightDecay: 0.1 }),
  prodigy_safe: optim.prodigy(optim.linearSchedule(0, 1, 5), { estimLr0: 1e-3, beta3: 0.9, estimLrCoef: 2, safeguardWarmup: true }),
  mechanize: optim.mechanize(optim.sgd(1), { sInit: 1e-3 }),
  cocob: optim.cocob(0.5, { weightDecay: 0.01 }),
  dog: optim.dog(1, { initStep: ['heuristic', 1e-2], weightDecay: 0.1 }),
  dog_distance: optim.dog(optim.linearSchedule(1, 0, 20), { initStep: ['distance', 0.1] }),
  dog_rate: optim.dog(0.5, { initStep: ['learning_rate', 0.01] }),
  dowg: optim.dowg(1, { initEstimSqDist: 0.01 }),
  plateau: optim.chain(optim.sgd(0.1), optim.reduceOnPlateau({ factor: 0.5, patience: 1, rtol: 0.5, cooldown: 2 })),
  plateau_mean: optim.chain(
    optim.sgd(0.1),
    optim.reduceOnPlateau({ factor: 0.1, patience: 0, rtol: 0, atol: 1, accumulationSize: 2, minScale: 0.05 }),
  ),
  acprop: optim.acprop(1e-2, { weightDecay: 0.1 }),
  ademamix: optim.ademamix(1e-2, { b3: optim.linearSchedule(0.9, 0.99, 8), weightDecay: 0.1 }),
  simplified_ademamix: optim.simplifiedAdemamix(1e-3, { alpha: 2, weightDecay: 0.1 }),
  adopt: optim.adopt(1e-2, { nesterov: true }),
  adopt_plain: optim.adopt(1e-2, { useClipping: false }),
  madgrad: optim.madgrad(optim.linearSchedule(0.1, 0, 12), { weightDecay: 0.01 }),
  momo: optim.momo(0.5, { weightDecay: 0.1 }),
  momo_adapted: optim.momo(optim.linearSchedule(1, 0, 12), { beta: 0.5, lowerBound: -1, adaptLowerBound: true }),
  momo_adam: optim.momoAdam(0.1, { weightDecay: 0.1, adaptLowerBound: true }),
  sophia: optim.sophia(1e-2, {
    updateInterval: 3,
    hessianDiagonalFn: optim.hutchinsonEstimatorDiagHessian(np.array(new Uint32Array([0, 3]))) as optim.GradientTransformation,
  }),
  sophia_open: optim.sophia(1e-3, { clipThreshold: null, gamma: 10 }),
}
const sumOfCosh = (p: object): Tensor =>
  (leaves(p) as unknown as readonly Tensor[]).map((x) => np.sum(np.cosh(x))).reduce((a, b) => a.add(b))

type Trees = Readonly<Record<string, object>>
/** The first update and the parameters after ten steps of each. */
const tenSteps = (compile: Compile, optimizers: Optimizers, start: object, more: optim.Extra = {}): Record<string, unknown> => {
  const all = Object.entries(optimizers)
  const step = compile((params: Trees, states: Readonly<Record<string, unknown>>, i: Tensor) => {
    const gradients = map((p: Tensor) => np.sin(p.mul(3).add(i)).mul(i.mul(0.3).add(1)), start) as object
    const extra = { value: np.add(np.divide(2, i.add(1)), 0.1), ...more }
    const results = all.map(([name, optimizer]) => {
      const [updates, state] = optimizer.update(gradients, states[name], params[name], extra)
      return { name, updates, state, params: optim.applyUpdates(params[name]!, updates) }
    })
    const by = <X>(f: (r: (typeof results)[number]) => X): Record<string, X> => Object.fromEntries(results.map((r) => [r.name, f(r)]))
    return [by((r) => r.params), by((r) => r.state), by((r) => r.updates)] as const
  })
  let params: Trees = Object.fromEntries(all.map(([name]) => [name, start]))
  let states = compile((p: object): Record<string, unknown> => Object.fromEntries(all.map(([name, o]) => [name, o.init(p)])))(start)
  let first: Trees = {}
  for (let i = 0; i < 10; i++) {
    const [next, state, updates] = step(params, states, np.array(i, 'float32'))
    params = next
    states = state
    if (i === 0) first = updates
  }
  return Object.fromEntries(all.map(([name]) => [name, { first: first[name], params: params[name] }]))
}

export const cases: readonly Case[] = [
  compiledCase(
    'optim/transformations',
    (compile) =>
      ({ golden }) =>
        tenSteps(compile, transformations, tensorsOf(golden, 'start') as object),
    { given: ['start'], tolerance: { rtol: 2e-5, atol: 1e-6 } },
  ),
  compiledCase(
    'optim/contrib',
    (compile) =>
      ({ golden }) =>
        tenSteps(compile, contrib, tensorsOf(golden, 'start') as object, { objFn: sumOfCosh }),
    { given: ['start'], tolerance: { rtol: 5e-5, atol: 1e-6 } },
  ),
]
