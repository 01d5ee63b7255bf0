/** A hundred layers in ten loops of ten: memory for the gradient grows with the root of the depth. */
import { grad, np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

export class BigModel extends nn.Module {
  call(x: Tensor): Tensor {
    const DenseStack = nn.rematScan(nn.Dense, { lengths: [10, 10] })
    return new DenseStack({ features: 8 }, { name: 'dense_stack' }).call(x)
  }
}

export const example = () => {
  const model = new BigModel()
  const x = np.ones([1, 8])
  const [y, variables] = model.initWithOutput(random.key(0), [x])
  const grads = grad((v: nn.Variables) => model.apply(v, [x]).sum())(variables)
  return { y, variables, grads }
}

await program(import.meta, example)
