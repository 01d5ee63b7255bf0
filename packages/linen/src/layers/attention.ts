/**
 * Attention of several heads, and masks for it.
 */
import { isTensor, lax, nn, np, random, type DType, type Tensor } from '@heddle/func'
import { anything, count, dtype, func, positive, required, tensor, type OptionsOf, of } from '@heddle/func/options'
import { optionsOf, type Key } from '@heddle/lift'
import { promoteDtype } from './dtypes'
import { LayerError } from '../error'
import { defaultKernelInit, zeros, type Initializer } from './initializers'
import { mergeParam } from './merge-param'
import { Module } from '../module/module'
import { flag, initializer, moduleKind, share } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { DenseGeneral } from './dense-general'
import type { DotGeneral } from './products'
import { LayerNorm } from './norm'
import { checkInput } from './inputs'

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

/** Props of `MultiHeadDotProductAttention`. */
export interface MultiHeadDotProductAttentionProps {
  readonly numHeads: number
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  /** Features of all heads together (default: those of the input). */
  readonly qkvFeatures?: number | undefined
  readonly outFeatures?: number | undefined
  readonly broadcastDropout?: boolean
  readonly dropoutRate?: number
  readonly deterministic?: boolean | undefined
  readonly kernelInit?: Initializer
  readonly outKernelInit?: Initializer | undefined
  readonly biasInit?: Initializer
  readonly outBiasInit?: Initializer | undefined
  readonly useBias?: boolean
  readonly attentionFn?: (query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions) => Tensor
  /** One position at a time, with keys and values of those before in the collection `cache`. */
  readonly decode?: boolean
  /** Normalize queries and keys (Dehghani et al. 2023). */
  readonly normalizeQk?: boolean
  readonly forceFp32ForSoftmax?: boolean
  /** How exactly hardware multiplies, in all products. */
  readonly precision?: np.PrecisionLike | undefined
  /** dotGeneral and dotGeneralCls of query, key and value, and of out (see Dense). */
  readonly qkvDotGeneral?: DotGeneral | undefined
  readonly outDotGeneral?: DotGeneral | undefined
  readonly qkvDotGeneralCls?: (() => DotGeneral) | undefined
  readonly outDotGeneralCls?: (() => DotGeneral) | undefined
  /** Make functions in the place of np.einsum for each call: both or none, and without precision. */
  readonly qkAttnWeightsEinsumCls?: (() => EinsumFunction) | undefined
  readonly attnWeightsValueEinsumCls?: (() => EinsumFunction) | undefined
}

/**
 * Attention of several heads.
 *
 * Shapes: `inputsQ: [..., q, n]`, `inputsK`, `inputsV: [..., kv, n]` (by default the same as the one before), answer `[..., q, n]`;
 * submodules `query key value out`. Errors: LayerError, MergeParamError. Source: `flax.linen.MultiHeadDotProductAttention`.
 */
export class MultiHeadDotProductAttention extends Module<MultiHeadDotProductAttentionProps> {
  static readonly moduleName: string = 'MultiHeadDotProductAttention'
  static readonly propTypes: PropTypes<MultiHeadDotProductAttentionProps> = {
    numHeads: required(positive),
    dtype,
    paramDtype: dtype,
    qkvFeatures: positive,
    outFeatures: count,
    broadcastDropout: flag,
    dropoutRate: share,
    deterministic: flag,
    kernelInit: initializer,
    outKernelInit: initializer,
    biasInit: initializer,
    outBiasInit: initializer,
    useBias: flag,
    attentionFn: func,
    decode: flag,
    normalizeQk: flag,
    forceFp32ForSoftmax: flag,
    precision: anything,
    qkvDotGeneral: func,
    outDotGeneral: func,
    qkvDotGeneralCls: func,
    outDotGeneralCls: func,
    qkAttnWeightsEinsumCls: func,
    attnWeightsValueEinsumCls: func,
  }

