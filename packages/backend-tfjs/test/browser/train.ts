/** Some jitted training steps of a small convolutional model: the same program in a page and beside it. */
import { jit, random, setDefaultBackend, type Tensor, tree, valueAndGrad } from '@heddle/func'
import type { Backend } from '@heddle/func/backend'
import * as nn from '@heddle/linen'
import { adam, applyUpdates, softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'

class Net extends nn.Module {
  call(x: Tensor): Tensor {
    const features = nn.relu(new nn.Conv({ features: 4, kernelSize: [3, 3] }).call(x))
    const pooled = nn.maxPool(features, [2, 2], { strides: [2, 2] })
    const hidden = nn.tanh(new nn.Dense({ features: 8 }).call(pooled.reshape([x.shape[0]!, -1])))
    return new nn.Dense({ features: 3 }).call(new nn.LayerNorm({}).call(hidden))
  }
}
export interface Trained {
  readonly losses: readonly number[]
  /** All parameters after the last step, one behind the other. */
  readonly params: readonly number[]
}
const numbers = async (xs: readonly Tensor[]): Promise<readonly number[]> =>
  (await Promise.all(xs.map((x) => x.data()))).flatMap((data) => Array.from(data as ArrayLike<number>))

/** Losses and parameters of a few steps on a backend. */
export const train = async <B>(backend: Backend<B>, steps = 3): Promise<Trained> => {
  setDefaultBackend(backend)
  const model = new Net({})
  const optimizer = adam(1e-2)
  const images = random.normal(random.key(1), [6, 8, 8, 2])
  const labels = random.randint(random.key(2), [6], 0, 3)
  let params = model.init(random.key(0), [images])
  let state = optimizer.init(params)
  const step = jit((p: typeof params, s: typeof state) => {
    const loss = (q: typeof params): Tensor => softmaxCrossEntropyWithIntegerLabels(model.apply(q, [images]), labels).mean()
    const [value, gradients] = valueAndGrad(loss)(p)
    const [updates, next] = optimizer.update(gradients, s, p)
    return [applyUpdates(p, updates), next, value] as const
  })
  const losses: Tensor[] = []
  for (let i = 0; i < steps; i++) {
    const [p, s, value] = step(params, state)
    ;[params, state] = [p, s as typeof state]
    losses.push(value)
  }
  return { losses: await numbers(losses), params: await numbers(tree.leaves(params) as Tensor[]) }
}
