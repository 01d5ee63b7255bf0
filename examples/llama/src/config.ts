/** The settings of a Llama, as `config.json` has them, of this and of earlier versions of transformers. */
import { UserError } from '@heddle/example-program'

/** How the frequencies of rotary embeddings are stretched for long texts (Llama 3.1 and later). */
interface RopeScaling {
  readonly factor: number
  readonly lowFreqFactor: number
  readonly highFreqFactor: number
  readonly positions: number
}
export interface LlamaConfig {
  readonly vocabulary: number
  readonly positions: number
  readonly features: number
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  /** Heads of keys and values; each serves heads / kvHeads of the queries. */
  readonly kvHeads: number
  readonly headDim: number
  readonly epsilon: number
  readonly theta: number
  readonly scaling: RopeScaling | undefined
  /** Whether the output layer is the embedding. */
  readonly tied: boolean
  readonly attentionBias: boolean
  readonly mlpBias: boolean
  readonly endTokens: readonly number[]
}
type Json = Readonly<Record<string, unknown>>

const scalingOf = (rope: Json): RopeScaling | undefined => {
  const type = rope['rope_type'] ?? rope['type'] ?? 'default'
  if (type === 'default') return undefined
  if (type !== 'llama3')
    throw new UserError(`config.json: rotary embeddings of type ${String(type)} are not there, only default and llama3`)
  const number = (name: string): number => {
    const x = rope[name]
    if (typeof x !== 'number' || !(x > 0)) throw new UserError(`config.json: ${name} of the rotary embeddings is ${String(x)}`)
    return x
  }
  return {
    factor: number('factor'),
    lowFreqFactor: number('low_freq_factor'),
    highFreqFactor: number('high_freq_factor'),
    positions: number('original_max_position_embeddings'),
  }
}

/** Errors: UserError for the settings of another model, or of a variant that this one is not. */
export const readConfig = (json: Json): LlamaConfig => {
  const number = (name: string, otherwise?: number): number => {
    const x = json[name] ?? otherwise
    if (typeof x !== 'number' || !(x > 0)) throw new UserError(`config.json: ${name} is ${String(x)}`)
    return x
  }
  if (json['model_type'] !== 'llama')
    throw new UserError(`config.json: it is the configuration of a ${String(json['model_type'])}, not of a llama`)
  if ((json['hidden_act'] ?? 'silu') !== 'silu')
    throw new UserError(`config.json: hidden_act ${String(json['hidden_act'])} is not Llama's silu`)
  const rope = (json['rope_parameters'] ?? json['rope_scaling'] ?? {}) as Json
  const [features, heads] = [number('hidden_size'), number('num_attention_heads')]
  const kvHeads = number('num_key_value_heads', heads)
  const headDim = number('head_dim', features / heads)
  if (heads % kvHeads !== 0) throw new UserError(`config.json: ${heads} heads of queries are no multiple of ${kvHeads} of keys`)
  if (!Number.isInteger(headDim / 2)) throw new UserError(`config.json: heads of ${headDim} features have no halves to rotate`)
  return {
    vocabulary: number('vocab_size'),
    positions: number('max_position_embeddings'),
    features,
    hidden: number('intermediate_size'),
    layers: number('num_hidden_layers'),
    heads,
    kvHeads,
    headDim,
    epsilon: number('rms_norm_eps', 1e-6),
    theta: typeof rope['rope_theta'] === 'number' ? rope['rope_theta'] : number('rope_theta', 10_000),
    scaling: scalingOf(rope),
    tied: json['tie_word_embeddings'] === true,
    attentionBias: json['attention_bias'] === true,
    mlpBias: json['mlp_bias'] === true,
    endTokens: [json['eos_token_id'] ?? []].flat().filter((x) => typeof x === 'number'),
  }
}
