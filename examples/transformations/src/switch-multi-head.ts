/** Branches with different parameters: all of them run when variables are initialized. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

interface Head {
  call(x: Tensor): Tensor
}

export class MultiHeadSwitchExample extends nn.Module {
  declare heads: readonly Head[]

  setup(): void {
    const dense = (features: number): nn.Dense => new nn.Dense({ features })
    this.heads = [
      new nn.Sequential({ layers: [dense(10), dense(7), dense(5)] }),
      new nn.Sequential({ layers: [dense(11), dense(5)] }),
      dense(5),
    ]
  }
  call(x: Tensor, index: number): Tensor {
    const branches = this.heads.map((_, i) => (m: MultiHeadSwitchExample, y: Tensor) => m.heads[i]!.call(y))
    if (this.isMutableCollection('params')) for (const branch of branches) branch(this, x)
    return nn.switch(index, branches, this, [x])
  }
}

export const example = () => {
  const x = np.ones([1, 3])
  const variables = new MultiHeadSwitchExample().init(random.key(0), [x, 0])
  return { variables, outputs: [0, 1, 2].map((index) => new MultiHeadSwitchExample().apply(variables, [x, index])) }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), (leaf as Tensor).shape)
// → outputs/0 [ 1, 5 ]
// → outputs/1 [ 1, 5 ]
// → outputs/2 [ 1, 5 ]
// → variables/params/heads_0/layers_0/bias [ 10 ]
// → variables/params/heads_0/layers_0/kernel [ 3, 10 ]
// → variables/params/heads_0/layers_1/bias [ 7 ]
// → variables/params/heads_0/layers_1/kernel [ 10, 7 ]
// → variables/params/heads_0/layers_2/bias [ 5 ]
// → variables/params/heads_0/layers_2/kernel [ 7, 5 ]
// → variables/params/heads_1/layers_0/bias [ 11 ]
// → variables/params/heads_1/layers_0/kernel [ 3, 11 ]
// → variables/params/heads_1/layers_1/bias [ 5 ]
// → variables/params/heads_1/layers_1/kernel [ 11, 5 ]
// → variables/params/heads_2/bias [ 5 ]
// → variables/params/heads_2/kernel [ 3, 5 ]
