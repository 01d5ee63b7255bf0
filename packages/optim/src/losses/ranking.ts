/** Losses of scores that put lists in order. */
import { nn, np, type Tensor, type TensorLike } from '@heddle/func'
import { func, nullable, of, optionsOf, type OptionsOf, readArgument, tensor, tensorLike } from '@heddle/func/options'
import { fitting } from './arguments'

/** What makes one number of the losses of lists: `np.mean`, `np.sum`, or one of your own; it gets which lists count. */
export type ReduceFn = (losses: Tensor, options: { readonly where?: Tensor | undefined }) => Tensor
const rankingOptions = optionsOf({
  /** Which items there are; all by default. */
  where: tensorLike,
  /** Factors of the labels. */
  weights: tensorLike,
  /** What becomes of the losses of lists, `np.mean`; null leaves them. */
  reduceFn: nullable(of<ReduceFn>()(func)),
})
/** Options of `rankingSoftmaxLoss`. */
export interface RankingOptions extends OptionsOf<typeof rankingOptions> {}
/**
 * Cross entropy of the softmax over the items of a list with their relevance, `-Σ labels log softmax(logits)`.
 *
 * Shapes: [..., items], labels the same -> [], or [...] with `reduceFn: null`. A list without items has a loss of 0 and is not counted in
 * the mean. Errors: ArgumentError. Source: optax.losses.ranking_softmax_loss; Cao et al., ListNet, 2007.
 */
export const rankingSoftmaxLoss = (logits: Tensor, labels: TensorLike, options?: RankingOptions): Tensor => {
  const name = 'rankingSoftmaxLoss'
  const { where: given, weights, reduceFn = np.mean } = rankingOptions(name, options)
  readArgument(name, 'logits', tensor, logits)
  fitting(name, ['logits', logits], ['labels', labels])
  if (weights !== undefined) fitting(name, ['logits', logits], ['weights', weights])
  if (given !== undefined) fitting(name, ['logits', logits], ['the mask `where`', given])
  const mask = given === undefined ? undefined : np.broadcastTo(np.astype(np.asarray(given), 'bool'), logits.shape)
  const relevance = np.asarray(labels, { dtype: logits.dtype })
  const weighted = weights === undefined ? relevance : np.multiply(relevance, weights)
  const some = mask === undefined ? undefined : np.any(mask, { axis: -1 })
  // where a list has no items, all are there, and left out: their derivatives are finite
  const among = mask && some ? np.logicalOr(mask, np.expandDims(np.logicalNot(some), -1)) : undefined
  const logs = nn.logSoftmax(logits, { axis: -1, ...(among === undefined ? {} : { where: among }) })
  const terms = among === undefined ? np.multiply(weighted, logs) : np.multiply(weighted, np.where(among, logs, 0))
  const each = np.negative(np.sum(terms, { axis: -1, where: mask }))
  const losses = some === undefined ? each : np.where(some, each, 0)
  if (reduceFn === null) return losses
  const reduced = reduceFn(losses, { where: some })
  // the mean of no lists is 0, unless a loss was NaN already
  return reduceFn === np.mean && some ? np.where(np.any(some), reduced, np.sum(losses)) : reduced
}
