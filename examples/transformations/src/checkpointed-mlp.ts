/** Layers whose intermediate values are computed again in the backward pass. */
import { grad, np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

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

await program(import.meta, example)
