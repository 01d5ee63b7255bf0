/** One of three branches, which share a layer and count their calls. */
import '@heddle/backend-tfjs/auto'
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

/** A branch: it counts its calls, and computes by the layer that all branches share. `factor` tells them apart. */
const branch =
  (name: string, factor = 1) =>
  (m: nn.Module, x: Tensor): Tensor => {
    const count = m.variable<Tensor>('state', name)
    count.value = count.value.add(1)
    return new nn.Dense({ features: 2 }, { name: 'dense' }).call(x).mul(factor)
  }

export class SwitchExample extends nn.Module<{ factors?: readonly number[] }> {
  call(x: Tensor, index: number): Tensor {
    const { factors = [1, 1, 1] } = this.props
    const names = ['a_count', 'b_count', 'c_count']
    for (const name of names) this.variable('state', name, () => np.array(0, 'int32'))
    const branches = names.map((name, i) => branch(name, factors[i]))
    return nn.switch(index, branches, this, [x])
  }
}

export const example = () => {
  const x = np.ones([1, 3])
  const [first, variables] = new SwitchExample().initWithOutput(random.key(0), [x, 0])
  const [last, state] = new SwitchExample().apply(variables, [x, 2], { mutable: 'state' })
  return { first, last, state }
}

console.log(example())
// → {
// →   first: Tensor(f32[1,2]
// →   [[1.7682149, 1.0485528]]),
// →   last: Tensor(f32[1,2]
// →   [[1.7682149, 1.0485528]]),
// →   state: {
// →     state: {
// →       a_count: Tensor(i32[] 1),
// →       b_count: Tensor(i32[] 0),
// →       c_count: Tensor(i32[] 1)
// →     }
// →   }
// → }
