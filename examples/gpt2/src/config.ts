/** The settings of a GPT-2, as `config.json` has them. */
import { UserError } from '@heddle/example-program'

export interface GPT2Config {
  readonly vocabulary: number
  readonly positions: number
  readonly features: number
  readonly layers: number
  readonly heads: number
  readonly hidden: number
  readonly epsilon: number
}
type Json = Readonly<Record<string, unknown>>

/** Errors: UserError for the settings of another model, or of a variant that this one is not. */
export const readConfig = (json: Json): GPT2Config => {
  const count = (name: string): number => {
    const n = json[name]
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) throw new UserError(`config.json: ${name} is ${String(n)}`)
    return n
  }
  if (json['model_type'] !== 'gpt2')
    throw new UserError(`config.json: it is the configuration of a ${String(json['model_type'])}, not of a gpt2`)
  const activation = json['activation_function'] ?? 'gelu_new'
  if (activation !== 'gelu_new') throw new UserError(`config.json: activation_function ${String(activation)} is not GPT-2's gelu_new`)
  for (const name of ['scale_attn_by_inverse_layer_idx', 'reorder_and_upcast_attn', 'add_cross_attention'])
    if (json[name] === true) throw new UserError(`config.json: ${name} is for variants that this program does not have`)
  const [features, heads] = [count('n_embd'), count('n_head')]
  if (features % heads !== 0) throw new UserError(`config.json: n_embd ${features} is no multiple of n_head ${heads}`)
  return {
    vocabulary: count('vocab_size'),
    positions: count('n_positions'),
    features,
    layers: count('n_layer'),
    heads,
    hidden: (json['n_inner'] ?? null) === null ? 4 * features : count('n_inner'),
    epsilon: typeof json['layer_norm_epsilon'] === 'number' ? json['layer_norm_epsilon'] : 1e-5,
  }
}
