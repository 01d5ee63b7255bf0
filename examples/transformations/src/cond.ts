/** One of two branches, which share a layer and count their calls. */
import '@heddle/backend-tfjs/auto'
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

/** A branch: it counts its calls, and computes by the layer that both branches share. `factor` tells them apart. */
const branch =
  (name: string, factor = 1) =>
  (m: nn.Module, x: Tensor): Tensor => {
    const count = m.variable<Tensor>('state', name)
    count.value = count.value.add(1)
    return new nn.Dense({ features: 2 }, { name: 'dense' }).call(x).mul(factor)
  }

export class CondExample extends nn.Module<{ falseFactor?: number }> {
  call(x: Tensor, pred: boolean): Tensor {
    for (const name of ['true_count', 'false_count']) this.variable('state', name, () => np.array(0, 'int32'))
    return nn.cond(pred, branch('true_count'), branch('false_count', this.props.falseFactor), this, [x])
  }
}

export const example = () => {
  const x = np.ones([1, 3])
  const [whenTrue, variables] = new CondExample().initWithOutput(random.key(0), [x, true])
  const [whenFalse, state] = new CondExample().apply(variables, [x, false], { mutable: 'state' })
  return { whenTrue, whenFalse, state }
}

console.log(example())
// → {
// →   whenTrue: Tensor(f32[1,2]
// →   [[1.7682149, 1.0485528]]),
// →   whenFalse: Tensor(f32[1,2]
// →   [[1.7682149, 1.0485528]]),
// →   state: {
// →     state: { true_count: Tensor(i32[] 1), false_count: Tensor(i32[] 1) }
// →   }
// → }
