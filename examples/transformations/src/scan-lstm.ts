/** An LSTM: a cell scanned over time, axis 1, with the same parameters in each step. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

export class LSTM extends nn.Module<{ features: number }> {
  call(x: Tensor): Tensor {
    const ScanLSTM = nn.scan(nn.LSTMCell, {
      variableBroadcast: 'params',
      splitRngs: { params: false },
      inAxes: 1,
      outAxes: 1,
    })
    const lstm = new ScanLSTM({ features: this.props.features })
    const start = lstm.initializeCarry(random.key(0), x.at(':', 0).shape)
    const [, y] = lstm.call(start, x)
    return y
  }
}

export const example = () => {
  const x = np.ones([4, 12, 7])
  const [y, variables] = new LSTM({ features: 32 }).initWithOutput(random.key(0), [x])
  return { y, variables }
}

await program(import.meta, example)
