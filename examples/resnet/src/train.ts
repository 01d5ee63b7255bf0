/** The compiled programs: a step, which also moves the running averages of BatchNorm, and metrics, which use them. */
import { type Batch, fractions, SIDE } from '@heddle/example-mnist/digits'
import { shifted } from '@heddle/example-mnist/shift'
import { jit, np, random, type Tensor, valueAndGrad } from '@heddle/func'
import { adamw, softmaxCrossEntropyWithIntegerLabels, warmupCosineDecaySchedule } from '@heddle/optim'
import { Accuracy, Average, Collection, TrainState } from '@heddle/train'
import { ResNet } from './model'

export interface Settings {
  readonly features: number
  readonly stages: readonly number[]
  readonly learningRate: number
  readonly seed: number
}
/** A trainer for so many steps. */
export const makeTrainer = ({ features, stages, learningRate, seed }: Settings, steps: number) => {
  const model = new ResNet({ features, stages })
  const schedule = warmupCosineDecaySchedule(0, learningRate, Math.ceil(steps / 10), steps)
  const [initKey, key] = [random.key(seed), random.key(seed + 1)]
  const start = () => {
    const { params, batch_stats } = model.init(initKey, [np.zeros([1, SIDE, SIDE, 1]), { train: false }])
    return TrainState.create({ params, tx: adamw(schedule, { weightDecay: 1e-3 }), batch_stats: batch_stats!, key })
  }
  type State = ReturnType<typeof start>

  const step = jit(
    (state: State, { image, label }: Batch) => {
      const x = shifted(random.foldIn(state.key, state.step), fractions(image), 2)
      const lossOf = (params: State['params']): [Tensor, State['batch_stats']] => {
        const variables = { params, batch_stats: state.batch_stats }
        const [logits, updated] = model.apply(variables, [x, { train: true }], { mutable: ['batch_stats'] })
        return [softmaxCrossEntropyWithIntegerLabels(logits, label).mean(), updated.batch_stats!]
      }
      const [[loss, batch_stats], grads] = valueAndGrad(lossOf, { hasAux: true })(state.params)
      return [state.applyGradients({ grads, batch_stats }), loss] as const
    },
    { donateArgnums: [0] },
  )
  const metrics = Collection.create({ accuracy: Accuracy, loss: Average.fromOutput('losses') })
  const measure = jit(({ params, batch_stats }: State, { image, label }: Batch) => {
    const logits = model.apply({ params, batch_stats }, [fractions(image), { train: false }])
    return metrics.fromModelOutput({ logits, labels: label, losses: softmaxCrossEntropyWithIntegerLabels(logits, label) })
  })
  return { model, start, step, schedule, metrics, measure }
}
