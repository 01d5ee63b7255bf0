/** Layers whose intermediate values are computed again in the backward pass. */
import '@heddle/backend-tfjs/auto'
import { grad, np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export class CheckpointedMLP extends nn.Module {
  call(x: Tensor): Tensor {
    const CheckpointDense = nn.checkpoint(nn.Dense)
    const h = nn.relu(new CheckpointDense({ features: 128 }).call(x))
    return new CheckpointDense({ features: 1 }).call(h)
  }
}

export const example = () => {
  const model = new CheckpointedMLP()
  const x = np.ones([1, 16])
  const [y, variables] = model.initWithOutput(random.key(0), [x])
  const grads = grad((v: nn.Variables) => model.apply(v, [x]).sum())(variables)
  return { y, variables, grads }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), (leaf as Tensor).shape)
// → grads/params/CheckpointDense_0/bias [ 128 ]
// → grads/params/CheckpointDense_0/kernel [ 16, 128 ]
// → grads/params/CheckpointDense_1/bias [ 1 ]
// → grads/params/CheckpointDense_1/kernel [ 128, 1 ]
// → variables/params/CheckpointDense_0/bias [ 128 ]
// → variables/params/CheckpointDense_0/kernel [ 16, 128 ]
// → variables/params/CheckpointDense_1/bias [ 1 ]
// → variables/params/CheckpointDense_1/kernel [ 128, 1 ]
// → y [ 1, 1 ]
