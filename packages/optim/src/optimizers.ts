/** Optimizers: chains of transformations under their usual names. The first argument is always the learning rate. */
import type { DType } from '@heddle/func'
import {
  scaleByAdam,
  scaleByAdamax,
  scaleByAmsgrad,
  scaleByBelief,
  scaleByLion,
  scaleByNovograd,
  scaleByRadam,
  scaleByYogi,
} from './adaptive'
import { masked } from './mask'
import { trace } from './momentum'
import { scaleByAdadelta, scaleByRms, scaleByRss, scaleByStddev } from './rms'
import { scaleByLearningRate, scaleByOptionalRate, scaleBySign, scaleByTrustRatio } from './scale'
import { chain, type GradientTransformation, identity } from './transformation'
import { addDecayedWeights } from './weight-decay'
import type { OptionsOf } from '@heddle/func/options'
import { finite } from '@heddle/func/options'
import { named, novogradOptions, optional, radamOptions, rate, taking, type ScalarOrSchedule } from './options'

const decayOptions = named('weightDecay', 'mask')
/** Weight decay, and which parameters have it. */
export interface DecayOptions extends OptionsOf<typeof decayOptions> {}
const momentumOptions = named('momentum', 'nesterov')
/** Momentum, and whether it is that of Nesterov. */
export interface MomentumOptions extends OptionsOf<typeof momentumOptions> {}

const withMomentum = ({ momentum, nesterov = false }: MomentumOptions, accumulatorDtype?: DType): GradientTransformation =>
  momentum === undefined ? identity() : trace(momentum, { nesterov, accumulatorDtype })

