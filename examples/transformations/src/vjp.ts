/** Gradients by the parameters and by the arguments of a module, inside of another. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

class LearnScale extends nn.Module<{ scale?: number }> {
  call(x: Tensor, y: Tensor): Tensor {
    return this.param('scale', nn.initializers.constant(this.props.scale ?? 0), [])
      .mul(x)
      .mul(y)
  }
}

export class Foo extends nn.Module<{ scale?: number }> {
  call(x: Tensor, y: Tensor): readonly unknown[] {
    const { scale = 0 } = this.props
    const [z, backward] = nn.vjp((m: LearnScale, a: Tensor, b: Tensor) => m.call(a, b), new LearnScale({ scale }), [x, y])
    const [paramsGrad, xGrad, yGrad] = backward(np.ones(z.shape))
    return [z, paramsGrad, xGrad, yGrad]
  }
}

export const example = () => {
  const [x, y] = [np.array([1, 2, 3]), np.array([4, 5, 6])]
  const variables = new Foo().init(random.key(0), [x, y])
  return { variables, output: new Foo().apply(variables, [x, y]) }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → output/0 Tensor(f32[3] [0., 0., 0.])
// → output/1/params/scale Tensor(f32[] 32.)
// → output/2 Tensor(f32[3] [0., 0., 0.])
// → output/3 Tensor(f32[3] [0., 0., 0.])
// → variables/params/LearnScale_0/scale Tensor(f32[] 0.)
