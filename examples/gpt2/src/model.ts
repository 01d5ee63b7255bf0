/** GPT-2 (Radford et al. 2019): one block scanned over its layers. Modules have the names of Hugging Face's tensors. */
import { lax, np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { remember } from './cache'
import type { GPT2Config } from './config'

interface Props {
  readonly config: GPT2Config
  /** How many positions the cache has. */
  readonly length: number
}
class Attention extends nn.Module<Props> {
  call(x: Tensor, position: Tensor): Tensor {
    const { config, length } = this.props
    const { features, heads } = config
    const [batch, n] = x.shape as [number, number]
    const all = new nn.Dense({ features: 3 * features, name: 'c_attn' }).call(x)
    const [query, key, value] = np.split(all, 3, -1).map((y) => y.reshape([batch, n, heads, features / heads])) as [Tensor, Tensor, Tensor]
    const { keys, values, mask } = remember(this, key, value, position, length)
    const y = nn.dotProductAttention(query, keys, values, { mask })
    return new nn.Dense({ features, name: 'c_proj' }).call(y.reshape([batch, n, features]))
  }
}
class MLP extends nn.Module<Props> {
  call(x: Tensor): Tensor {
    const { features, hidden } = this.props.config
    return new nn.Dense({ features, name: 'c_proj' }).call(nn.gelu(new nn.Dense({ features: hidden, name: 'c_fc' }).call(x)))
  }
}
class Block extends nn.Module<Props> {
  call(x: Tensor, position: Tensor): readonly [Tensor, null] {
    const { epsilon } = this.props.config
    const h = x.add(new Attention({ ...this.props, name: 'attn' }).call(new nn.LayerNorm({ epsilon, name: 'ln_1' }).call(x), position))
    return [h.add(new MLP({ ...this.props, name: 'mlp' }).call(new nn.LayerNorm({ epsilon, name: 'ln_2' }).call(h))), null]
  }
}

export class GPT2 extends nn.Module<Props> {
  static moduleName = 'GPT2'
  /**
   * Scores of the next token after each, or, where `only` says which, after one of them.
   *
   * ids `[batch, n]` int32 that stand at `position`, `position + 1`, ... -> logits `[batch, n or 1, vocabulary]`.
   */
  call(ids: Tensor, position: Tensor, only?: Tensor): Tensor {
    const { config } = this.props
    const { vocabulary, positions, features, layers, epsilon } = config
    const wte = new nn.Embed({ numEmbeddings: vocabulary, features, name: 'wte' })
    const wpe = new nn.Embed({ numEmbeddings: positions, features, name: 'wpe' })
    const x = wte.call(ids).add(wpe.call(np.add(position, np.arange(ids.shape[1]!))))
    const Blocks = nn.scan(Block, {
      variableAxes: { params: 0, cache: 0 },
      splitRngs: { params: true },
      inAxes: nn.broadcast,
      length: layers,
    })
    const [y] = new Blocks({ ...this.props, name: 'h' }).call(x, position)
    const last = only === undefined ? y : lax.dynamicSliceInDim(y, only, 1, 1)
    return wte.attend(new nn.LayerNorm({ epsilon, name: 'ln_f' }).call(last))
  }
}
