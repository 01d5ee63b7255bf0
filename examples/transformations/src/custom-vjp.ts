/** A backward pass of one's own: the gradient of the parameters is replaced by its sign. */
import { grad, np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

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

await program(import.meta, example)
