/** Optimizers. */
import { valueAndGrad, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import * as optim from '@heddle/optim'
import { np } from '@heddle/func'
import { tensorsOf, type Case } from '../case'

const optimizers: Readonly<Record<string, () => optim.GradientTransformation>> = {
  sgd: () => optim.sgd(0.1),
  momentum: () => optim.sgd(0.05, { momentum: 0.9, nesterov: true }),
  adam: () => optim.adam(1e-2),
  adamw: () => optim.adamw(1e-2, { weightDecay: 0.1 }),
  rmsprop: () => optim.rmsprop(1e-2),
  lion: () => optim.lion(1e-3),
  adagrad: () => optim.adagrad(0.1),
  lamb: () => optim.lamb(1e-2),
  clip_adam_cosine: () => optim.chain(optim.clipByGlobalNorm(0.5), optim.adam(optim.cosineDecaySchedule(1e-2, 10))),
  warmup: () => optim.adam(optim.warmupCosineDecaySchedule(0, 1e-2, 3, 10)),
}

export const cases: readonly Case[] = [
  {
    name: 'optim/ten_steps',
    run: ({ golden, args: [x, y] }) => {
      const variables = tensorsOf(golden, 'variables') as nn.Variables
      const model = new nn.Sequential({ layers: [new nn.Dense({ features: 8 }), nn.tanh, new nn.Dense({ features: 1 })] })
      const loss = valueAndGrad((v: nn.Variables): Tensor => model.apply(v, [x!]).sub(y!).square().mean())
      const run = (make: () => optim.GradientTransformation) => {
        const optimizer = make()
        let [params, state] = [variables, optimizer.init(variables)]
        const losses: Tensor[] = []
        for (let i = 0; i < 10; i++) {
          const [value, gradients] = loss(params)
          const [updates, next] = optimizer.update(gradients, state, params)
          params = optim.applyUpdates(params, updates)
          state = next
          losses.push(value)
        }
        return { losses: np.stack(losses), params }
      }
      return { variables, ...Object.fromEntries(Object.entries(optimizers).map(([name, make]) => [name, run(make)])) }
    },
  },
]
