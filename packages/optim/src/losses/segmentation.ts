/** Losses of predicted regions: one minus their overlap with the true ones (dice). */
import { ArgumentError, nn, np, type Tensor } from '@heddle/func'
import { axes, boolean, number, oneOf, optionsOf, type OptionsOf, readArgument, tensor, tensorLike } from '@heddle/func/options'
import { shapeOf } from './arguments'

const smooth = { /** Added to both sides of the fraction, 1. */ smooth: number }
const softmaxed = {
  ...smooth,
  /** Whether predictions are logits (true); else probabilities. */
  applySoftmax: boolean,
  /** Leave class 0 out. */
  ignoreBackground: boolean,
}
const diceOptions = optionsOf({
  ...softmaxed,
  /** A factor for each class. */
  classWeights: tensorLike,
  /** The weight of what is predicted and not there, 0.5. */
  alpha: number,
  /** The weight of what is there and not predicted, 0.5. */
  beta: number,
  /** What becomes of the losses of classes, 'mean'. */
  reduction: oneOf('mean', 'sum', 'none'),
  /** The axes of the region; all but the first and the last. */
  axis: axes,
})
/** Options of `diceLoss`. */
export interface DiceOptions extends OptionsOf<typeof diceOptions> {}
const generalizedOptions = optionsOf(softmaxed)
/** Options of `multiclassGeneralizedDiceLoss`. */
export interface GeneralizedDiceOptions extends OptionsOf<typeof generalizedOptions> {}
const binaryOptions = optionsOf({ ...smooth, /** Whether predictions are logits (true); else probabilities. */ applySigmoid: boolean })
/** Options of `binaryDiceLoss`. */
export interface BinaryDiceOptions extends OptionsOf<typeof binaryOptions> {}

/** Predictions and targets of one shape, once a missing axis of one class is added. Errors: ArgumentError. */
const pair = (where: string, predictions: Tensor, targets: Tensor): readonly [Tensor, Tensor] => {
  readArgument(where, 'predictions', tensor, predictions)
  readArgument(where, 'targets', tensor, targets)
  const x = predictions.ndim === targets.ndim - 1 ? np.expandDims(predictions, -1) : predictions
  const y = targets.ndim === predictions.ndim - 1 ? np.expandDims(targets, -1) : targets
  if (x.shape.join() !== y.shape.join() || x.ndim === 0)
    throw new ArgumentError(
      where,
      `targets of shape ${shapeOf(targets)} do not fit predictions of shape ${shapeOf(predictions)}: expected one shape [..., classes]; nn.oneHot makes targets of integers`,
    )
  return [x, y]
}

/**
 * One minus the overlap of predicted and true regions, by class, then reduced over classes.
 *
 * Shapes: [n, ..., classes] both -> [n], or [n, classes] without reduction; of one class, also [n, ..., 1] or one axis less on one side.
 * Errors: ArgumentError where they differ. Source: optax.dice_loss; Milletari et al., V-Net, 2016.
 */
export const diceLoss = (predictions: Tensor, targets: Tensor, options?: DiceOptions): Tensor => {
  const where = 'diceLoss'
  const {
    classWeights,
    smooth = 1,
    alpha = 0.5,
    beta = 0.5,
    applySoftmax = true,
    reduction = 'mean',
    ignoreBackground = false,
    axis,
  } = diceOptions(where, options)
  const [x, y] = pair(where, predictions, targets)
  const classes = x.shape.at(-1)!
  const over = axis === undefined ? x.shape.map((_, i) => i).slice(1, -1) : axis
  const shares = applySoftmax ? (classes === 1 ? nn.sigmoid(x) : nn.softmax(x, { axis: -1 })) : x
  const both = np.sum(np.multiply(shares, y), { axis: over })
  const onlyPredicted = np.subtract(np.sum(shares, { axis: over }), both)
  const onlyTrue = np.subtract(np.sum(y, { axis: over }), both)
  const whole = np.add(np.add(both, np.multiply(alpha, onlyPredicted)), np.add(np.multiply(beta, onlyTrue), smooth))
  const each = np.subtract(1, np.divide(np.add(both, smooth), whole))
  const weights = classWeights === undefined ? undefined : np.asarray(classWeights)
  if (weights !== undefined && (weights.ndim !== 1 || weights.shape[0] !== classes))
    throw new ArgumentError(where, `at classWeights: expected one for each of ${classes} classes, got shape ${shapeOf(weights)}`)
  const weighted = weights === undefined ? each : np.multiply(each, weights)
  const counted = ignoreBackground && classes > 1 ? weighted.at('...', '1:') : weighted
  if (reduction === 'none') return counted
  return reduction === 'mean' ? np.mean(counted, { axis: -1 }) : np.sum(counted, { axis: -1 })
}
/**
 * The mean dice loss over examples and classes, where rare classes weigh more: by one over the square of how much there is of them.
 *
 * Shapes: [n, ..., classes] both -> []. Source: optax.multiclass_generalized_dice_loss; Sudre et al., 2017.
 */
export const multiclassGeneralizedDiceLoss = (predictions: Tensor, targets: Tensor, options?: GeneralizedDiceOptions): Tensor => {
  const where = 'multiclassGeneralizedDiceLoss'
  const given = generalizedOptions(where, options)
  const [x, y] = pair(where, predictions, targets)
  const amounts = np.sum(y, { axis: y.shape.map((_, i) => i).slice(0, -1) })
  const inverse = np.divide(1, np.add(np.square(amounts), 1e-7))
  const classWeights = np.multiply(np.divide(inverse, np.sum(inverse)), inverse.size)
  return np.mean(diceLoss(x, y, { ...given, classWeights, reduction: 'none' }))
}
/** The dice loss of one class. Shapes: [n, ...] or [n, ..., 1] -> [n]. Source: optax.binary_dice_loss. */
export const binaryDiceLoss = (predictions: Tensor, targets: Tensor, options?: BinaryDiceOptions): Tensor => {
  const { smooth = 1, applySigmoid = true } = binaryOptions('binaryDiceLoss', options)
  const [x, y] = pair('binaryDiceLoss', predictions, targets)
  const one = (t: Tensor): Tensor => (x.shape.at(-1) === 1 ? t : np.expandDims(t, -1))
  return diceLoss(one(x), one(y), { smooth, applySoftmax: applySigmoid })
}
