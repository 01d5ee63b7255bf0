/** Losses of predicted classes and distributions: one number for each example. */
import { ArgumentError, isTensor, nn, np, type Tensor, type TensorLike } from '@heddle/func'
import { fraction, integer, number, optionsOf, type OptionsOf, readArgument, tensor, tensorLike } from '@heddle/func/options'
import { fitting } from './arguments'
import { axisKinds, type AxisOptions } from './regression'

const axisOptions = optionsOf(axisKinds)
const lastDot = (x: Tensor, y: Tensor): Tensor => np.sum(np.multiply(x, y), { axis: -1 })

/** Binary cross entropy of logits, element by element; labels in [0, 1]. Source: optax.sigmoid_binary_cross_entropy. */
export const sigmoidBinaryCrossEntropy = (logits: Tensor, labels: TensorLike): Tensor => {
  readArgument('sigmoidBinaryCrossEntropy', 'logits', tensor, logits)
  fitting('sigmoidBinaryCrossEntropy', ['logits', logits], ['labels', labels])
  const y = np.asarray(labels, { dtype: logits.dtype })
  const yes = np.multiply(np.negative(y), nn.logSigmoid(logits))
  return np.subtract(yes, np.multiply(np.subtract(1, y), nn.logSigmoid(np.negative(logits))))
}
/** Labels that are distributions over the classes. Errors: ArgumentError. */
const distributions = (where: string, logits: Tensor, labels: TensorLike): void => {
  readArgument(where, 'logits', tensor, logits)
  readArgument(where, 'labels', tensorLike, labels)
  if (isTensor(labels) && labels.dtype.includes('int') && labels.ndim === logits.ndim - 1)
    throw new ArgumentError(
      where,
      `labels are distributions, of shape [${logits.shape.join(',')}] as the logits; for integers of shape [${labels.shape.join(',')}] use softmaxCrossEntropyWithIntegerLabels`,
    )
  fitting(where, ['logits', logits], ['labels', labels])
}
/** Labels that are numbers of classes. Errors: ArgumentError. */
const classes = (where: string, scores: Tensor, labels: Tensor, axis: number): void => {
  readArgument(where, 'logits', tensor, scores)
  readArgument(where, 'labels', { ...tensor, expected: 'a tensor of integers', hint: () => "np.array(labels, 'int32') makes one" }, labels)
  if (!labels.dtype.includes('int'))
    throw new ArgumentError(where, `labels must be integers, not ${labels.dtype}; for distributions use softmaxCrossEntropy`)
  const wanted = scores.shape.filter((_, i) => i !== axis)
  if (labels.shape.join() !== wanted.join())
    throw new ArgumentError(
      where,
      `labels of shape [${labels.shape.join(',')}] do not fit logits of shape [${scores.shape.join(',')}]: expected [${wanted.join(',')}]`,
    )
}
/**
 * Cross entropy of the softmax of logits with distributions. Shapes: [..., n], [..., n] -> [...].
 * Source: optax.softmax_cross_entropy.
 */
