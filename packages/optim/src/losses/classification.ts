/** Losses of predicted classes and distributions: one number for each example. */
import { nn, np, type Tensor, type TensorLike } from '@heddle/func'
import { axes, fraction, number, optionsOf, type OptionsOf, readArgument, tensor, tensorLike } from '@heddle/func/options'
import { type AxisOptions, axisKinds, axisOptions, classes, distributions, fitting, lastAxes, maskFor } from './arguments'

/** Binary cross entropy of logits, element by element; labels in [0, 1]. Source: optax.sigmoid_binary_cross_entropy. */
export const sigmoidBinaryCrossEntropy = (logits: Tensor, labels: TensorLike): Tensor => {
  readArgument('sigmoidBinaryCrossEntropy', 'logits', tensor, logits)
  fitting('sigmoidBinaryCrossEntropy', ['logits', logits], ['labels', labels])
  const y = np.asarray(labels, { dtype: logits.dtype })
  const yes = np.multiply(np.negative(y), nn.logSigmoid(logits))
  return np.subtract(yes, np.multiply(np.subtract(1, y), nn.logSigmoid(np.negative(logits))))
}
/**
 * Cross entropy of the softmax of logits with distributions. Shapes: [..., n], [..., n] -> [...].
 * Source: optax.softmax_cross_entropy.
 */
export const softmaxCrossEntropy = (logits: Tensor, labels: TensorLike, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('softmaxCrossEntropy', options)
  distributions('softmaxCrossEntropy', logits, labels)
  const some = where === undefined ? {} : { where: maskFor('softmaxCrossEntropy', logits, axis, where) }
  return np.negative(np.sum(np.multiply(labels, nn.logSoftmax(logits, { axis, ...some })), { axis, ...some }))
}
/** The same where labels of 0 leave out logits of minus infinity. Source: optax.safe_softmax_cross_entropy. */
export const safeSoftmaxCrossEntropy = (logits: Tensor, labels: Tensor): Tensor => {
  distributions('safeSoftmaxCrossEntropy', logits, labels)
  const used = np.notEqual(labels, 0)
  const logs = nn.logSoftmax(logits, { axis: -1 })
  const safe = np.where(used, logs, np.zerosLike(logs))
  return np.negative(np.sum(np.where(used, np.multiply(labels, safe), np.zerosLike(logs)), { axis: -1 }))
}
/** Options of `softmaxCrossEntropyWithIntegerLabels`. */
export interface IntegerLabelOptions extends OptionsOf<typeof integerLabelOptions> {}
const integerLabelOptions = optionsOf({
  /** The axis of the classes; of several, a label is the number of the place in all of them, in row-major order. */
  axis: axes,
  /** Which classes there are to choose from, like the logits; or which examples count, like the labels: the others have a loss of 0. */
  where: tensorLike,
})
/**
 * Cross entropy of the softmax of logits with classes. Shapes: [..., n], integers [...] -> [...].
 * Errors: ArgumentError where labels are not integers. Source: optax.softmax_cross_entropy_with_integer_labels.
 */
export const softmaxCrossEntropyWithIntegerLabels = (logits: Tensor, labels: Tensor, options?: IntegerLabelOptions): Tensor => {
  const name = 'softmaxCrossEntropyWithIntegerLabels'
  const { axis = -1, where } = integerLabelOptions(name, options)
  readArgument(name, 'logits', tensor, logits)
  const { scores, mask, shape } = lastAxes(name, logits, axis, where)
  classes(name, labels, { logits, wanted: shape })
  const pick = (x: Tensor): Tensor => np.squeeze(np.takeAlongAxis(x, np.expandDims(labels, -1), -1), -1)
  // not the denominator minus the logit: where the class is all but certain, the difference of their derivatives is lost
  if (mask === undefined) return np.negative(pick(nn.logSoftmax(scores, { axis: -1 })))
  const some = np.any(mask, { axis: -1 })
  // where no class is there, all are: their derivatives are finite, and left out
  const among = np.logicalOr(mask, np.expandDims(np.logicalNot(some), -1))
  const loss = np.subtract(nn.logsumexp(scores, { axis: -1, where: among }), pick(scores))
  return np.where(some, loss, np.zerosLike(loss))
}
const polyLossOptions = optionsOf({ ...axisKinds, epsilon: number })
/** Options of `polyLossCrossEntropy`. */
export interface PolyLossOptions extends OptionsOf<typeof polyLossOptions> {}
/** Cross entropy, and `epsilon` of what the probability of the labels lacks to 1. Source: optax.poly_loss_cross_entropy; Leng et al., PolyLoss, 2022. */
export const polyLossCrossEntropy = (logits: Tensor, labels: Tensor, options?: PolyLossOptions): Tensor => {
  const { epsilon = 2, axis = -1, where: given } = polyLossOptions('polyLossCrossEntropy', options)
  distributions('polyLossCrossEntropy', logits, labels)
  const where = given === undefined ? {} : { where: maskFor('polyLossCrossEntropy', logits, axis, given) }
  const missed = np.sum(np.multiply(labels, np.subtract(1, nn.softmax(logits, { axis, ...where }))), { axis, ...where })
  return np.add(softmaxCrossEntropy(logits, labels, { axis, ...where }), np.multiply(epsilon, missed))
}
const focalOptions = optionsOf({ alpha: number, gamma: number })
/** Options of `sigmoidFocalLoss`. */
export interface FocalOptions extends OptionsOf<typeof focalOptions> {}
/** Binary cross entropy that counts hard examples more. Source: optax.sigmoid_focal_loss; Lin et al., 2017. */
export const sigmoidFocalLoss = (logits: Tensor, labels: TensorLike, options?: FocalOptions): Tensor => {
  const { alpha, gamma = 2 } = focalOptions('sigmoidFocalLoss', options)
  const y = np.asarray(labels, { dtype: logits.dtype })
  // the logarithm of what was missed, p (1 - y) + (1 - p) y: its powers have a derivative where it vanishes
  const missed = np.logaddexp(
    np.add(nn.logSigmoid(logits), np.log1p(np.negative(y))),
    np.add(nn.logSigmoid(np.negative(logits)), np.log(y)),
  )
  const loss = np.multiply(sigmoidBinaryCrossEntropy(logits, y), np.exp(np.multiply(gamma, missed)))
  return alpha === undefined ? loss : np.multiply(np.add(np.multiply(alpha, y), np.multiply(1 - alpha, np.subtract(1, y))), loss)
}
const smoothOptions = optionsOf(axisKinds)
/** Distributions mixed with the uniform one. Source: optax.smooth_labels; Szegedy et al., 2016. */
export const smoothLabels = (labels: Tensor, alpha: number, options?: AxisOptions): Tensor => {
  readArgument('smoothLabels', 'labels', tensor, labels)
  readArgument('smoothLabels', 'alpha', fraction, alpha)
  const { axis = -1, where } = smoothOptions('smoothLabels', options)
  const ones = np.broadcastTo(where === undefined ? 1 : where, labels.shape)
  const count = np.sum(np.astype(ones, labels.dtype), { axis, keepdims: true })
  return np.add(np.multiply(1 - alpha, labels), np.divide(alpha, count))
}
