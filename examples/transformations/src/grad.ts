/** Gradients of a scalar by the arguments of a module, not by its parameters. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

class LearnScale extends nn.Module {
  call(x: Tensor, y: Tensor): Tensor {
    return this.param('scale', nn.initializers.constant(0.5), []).mul(x).mul(y)
  }
}

class Foo extends nn.Module {
  call(x: Tensor, y: Tensor): readonly Tensor[] {
    return nn.grad((m: LearnScale, a: Tensor, b: Tensor) => m.call(a, b), new LearnScale(), [x, y])
  }
}

export const example = () => {
  const [x, y] = [np.array(2), np.array(3)]
  const [[xGrad, yGrad], variables] = new Foo().initWithOutput(random.key(0), [x, y])
  return { xGrad, yGrad, variables }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → variables/params/LearnScale_0/scale Tensor(f32[] 0.5)
// → xGrad Tensor(f32[] 1.5)
// → yGrad Tensor(f32[] 1.)
