/** Learning with the right characters given, and writing without. */
import { jit, np, type Tensor, valueAndGrad } from '@heddle/func'
import * as optim from '@heddle/optim'
import { Accuracy, fromArrays, TrainState } from '@heddle/train'
import { answerIds, ANSWER, answerText, draw, type Pair, QUESTION, questionIds } from './dates'
import { Seq2Seq, start } from './model'

export interface Settings {
  readonly hidden: number
  readonly batch: number
  readonly learningRate: number
}
export const defaults: Settings = { hidden: 64, batch: 64, learningRate: 4e-3 }
/** `[batch, ...]` int32 each. */
export interface Batch {
  readonly question: Tensor
  readonly answer: Tensor
}
export const batchOf = (pairs: readonly Pair[]): Batch => ({
  question: np.array(
    pairs.map((p) => questionIds(p.question)),
    'int32',
  ),
  answer: np.array(
    pairs.map((p) => answerIds(p.answer)),
    'int32',
  ),
})

export const makeLearner = ({ hidden, batch, learningRate }: Settings, steps: number, seed: number) => {
  const model = new Seq2Seq({ hidden })
  const { train, test } = draw(8000, 256, seed)
  const blank = (length: number): Tensor => np.zeros([1, length], { dtype: 'int32' })
  const params = start(model, blank(QUESTION), blank(ANSWER), seed)
  const rate = optim.cosineDecaySchedule(learningRate, steps)
  const state = TrainState.create({ params, tx: optim.chain(optim.clipByGlobalNorm(1), optim.adam(rate)) })
  type State = typeof state

  const step = jit(
    (s: State, { question, answer }: Batch): [State, Tensor] => {
      const lossOf = (p: typeof params): Tensor =>
        np.mean(optim.softmaxCrossEntropyWithIntegerLabels(model.apply(p, [question, answer])[0], answer))
      const [loss, grads] = valueAndGrad(lossOf)(s.params)
      return [s.applyGradients({ grads }), loss]
    },
    { donateArgnums: 0 },
  )
  /** Answers `[batch, answer]`, the likeliest character each time, and what was looked at `[batch, answer, question]`. */
  const write = jit((p: typeof params, question: Tensor): readonly [Tensor, Tensor] => {
    const [logits, weights] = model.apply(p, [question, null])
    return [np.argmax(logits, -1).astype('int32'), weights]
  })
  const held = batchOf(test)
  /** How many of the held-out dates are right as a whole, and how many of their characters. */
  const judge = jit((p: typeof params, { question, answer }: Batch) => {
    const [logits] = model.apply(p, [question, null])
    const right = np.argmax(logits, -1).equal(answer)
    return {
      dates: np.mean(np.all(right, -1).astype('float32')),
      characters: Accuracy.compute(Accuracy.fromModelOutput({ logits, labels: answer })),
    }
  })
  /** The answer to one question, and what was looked at for each of its characters. */
  const answerTo = (p: typeof params, question: string): readonly [text: string, weights: number[][]] => {
    const [ids, weights] = write(p, np.array([questionIds(question)], 'int32'))
    return [answerText(ids.at(0).toArray() as number[]), weights.at(0).toArray() as number[][]]
  }
  const data = fromArrays(batchOf(train)).shuffle(seed).repeat().batch(batch, { dropRemainder: true })
  return { model, state, step, judge: (p: typeof params) => judge(p, held), answerTo, data, held, rate }
}
