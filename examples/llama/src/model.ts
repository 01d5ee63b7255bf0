/** Llama (Touvron et al. 2023): one block scanned over its layers. Modules have the names of Hugging Face's tensors. */
import { remember } from '@heddle/example-gpt2/cache'
import { lax, nn as functions, np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import type { LlamaConfig } from './config'
import { rotate } from './rotary'

interface Props {
  readonly config: LlamaConfig
  /** How many positions the cache has. */
  readonly length: number
}
class Attention extends nn.Module<Props> {
  call(x: Tensor, position: Tensor): Tensor {
    const { config, length } = this.props
    const { features, heads, kvHeads, headDim, attentionBias: useBias } = config
    const [batch, n] = x.shape as [number, number]
    const project = (name: string, count: number): Tensor =>
      new nn.Dense({ features: count * headDim, useBias, name }).call(x).reshape([batch, n, count, headDim])
    const positions = np.add(position, np.arange(n))
    const query = rotate(project('q_proj', heads), positions, config)
    const key = rotate(project('k_proj', kvHeads), positions, config)
    const { keys, values, mask } = remember(this, key, project('v_proj', kvHeads), position, length)
    const y = functions.dotProductAttention(query, keys, values, { mask: np.expandDims(mask, [0, 1]) })
    return new nn.Dense({ features, useBias, name: 'o_proj' }).call(y.reshape([batch, n, heads * headDim]))
  }
}
class SwiGLU extends nn.Module<Props> {
  call(x: Tensor): Tensor {
    const { features, hidden, mlpBias: useBias } = this.props.config
    const gate = nn.silu(new nn.Dense({ features: hidden, useBias, name: 'gate_proj' }).call(x))
    const up = new nn.Dense({ features: hidden, useBias, name: 'up_proj' }).call(x)
    return new nn.Dense({ features, useBias, name: 'down_proj' }).call(gate.mul(up))
  }
}
class Block extends nn.Module<Props> {
  call(x: Tensor, position: Tensor): readonly [Tensor, null] {
    const { epsilon } = this.props.config
    const norm = (name: string, y: Tensor): Tensor => new nn.RMSNorm({ epsilon, name }).call(y)
    const h = x.add(new Attention({ ...this.props, name: 'self_attn' }).call(norm('input_layernorm', x), position))
    return [h.add(new SwiGLU({ ...this.props, name: 'mlp' }).call(norm('post_attention_layernorm', h))), null]
  }
}

export class Llama extends nn.Module<Props> {
  static moduleName = 'Llama'
  /**
   * Scores of the next token after each, or, where `only` says which, after one of them.
   *
   * ids `[batch, n]` int32 that stand at `position`, `position + 1`, ... -> logits `[batch, n or 1, vocabulary]`.
   */
  call(ids: Tensor, position: Tensor, only?: Tensor): Tensor {
    const { vocabulary, features, layers, epsilon, tied } = this.props.config
    const embedding = new nn.Embed({ numEmbeddings: vocabulary, features, name: 'embed_tokens' })
    const Blocks = nn.scan(Block, {
      variableAxes: { params: 0, cache: 0 },
      splitRngs: { params: true },
      inAxes: nn.broadcast,
      length: layers,
    })
    const [y] = new Blocks({ ...this.props, name: 'layers' }).call(embedding.call(ids), position)
    const last = only === undefined ? y : lax.dynamicSliceInDim(y, only, 1, 1)
    const normed = new nn.RMSNorm({ epsilon, name: 'norm' }).call(last)
    return tied ? embedding.attend(normed) : new nn.Dense({ features: vocabulary, useBias: false, name: 'lm_head' }).call(normed)
  }
}
