/** The model of `flax/two_moons.py`, line by line: its layers have the same names, so its variables are the same tree. */
import { jit, np, type Tensor, valueAndGrad } from '@heddle/func'
import * as nn from '@heddle/linen'
import * as optim from '@heddle/optim'

class Classifier extends nn.Module<{ readonly hidden: number }> {
  static moduleName = 'Classifier'
  /** points `[n, 2]` -> scores `[n, 2]`. */
  call(x: Tensor, train: boolean): Tensor {
    for (let i = 0; i < 2; i++) {
      x = new nn.Dense({ features: this.props.hidden }).call(x)
      x = nn.relu(new nn.BatchNorm({ useRunningAverage: !train, momentum: 0.9 }).call(x))
    }
    return new nn.Dense({ features: 2 }).call(x)
  }
}
export const model = new Classifier({ hidden: 16 })
export const optimizer = optim.adam(1e-2)

/** All that changes, as Python names it. */
export interface State {
  readonly params: nn.Params
  readonly batch_stats: nn.Params
  readonly opt_state: ReturnType<typeof optimizer.init>
  readonly step: number
}
type Learned = Omit<State, 'step'>

const lossOf = (params: nn.Params, stats: nn.Params, x: Tensor, labels: Tensor): [Tensor, nn.Params] => {
  const [logits, updated] = model.apply({ params, batch_stats: stats }, [x, true], { mutable: ['batch_stats'] })
  return [np.mean(optim.softmaxCrossEntropyWithIntegerLabels(logits, labels)), updated.batch_stats as nn.Params]
}
const learn = jit((now: Learned, x: Tensor, labels: Tensor): readonly [Learned, Tensor] => {
  const [[loss, stats], grads] = valueAndGrad(lossOf, { hasAux: true })(now.params, now.batch_stats, x, labels)
  const [updates, after] = optimizer.update(grads, now.opt_state, now.params)
  return [{ params: optim.applyUpdates(now.params, updates), batch_stats: stats, opt_state: after }, loss]
})
/** The state after a step on points `[n, 2]` with their labels `[n]`, and the loss before. */
export const step = ({ step: done, ...now }: State, x: Tensor, labels: Tensor): readonly [State, Tensor] => {
  const [next, loss] = learn(now, x, labels)
  return [{ ...next, step: done + 1 }, loss]
}
/** The scores of points, as in use: by running averages. */
export const logitsOf = jit(
  ({ params, batch_stats }: Pick<State, 'params' | 'batch_stats'>, x: Tensor): Tensor => model.apply({ params, batch_stats }, [x, false]),
)
