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

/** Gradient descent, with momentum if given. Source: optax.sgd. */
export const sgd = (
  learningRate: ScalarOrSchedule,
  options: MomentumOptions & { readonly accumulatorDtype?: DType } = {},
): GradientTransformation<readonly unknown[]> => chain(withMomentum(options, options.accumulatorDtype), scaleByLearningRate(learningRate))
/** Source: optax.adam; Kingma and Ba, Adam, 2014. */
export const adam = (learningRate: ScalarOrSchedule, options: AdamOptions = {}): GradientTransformation<readonly unknown[]> =>
  chain(scaleByAdam(options), scaleByLearningRate(learningRate))
/** Adam with decoupled weight decay. Source: optax.adamw; Loshchilov and Hutter, 2019. */
export const adamw = (
  learningRate: ScalarOrSchedule,
  { weightDecay = 1e-4, mask, ...options }: AdamOptions & DecayOptions = {},
): GradientTransformation<readonly unknown[]> =>
  chain(scaleByAdam(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate))
/** Adam with Nesterov momentum. Source: optax.nadam; Dozat, 2016. */
export const nadam = (
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, 'nesterov'> = {},
): GradientTransformation<readonly unknown[]> => adam(learningRate, { ...options, nesterov: true })
/** Source: optax.nadamw. */
export const nadamw = (
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, 'nesterov'> & DecayOptions = {},
): GradientTransformation<readonly unknown[]> => adamw(learningRate, { ...options, nesterov: true })
/** Source: optax.amsgrad; Reddi et al., 2018. */
export const amsgrad = (
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, 'nesterov'> = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByAmsgrad(options), scaleByLearningRate(learningRate))
/** Source: optax.adamax; Kingma and Ba, 2014. */
export const adamax = (
  learningRate: ScalarOrSchedule,
  options: Parameters<typeof scaleByAdamax>[0] = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByAdamax(options), scaleByLearningRate(learningRate))
/** Source: optax.adamaxw. */
export const adamaxw = (
  learningRate: ScalarOrSchedule,
  { weightDecay = 1e-4, mask, ...options }: NonNullable<Parameters<typeof scaleByAdamax>[0]> & DecayOptions = {},
): GradientTransformation<readonly unknown[]> =>
  chain(scaleByAdamax(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate))
/** Source: optax.adabelief; Zhuang et al., 2020. */
export const adabelief = (
  learningRate: ScalarOrSchedule,
  options: Omit<AdamOptions, 'muDtype'> = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByBelief(options), scaleByLearningRate(learningRate))
/** Source: optax.yogi; Zaheer et al., 2018. */
export const yogi = (
  learningRate: ScalarOrSchedule,
  options: Pick<AdamOptions, 'b1' | 'b2' | 'eps'> = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByYogi(options), scaleByLearningRate(learningRate))
/** Source: optax.radam; Liu et al., 2019. */
export const radam = (
  learningRate: ScalarOrSchedule,
  options: Parameters<typeof scaleByRadam>[0] = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByRadam(options), scaleByLearningRate(learningRate))
/** Source: optax.novograd; Ginsburg et al., 2019. */
export const novograd = (
  learningRate: ScalarOrSchedule,
  { eps = 1e-6, ...options }: NonNullable<Parameters<typeof scaleByNovograd>[0]> = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByNovograd({ eps, ...options }), scaleByLearningRate(learningRate))
/** Source: optax.lion; Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. */
export const lion = (
  learningRate: ScalarOrSchedule,
  { weightDecay = 1e-3, mask, ...options }: Pick<AdamOptions, 'b1' | 'b2' | 'muDtype'> & DecayOptions = {},
): GradientTransformation<readonly unknown[]> =>
  chain(scaleByLion(options), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate))
/** Source: optax.rmsprop; Tieleman and Hinton, 2012. */
export const rmsprop = (
  learningRate: ScalarOrSchedule,
  { centered = false, momentum, nesterov = false, ...options }: RmsOptions & MomentumOptions & { readonly centered?: boolean } = {},
): GradientTransformation<readonly unknown[]> =>
  chain(
    (centered ? scaleByStddev(options) : scaleByRms(options)) as GradientTransformation,
    scaleByLearningRate(learningRate),
    withMomentum({ momentum, nesterov }),
  )
/** Source: optax.adagrad; Duchi et al., 2011. */
export const adagrad = (
  learningRate: ScalarOrSchedule,
  options: Parameters<typeof scaleByRss>[0] = {},
): GradientTransformation<readonly unknown[]> => chain(scaleByRss(options), scaleByLearningRate(learningRate))
/** Source: optax.adadelta; Zeiler, 2012. */
export const adadelta = (
  learningRate?: ScalarOrSchedule,
  { weightDecay = 0, mask, ...options }: NonNullable<Parameters<typeof scaleByAdadelta>[0]> & DecayOptions = {},
): GradientTransformation<readonly unknown[]> =>
  chain(addDecayedWeights(weightDecay, { mask }), scaleByAdadelta(options), scaleByOptionalRate(learningRate))
/** Adam with a trust ratio for each leaf. Source: optax.lamb; You et al., Large Batch Optimization, 2020. */
export const lamb = (
  learningRate: ScalarOrSchedule,
  { eps = 1e-6, weightDecay = 0, mask, ...options }: Omit<AdamOptions, 'muDtype' | 'nesterov'> & DecayOptions = {},
): GradientTransformation<readonly unknown[]> =>
  chain(scaleByAdam({ eps, ...options }), addDecayedWeights(weightDecay, { mask }), scaleByTrustRatio(), scaleByLearningRate(learningRate))
/** Momentum with a trust ratio for each leaf. Source: optax.lars; You et al., 2017. */
export const lars = (
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
  )
/** Steps relative to the size of the weights. Source: optax.fromage; Bernstein et al., 2020. */
export const fromage = (
  learningRate: number,
  { minNorm = 1e-6 }: { readonly minNorm?: Scalar } = {},
): GradientTransformation<readonly unknown[]> => {
  const shrink = 1 / Math.sqrt(1 + learningRate ** 2)
  return chain(scaleByTrustRatio({ minNorm }), scaleByLearningRate(learningRate * shrink), addDecayedWeights(shrink - 1))
}
/** Descent along signs. Source: optax.sign_sgd; Bernstein et al., 2018. */
export const signSgd = (learningRate: ScalarOrSchedule): GradientTransformation<readonly unknown[]> =>
  chain(scaleBySign(), scaleByLearningRate(learningRate))
