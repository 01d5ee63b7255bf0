/** An LSTM: a cell scanned over time, axis 1, with the same parameters in each step. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

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

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), (leaf as Tensor).shape)
// → variables/params/ScanLSTMCell_0/hf/bias [ 32 ]
// → variables/params/ScanLSTMCell_0/hf/kernel [ 32, 32 ]
// → variables/params/ScanLSTMCell_0/hg/bias [ 32 ]
// → variables/params/ScanLSTMCell_0/hg/kernel [ 32, 32 ]
// → variables/params/ScanLSTMCell_0/hi/bias [ 32 ]
// → variables/params/ScanLSTMCell_0/hi/kernel [ 32, 32 ]
// → variables/params/ScanLSTMCell_0/ho/bias [ 32 ]
// → variables/params/ScanLSTMCell_0/ho/kernel [ 32, 32 ]
// → variables/params/ScanLSTMCell_0/if/kernel [ 7, 32 ]
// → variables/params/ScanLSTMCell_0/ig/kernel [ 7, 32 ]
// → variables/params/ScanLSTMCell_0/ii/kernel [ 7, 32 ]
// → variables/params/ScanLSTMCell_0/io/kernel [ 7, 32 ]
// → y [ 4, 12, 32 ]
