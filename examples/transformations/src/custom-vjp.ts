/** A backward pass of one's own: the gradient of the parameters is replaced by its sign. */
import '@heddle/backend-tfjs/auto'
import { grad, np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export class Foo extends nn.Module {
  call(x: Tensor): Tensor {
    const f = (m: nn.Dense, y: Tensor): Tensor => m.call(y)
    const signGrad = nn.customVjp(f, {
      forwardFn: (m, y) => nn.vjp(f, m, [y]),
      backwardFn: (backward, cotangent) => {
        const [params, ...inputs] = backward(cotangent)
        return [tree.map((t: Tensor) => np.sign(t), params), ...inputs]
      },
    })
    return signGrad(new nn.Dense({ features: 1 }), x).reshape([])
  }
}

export const example = () => {
  const x = np.ones([2])
  const [y, variables] = new Foo().initWithOutput(random.key(0), [x])
  const grads = grad((v: nn.Variables) => new Foo().apply(v, [x]))(variables)
  return { y, variables, grads }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → grads/params/Dense_0/bias Tensor(f32[1] [1.])
// → grads/params/Dense_0/kernel Tensor(f32[2,1]
// → [[1.],
// →  [1.]])
// → variables/params/Dense_0/bias Tensor(f32[1] [0.])
// → variables/params/Dense_0/kernel Tensor(f32[2,1]
// → [[-1.1679986],
// →  [ 0.5335484]])
// → y Tensor(f32[] -0.63445014)
