/** Optimizers: chains of transformations under their usual names. The first argument is always the learning rate. */
import type { DType } from '@heddle/func'
import {
  type AdamOptions,
  scaleByAdam,
  scaleByAdamax,
  scaleByAmsgrad,
  scaleByBelief,
  scaleByLion,
  scaleByNovograd,
  scaleByRadam,
  scaleByYogi,
} from './adaptive'
import { type Mask, masked } from './mask'
import { trace } from './momentum'
import { type RmsOptions, scaleByAdadelta, scaleByRms, scaleByRss, scaleByStddev } from './rms'
import { type ScalarOrSchedule, scaleByLearningRate, scaleByOptionalRate, scaleBySign, scaleByTrustRatio } from './scale'
import { chain, type GradientTransformation, identity } from './transformation'
import type { Scalar } from './tree-math'
import { addDecayedWeights } from './weight-decay'
import { number } from '@heddle/func/options'
import { named, optional, rate, taking } from './options'

export interface DecayOptions {
  readonly weightDecay?: ScalarOrSchedule
  /** Which parameters decay; all by default. */
  readonly mask?: Mask
}
export interface MomentumOptions {
  readonly momentum?: Scalar | undefined
  readonly nesterov?: boolean
}
type WithEps<O> = O & { readonly eps?: Scalar }

const withMomentum = ({ momentum, nesterov = false }: MomentumOptions, accumulatorDtype?: DType): GradientTransformation =>
  momentum === undefined ? identity() : trace(momentum, { nesterov, accumulatorDtype })

