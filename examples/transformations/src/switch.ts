/** One of three branches, which share a layer and count their calls. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { countedDense, declareCount } from './counted-dense'
import { program } from './program'

export class SwitchExample extends nn.Module<{ factors?: readonly number[] }> {
  call(x: Tensor, index: number): Tensor {
    const { factors = [1, 1, 1] } = this.props
    const names = ['a_count', 'b_count', 'c_count']
    for (const name of names) declareCount(this, name)
    const branches = names.map((name, i) => countedDense(name, factors[i]))
    return nn.switch(index, branches, this, [x])
  }
}

export const example = () => {
  const x = np.ones([1, 3])
  const [first, variables] = new SwitchExample().initWithOutput(random.key(0), [x, 0])
  const [last, state] = new SwitchExample().apply(variables, [x, 2], { mutable: 'state' })
  return { first, last, state }
}

await program(import.meta, example)
