/** A dense layer with a mask on its weights, so that output i depends on inputs up to i alone. */
import '@heddle/backend-tfjs/auto'
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export class CausalDense extends nn.Module<{ features: number }> {
  declare dense: nn.Dense

  applyMask(variables: nn.Variables): nn.Variables {
    return this.isInitializing() ? variables : tree.map((x: Tensor) => np.triu(x), variables)
  }
  setup(): void {
    const Masked = nn.mapVariables(nn.Dense, 'params', {
      transInFn: (variables) => this.applyMask(variables),
      init: this.isInitializing(),
    })
    this.dense = new Masked({ features: this.props.features, useBias: false })
  }
  call(x: Tensor): Tensor {
    return this.dense.call(x)
  }
}

export const example = () => {
  const module = new CausalDense({ features: 5 })
  const x = np.ones([1, 5])
  const variables = module.init(random.key(0), [x])
  return { variables, y: module.apply(variables, [x]) }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → variables/params/dense/kernel Tensor(f32[5,5]
// → [[ 0.52085638,  0.14583741,  0.21238959,  0.67496902,  0.63640738],
// →  [-0.00860099,  0.43648097,  0.19430344, -0.45074651, -0.26112893],
// →  [-0.53924525, -0.03937807, -0.56274396,  0.36443904, -0.12784688],
// →  [ 0.20740302, -0.26999626, -0.25200614, -0.58175611,  -0.2512517],
// →  [-0.31667712,   0.1996233, -0.58219546,  -0.6726191,  0.21937671]])
// → y Tensor(f32[1,5]
// → [[ 0.52085638,  0.58231837, -0.15605094,  0.00690544,  0.21555658]])
