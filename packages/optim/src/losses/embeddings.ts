/** Losses of embeddings: what belongs together is to be near. */
import { ArgumentError, lax, np, type Tensor, type TensorLike } from '@heddle/func'
import { integer, type Kind, number, optionsOf, type OptionsOf, readArgument, tensor } from '@heddle/func/options'
import { classes, fitting, shapeOf } from './arguments'

const positiveNumber: Kind<number> = { expected: 'a positive number', is: (x) => typeof x === 'number' && x > 0 }
const ntxentOptions = optionsOf({ /** Divides similarities, 0.07. */ temperature: positiveNumber })
/** Options of `ntxent`. */
export interface NtxentOptions extends OptionsOf<typeof ntxentOptions> {}
/**
 * Cross entropy of finding, by cosine similarity, the partner of each embedding among those of other labels; the mean over all pairs of
 * one label (NaN where there is none).
 *
 * Shapes: [n, features], integers [n] -> []. Errors: ArgumentError. Source: optax.ntxent; Chen et al., SimCLR, 2020.
 */
export const ntxent = (embeddings: Tensor, labels: Tensor, options?: NtxentOptions): Tensor => {
  const { temperature = 0.07 } = ntxentOptions('ntxent', options)
  readArgument('ntxent', 'embeddings', tensor, embeddings)
  if (embeddings.ndim !== 2) throw new ArgumentError('ntxent', `embeddings are [n, features]; got ${shapeOf(embeddings)}`)
  classes('ntxent', labels, { logits: embeddings })
  const squares = np.sum(np.square(embeddings), { axis: -1, keepdims: true })
  const unit = np.divide(embeddings, np.sqrt(np.clip(squares, np.finfo(embeddings.dtype).eps)))
  const similar = np.divide(np.matmul(unit, np.transpose(unit)), temperature)
  const same = np.equal(np.expandDims(labels, 1), np.expandDims(labels, 0))
  const self = np.astype(np.eye(labels.size), 'bool')
  const pairs = np.logicalAnd(same, np.logicalNot(self))
  const largest = np.max(similar, { axis: 1, keepdims: true, where: np.logicalNot(self), initial: -1 / temperature })
  const shifted = np.subtract(similar, lax.stopGradient(largest))
  const exponentials = np.exp(np.where(self, 0, shifted))
  const others = np.sum(exponentials, { axis: 1, keepdims: true, where: np.logicalNot(same) })
  // where there is no pair the logarithm could be that of 0
  const logs = np.log(np.where(pairs, np.add(others, exponentials), 1))
  const count = np.sum(np.astype(pairs, similar.dtype))
  return np.negative(np.divide(np.sum(np.subtract(shifted, logs), { where: pairs }), count))
}

const tripletOptions = optionsOf(
  {
    /** The axis of the features, -1. */
    axis: integer,
    /** The power of the norm, 2. */
    normDegree: positiveNumber,
    /** How much farther the negative one is to be, 1. */
    margin: number,
    /** Added to the sum of powers before the root, 1e-6. */
    eps: number,
  },
  { hint: (x) => (typeof x === 'number' ? 'options are named: { margin }' : undefined) },
)
/** Options of `tripletMarginLoss`. */
export interface TripletOptions extends OptionsOf<typeof tripletOptions> {}
/**
 * `max(0, |anchor - positive| - |anchor - negative| + margin)`. Shapes: [..., features] each -> [...].
 *
 * Source: optax.triplet_margin_loss (where powers that are not even are of differences with their signs); Balntas et al., 2016.
 */
export const tripletMarginLoss = (anchors: TensorLike, positives: TensorLike, negatives: TensorLike, options?: TripletOptions): Tensor => {
  const { axis = -1, normDegree = 2, margin = 1, eps = 1e-6 } = tripletOptions('tripletMarginLoss', options)
  const distance = (name: string, others: TensorLike): Tensor => {
    const difference = np.subtract(...fitting('tripletMarginLoss', ['anchors', anchors], [name, others]))
    const powers = normDegree === 2 ? np.square(difference) : np.power(np.abs(difference), normDegree)
    return np.power(np.add(np.sum(powers, { axis }), eps), 1 / normDegree)
  }
  return np.maximum(np.add(np.subtract(distance('positives', positives), distance('negatives', negatives)), margin), 0)
}
