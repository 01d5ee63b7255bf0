/** What reads a digit. */
import type { Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

/** Two convolutions, each followed by a maximum over squares of two by two, and a hidden layer. */
export class ConvNet extends nn.Module<{ readonly features: number }> {
  static moduleName = 'ConvNet'
  /** Images `[n, 28, 28, 1]` from 0 to 1 -> scores of the ten digits `[n, 10]`. Training needs keys `dropout`. */
  call(x: Tensor, { train }: { readonly train: boolean }): Tensor {
    const { features } = this.props
    for (const f of [features, 2 * features]) {
      x = nn.relu(new nn.Conv({ features: f, kernelSize: [3, 3] }).call(x))
      x = nn.maxPool(x, [2, 2], { strides: [2, 2] })
    }
    x = nn.relu(new nn.Dense({ features: 8 * features }).call(x.reshape([x.shape[0]!, -1])))
    x = new nn.Dropout({ rate: 0.2, deterministic: !train }).call(x)
    return new nn.Dense({ features: 10 }).call(x)
  }
}
