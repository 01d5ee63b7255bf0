/**
 * Model-agnostic meta-learning (Finn et al. 2017): parameters from which a step of gradient descent on a few points of a new task fits it. What is
 * minimized is the loss after the step, so its gradient goes through a gradient.
 */
import { grad, jit, lax, np, random, type Tensor, tree, valueAndGrad, vmap } from '@heddle/func'
import * as nn from '@heddle/linen'
import * as optim from '@heddle/optim'
import { TrainState } from '@heddle/train'
import { drawTask, type Task } from './waves'

export interface Settings {
  readonly hidden: number
  /** Points of a wave that are seen. */
  readonly points: number
  /** Waves that are adapted to at once. */
  readonly tasks: number
  /** Of the step on a task. */
  readonly innerRate: number
  readonly learningRate: number
}
export const defaults: Settings = { hidden: 40, points: 10, tasks: 16, innerRate: 0.05, learningRate: 3e-3 }

/** How parameters are learned: to be adapted, or to fit all waves as they are. */
type Way = 'maml' | 'pooled'

class Net extends nn.Module<{ readonly hidden: number }> {
  static moduleName = 'Net'
  call(x: Tensor): Tensor {
    for (let i = 0; i < 2; i++) x = nn.tanh(new nn.Dense({ features: this.props.hidden }).call(x))
    return new nn.Dense({ features: 1 }).call(x)
  }
}

export const makeMaml = ({ hidden, points, tasks, innerRate, learningRate }: Settings, seed: number) => {
  const model = new Net({ hidden })
  const [initKey, taskKey] = random.split(random.key(seed)) as unknown as [Tensor, Tensor]
  const params = model.init(initKey, [np.zeros([1, 1])])
  type Params = typeof params
  const state = TrainState.create({ applyFn: (p: Params, x: Tensor): Tensor => model.apply(p, [x]), params, tx: optim.adam(learningRate) })
  type State = typeof state

  const lossOf = (p: Params, x: Tensor, y: Tensor): Tensor => np.mean(optim.squaredError(state.applyFn(p, x), y))
  /** The parameters after one step on the points of a task. */
  const adapt = (p: Params, x: Tensor, y: Tensor): Params => {
    const slope = grad((q: Params) => lossOf(q, x, y))(p)
    return tree.map((a: Tensor, g: Tensor) => a.sub(g.mul(innerRate)), p, slope)
  }
  /** The loss on other points of a task after one step on those that are seen. */
  const metaLoss = (p: Params, { x, y, xOther, yOther }: Task): Tensor => lossOf(adapt(p, x, y), xOther, yOther)
  /** All tasks are pooled: what a network learns that is not asked to adapt. */
  const pooledLoss = (p: Params, { x, y }: Task): Tensor => lossOf(p, x, y)
  const ways: Readonly<Record<Way, (p: Params, task: Task) => Tensor>> = { maml: metaLoss, pooled: pooledLoss }

  const stepBy = (way: Way) =>
    jit((s: State, i: Tensor): [State, Tensor] => {
      const drawn = vmap((key: Tensor) => drawTask(key, points))(random.split(random.foldIn(taskKey, i), tasks))
      const over = (p: Params): Tensor => np.mean(vmap((task: Task) => ways[way](p, task))(drawn))
      const [loss, grads] = valueAndGrad(over)(s.params)
      return [s.applyGradients({ grads }), loss]
    })
  /** Mean losses on other points of many new waves, before any step and after each of `steps`: `[steps + 1]`. */
  const afterSteps = (steps: number, waves: number) =>
    jit((p: Params): Tensor => {
      const one = (key: Tensor): Tensor => {
        const { x, y, xOther, yOther } = drawTask(key, points)
        const turn = (q: Params): [Params, Tensor] => [adapt(q, x, y), lossOf(q, xOther, yOther)]
        return lax.scan(turn, p, null, { length: steps + 1 })[1]
      }
      // keys that no step has drawn by
      return np.mean(vmap(one)(random.split(random.key(seed + 1), waves)), 0)
    })
  return { state, stepBy, afterSteps, adapt, metaLoss }
}
