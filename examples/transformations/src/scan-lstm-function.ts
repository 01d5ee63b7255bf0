/** The LSTM again, by a scan of a function of the cell. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

export class LSTM extends nn.Module<{ features: number }> {
  call(x: Tensor): Tensor {
    const cell = new nn.LSTMCell({ features: this.props.features })
    const body = (m: nn.LSTMCell, carry: nn.LSTMCarry, step: Tensor) => m.call(carry, step)
    const scan = nn.scan(body, {
      variableBroadcast: 'params',
      splitRngs: { params: false },
      inAxes: 1,
      outAxes: 1,
    })
    const start = cell.initializeCarry(random.key(0), x.at(':', 0).shape)
    const [, y] = scan(cell, start, x)
    return y
  }
}

export const example = () => {
  const x = np.ones([4, 12, 7])
  const [y, variables] = new LSTM({ features: 32 }).initWithOutput(random.key(0), [x])
  return { y, variables }
}

await program(import.meta, example)
