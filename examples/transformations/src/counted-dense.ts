/** A branch for `cond` and `switch`: it counts its calls in a variable, and computes by the layer that all branches share. */
import { np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

/** Makes the counter of a branch. */
export const declareCount = (m: nn.Module, name: string): void => {
  m.variable('state', name, () => np.array(0, 'int32'))
}

/** A branch. `factor` tells the branches apart. */
export const countedDense =
  (name: string, factor = 1) =>
  (m: nn.Module, x: Tensor): Tensor => {
    const count = m.variable<Tensor>('state', name)
    count.value = count.value.add(1)
    const y = new nn.Dense({ features: 2 }, { name: 'dense' }).call(x)
    return factor === 1 ? y : y.mul(factor)
  }
