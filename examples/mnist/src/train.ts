/** The compiled programs: a step of training, what a model makes of held-out digits. */
import { jit, np, random, type Tensor, valueAndGrad } from '@heddle/func'
import { adam, cosineDecaySchedule, softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'
import { Accuracy, Average, Collection, TrainState } from '@heddle/train'
import { type Batch, fractions, SIDE } from './digits'
import { ConvNet } from './model'
import { shifted } from './shift'

export interface Settings {
  readonly features: number
  readonly learningRate: number
  /** By how many pixels digits are moved at most. */
  readonly shift: number
  readonly seed: number
}
/** A trainer for so many steps. */
export const makeTrainer = ({ features, learningRate, shift, seed }: Settings, steps: number) => {
  const model = new ConvNet({ features })
  const schedule = cosineDecaySchedule(learningRate, steps)
  const [initKey, key] = [random.key(seed), random.key(seed + 1)]
  const start = () => {
    const { params } = model.init(initKey, [np.zeros([1, SIDE, SIDE, 1]), { train: false }])
    return TrainState.create({ params, tx: adam(schedule), key })
  }
  type State = ReturnType<typeof start>

  const step = jit(
    (state: State, { image, label }: Batch): [State, Tensor] => {
      // the same state draws the same: a key of the step, not one that is carried along
      const now = random.foldIn(state.key, state.step)
      const moved = shifted(random.foldIn(now, 0), fractions(image), shift)
      const loss = (params: State['params']): Tensor => {
        const logits = model.apply({ params }, [moved, { train: true }], { rngs: { dropout: random.foldIn(now, 1) } })
        return softmaxCrossEntropyWithIntegerLabels(logits, label).mean()
      }
      const [value, grads] = valueAndGrad(loss)(state.params)
      return [state.applyGradients({ grads }), value]
    },
    { donateArgnums: [0] },
  )
  const logitsOf = (state: State, image: Tensor): Tensor => model.apply({ params: state.params }, [fractions(image), { train: false }])
  const metrics = Collection.create({ accuracy: Accuracy, loss: Average.fromOutput('losses') })
  const measure = jit((state: State, { image, label }: Batch) => {
    const logits = logitsOf(state, image)
    return metrics.fromModelOutput({ logits, labels: label, losses: softmaxCrossEntropyWithIntegerLabels(logits, label) })
  })
  /** Which digits they are, `[n]`. */
  const read = jit((state: State, image: Tensor): Tensor => np.argmax(logitsOf(state, image), -1))
  return { start, step, schedule, metrics, measure, read }
}