const sgdOptions = named('momentum', 'nesterov', 'accumulatorDtype')
/** Gradient descent, with momentum if given. Source: optax.sgd. */
export const sgd = taking(
  'sgd',
  [['learningRate', rate], sgdOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof sgdOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(withMomentum(options, options.accumulatorDtype), scaleByLearningRate(learningRate)),
)
const adamOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'nesterov')
/** Source: optax.adam; Kingma and Ba, Adam, 2014. */
export const adam = taking(
  'adam',
  [['learningRate', rate], adamOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof adamOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdam(options), scaleByLearningRate(learningRate)),
)
const adamwOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'nesterov', 'weightDecay', 'mask')
/** Adam with decoupled weight decay. Source: optax.adamw; Loshchilov and Hutter, 2019. */
export const adamw = taking(
  'adamw',
  [['learningRate', rate], adamwOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-4, mask, ...options }: OptionsOf<typeof adamwOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdam(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const nadamOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype')
/** Adam with Nesterov momentum. Source: optax.nadam; Dozat, 2016. */
export const nadam = taking(
  'nadam',
  [['learningRate', rate], nadamOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof nadamOptions> = {}): GradientTransformation<readonly unknown[]> =>
    adam(learningRate, { ...options, nesterov: true }),
)
const nadamwOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype', 'weightDecay', 'mask')
/** Source: optax.nadamw. */
export const nadamw = taking(
  'nadamw',
  [['learningRate', rate], nadamwOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof nadamwOptions> = {}): GradientTransformation<readonly unknown[]> =>
    adamw(learningRate, { ...options, nesterov: true }),
)
const amsgradOptions = named('b1', 'b2', 'eps', 'epsRoot', 'muDtype')
/** Source: optax.amsgrad; Reddi et al., 2018. */
export const amsgrad = taking(
  'amsgrad',
  [['learningRate', rate], amsgradOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof amsgradOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAmsgrad(options), scaleByLearningRate(learningRate)),
)
const adamaxOptions = named('b1', 'b2', 'eps')
/** Source: optax.adamax; Kingma and Ba, 2014. */
export const adamax = taking(
  'adamax',
  [['learningRate', rate], adamaxOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof adamaxOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdamax(options), scaleByLearningRate(learningRate)),
)
const adamaxwOptions = named('b1', 'b2', 'eps', 'weightDecay', 'mask')
/** Source: optax.adamaxw. */
export const adamaxw = taking(
  'adamaxw',
  [['learningRate', rate], adamaxwOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-4, mask, ...options }: OptionsOf<typeof adamaxwOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdamax(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const adabeliefOptions = named('b1', 'b2', 'eps', 'epsRoot', 'nesterov')
/** Source: optax.adabelief; Zhuang et al., 2020. */
export const adabelief = taking(
  'adabelief',
  [['learningRate', rate], adabeliefOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof adabeliefOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByBelief(options), scaleByLearningRate(learningRate)),
)
const yogiOptions = named('b1', 'b2', 'eps')
/** Source: optax.yogi; Zaheer et al., 2018. */
export const yogi = taking(
  'yogi',
  [['learningRate', rate], yogiOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof yogiOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByYogi(options), scaleByLearningRate(learningRate)),
)
/** Source: optax.radam; Liu et al., 2019. */
export const radam = taking(
  'radam',
  [['learningRate', rate], radamOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof radamOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByRadam(options), scaleByLearningRate(learningRate)),
)
/** Source: optax.novograd; Ginsburg et al., 2019. */
export const novograd = taking(
  'novograd',
  [['learningRate', rate], novogradOptions],
  (
    learningRate: ScalarOrSchedule,
    { eps = 1e-6, ...options }: OptionsOf<typeof novogradOptions> = {},
  ): GradientTransformation<readonly unknown[]> => chain(scaleByNovograd({ eps, ...options }), scaleByLearningRate(learningRate)),
)
const lionOptions = named('b1', 'b2', 'muDtype', 'weightDecay', 'mask')
/** Source: optax.lion; Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. */
export const lion = taking(
  'lion',
  [['learningRate', rate], lionOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-3, mask, ...options }: OptionsOf<typeof lionOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByLion(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const rmspropOptions = named('decay', 'eps', 'initialScale', 'epsInSqrt', 'biasCorrection', 'momentum', 'nesterov', 'centered')
/** Source: optax.rmsprop; Tieleman and Hinton, 2012. */
export const rmsprop = taking(
  'rmsprop',
  [['learningRate', rate], rmspropOptions],
  (
    learningRate: ScalarOrSchedule,
    { centered = false, momentum, nesterov = false, ...options }: OptionsOf<typeof rmspropOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      (centered ? scaleByStddev(options) : scaleByRms(options)) as GradientTransformation,
      scaleByLearningRate(learningRate),
      withMomentum({ momentum, nesterov }),
    ),
)
const adagradOptions = named('initialAccumulatorValue', 'eps')
/** Source: optax.adagrad; Duchi et al., 2011. */
export const adagrad = taking(
  'adagrad',
  [['learningRate', rate], adagradOptions],
  (learningRate: ScalarOrSchedule, options: OptionsOf<typeof adagradOptions> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByRss(options), scaleByLearningRate(learningRate)),
)
const adadeltaOptions = named('rho', 'eps', 'weightDecay', 'mask')
/** Source: optax.adadelta; Zeiler, 2012. */
export const adadelta = taking(
  'adadelta',
  [['learningRate', optional(rate)], adadeltaOptions],
  (
    learningRate?: ScalarOrSchedule,
    { weightDecay = 0, mask, ...options }: OptionsOf<typeof adadeltaOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(addDecayedWeights(weightDecay, { mask }), scaleByAdadelta(options), scaleByOptionalRate(learningRate)),
)
const lambOptions = named('b1', 'b2', 'eps', 'epsRoot', 'weightDecay', 'mask')
/** Adam with a trust ratio for each leaf. Source: optax.lamb; You et al., Large Batch Optimization, 2020. */
export const lamb = taking(
  'lamb',
  [['learningRate', rate], lambOptions],
  (
    learningRate: ScalarOrSchedule,
    { eps = 1e-6, weightDecay = 0, mask, ...options }: OptionsOf<typeof lambOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      scaleByAdam({ eps, ...options }),
      addDecayedWeights(weightDecay, { mask }),
      scaleByTrustRatio(),
      scaleByLearningRate(learningRate),
    ),
)
const larsOptions = named('momentum', 'nesterov', 'eps', 'weightDecay', 'weightDecayMask', 'trustCoefficient', 'trustRatioMask')
/** Momentum with a trust ratio for each leaf. Source: optax.lars; You et al., 2017. */
export const lars = taking(
  'lars',
  [['learningRate', rate], larsOptions],
  (
    learningRate: ScalarOrSchedule,
    {
      weightDecay = 0,
      weightDecayMask = true,
      trustCoefficient = 1e-3,
      eps = 0,
      trustRatioMask = true,
      momentum = 0.9,
      nesterov = false,
    }: OptionsOf<typeof larsOptions> = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      addDecayedWeights(weightDecay, { mask: weightDecayMask }),
      masked(scaleByTrustRatio({ trustCoefficient, eps }), trustRatioMask),
      scaleByLearningRate(learningRate),
      trace(momentum, { nesterov }),
    ),
)
const fromageOptions = named('minNorm')
/** Steps relative to the size of the weights. Source: optax.fromage; Bernstein et al., 2020. */
export const fromage = taking(
  'fromage',
  [['learningRate', finite], fromageOptions],
  (learningRate: number, { minNorm = 1e-6 }: OptionsOf<typeof fromageOptions> = {}): GradientTransformation<readonly unknown[]> => {
    const shrink = 1 / Math.sqrt(1 + learningRate ** 2)
    return chain(scaleByTrustRatio({ minNorm }), scaleByLearningRate(learningRate * shrink), addDecayedWeights(shrink - 1))
  },
)
/** Descent along signs. Source: optax.sign_sgd; Bernstein et al., 2018. */
export const signSgd = taking(
  'signSgd',
  [['learningRate', rate]],
  (learningRate: ScalarOrSchedule): GradientTransformation<readonly unknown[]> => chain(scaleBySign(), scaleByLearningRate(learningRate)),
)
