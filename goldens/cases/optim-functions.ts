/** Schedules and losses. */
import { grad, np, vmap, type Tensor } from '@heddle/func'
import * as optim from '@heddle/optim'
import { compiledCase, program, tensorsOf, type Case } from './case'

const schedules: Readonly<Record<string, optim.Schedule>> = {
  constant: optim.constantSchedule(0.3),
  polynomial: optim.polynomialSchedule(1, 0.1, 2, 8, { transitionBegin: 2 }),
  linear: optim.linearSchedule(0, 1, 10),
  piecewise: optim.piecewiseConstantSchedule(1, { 4: 0.5, 9: 0.1 }),
  exponential: optim.exponentialDecay(1, 4, 0.5),
  staircase: optim.exponentialDecay(1, 4, 0.5, { transitionBegin: 2, staircase: true, endValue: 0.2 }),
  cosine: optim.cosineDecaySchedule(1, 10, { alpha: 0.1, exponent: 1.5 }),
  warmup_constant: optim.warmupConstantSchedule(0, 1, 5),
  warmup_cosine: optim.warmupCosineDecaySchedule(0, 1, 4, 12, { endValue: 0.1 }),
  warmup_exponential: optim.warmupExponentialDecaySchedule(0, 1, 4, 3, 0.5),
  sgdr: optim.sgdrSchedule([
    { initValue: 0, peakValue: 1, warmupSteps: 2, decaySteps: 6 },
    { initValue: 0.1, peakValue: 0.5, warmupSteps: 2, decaySteps: 8, endValue: 0.05 },
  ]),
  linear_onecycle: optim.linearOnecycleSchedule(12, 1),
  cosine_onecycle: optim.cosineOnecycleSchedule(12, 1),
  interpolate: optim.piecewiseInterpolateSchedule('cosine', 1, { 3: 2, 8: 0.25 }),
}

type Loss = (x: Tensor, y: Tensor) => Tensor
const losses: Readonly<Record<string, Loss>> = {
  squared_error: optim.squaredError,
  l2_loss: optim.l2Loss,
  huber_loss: (x, y) => optim.huberLoss(x, y),
  log_cosh: optim.logCosh,
  cosine_similarity: (x, y) => optim.cosineSimilarity(x, y),
  cosine_distance: (x, y) => optim.cosineDistance(x, y),
  sigmoid_binary_cross_entropy: optim.sigmoidBinaryCrossEntropy,
  softmax_cross_entropy: (x, y) => optim.softmaxCrossEntropy(x, y),
  safe_softmax_cross_entropy: optim.safeSoftmaxCrossEntropy,
  softmax_cross_entropy_with_integer_labels: (x, y) => optim.softmaxCrossEntropyWithIntegerLabels(x, y),
  hinge_loss: optim.hingeLoss,
  perceptron_loss: optim.perceptronLoss,
  multiclass_hinge_loss: optim.multiclassHingeLoss,
  multiclass_perceptron_loss: optim.multiclassPerceptronLoss,
  poly_loss_cross_entropy: (x, y) => optim.polyLossCrossEntropy(x, y),
  kl_divergence: (x, y) => optim.klDivergence(x, y),
  kl_divergence_with_log_targets: (x, y) => optim.klDivergenceWithLogTargets(x, y),
  sigmoid_focal_loss: (x, y) => optim.sigmoidFocalLoss(x, y),
  smooth_labels: (x) => optim.smoothLabels(x, 0.1),
}

const each = <A, B>(all: Readonly<Record<string, A>>, f: (a: A, name: string) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(all).map(([name, a]) => [name, f(a, name)]))

const valueAt =
  (schedule: optim.Schedule) =>
  (count: Tensor): Tensor =>
    np.asarray(schedule(count), { dtype: 'float32' })
const counts = (): readonly Tensor[] => Array.from({ length: 15 }, (_, c) => np.array(c, 'int32'))

export const cases: readonly Case[] = [
  compiledCase(
    'optim/schedules',
    (compile) => () =>
      each(schedules, (schedule) => {
        const value = compile(valueAt(schedule))
        return np.stack(counts().map((count) => value(count)))
      }),
    {
      tolerance: { rtol: 1e-5, atol: 3e-7 },
      ways: { 'counts in vmap': () => each(schedules, (schedule) => program(vmap(valueAt(schedule)))(np.stack(counts()))) },
    },
  ),
  compiledCase(
    'optim/losses',
    (compile) =>
      ({ golden }) =>
        each(losses, (loss, name) => {
          const args = tensorsOf(golden, name, 'args') as readonly [Tensor, Tensor]
          const sum = (x: Tensor, y: Tensor): Tensor => np.sum(loss(x, y))
          return { args, value: compile(loss)(...args), grad: compile(grad(sum))(...args) }
        }),
  ),
]
