/** Windows of a text as data, and the steps that learn from them. */
import { loadCorpus } from '@heddle/example-char-lm/text'
import { jit, np, random, type Tensor, valueAndGrad } from '@heddle/func'
import { adamw, chain, clipByGlobalNorm, softmaxCrossEntropyWithIntegerLabels, warmupCosineDecaySchedule } from '@heddle/optim'
import { Average, Collection, evaluate, fromItems, TrainState } from '@heddle/train'
import { Transformer, type TransformerProps } from './model'

/** Characters as numbers, `[batch, n]`; targets are the inputs one character on. */
export interface Batch {
  readonly inputs: Tensor
  readonly targets: Tensor
}
/** A window at each place that is a multiple of `stride`. */
export const windows = (text: Int32Array, length: number, stride: number) =>
  fromItems(Array.from({ length: Math.max(0, Math.floor((text.length - length - 1) / stride) + 1) }, (_, i) => i * stride)).map((at) => ({
    inputs: text.subarray(at, at + length),
    targets: text.subarray(at + 1, at + length + 1),
  }))

export interface TrainOptions extends Pick<TransformerProps, 'features' | 'heads' | 'layers'> {
  readonly steps: number
  readonly learningRate: number
  readonly seed: number
}
export const makeTrainer = ({ steps, learningRate, seed, ...props }: TrainOptions) => {
  const corpus = loadCorpus()
  const settings: TransformerProps = { ...props, vocabulary: corpus.vocabulary.length }
  const model = new Transformer(settings)
  const schedule = warmupCosineDecaySchedule(0, learningRate, Math.ceil(steps / 20), steps, { endValue: learningRate / 10 })
  const tx = chain(clipByGlobalNorm(1), adamw(schedule, { b2: 0.99, weightDecay: 0.1 }))
  const start = () => {
    const { params } = model.init(random.key(seed), [np.zeros([1, 2], 'int32'), np.array(0, 'int32')])
    return TrainState.create({ params, tx })
  }
  type State = ReturnType<typeof start>
  const losses = (params: State['params'], { inputs, targets }: Batch): Tensor =>
    softmaxCrossEntropyWithIntegerLabels(model.apply({ params }, [inputs, np.array(0, 'int32')]) as Tensor, targets)

  const step = jit(
    (state: State, batch: Batch): [State, Tensor] => {
      const [loss, grads] = valueAndGrad((p: State['params']) => losses(p, batch).mean())(state.params)
      return [state.applyGradients({ grads }), loss]
    },
    { donateArgnums: 0 },
  )
  const metrics = Collection.create({ loss: Average.fromOutput('losses') })
  const measure = jit((state: State, batch: Batch) => metrics.fromModelOutput({ losses: losses(state.params, batch) }))
  /** Nats a character of the held-out text, cut into windows. */
  const heldOut = (state: State, length: number, batch: number) =>
    evaluate(metrics, windows(corpus.heldOut, length, length).batch(batch, { dropRemainder: true }), (b) => measure(state, b))
  return { corpus, settings, schedule, start, step, heldOut }
}
