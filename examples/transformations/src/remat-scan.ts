/** A hundred layers in ten loops of ten: memory for the gradient grows with the root of the depth. */
import '@heddle/backend-tfjs/auto'
import { grad, np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

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

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), (leaf as Tensor).shape)
// → grads/params/dense_stack/bias [ 10, 10, 8 ]
// → grads/params/dense_stack/kernel [ 10, 10, 8, 8 ]
// → variables/params/dense_stack/bias [ 10, 10, 8 ]
// → variables/params/dense_stack/kernel [ 10, 10, 8, 8 ]
// → y [ 1, 8 ]
