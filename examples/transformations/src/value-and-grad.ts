/** The scalar value of a module, and its gradients by the arguments. */
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
    const [z, [xGrad, yGrad]] = nn.valueAndGrad((m: LearnScale, a: Tensor, b: Tensor) => m.call(a, b), new LearnScale(), [x, y])
    return [z, xGrad, yGrad]
  }
}

export const example = () => {
  const [x, y] = [np.array(2), np.array(3)]
  const [[z, xGrad, yGrad], variables] = new Foo().initWithOutput(random.key(0), [x, y])
  return { z, xGrad, yGrad, variables }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → variables/params/LearnScale_0/scale Tensor(f32[] 0.5)
// → xGrad Tensor(f32[] 1.5)
// → yGrad Tensor(f32[] 1.)
// → z Tensor(f32[] 3.)