  call(inputsQ: Tensor, ...rest: AttentionArgs): Tensor {
    checkInput(this, inputsQ, { name: 'inputsQ', rank: 2, form: '[batch..., q, n]' })
    const { inputsK, inputsV, options } = readArgs(inputsQ, rest)
    const { numHeads, dtype, paramDtype = 'float32', useBias = true, attentionFn = dotProductAttention, decode = false } = this.props
    const { kernelInit = defaultKernelInit, biasInit = zeros, dropoutRate = 0, broadcastDropout = true } = this.props
    const features = this.props.outFeatures ?? inputsQ.shape.at(-1)!
    const qkvFeatures = this.props.qkvFeatures ?? inputsQ.shape.at(-1)!
    if (qkvFeatures % numHeads !== 0)
      throw new LayerError(
        'MultiHeadDotProductAttention',
        `${qkvFeatures} features can't be shared by ${numHeads} heads (qkvFeatures has to be a multiple of numHeads)`,
      )
    const { precision } = this.props
    const common = { dtype, paramDtype, useBias, precision }
    const [qkv, outer] = [
      { dotGeneral: this.props.qkvDotGeneral, dotGeneralCls: this.props.qkvDotGeneralCls },
      { dotGeneral: this.props.outDotGeneral, dotGeneralCls: this.props.outDotGeneralCls },
    ]
    const dense = (name: string, x: Tensor): Tensor =>
      new DenseGeneral({ ...common, ...qkv, kernelInit, biasInit, features: [numHeads, qkvFeatures / numHeads] }, { name }).call(x)
    const projected = { query: dense('query', inputsQ), key: dense('key', inputsK), value: dense('value', inputsV) }
    const { query, key, value } = this.props.normalizeQk === true ? this.#normalized(projected) : projected
    const cached = decode ? this.#cache(query, key, value, options.mask) : { key, value, mask: options.mask }
    const deterministic = dropoutRate > 0 ? mergeParam('deterministic', this.props.deterministic, options.deterministic) : true
    const dropoutRng = deterministic ? undefined : (options.dropoutRng ?? this.makeRng('dropout'))
    const x = attentionFn(query, cached.key, cached.value, {
      mask: cached.mask,
      dropoutRng,
      dropoutRate,
      broadcastDropout,
      deterministic,
      dtype,
      forceFp32ForSoftmax: this.props.forceFp32ForSoftmax ?? false,
      precision,
      qkAttnWeightsEinsum: this.props.qkAttnWeightsEinsumCls?.(),
      attnWeightsValueEinsum: this.props.attnWeightsValueEinsumCls?.(),
      module: options.sowWeights === true ? this : undefined,
    })
    const out = { kernelInit: this.props.outKernelInit ?? kernelInit, biasInit: this.props.outBiasInit ?? biasInit }
    return new DenseGeneral({ ...common, ...outer, ...out, features, axis: [-2, -1] }, { name: 'out' }).call(x)
  }

  #normalized<T extends { readonly query: Tensor; readonly key: Tensor }>(x: T): T {
    const { dtype, paramDtype = 'float32' } = this.props
    const norm = (name: string, y: Tensor): Tensor => new LayerNorm({ useBias: false, dtype, paramDtype }, { name }).call(y)
    return { ...x, query: norm('query_ln', x.query), key: norm('key_ln', x.key) }
  }

  /** Puts key and value at the next position of the cache, and answers the whole of it. */
  #cache(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | undefined) {
    const begun = this.hasVariable('cache', 'cached_key')
    const keys = this.variable('cache', 'cached_key', () => np.zeros(key.shape, key.dtype))
    const values = this.variable('cache', 'cached_value', () => np.zeros(value.shape, value.dtype))
    const index = this.variable('cache', 'cache_index', () => np.array(0, 'int32'))
    if (!begun) return { key, value, mask }
    const [length, heads, depth] = keys.value.shape.slice(-3) as [number, number, number]
    const batch = keys.value.shape.slice(0, -3)
    const expected = [...batch, 1, heads, depth]
    if (expected.join() !== query.shape.join())
      throw new LayerError(
        'MultiHeadDotProductAttention',
        `decoding: expected a query of shape [${expected.join()}], got [${query.shape.join()}]`,
      )
    const at = index.value
    const starts = [...batch.map(() => 0), at, 0, 0]
    keys.value = lax.dynamicUpdateSlice(keys.value, key, starts)
    values.value = lax.dynamicUpdateSlice(values.value, value, starts)
    index.value = at.add(1)
    const past = np.broadcastTo(np.arange(length).lessEqual(at), [...batch, 1, 1, length])
    return { key: keys.value, value: values.value, mask: combineMasks([mask, past]) }
  }
}

const attentionCall = optionsOf({
  /** Which positions attend to which: `[batch, heads, q, kv]`, or 1 in the place of an axis. */
  mask: tensor,
  deterministic: flag,
  dropoutRng: of<Key>()(anything),
  /** Keep the weights among `intermediates`. */
  sowWeights: flag,
})
/** Arguments of the call of attention. */
export interface AttentionCall extends OptionsOf<typeof attentionCall> {}

/** Keys and values, by default the queries; options in the last place. */
export type AttentionArgs =
  | readonly [options?: AttentionCall]
  | readonly [inputsK: Tensor | undefined, options?: AttentionCall]
  | readonly [inputsK: Tensor | undefined, inputsV: Tensor | undefined, options?: AttentionCall]

const readArgs = (inputsQ: Tensor, rest: readonly unknown[]) => {
  const last = rest.at(-1)
  const options = attentionCall('MultiHeadDotProductAttention', isTensor(last) ? undefined : last)
  const [k, v] = rest.map((x) => (isTensor(x) ? x : undefined))
  if (k === undefined && v !== undefined)
    throw new LayerError('MultiHeadDotProductAttention', 'values without keys (for both from one input pass it as keys alone)')
  const inputsK = k ?? inputsQ
  return { inputsK, inputsV: v ?? inputsK, options }
}

/** Another name of MultiHeadDotProductAttention. */
export class MultiHeadAttention extends MultiHeadDotProductAttention {
  static override readonly moduleName: string = 'MultiHeadAttention'
  static override readonly propTypes: PropTypes<MultiHeadDotProductAttentionProps> = MultiHeadDotProductAttention.propTypes
}

/** Attention of an input to itself. Source: `flax.linen.SelfAttention`, which Flax has retired for its parent. */
export class SelfAttention extends MultiHeadDotProductAttention {
  static override readonly moduleName: string = 'SelfAttention'
  static override readonly propTypes: PropTypes<MultiHeadDotProductAttentionProps> = MultiHeadDotProductAttention.propTypes
}

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
