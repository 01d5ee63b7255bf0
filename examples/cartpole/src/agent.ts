/** What chooses actions and judges states. */
import type { Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

const { orthogonal } = nn.initializers

export class ActorCritic extends nn.Module<{ readonly hidden: number }> {
  static moduleName = 'ActorCritic'
  /** bodies `[..., 4]` -> scores of the two actions `[..., 2]`, and what is to be earned from there on `[...]`. */
  call(body: Tensor): readonly [logits: Tensor, value: Tensor] {
    const { hidden: features } = this.props
    const tower = (): Tensor => {
      let x = body
      for (let i = 0; i < 2; i++) x = nn.tanh(new nn.Dense({ features, kernelInit: orthogonal(Math.SQRT2) }).call(x))
      return x
    }
    const logits = new nn.Dense({ features: 2, kernelInit: orthogonal(0.01), name: 'actor' }).call(tower())
    const value = new nn.Dense({ features: 1, kernelInit: orthogonal(1), name: 'critic' }).call(tower())
    return [logits, value.at('...', 0)]
  }
}
