/** Means: of an output, of losses, of what was right. */
import { ArgumentError, np, type Tensor, type TensorLike } from '@heddle/func'
import { optionsOf, type OptionsOf, positive, readFunction, required } from '@heddle/func/options'
import { softmaxCrossEntropyWithIntegerLabels } from '@heddle/optim'
import { type Classified, floating, type Masked, maskFor, type Metric, outputOf, predictedOf, summed, tensorOf } from './metric'

/** A sum, and of how many. */
export interface AverageValue {
  readonly total: Tensor
  /** int32; of weights float32. */
  readonly count: Tensor
}
/** Outputs with a tensor of this name. */
export type Output<N extends string> = { readonly [K in N]: TensorLike } & Masked

const nan = Number.NaN
/** Of nothing it is NaN. */
const meanOf = ({ total, count }: AverageValue): Tensor => {
  const some = np.notEqual(count, 0)
  return np.where(some, np.divide(total, np.where(some, count, np.onesLike(count))), nan)
}
const added = (a: AverageValue, b: AverageValue): AverageValue => ({ total: np.add(a.total, b.total), count: np.add(a.count, b.count) })
const reduced = ({ total, count }: AverageValue): AverageValue => ({ total: summed(total), count: summed(count) })

/** The mean of what `valuesOf` answers, as `finish` has it. */
const averageOf = <O extends Masked>(
  where: string,
  valuesOf: (outputs: O) => Tensor,
  finish: (mean: Tensor) => Tensor = (mean) => mean,
): Metric<O, AverageValue> => ({
  empty: () => ({ total: np.zeros([]), count: np.zeros([], 'int32') }),
  fromModelOutput: (outputs) => {
    const values = floating(valuesOf(outputs))
    const mask = maskFor(where, outputs, values)
    if (mask === undefined) return { total: np.sum(values), count: np.array(values.size, { dtype: 'int32' }) }
    return { total: np.sum(np.where(mask, values, np.zerosLike(values))), count: np.sum(np.astype(mask, 'int32')) }
  },
  merge: added,
  reduce: reduced,
  compute: (value) => finish(meanOf(value)),
})

/** The mean of `values`, one for each example (or any number of them); of no examples NaN. Source: clu.metrics.Average. */
export const Average = {
  ...averageOf<Output<'values'>>('Average', (outputs) => outputOf('Average', outputs, 'values')),
  /** The mean of the output of that name. Source: clu.metrics.Metric.from_output. */
  fromOutput: <N extends string>(name: N): Metric<Output<N>, AverageValue> =>
    averageOf(`Average.fromOutput("${name}")`, (outputs) => outputOf(`Average.fromOutput("${name}")`, outputs, name)),
  /** The mean of what a function makes of the outputs. Source: clu.metrics.Metric.from_fun. */
  fromFun: <O extends object>(f: (outputs: O) => TensorLike): Metric<O & Masked, AverageValue> => {
    readFunction('Average.fromFun', f)
    return averageOf<O & Masked>('Average.fromFun', (outputs) => tensorOf('Average.fromFun', 'the result of the function', f(outputs)))
  },
} as const

