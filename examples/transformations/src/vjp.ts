/** Gradients by the parameters and by the arguments of a module, inside of another. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

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

await program(import.meta, example)
