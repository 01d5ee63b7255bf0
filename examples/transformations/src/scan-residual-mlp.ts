/** A stack of equal layers as one loop: the program has one layer, whatever the depth. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

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

await program(import.meta, example)
