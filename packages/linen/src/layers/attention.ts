/** Attention of several heads, as modules. */
import { isTensor, lax, np, type DType, type Tensor } from '@heddle/func'
import { anything, count, dtype, func, positive, required, tensor, type OptionsOf, of } from '@heddle/func/options'
import { optionsOf, type Key } from '@heddle/lift'
import { LayerError } from '../error'
import { Module } from '../module/module'
import type { PropTypes } from '../module/props'
import { combineMasks } from './attention-masks'
import { DenseGeneral } from './dense-general'
import { dotProductAttention, type AttentionOptions, type EinsumFunction } from './dot-product-attention'
import { defaultKernelInit, zeros, type Initializer } from './initializers'
import { checkInput } from './inputs'
import { mergeParam } from './merge-param'
import { LayerNorm } from './norm'
import type { DotGeneral } from './products'
import { flag, initializer, share } from './prop-kinds'

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
