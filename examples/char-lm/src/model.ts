/** The model: an embedding, LSTM cells scanned over time, and scores for the next character. */
import { random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export interface CharLMProps {
  readonly vocabulary: number
  readonly hidden: number
  readonly layers: number
}
/** The state of one LSTM layer, `[batch, hidden]` each. */
export type Carry = readonly [c: Tensor, h: Tensor]

const ScanLSTM = nn.scan(nn.LSTMCell, { variableBroadcast: 'params', splitRngs: { params: false }, inAxes: 1, outAxes: 1 })

export class CharLM extends nn.Module<CharLMProps> {
  static moduleName = 'CharLM'
  /** ids `[batch, time]` int32, and the states to go on from (null: zeros) -> states, logits `[batch, time, vocabulary]`. */
  call(ids: Tensor, carries: readonly Carry[] | null): [carries: Carry[], logits: Tensor] {
    const { vocabulary, hidden, layers } = this.props
    let x = new nn.Embed({ numEmbeddings: vocabulary, features: hidden }).call(ids)
    const states: Carry[] = []
    for (let layer = 0; layer < layers; layer++) {
      const lstm = new ScanLSTM({ features: hidden })
      const start = carries?.[layer] ?? lstm.initializeCarry(random.key(0), [ids.shape[0]!, hidden])
      const [state, ys] = lstm.call(start, x)
      states.push(state as Carry)
      x = ys
    }
    return [states, new nn.Dense({ features: vocabulary }).call(x)]
  }
}
/** The number of parameters. */
export const countParameters = (leaves: readonly Tensor[]): number => leaves.reduce((n, x) => n + x.size, 0)
