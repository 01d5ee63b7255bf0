/** Losses of predicted numbers, element by element unless an axis is said to go. */
import { np, type Tensor, type TensorLike } from '@heddle/func'
import { readArgument, number, tensorLike, optionsOf, type OptionsOf } from '@heddle/func/options'
import { axisKinds, fitting } from './arguments'

const errors = (where: string, predictions: TensorLike, targets: TensorLike | undefined): Tensor => {
  if (targets !== undefined) return np.subtract(...fitting(where, ['predictions', predictions], ['targets', targets]))
  readArgument(where, 'predictions', tensorLike, predictions)
  return np.asarray(predictions)
}

/** `(predictions - targets)²`. Source: optax.squared_error. */
export const squaredError = (predictions: TensorLike, targets?: TensorLike): Tensor =>
  np.square(errors('squaredError', predictions, targets))
/** Half of the squared error. Source: optax.l2_loss. */
export const l2Loss = (predictions: TensorLike, targets?: TensorLike): Tensor =>
  np.multiply(0.5, np.square(errors('l2Loss', predictions, targets)))
/** The absolute error. */
export const l1Loss = (predictions: TensorLike, targets?: TensorLike): Tensor => np.abs(errors('l1Loss', predictions, targets))
const huberOptions = optionsOf({ delta: number }, { hint: (x) => (typeof x === 'number' ? 'delta is an option: { delta }' : undefined) })
/** Options of `huberLoss`. */
export interface HuberOptions extends OptionsOf<typeof huberOptions> {}
/** Quadratic up to `delta`, linear beyond. Source: optax.huber_loss; Huber, 1964. */
export const huberLoss = (predictions: TensorLike, targets?: TensorLike, options?: HuberOptions): Tensor => {
  const { delta = 1 } = huberOptions('huberLoss', options)
  const size = np.abs(errors('huberLoss', predictions, targets))
  const quadratic = np.minimum(size, delta)
  return np.add(np.multiply(0.5, np.square(quadratic)), np.multiply(delta, np.subtract(size, quadratic)))
}
/** `log(cosh(predictions - targets))`. Source: optax.log_cosh. */
export const logCosh = (predictions: TensorLike, targets?: TensorLike): Tensor => {
  const e = errors('logCosh', predictions, targets)
  return np.subtract(np.logaddexp(e, np.negative(e)), Math.LN2)
}
const similarityOptions = optionsOf({ ...axisKinds, epsilon: number })
/** Options of `cosineSimilarity` and `cosineDistance`. */
export interface SimilarityOptions extends OptionsOf<typeof similarityOptions> {}
/** The cosine of the angle between vectors along `axis`. Source: optax.cosine_similarity. */
export const cosineSimilarity = (predictions: TensorLike, targets: TensorLike, given?: SimilarityOptions): Tensor => {
  const { epsilon = 0, axis = -1, where } = similarityOptions('cosineSimilarity', given)
  const options = where === undefined ? { axis } : { axis, where }
  fitting('cosineSimilarity', ['predictions', predictions], ['targets', targets])
  const unit = (x: TensorLike): Tensor => np.divide(x, np.sqrt(np.clip(np.sum(np.square(x), { ...options, keepdims: true }), epsilon)))
  return np.sum(np.multiply(unit(predictions), unit(targets)), options)
}
/** 1 - cosineSimilarity. Source: optax.cosine_distance. */
export const cosineDistance = (predictions: TensorLike, targets: TensorLike, options?: SimilarityOptions): Tensor =>
  np.subtract(1, cosineSimilarity(predictions, targets, similarityOptions('cosineDistance', options)))
