/** How the output of a module changes as its variables do: a forward derivative by them. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

class LearnScale extends nn.Module {
  call(x: Tensor): Tensor {
    return this.param('test', nn.onesInit(), []).mul(x)
  }
}

export class Foo extends nn.Module {
  call(x: Tensor): Tensor {
    const scale = new LearnScale()
    const params = tree.map((p: Tensor) => np.onesLike(p), scale.variables.params ?? {})
    const [, tangent] = nn.jvp((m: LearnScale, y: Tensor) => m.call(y), scale, [x], [np.zerosLike(x)], {
      variableTangents: { params },
    })
    return tangent
  }
}

export const example = () => {
  const x = np.array([1, 2, 3])
  const variables = new Foo().init(random.key(0), [x])
  return { variables, tangent: new Foo().apply(variables, [x]) }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → tangent Tensor(f32[3] [1., 2., 3.])
// → variables/params/LearnScale_0/test Tensor(f32[] 1.)
