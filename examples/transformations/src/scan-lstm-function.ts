/** The LSTM again, by a scan of a function of the cell. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

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

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), (leaf as Tensor).shape)
// → variables/params/LSTMCell_0/hf/bias [ 32 ]
// → variables/params/LSTMCell_0/hf/kernel [ 32, 32 ]
// → variables/params/LSTMCell_0/hg/bias [ 32 ]
// → variables/params/LSTMCell_0/hg/kernel [ 32, 32 ]
// → variables/params/LSTMCell_0/hi/bias [ 32 ]
// → variables/params/LSTMCell_0/hi/kernel [ 32, 32 ]
// → variables/params/LSTMCell_0/ho/bias [ 32 ]
// → variables/params/LSTMCell_0/ho/kernel [ 32, 32 ]
// → variables/params/LSTMCell_0/if/kernel [ 7, 32 ]
// → variables/params/LSTMCell_0/ig/kernel [ 7, 32 ]
// → variables/params/LSTMCell_0/ii/kernel [ 7, 32 ]
// → variables/params/LSTMCell_0/io/kernel [ 7, 32 ]
// → y [ 4, 12, 32 ]