const sgdOptions = named<MomentumOptions & { readonly accumulatorDtype?: DType }>({
  momentum: true,
  nesterov: true,
  accumulatorDtype: true,
})
/** Gradient descent, with momentum if given. Source: optax.sgd. */
export const sgd = taking(
  'sgd',
  [['learningRate', rate], sgdOptions],
  (
    learningRate: ScalarOrSchedule,
    options: MomentumOptions & { readonly accumulatorDtype?: DType } = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(withMomentum(options, options.accumulatorDtype), scaleByLearningRate(learningRate)),
)
const adamOptions = named<AdamOptions>({ b1: true, b2: true, eps: true, epsRoot: true, muDtype: true, nesterov: true })
/** Source: optax.adam; Kingma and Ba, Adam, 2014. */
export const adam = taking(
  'adam',
  [['learningRate', rate], adamOptions],
  (learningRate: ScalarOrSchedule, options: AdamOptions = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdam(options), scaleByLearningRate(learningRate)),
)
const adamwOptions = named<AdamOptions & DecayOptions>({
  b1: true,
  b2: true,
  eps: true,
  epsRoot: true,
  muDtype: true,
  nesterov: true,
  weightDecay: true,
  mask: true,
})
/** Adam with decoupled weight decay. Source: optax.adamw; Loshchilov and Hutter, 2019. */
export const adamw = taking(
  'adamw',
  [['learningRate', rate], adamwOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-4, mask, ...options }: AdamOptions & DecayOptions = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdam(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const nadamOptions = named<Omit<AdamOptions, 'nesterov'>>({ b1: true, b2: true, eps: true, epsRoot: true, muDtype: true })
/** Adam with Nesterov momentum. Source: optax.nadam; Dozat, 2016. */
export const nadam = taking(
  'nadam',
  [['learningRate', rate], nadamOptions],
  (learningRate: ScalarOrSchedule, options: Omit<AdamOptions, 'nesterov'> = {}): GradientTransformation<readonly unknown[]> =>
    adam(learningRate, { ...options, nesterov: true }),
)
const nadamwOptions = named<Omit<AdamOptions, 'nesterov'> & DecayOptions>({
  b1: true,
  b2: true,
  eps: true,
  epsRoot: true,
  muDtype: true,
  weightDecay: true,
  mask: true,
})
/** Source: optax.nadamw. */
export const nadamw = taking(
  'nadamw',
  [['learningRate', rate], nadamwOptions],
  (
    learningRate: ScalarOrSchedule,
    options: Omit<AdamOptions, 'nesterov'> & DecayOptions = {},
  ): GradientTransformation<readonly unknown[]> => adamw(learningRate, { ...options, nesterov: true }),
)
const amsgradOptions = named<Omit<AdamOptions, 'nesterov'>>({ b1: true, b2: true, eps: true, epsRoot: true, muDtype: true })
/** Source: optax.amsgrad; Reddi et al., 2018. */
export const amsgrad = taking(
  'amsgrad',
  [['learningRate', rate], amsgradOptions],
  (learningRate: ScalarOrSchedule, options: Omit<AdamOptions, 'nesterov'> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAmsgrad(options), scaleByLearningRate(learningRate)),
)
const adamaxOptions = named<NonNullable<Parameters<typeof scaleByAdamax>[0]>>({ b1: true, b2: true, eps: true })
/** Source: optax.adamax; Kingma and Ba, 2014. */
export const adamax = taking(
  'adamax',
  [['learningRate', rate], adamaxOptions],
  (learningRate: ScalarOrSchedule, options: Parameters<typeof scaleByAdamax>[0] = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdamax(options), scaleByLearningRate(learningRate)),
)
const adamaxwOptions = named<NonNullable<Parameters<typeof scaleByAdamax>[0]> & DecayOptions>({
  b1: true,
  b2: true,
  eps: true,
  weightDecay: true,
  mask: true,
})
/** Source: optax.adamaxw. */
export const adamaxw = taking(
  'adamaxw',
  [['learningRate', rate], adamaxwOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-4, mask, ...options }: NonNullable<Parameters<typeof scaleByAdamax>[0]> & DecayOptions = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByAdamax(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const adabeliefOptions = named<Omit<AdamOptions, 'muDtype'>>({ b1: true, b2: true, eps: true, epsRoot: true, nesterov: true })
/** Source: optax.adabelief; Zhuang et al., 2020. */
export const adabelief = taking(
  'adabelief',
  [['learningRate', rate], adabeliefOptions],
  (learningRate: ScalarOrSchedule, options: Omit<AdamOptions, 'muDtype'> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByBelief(options), scaleByLearningRate(learningRate)),
)
const yogiOptions = named<Pick<AdamOptions, 'b1' | 'b2' | 'eps'>>({ b1: true, b2: true, eps: true })
/** Source: optax.yogi; Zaheer et al., 2018. */
export const yogi = taking(
  'yogi',
  [['learningRate', rate], yogiOptions],
  (learningRate: ScalarOrSchedule, options: Pick<AdamOptions, 'b1' | 'b2' | 'eps'> = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByYogi(options), scaleByLearningRate(learningRate)),
)
const radamOptions = named<NonNullable<Parameters<typeof scaleByRadam>[0]>>({
  b1: true,
  b2: true,
  eps: true,
  epsRoot: true,
  nesterov: true,
  threshold: true,
})
/** Source: optax.radam; Liu et al., 2019. */
export const radam = taking(
  'radam',
  [['learningRate', rate], radamOptions],
  (learningRate: ScalarOrSchedule, options: Parameters<typeof scaleByRadam>[0] = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByRadam(options), scaleByLearningRate(learningRate)),
)
const novogradOptions = named<NonNullable<Parameters<typeof scaleByNovograd>[0]>>({
  b1: true,
  b2: true,
  eps: true,
  epsRoot: true,
  muDtype: true,
  weightDecay: true,
})
/** Source: optax.novograd; Ginsburg et al., 2019. */
export const novograd = taking(
  'novograd',
  [['learningRate', rate], novogradOptions],
  (
    learningRate: ScalarOrSchedule,
    { eps = 1e-6, ...options }: NonNullable<Parameters<typeof scaleByNovograd>[0]> = {},
  ): GradientTransformation<readonly unknown[]> => chain(scaleByNovograd({ eps, ...options }), scaleByLearningRate(learningRate)),
)
const lionOptions = named<Pick<AdamOptions, 'b1' | 'b2' | 'muDtype'> & DecayOptions>({
  b1: true,
  b2: true,
  muDtype: true,
  weightDecay: true,
  mask: true,
})
/** Source: optax.lion; Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. */
export const lion = taking(
  'lion',
  [['learningRate', rate], lionOptions],
  (
    learningRate: ScalarOrSchedule,
    { weightDecay = 1e-3, mask, ...options }: Pick<AdamOptions, 'b1' | 'b2' | 'muDtype'> & DecayOptions = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(scaleByLion(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate)),
)
const rmspropOptions = named<RmsOptions & MomentumOptions & { readonly centered?: boolean }>({
  decay: true,
  eps: true,
  initialScale: true,
  epsInSqrt: true,
  biasCorrection: true,
  momentum: true,
  nesterov: true,
  centered: true,
})
/** Source: optax.rmsprop; Tieleman and Hinton, 2012. */
export const rmsprop = taking(
  'rmsprop',
  [['learningRate', rate], rmspropOptions],
  (
    learningRate: ScalarOrSchedule,
    { centered = false, momentum, nesterov = false, ...options }: RmsOptions & MomentumOptions & { readonly centered?: boolean } = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      (centered ? scaleByStddev(options) : scaleByRms(options)) as GradientTransformation,
      scaleByLearningRate(learningRate),
      withMomentum({ momentum, nesterov }),
    ),
)
const adagradOptions = named<NonNullable<Parameters<typeof scaleByRss>[0]>>({ initialAccumulatorValue: true, eps: true })
/** Source: optax.adagrad; Duchi et al., 2011. */
export const adagrad = taking(
  'adagrad',
  [['learningRate', rate], adagradOptions],
  (learningRate: ScalarOrSchedule, options: Parameters<typeof scaleByRss>[0] = {}): GradientTransformation<readonly unknown[]> =>
    chain(scaleByRss(options), scaleByLearningRate(learningRate)),
)
const adadeltaOptions = named<NonNullable<Parameters<typeof scaleByAdadelta>[0]> & DecayOptions>({
  rho: true,
  eps: true,
  weightDecay: true,
  mask: true,
})
/** Source: optax.adadelta; Zeiler, 2012. */
export const adadelta = taking(
  'adadelta',
  [['learningRate', optional(rate)], adadeltaOptions],
  (
    learningRate?: ScalarOrSchedule,
    { weightDecay = 0, mask, ...options }: NonNullable<Parameters<typeof scaleByAdadelta>[0]> & DecayOptions = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(addDecayedWeights(weightDecay, { mask }), scaleByAdadelta(options), scaleByOptionalRate(learningRate)),
)
const lambOptions = named<Omit<AdamOptions, 'muDtype' | 'nesterov'> & DecayOptions>({
  b1: true,
  b2: true,
  eps: true,
  epsRoot: true,
  weightDecay: true,
  mask: true,
})
/** Adam with a trust ratio for each leaf. Source: optax.lamb; You et al., Large Batch Optimization, 2020. */
export const lamb = taking(
  'lamb',
  [['learningRate', rate], lambOptions],
  (
    learningRate: ScalarOrSchedule,
    { eps = 1e-6, weightDecay = 0, mask, ...options }: Omit<AdamOptions, 'muDtype' | 'nesterov'> & DecayOptions = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      scaleByAdam({ eps, ...options }),
      addDecayedWeights(weightDecay, { mask }),
      scaleByTrustRatio(),
      scaleByLearningRate(learningRate),
    ),
)
const larsOptions = named<
  WithEps<MomentumOptions> & {
    readonly weightDecay?: ScalarOrSchedule
    readonly weightDecayMask?: Mask
    readonly trustCoefficient?: Scalar
    readonly trustRatioMask?: Mask
  }
>({ momentum: true, nesterov: true, eps: true, weightDecay: true, weightDecayMask: true, trustCoefficient: true, trustRatioMask: true })
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
    }: WithEps<MomentumOptions> & {
      readonly weightDecay?: ScalarOrSchedule
      readonly weightDecayMask?: Mask
      readonly trustCoefficient?: Scalar
      readonly trustRatioMask?: Mask
    } = {},
  ): GradientTransformation<readonly unknown[]> =>
    chain(
      addDecayedWeights(weightDecay, { mask: weightDecayMask }),
      masked(scaleByTrustRatio({ trustCoefficient, eps }), trustRatioMask),
      scaleByLearningRate(learningRate),
      trace(momentum, { nesterov }),
    ),
)
const fromageOptions = named<{ readonly minNorm?: Scalar }>({ minNorm: true })
/** Steps relative to the size of the weights. Source: optax.fromage; Bernstein et al., 2020. */
export const fromage = taking(
  'fromage',
  [['learningRate', number], fromageOptions],
  (learningRate: number, { minNorm = 1e-6 }: { readonly minNorm?: Scalar } = {}): GradientTransformation<readonly unknown[]> => {
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
