/** A module with a batch axis along which its parameters are shared. */
import '@heddle/backend-tfjs/auto'
import { random } from '@heddle/func'
import * as nn from '@heddle/linen'

export const BatchDense = nn.vmap(nn.Dense, {
  inAxes: 0,
  outAxes: 0,
  variableAxes: { params: null },
  splitRngs: { params: false },
})

export const example = () => {
  const x = random.normal(random.key(1), [3, 4])
  const [y, variables] = new BatchDense({ features: 5 }).initWithOutput(random.key(0), [x])
  return { y, variables }
}

console.log(example())
// → {
// →   y: Tensor(f32[3,5]
// →   [[ 0.09883267,  0.05429795,  0.18403375,  -0.1868884, -0.11234959],
// →    [ 0.46595979,  -0.0713499, -1.68682528,  1.97082448,   2.1639452],
// →    [-0.04465273, -0.02642659,  0.66451591, -0.34299013, -0.76511663]]),
// →   variables: {
// →     params: {
// →       bias: Tensor(f32[5] [0., 0., 0., 0., 0.]),
// →       kernel: Tensor(f32[4,5]
// →       [[  0.0413083, -0.82470149,  -0.8536315,  0.38350445,  0.60814291],
// →        [ 0.45915502,  0.09130075,  0.46269199,  0.45960718, -0.12504214],
// →        [ 0.61360657,  0.34637398, -0.46750256,   0.2689721,  1.07872272],
// →        [-0.96594799,  0.21737082,   0.3261385,  0.83863068, -0.89558089]])
// →     }
// →   }
// → }
