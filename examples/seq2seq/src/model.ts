/**
 * An encoder that reads in both directions, and a decoder that looks where it needs to (Bahdanau et al. 2015): both are cells scanned over time.
 *
 * The decoder is given its last character: the right one while it learns (teacher forcing), its own when it writes.
 */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { ANSWER, START, vocabulary } from './dates'

interface Sizes {
  readonly hidden: number
}
/** What the decoder looks at: what was read `[batch, question, 2 hidden]`, and where there was something `[batch, question]`. */
interface Read {
  readonly memory: Tensor
  readonly mask: Tensor
}
/** How far the decoder is: its state `[batch, hidden]`, and the character that it wrote last `[batch]`. */
interface Written {
  readonly state: Tensor
  readonly last: Tensor
}
/** What a step answers: scores of characters `[batch, vocabulary]`, and how much it looked at each place `[batch, question]`. */
type Said = readonly [logits: Tensor, weights: Tensor]

class DecoderStep extends nn.Module<Sizes> {
  static moduleName = 'DecoderStep'
  call({ state, last }: Written, { memory, mask }: Read): readonly [Tensor, Said] {
    const { hidden } = this.props
    const query = np.expandDims(new nn.Dense({ features: hidden, name: 'query' }).call(state), [1, 2])
    const key = np.expandDims(new nn.Dense({ features: hidden, name: 'key' }).call(memory), 2)
    const weights = nn.dotProductAttentionWeights(query, key, { mask: np.expandDims(mask, [1, 2]) }).at(':', 0, 0)
    const seen = np.einsum('bt,btd->bd', weights, memory)
    const before = new nn.Embed({ numEmbeddings: vocabulary.answer, features: hidden }).call(last)
    const [next] = new nn.GRUCell({ features: hidden }).call(state, np.concatenate([before, seen], -1))
    const logits = new nn.Dense({ features: vocabulary.answer, name: 'scores' }).call(np.concatenate([next, seen], -1))
    return [next, [logits, weights]]
  }
}

export class Seq2Seq extends nn.Module<Sizes> {
  static moduleName = 'Seq2Seq'
  /**
   * Questions `[batch, question]` int32, and the answers that are taught `[batch, answer]`, or null to write by itself -> scores
   * `[batch, answer, vocabulary]` and what was looked at `[batch, answer, question]`.
   */
  call(question: Tensor, taught: Tensor | null): Said {
    const { hidden } = this.props
    const mask = question.notEqual(0)
    const x = new nn.Embed({ numEmbeddings: vocabulary.question, features: hidden }).call(question)
    const rnn = () => new nn.RNN({ cell: new nn.GRUCell({ features: hidden }) })
    const seqLengths = np.sum(mask.astype('int32'), 1)
    const memory = new nn.Bidirectional({ forwardRnn: rnn(), backwardRnn: rnn() }).call(x, { seqLengths })
    const batch = question.shape[0]!
    const start: Written = {
      state: nn.tanh(new nn.Dense({ features: hidden, name: 'begin' }).call(memory.at(':', 0))),
      last: np.full([batch], START, 'int32'),
    }
    const read: Read = { memory, mask }
    const step = (cell: DecoderStep, now: Written, right: Tensor): readonly [Written, Said] => {
      const [state, said] = cell.call(now, read)
      return [{ state, last: taught === null ? np.argmax(said[0], -1).astype('int32') : right }, said]
    }
    const loop = nn.scan(step, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })
    const [, said] = loop(new DecoderStep({ hidden }), start, taught ?? np.zeros([batch, ANSWER], { dtype: 'int32' }))
    return said
  }
}
export const start = (model: Seq2Seq, question: Tensor, taught: Tensor, seed: number) => model.init(random.key(seed), [question, taught])
