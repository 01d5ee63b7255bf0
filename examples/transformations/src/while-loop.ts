/** A loop that goes on until a variable says so. Variables are made before, by a first run of the body. */
import '@heddle/backend-tfjs/auto'
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export class WhileLoopExample extends nn.Module {
  call(x: Tensor): Tensor {
    const condFn = (m: WhileLoopExample): Tensor => (m.variables.state!.acc as Tensor).less(10)
    const bodyFn = (m: WhileLoopExample, c: Tensor): Tensor => {
      const acc = m.variable('state', 'acc', () => np.array(0, 'int32'))
      acc.value = acc.value.add(1)
      return new nn.Dense({ features: c.shape[1]! }).call(c)
    }
    if (this.isMutableCollection('params')) return bodyFn(this, x)
    return nn.whileLoop(condFn, bodyFn, this, x, { carryVariables: 'state' })
  }
}

export const example = () => {
  const x = np.ones([2, 2])
  const variables = new WhileLoopExample().init(random.key(0), [x])
  const [result, state] = new WhileLoopExample().apply(variables, [x], { mutable: ['state'] })
  return { result, state }
}

console.log(example())
// → {
// →   result: Tensor(f32[2,2]
// →   [[ 0.05787539, -3.63221312],
// →    [ 0.05787539, -3.63221312]]),
// →   state: { state: { acc: Tensor(i32[] 10) } }
// → }