/** Outputs with `weights` beside the values. */
export interface Weighted extends Masked {
  readonly values: TensorLike
  /** Of the shape of the values, or the beginning of it. */
  readonly weights: TensorLike
}
const weighted = <O extends Masked>(where: string, valuesOf: (outputs: O) => Tensor): Metric<O, AverageValue> => ({
  ...averageOf<O>(where, valuesOf),
  empty: () => ({ total: np.zeros([]), count: np.zeros([]) }),
  fromModelOutput: (outputs) => {
    const values = floating(valuesOf(outputs))
    const given = floating(outputOf(where, outputs, 'weights'))
    if (given.ndim > values.ndim || given.shape.some((n, i) => n !== values.shape[i]))
      throw new ArgumentError(
        where,
        `the weights [${given.shape.join(',')}] do not fit values [${values.shape.join(',')}], whose first axes they have to have`,
      )
    const all = np.broadcastTo(np.reshape(given, [...given.shape, ...values.shape.slice(given.ndim).map(() => 1)]), values.shape)
    const mask = maskFor(where, outputs, values)
    const weights = mask === undefined ? all : np.where(mask, all, np.zerosLike(all))
    // 0 × NaN is NaN: what has no weight is not looked at
    const used = np.where(np.notEqual(weights, 0), values, np.zerosLike(values))
    return { total: np.sum(np.multiply(used, weights)), count: np.sum(weights) }
  },
})
/** The mean of `values` by `weights`: for means of batches of unlike size, weights are their sizes. NaN where all weigh nothing. */
export const WeightedAverage = {
  ...weighted<Weighted>('WeightedAverage', (outputs) => outputOf('WeightedAverage', outputs, 'values')),
  /** The same of the output of that name. */
  fromOutput: <N extends string>(name: N): Metric<Output<N> & Output<'weights'>, AverageValue> =>
    weighted(`WeightedAverage.fromOutput("${name}")`, (outputs) => outputOf(`WeightedAverage.fromOutput("${name}")`, outputs, name)),
} as const

/** The share of examples whose class is the one with the highest logit, or was predicted. Source: clu.metrics.Accuracy. */
export const Accuracy: Metric<Classified, AverageValue> = averageOf('Accuracy', (outputs) => {
  const { predicted, labels } = predictedOf('Accuracy', outputs)
  return np.equal(predicted, labels)
})

const topKOptions = optionsOf({
  /** Among how many the class has to be. */
  k: required(positive),
})
/** Options of `TopKAccuracy.create`. */
export interface TopKOptions extends OptionsOf<typeof topKOptions> {}
/** The share of examples whose class is among the `k` with the highest logits, of equal ones the first; NaN counts as highest. */
export const TopKAccuracy = {
  /** Errors: ArgumentError where `k` is no positive integer. */
  create: (options: TopKOptions): Metric<Masked & { readonly logits: Tensor; readonly labels: Tensor }, AverageValue> => {
    const { k } = topKOptions('TopKAccuracy.create', options)
    return averageOf('TopKAccuracy', (outputs) => {
      const { labels } = predictedOf('TopKAccuracy', outputs)
      const logits = outputs.logits
      if (logits.ndim !== labels.ndim + 1) throw new ArgumentError('TopKAccuracy', 'logits need an axis of classes, the last')
      const classes = logits.shape.at(-1)!
      const at = np.expandDims(labels, -1)
      const mine = np.takeAlongAxis(logits, np.clip(at, 0, classes - 1), -1)
      const above = np.logicalNot(np.lessEqual(logits, mine))
      const before = np.logicalAnd(np.equal(logits, mine), np.less(np.arange(classes, { dtype: 'int32' }), at))
      const rank = np.sum(np.astype(np.logicalOr(above, before), 'int32'), { axis: -1 })
      const valid = np.logicalAnd(np.greaterEqual(labels, 0), np.less(labels, classes))
      return np.logicalAnd(np.less(rank, k), valid)
    })
  },
} as const

const lossOf = (outputs: Masked & { readonly logits: Tensor; readonly labels: Tensor }): Tensor => {
  const [logits, labels] = [outputOf('Perplexity', outputs, 'logits'), outputOf('Perplexity', outputs, 'labels')]
  // a place that does not count may hold any label
  const inside = np.clip(labels, 0, logits.shape.at(-1)! - 1)
  return softmaxCrossEntropyWithIntegerLabels(floating(logits), inside)
}
/** e to the mean cross entropy, in nats, of integer labels under the softmax of logits. */
export const Perplexity = {
  ...averageOf<Masked & { readonly logits: Tensor; readonly labels: Tensor }>('Perplexity', lossOf, np.exp),
  /** e to the mean of losses, in nats, that the outputs have under a name. */
  fromOutput: <N extends string>(name: N): Metric<Output<N>, AverageValue> =>
    averageOf(`Perplexity.fromOutput("${name}")`, (outputs) => outputOf(`Perplexity.fromOutput("${name}")`, outputs, name), np.exp),
} as const
