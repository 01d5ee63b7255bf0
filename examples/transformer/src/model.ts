/**
 * A transformer of characters. Its layers are one block, scanned: the program holds it once, however deep the model is. In training the block is
 * recomputed in the backward pass, so that memory holds what goes into each layer, and not all that is made inside of them.
 */
import { remember } from '@heddle/example-gpt2/cache'
import { rotate } from '@heddle/example-llama/rotary'
import { lax, np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export interface TransformerProps {
  readonly vocabulary: number
  readonly features: number
  readonly heads: number
  readonly layers: number
  /** Positions of the cache, for writing; without it all characters of a text are seen at once, and none is kept. */
  readonly room?: number
}
class Attention extends nn.Module<TransformerProps> {
  call(x: Tensor, position: Tensor): Tensor {
    const { features, heads, room } = this.props
    const [batch, n] = x.shape as [number, number]
    const headDim = features / heads
    const project = (name: string): Tensor => new nn.Dense({ features, useBias: false, name }).call(x).reshape([batch, n, heads, headDim])
    const places = np.add(position, np.arange(n))
    const turned = (y: Tensor): Tensor => rotate(y, places, { headDim, theta: 10_000, scaling: undefined })
    const [query, key, value] = [turned(project('query')), turned(project('key')), project('value')]
    const seen =
      room === undefined ? { keys: key, values: value, mask: np.tri(n).astype('bool') } : remember(this, key, value, position, room)
    const y = nn.dotProductAttention(query, seen.keys, seen.values, { mask: seen.mask })
    return new nn.Dense({ features, name: 'out' }).call(y.reshape([batch, n, features]))
  }
}
class Block extends nn.Module<TransformerProps> {
  static moduleName = 'Block'
  call(x: Tensor, position: Tensor): readonly [Tensor, null] {
    const { features } = this.props
    const h = x.add(new Attention({ ...this.props, name: 'attention' }).call(new nn.RMSNorm().call(x), position))
    const wide = nn.gelu(new nn.Dense({ features: 4 * features }).call(new nn.RMSNorm().call(h)))
    return [h.add(new nn.Dense({ features }).call(wide)), null]
  }
}

export class Transformer extends nn.Module<TransformerProps> {
  static moduleName = 'Transformer'
  /**
   * Scores of the next character after each, or, where `only` says which, after one of them.
   *
   * ids `[batch, n]` int32 that stand at `position`, `position + 1`, ... -> logits `[batch, n or 1, vocabulary]`.
   */
  call(ids: Tensor, position: Tensor, only?: Tensor): Tensor {
    const { vocabulary, features, layers } = this.props
    const embedding = new nn.Embed({ numEmbeddings: vocabulary, features, name: 'embedding' })
    const Blocks = nn.scan(nn.remat(Block), {
      variableAxes: { params: 0, cache: 0 },
      splitRngs: { params: true },
      inAxes: nn.broadcast,
      length: layers,
    })
    const [y] = new Blocks({ ...this.props, name: 'blocks' }).call(embedding.call(ids), position)
    const last = only === undefined ? y : lax.dynamicSliceInDim(y, only, 1, 1)
    return embedding.attend(new nn.RMSNorm({ name: 'norm' }).call(last)).div(Math.sqrt(features))
  }
}
