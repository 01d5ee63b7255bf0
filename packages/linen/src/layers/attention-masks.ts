/** Masks for attention: which positions attend to which. */
import { np, type Tensor } from '@heddle/func'
import { count, dtype, type OptionsOf } from '@heddle/func/options'
import { optionsOf } from '@heddle/lift'
import { LayerError } from '../error'

const maskOptions = optionsOf({
  /** New axes in front. */
  extraBatchDims: count,
  dtype,
})
/** How masks are made. */
export interface MaskOptions extends OptionsOf<typeof maskOptions> {}

/**
 * A mask from a function of a query's and a key's mark (their product, by default: both must not be padding).
 *
 * Shapes: `[batch..., q]` and `[batch..., kv]` to `[batch..., 1, q, kv]`. Source: `flax.linen.make_attention_mask`.
 */
export const makeAttentionMask = (
  query: Tensor,
  key: Tensor,
  pairwiseFn: (q: Tensor, k: Tensor) => Tensor = np.multiply,
  options?: MaskOptions,
): Tensor => {
  const { extraBatchDims = 0, dtype = 'float32' } = maskOptions('makeAttentionMask', options)
  const pairs = np.expandDims(pairwiseFn(np.expandDims(query, -1), np.expandDims(key, -2)), -3)
  const axes = Array.from({ length: extraBatchDims }, (_, i) => i)
  return (axes.length === 0 ? pairs : np.expandDims(pairs, axes)).astype(dtype)
}

/** A mask that lets each position attend to itself and those before: `[batch..., n]` to `[batch..., 1, n, n]`. Source: `flax.linen.make_causal_mask`. */
export const makeCausalMask = (x: Tensor, options: MaskOptions = {}): Tensor => {
  const places = np.broadcastTo(np.arange(x.shape.at(-1)!), x.shape)
  return makeAttentionMask(places, places, np.greaterEqual, options)
}

/** What all masks let through; undefined ones let all through. Errors: LayerError when ranks differ. Source: `flax.linen.combine_masks`. */
export const combineMasks = (
  masks: readonly (Tensor | undefined)[],
  { dtype = 'float32' }: Pick<MaskOptions, 'dtype'> = {},
): Tensor | undefined => {
  const [first, ...rest] = masks.filter((m) => m !== undefined)
  if (first === undefined) return undefined
  if (rest.some((m) => m.ndim !== first.ndim)) throw new LayerError('combineMasks', 'masks must have the same rank')
  return rest.reduce((a, b) => np.logicalAnd(a, b), first).astype(dtype)
}
