/** Attention of queries to keys: the weights, and the values that they sum. */
import { nn, np, random, type Tensor } from '@heddle/func'
import { anything, dtype, func, tensor, type OptionsOf, of } from '@heddle/func/options'
import { optionsOf, type Key } from '@heddle/lift'
import { LayerError } from '../error'
import type { Module } from '../module/module'
import { promoteDtype } from './dtypes'
import type { DotGeneral } from './products'
import { flag, moduleKind, share } from './prop-kinds'

const attentionOptions = optionsOf({
  /** Added to the scores: `[..., heads, q, kv]`. */
  bias: tensor,
  /** Scores to keep: `[..., heads, q, kv]`, true or not 0. */
  mask: tensor,
  /** One draw of dropout for the whole batch and all heads (default true). */
  broadcastDropout: flag,
  dropoutRng: of<Key>()(anything),
  dropoutRate: share,
  deterministic: flag,
  dtype,
  /** Where to keep the weights, among `intermediates`. */
  module: of<Module>()(moduleKind),
  /** Softmax in float32, whatever the dtype. */
  forceFp32ForSoftmax: flag,
  /** How exactly hardware multiplies (see np.einsum). */
  precision: of<np.PrecisionLike>()(anything),
  /** In the place of lax.dotGeneral, in np.einsum. */
  einsumDotGeneral: of<DotGeneral>()(func),
  /** In the place of np.einsum, of scores and of values: both or none, and without precision and einsumDotGeneral. */
  qkAttnWeightsEinsum: of<EinsumFunction>()(func),
  attnWeightsValueEinsum: of<EinsumFunction>()(func),
})
/** What attention is told besides queries, keys and values. */
export interface AttentionOptions extends OptionsOf<typeof attentionOptions> {}
/** The product of two operands, called as np.einsum is. */
export type EinsumFunction = (subscripts: string, lhs: Tensor, rhs: Tensor) => Tensor

const einsumOf = ({ precision, einsumDotGeneral }: AttentionOptions, given: EinsumFunction | undefined): EinsumFunction => {
  if (given === undefined) return (subscripts, x, y) => np.einsum(subscripts, x, y, { precision, dotGeneral: einsumDotGeneral })
  if ((precision ?? einsumDotGeneral ?? null) !== null)
    throw new LayerError('attention', 'precision and einsumDotGeneral are for np.einsum: give them, or functions in its place')
  return given
}

const batchOf = (x: Tensor): string => x.shape.slice(0, -3).join(',')

/**
 * The weights with which values are summed.
 *
 * Shapes: `query: [..., q, heads, depth]`, `key: [..., kv, heads, depth]`, answer `[..., heads, q, kv]`. Errors: LayerError.
 * Source: `flax.linen.dot_product_attention_weights`.
 */
export const dotProductAttentionWeights = (rawQuery: Tensor, rawKey: Tensor, given?: AttentionOptions): Tensor => {
  const options = attentionOptions('dotProductAttentionWeights', given)
  const { bias, mask, broadcastDropout = true, dropoutRng, dropoutRate = 0, deterministic = false, forceFp32ForSoftmax = false } = options
  const [query, key] = promoteDtype([rawQuery, rawKey], { dtype: options.dtype })
  const { dtype } = query
  if (query.ndim !== key.ndim || batchOf(query) !== batchOf(key) || query.shape.slice(-2).join() !== key.shape.slice(-2).join())
    throw new LayerError('attention', `query [${query.shape.join()}] and key [${key.shape.join()}] must agree in all but the length`)
  const scaled = query.div(np.sqrt(query.shape.at(-1)!).astype(dtype))
  const scores = einsumOf(options, options.qkAttnWeightsEinsum)('...qhd,...khd->...hqk', scaled, key)
  const biased = bias === undefined ? scores : scores.add(bias)
  const masked = mask === undefined ? biased : np.where(mask, biased, np.full([], np.finfo(dtype).min, dtype))
  const weights = forceFp32ForSoftmax && dtype !== 'float32' ? nn.softmax(masked.astype('float32')) : nn.softmax(masked).astype(dtype)
  options.module?.sow('intermediates', 'attention_weights', weights)
  if (deterministic || dropoutRate === 0) return weights
  if (dropoutRng === undefined) throw new LayerError('attention', 'dropout needs a key (pass dropoutRng, or deterministic: true)')
  const keep = 1 - dropoutRate
  const shape = broadcastDropout ? [...key.shape.slice(0, -2).map(() => 1), ...weights.shape.slice(-2)] : weights.shape
  const kept = random.bernoulli(dropoutRng, keep, shape)
  return weights.mul(kept.astype(dtype).div(np.full([], keep, dtype)))
}

/**
 * The sum of values weighted by how well keys fit queries (Vaswani et al. 2017).
 *
 * Shapes: `query: [..., q, heads, depth]`, `key: [..., kv, heads, depth]`, `value: [..., kv, heads, v]`, answer `[..., q, heads, v]`.
 * Errors: LayerError. Source: `flax.linen.dot_product_attention`.
 */
export const dotProductAttention = (rawQuery: Tensor, rawKey: Tensor, rawValue: Tensor, given?: AttentionOptions): Tensor => {
  const options = attentionOptions('dotProductAttention', given)
  const [query, key, value] = promoteDtype([rawQuery, rawKey, rawValue], { dtype: options.dtype })
  if (key.shape.slice(0, -1).join() !== value.shape.slice(0, -1).join())
    throw new LayerError('attention', `key [${key.shape.join()}] and value [${value.shape.join()}] must agree in all but the depth`)
  const einsum = einsumOf(options, options.attnWeightsValueEinsum)
  if ((options.qkAttnWeightsEinsum === undefined) !== (options.attnWeightsValueEinsum === undefined))
    throw new LayerError('attention', 'qkAttnWeightsEinsum and attnWeightsValueEinsum must be given together')
  const weights = dotProductAttentionWeights(query, key, { ...options, dtype: query.dtype })
  return einsum('...hqk,...khd->...qhd', weights, value)
}
