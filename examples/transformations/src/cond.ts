/** One of two branches, which share a layer and count their calls. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { countedDense, declareCount } from './counted-dense'
import { program } from './program'

export class CondExample extends nn.Module<{ falseFactor?: number }> {
  call(x: Tensor, pred: boolean): Tensor {
    declareCount(this, 'true_count')
    declareCount(this, 'false_count')
    return nn.cond(pred, countedDense('true_count'), countedDense('false_count', this.props.falseFactor), this, [x])
  }
}

export const example = () => {
  const x = np.ones([1, 3])
  const [whenTrue, variables] = new CondExample().initWithOutput(random.key(0), [x, true])
  const [whenFalse, state] = new CondExample().apply(variables, [x, false], { mutable: 'state' })
  return { whenTrue, whenFalse, state }
}

await program(import.meta, example)
