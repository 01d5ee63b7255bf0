/** A transformer of characters whose weights say along which axis of a mesh they may lie. */
import type { Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

const { lecunNormal, normal } = nn.initializers
/** A matrix cut by columns, and one cut by rows: between them nothing is exchanged. */
const byColumns = nn.withPartitioning(lecunNormal(), [null, 'model'])
const byRows = nn.withPartitioning(lecunNormal(), ['model', null])

export interface Props {
  readonly vocabulary: number
  readonly features: number
  readonly heads: number
  readonly layers: number
  readonly length: number
}
class Block extends nn.Module<{ readonly features: number; readonly heads: number }> {
  call(x: Tensor): Tensor {
    const { features, heads } = this.props
    const h = new nn.LayerNorm().call(x)
    const attended = new nn.MultiHeadDotProductAttention({ numHeads: heads }).call(h, { mask: nn.makeCausalMask(h.at('...', 0)) })
    const y = x.add(attended)
    const wide = nn.gelu(new nn.Dense({ features: 4 * features, kernelInit: byColumns }).call(new nn.LayerNorm().call(y)))
    return y.add(new nn.Dense({ features, kernelInit: byRows }).call(wide))
  }
}
export class Transformer extends nn.Module<Props> {
  /** ids `[batch, length]` int32 -> logits `[batch, length, vocabulary]`. */
  call(ids: Tensor): Tensor {
    const { vocabulary, features, heads, layers, length } = this.props
    const positions = this.param('positions', normal(0.02), [length, features]) as Tensor
    let x = new nn.Embed({ numEmbeddings: vocabulary, features }).call(ids).add(positions)
    for (let i = 0; i < layers; i++) x = new Block({ features, heads }).call(x)
    return new nn.Dense({ features: vocabulary }).call(new nn.LayerNorm().call(x))
  }
}
