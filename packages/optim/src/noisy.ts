/** Gradient descent with noise. */
import { type OptionsOf, required } from '@heddle/func/options'
import { declared, key, nonNegative, rate, type ScalarOrSchedule, taking } from './options'
import { scaleByLearningRate } from './scale'
import { chain, type GradientTransformation } from './transformation'
import { addNoise } from './weight-decay'

const noisyOptions = declared({
  /** The variance of the noise at the first step; 0.01 by default. */
  eta: nonNegative,
  /** How fast it decays. */
  gamma: nonNegative,
  /** Of the noise. */
  key: required(key),
})
/** Source: optax.noisy_sgd; Neelakantan et al., Adding Gradient Noise, 2015. */
export const noisySgd = taking(
  'noisySgd',
  [['learningRate', rate], noisyOptions],
  (
    learningRate: ScalarOrSchedule,
    { eta = 0.01, gamma = 0.55, key }: OptionsOf<typeof noisyOptions>,
  ): GradientTransformation<readonly unknown[]> => chain(addNoise(eta, gamma, key), scaleByLearningRate(learningRate)),
)