export const softmaxCrossEntropy = (logits: Tensor, labels: TensorLike, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('softmaxCrossEntropy', options)
  distributions('softmaxCrossEntropy', logits, labels)
  const some = where === undefined ? {} : { where }
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
const integerLabelOptions = optionsOf({ axis: integer })
/** Options of `softmaxCrossEntropyWithIntegerLabels`. */
export interface IntegerLabelOptions extends OptionsOf<typeof integerLabelOptions> {}
/**
 * Cross entropy of the softmax of logits with classes. Shapes: [..., n], integers [...] -> [...].
 * Errors: ArgumentError where labels are not integers. Source: optax.softmax_cross_entropy_with_integer_labels.
 */
export const softmaxCrossEntropyWithIntegerLabels = (logits: Tensor, labels: Tensor, options?: IntegerLabelOptions): Tensor => {
  const { axis = -1 } = integerLabelOptions('softmaxCrossEntropyWithIntegerLabels', options)
  readArgument('softmaxCrossEntropyWithIntegerLabels', 'logits', tensor, logits)
  const at = axis < 0 ? axis + logits.ndim : axis
  classes('softmaxCrossEntropyWithIntegerLabels', logits, labels, at)
  // not the denominator minus the logit: where the class is all but certain, the difference of their derivatives is lost
  const logs = nn.logSoftmax(logits, { axis: at })
  return np.negative(np.squeeze(np.takeAlongAxis(logs, np.expandDims(labels, at), at), at))
}
/** Source: optax.hinge_loss; targets are -1 or 1. */
export const hingeLoss = (predictions: TensorLike, targets: TensorLike): Tensor =>
  np.maximum(0, np.subtract(1, np.multiply(predictions, targets)))
/** Source: optax.perceptron_loss; targets are -1 or 1. */
export const perceptronLoss = (predictions: Tensor, targets: TensorLike): Tensor =>
  np.maximum(0, np.multiply(np.negative(predictions), targets))
/** Source: optax.multiclass_hinge_loss. Shapes: [..., n], integers [...] -> [...]. */
export const multiclassHingeLoss = (scores: Tensor, labels: Tensor): Tensor => {
  readArgument('multiclassHingeLoss', 'scores', tensor, scores)
  classes('multiclassHingeLoss', scores, labels, scores.ndim - 1)
  const hot = nn.oneHot(labels, scores.shape.at(-1)!)
  return np.subtract(np.max(np.subtract(np.add(scores, 1), hot), { axis: -1 }), lastDot(scores, hot))
}
/** Source: optax.multiclass_perceptron_loss. Shapes: [..., n], integers [...] -> [...]. */
export const multiclassPerceptronLoss = (scores: Tensor, labels: Tensor): Tensor =>
  np.subtract(np.max(scores, { axis: -1 }), lastDot(scores, nn.oneHot(labels, scores.shape.at(-1)!)))
const polyLossOptions = optionsOf({ epsilon: number, axis: integer })
/** Options of `polyLossCrossEntropy`. */
export interface PolyLossOptions extends OptionsOf<typeof polyLossOptions> {}
/** Source: optax.poly_loss_cross_entropy; Leng et al., PolyLoss, 2022. */
export const polyLossCrossEntropy = (logits: Tensor, labels: Tensor, options?: PolyLossOptions): Tensor => {
  const { epsilon = 2, axis = -1 } = polyLossOptions('polyLossCrossEntropy', options)
  const missed = np.sum(np.multiply(labels, np.subtract(1, nn.softmax(logits, { axis }))), { axis })
  return np.add(softmaxCrossEntropy(logits, labels, { axis }), np.multiply(epsilon, missed))
}
/** Kullback-Leibler divergence of log-probabilities from probabilities. Source: optax.kl_divergence. */
export const klDivergence = (logPredictions: Tensor, targets: Tensor, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('klDivergence', options)
  const zero = np.equal(targets, 0)
  const logs = np.where(zero, 0, np.log(np.where(zero, 1, targets)))
  return np.sum(np.multiply(targets, np.subtract(logs, logPredictions)), { axis, where })
}
/** The same with targets given as log-probabilities. Source: optax.kl_divergence_with_log_targets. */
export const klDivergenceWithLogTargets = (logPredictions: Tensor, logTargets: Tensor, options?: AxisOptions): Tensor => {
  const { axis = -1, where } = axisOptions('klDivergenceWithLogTargets', options)
  const never = np.equal(logTargets, Number.NEGATIVE_INFINITY)
  const logs = np.where(never, 0, logTargets)
  return np.sum(np.where(never, 0, np.multiply(np.exp(logs), np.subtract(logs, logPredictions))), { axis, where })
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
/** Distributions mixed with the uniform one. Source: optax.smooth_labels; Szegedy et al., 2016. */
export const smoothLabels = (labels: Tensor, alpha: number): Tensor => {
  readArgument('smoothLabels', 'labels', tensor, labels)
  readArgument('smoothLabels', 'alpha', fraction, alpha)
  return np.add(np.multiply(1 - alpha, labels), alpha / labels.shape.at(-1)!)
}
