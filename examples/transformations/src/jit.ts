/** Layers as compiled programs: each is traced in its first call, and again only for other shapes, types or props. */
import '@heddle/backend-tfjs/auto'
import { random, tree, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

class JitMLP extends nn.Module {
  call(x: Tensor): Tensor {
    const JitDense = nn.jit(nn.Dense)
    const h = nn.relu(new JitDense({ features: 3 }).call(x))
    return new JitDense({ features: 1 }).call(h)
  }
}

export const example = () => {
  const x = random.normal(random.key(1), [2, 4])
  const [y, variables] = new JitMLP().initWithOutput(random.key(0), [x])
  return { y, variables }
}

for (const [path, leaf] of tree.leavesWithPath(example())) console.log(path.join('/'), leaf)
// → variables/params/JitDense_0/bias Tensor(f32[3] [0., 0., 0.])
// → variables/params/JitDense_0/kernel Tensor(f32[4,3]
// → [[-0.27993038, -0.55533689,   0.6722033],
// →  [ 0.29794043, -0.30829394, -0.01523892],
// →  [ 0.22931078,  0.46848211, -0.14016737],
// →  [-0.92594999,  0.41272366,  0.41791707]])
// → variables/params/JitDense_1/bias Tensor(f32[1] [0.])
// → variables/params/JitDense_1/kernel Tensor(f32[3,1]
// → [[-0.76298124],
// →  [-0.86627734],
// →  [ 0.55424094]])
// → y Tensor(f32[2,1]
// → [[-0.13798013],
// →  [ -0.0421055]])
