/** A training step and an evaluation, each compiled once. */
import { jit, type Tensor, valueAndGrad } from '@heddle/func'
import { adam, applyUpdates, clipByGlobalNorm, chain, softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'
import type { Variables } from '@heddle/linen'
import type { CharLM } from './model'

export interface TrainState {
  readonly params: Variables
  readonly optimizer: unknown
}
export interface Trainer {
  readonly start: (params: Variables) => TrainState
  /** Inputs and targets `[batch, seq]` int32; the state given is consumed. */
  readonly step: (state: TrainState, inputs: Tensor, targets: Tensor) => [TrainState, loss: Tensor]
  /** Mean loss, in nats a character. */
  readonly evaluate: (params: Variables, inputs: Tensor, targets: Tensor) => Tensor
}
export const makeTrainer = (model: CharLM, learningRate: number): Trainer => {
  const optimizer = chain(clipByGlobalNorm(1), adam(learningRate))
  const loss = (params: Variables, inputs: Tensor, targets: Tensor): Tensor => {
    const [, logits] = model.apply(params, [inputs, null])
    return softmaxCrossEntropyWithIntegerLabels(logits, targets).mean()
  }
  const step = (state: TrainState, inputs: Tensor, targets: Tensor): [TrainState, Tensor] => {
    const [value, grads] = valueAndGrad(loss)(state.params, inputs, targets)
    const [updates, next] = optimizer.update(grads, state.optimizer as never, state.params)
    return [{ params: applyUpdates(state.params, updates), optimizer: next }, value]
  }
  return {
    start: (params) => ({ params, optimizer: optimizer.init(params) }),
    step: jit(step, { donateArgnums: 0, name: 'step' }),
    evaluate: jit(loss, { name: 'evaluate' }),
  }
}
