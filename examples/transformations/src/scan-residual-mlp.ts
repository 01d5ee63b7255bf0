/** A stack of equal layers as one loop: the program has one layer, whatever the depth. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

class ResidualMLPBlock extends nn.Module {
  call(x: Tensor, _slice: null): readonly [Tensor, null] {
    const h = nn.relu(new nn.Dense({ features: 2 }).call(x))
    return [x.add(h), null]
  }
}

class ResidualMLP extends nn.Module<{ layers?: number }> {
  call(x: Tensor): Tensor {
    const ScanMLP = nn.scan(ResidualMLPBlock, {
      variableAxes: { params: 0 },
      variableBroadcast: false,
      splitRngs: { params: true },
      length: this.props.layers ?? 4,
    })
    const [y] = new ScanMLP().call(x, null)
    return y
  }
}

export const example = () => {
  const [y, variables] = new ResidualMLP({ layers: 4 }).initWithOutput(random.key(42), [np.ones([1, 2])])
  return { y, variables }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → variables/params/ScanResidualMLPBlock_0/Dense_0/bias Tensor(f32[4,2]
// → [[0., 0.],
// →  [0., 0.],
// →  [0., 0.],
// →  [0., 0.]])
// → variables/params/ScanResidualMLPBlock_0/Dense_0/kernel Tensor(f32[4,2,2]
// → [[[ 0.77272117,  0.53647029],
// →   [ 0.04469861,   0.3490153]],
// →
// →  [[ 0.79479641, -0.22583227],
// →   [-0.41772053,  -0.2683579]],
// →
// →  [[ 0.73481005, -1.54320979],
// →   [-0.20822558, -1.16037118]],
// →
// →  [[-1.09566677,  1.00687408],
// →   [  0.2975412, -0.46449935]]])
// → y Tensor(f32[1,2]
// → [[3.8998213, 4.9363079]])
