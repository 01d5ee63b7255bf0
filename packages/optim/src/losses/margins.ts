/** Losses of scores that want a margin between the right class and the others. */
import { nn, np, type Tensor, type TensorLike } from '@heddle/func'
import { readArgument, tensor } from '@heddle/func/options'
import { unitSimplex } from '../simplex'
import { classes, fitting } from './arguments'

const lastDot = (x: Tensor, y: Tensor): Tensor => np.sum(np.multiply(x, y), { axis: -1 })
const hotOf = (where: string, scores: Tensor, labels: Tensor): Tensor => {
  readArgument(where, 'scores', tensor, scores)
  classes(where, labels, { logits: scores })
  return nn.oneHot(labels, scores.shape.at(-1)!, { dtype: scores.dtype })
}

/** `max(0, 1 - predictions targets)`; targets are -1 or 1. Source: optax.hinge_loss. */
export const hingeLoss = (predictions: TensorLike, targets: TensorLike): Tensor => {
  const [x, y] = fitting('hingeLoss', ['predictions', predictions], ['targets', targets])
  return np.maximum(0, np.subtract(1, np.multiply(x, y)))
}
/** `max(0, -predictions targets)`; targets are -1 or 1. Source: optax.perceptron_loss. */
export const perceptronLoss = (predictions: TensorLike, targets: TensorLike): Tensor => {
  const [x, y] = fitting('perceptronLoss', ['predictions', predictions], ['targets', targets])
  return np.maximum(0, np.multiply(np.negative(x), y))
}
/**
 * Binary loss that is 0 where `nn.sparseSigmoid(logits)` is the label, which is 0 or 1. Source: optax.sparsemax_loss; Blondel et al.,
 * Learning with Fenchel-Young Losses, 2020.
 */
export const sparsemaxLoss = (logits: TensorLike, labels: TensorLike): Tensor => {
  const [x, y] = fitting('sparsemaxLoss', ['logits', logits], ['labels', labels])
  return nn.sparsePlus(np.where(np.notEqual(y, 0), np.negative(x), x))
}
/** How much the best score of another class, and 1, is above that of the label. Shapes: [..., n], integers [...] -> [...]. Source: optax.multiclass_hinge_loss. */
export const multiclassHingeLoss = (scores: Tensor, labels: Tensor): Tensor => {
  const hot = hotOf('multiclassHingeLoss', scores, labels)
  return np.subtract(np.max(np.subtract(np.add(scores, 1), hot), { axis: -1 }), lastDot(scores, hot))
}
/** How much the best score is above that of the label. Shapes: [..., n], integers [...] -> [...]. Source: optax.multiclass_perceptron_loss. */
export const multiclassPerceptronLoss = (scores: Tensor, labels: Tensor): Tensor => {
  const hot = hotOf('multiclassPerceptronLoss', scores, labels)
  return np.subtract(np.max(scores, { axis: -1 }), lastDot(scores, hot))
}
/**
 * 0 where the projection of the scores to the probabilities is all at the label. Shapes: [..., n], integers [...] -> [...].
 * Source: optax.multiclass_sparsemax_loss; Martins and Astudillo, From Softmax to Sparsemax, 2016.
 */
export const multiclassSparsemaxLoss = (scores: Tensor, labels: Tensor): Tensor => {
  const hot = hotOf('multiclassSparsemaxLoss', scores, labels)
  const chosen = np.expandDims(np.sum(np.where(np.notEqual(hot, 0), scores, 0), { axis: -1 }), -1)
  // scores relative to that of the label, where there is probability: it is finite there
  const probabilities = unitSimplex(scores)
  const above = np.where(np.greater(probabilities, 0), np.subtract(scores, chosen), 0)
  return np.add(lastDot(probabilities, above), np.multiply(0.5, np.subtract(1, lastDot(probabilities, probabilities))))
}
