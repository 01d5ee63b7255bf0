/** A dense layer with a mask on its weights, so that output i depends on inputs up to i alone. */
import { np, random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { program } from './program'

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

await program(import.meta, example)
