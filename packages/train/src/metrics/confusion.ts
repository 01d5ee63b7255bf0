/** What was taken for what: the confusion matrix, precision, recall and F1, with the definitions of scikit-learn. */
import { ArgumentError, nn, np, type Tensor } from '@heddle/func'
import { nullable, oneOf, optionsOf, type OptionsOf, positive, required } from '@heddle/func/options'
import { type Classified, maskFor, type Metric, predictedOf, summed } from './metric'

/** Rows of ones: which class each example is, and was taken for; those that do not count are zero. */
const hot = (where: string, outputs: Classified, numClasses: number): { readonly actual: Tensor; readonly predicted: Tensor } => {
  const { predicted, labels } = predictedOf(where, outputs)
  const mask = maskFor(where, outputs, labels)
  const one = (x: Tensor): Tensor => nn.oneHot(np.reshape(x, [-1]), numClasses)
  // an example whose class or prediction is out of range counts nowhere
  const inside = (x: Tensor): Tensor => np.logicalAnd(np.greaterEqual(x, 0), np.less(x, numClasses))
  const within = np.logicalAnd(inside(predicted), inside(labels))
  const counts = np.astype(np.reshape(mask === undefined ? within : np.logicalAnd(mask, within), [-1, 1]), 'float32')
  return { actual: np.multiply(one(labels), counts), predicted: np.multiply(one(predicted), counts) }
}
const int = (x: Tensor): Tensor => np.astype(x, 'int32')

/** How often a class (row) was taken for another (column): int32 `[n, n]`. */
export interface ConfusionValue {
  readonly matrix: Tensor
}
const confusionOptions = optionsOf({
  /** How many classes there are; what is outside is not counted. */
  numClasses: required(positive),
})
/** Options of `ConfusionMatrix.create`. */
export interface ConfusionOptions extends OptionsOf<typeof confusionOptions> {}
/** How often each class was taken for each: rows are labels, columns predictions. Source: sklearn.metrics.confusion_matrix. */
export const ConfusionMatrix = {
  /** Errors: ArgumentError where `numClasses` is no positive integer. */
  create: (options: ConfusionOptions): Metric<Classified, ConfusionValue> => {
    const { numClasses } = confusionOptions('ConfusionMatrix.create', options)
    return {
      empty: () => ({ matrix: np.zeros([numClasses, numClasses], 'int32') }),
      fromModelOutput: (outputs) => {
        const { actual, predicted } = hot('ConfusionMatrix', outputs, numClasses)
        return { matrix: int(np.matmul(np.transpose(actual), predicted)) }
      },
      merge: (a, b) => ({ matrix: np.add(a.matrix, b.matrix) }),
      reduce: ({ matrix }) => ({ matrix: summed(matrix) }),
      compute: ({ matrix }) => matrix,
    }
  },
} as const

/** Of each class how many examples were rightly taken for it, were taken for it, are of it: int32 `[n]` each. */
export interface HitsValue {
  readonly hits: Tensor
  readonly predicted: Tensor
  readonly actual: Tensor
}
const averages = ['binary', 'micro', 'macro', 'weighted'] as const
const classOptions = optionsOf({
  /** How many classes there are; 2 by default. */
  numClasses: positive,
  /**
   * Of two classes `'binary'` (default) is that of class 1; `'macro'` is the mean over classes, `'weighted'` that by how many examples they have,
   * `'micro'` that of all examples together, and null the one of each class.
   */
  average: nullable(oneOf(...averages)),
})
/** Options of `Precision.create`, `Recall.create` and `F1.create`. */
export interface ClassOptions extends OptionsOf<typeof classOptions> {}

/** 0 where there is nothing to divide by. */
const ratio = (a: Tensor, b: Tensor): Tensor => {
  const some = np.notEqual(b, 0)
  return np.where(some, np.divide(a, np.where(some, b, np.onesLike(b))), 0)
}
type Score = (value: HitsValue) => Tensor
const scored = (where: string, score: Score, options?: ClassOptions): Metric<Classified, HitsValue> => {
  const { numClasses = 2, average = 'binary' } = classOptions(where, options)
  if (average === 'binary' && numClasses !== 2)
    throw new ArgumentError(where, `with ${numClasses} classes say how they are averaged: 'macro', 'micro', 'weighted', or null for each`)
  return {
    empty: () => ({
      hits: np.zeros([numClasses], 'int32'),
      predicted: np.zeros([numClasses], 'int32'),
      actual: np.zeros([numClasses], 'int32'),
    }),
    fromModelOutput: (outputs) => {
      const { actual, predicted } = hot(where, outputs, numClasses)
      return { hits: int(summed(np.multiply(actual, predicted))), predicted: int(summed(predicted)), actual: int(summed(actual)) }
    },
    merge: (a, b) => ({ hits: np.add(a.hits, b.hits), predicted: np.add(a.predicted, b.predicted), actual: np.add(a.actual, b.actual) }),
    reduce: ({ hits, predicted, actual }) => ({ hits: summed(hits), predicted: summed(predicted), actual: summed(actual) }),
    compute: (value) => {
      if (average === 'micro') return score({ hits: np.sum(value.hits), predicted: np.sum(value.predicted), actual: np.sum(value.actual) })
      const each = score(value)
      if (average === null) return each
      if (average === 'binary') return np.take(each, 1, { axis: 0 })
      return average === 'macro' ? np.mean(each) : ratio(np.sum(np.multiply(each, value.actual)), np.sum(value.actual))
    },
  }
}
const precision: Score = ({ hits, predicted }) => ratio(hits, predicted)
const recall: Score = ({ hits, actual }) => ratio(hits, actual)
const f1: Score = ({ hits, predicted, actual }) => ratio(np.multiply(2, hits), np.add(predicted, actual))

/** Of those taken for a class, the share that is of it; 0 where none was. By itself of class 1 of two. Source: sklearn.metrics.precision_score. */
export const Precision = {
  ...scored('Precision', precision),
  /** Of more classes. Errors: ArgumentError. */
  create: (options: ClassOptions): Metric<Classified, HitsValue> => scored('Precision.create', precision, options),
} as const
/** Of those of a class, the share that was taken for it; 0 where there is none. By itself of class 1 of two. Source: sklearn.metrics.recall_score. */
export const Recall = {
  ...scored('Recall', recall),
  /** Of more classes. Errors: ArgumentError. */
  create: (options: ClassOptions): Metric<Classified, HitsValue> => scored('Recall.create', recall, options),
} as const
/** The harmonic mean of precision and recall; 0 where both are. By itself of class 1 of two. Source: sklearn.metrics.f1_score. */
export const F1 = {
  ...scored('F1', f1),
  /** Of more classes. Errors: ArgumentError. */
  create: (options: ClassOptions): Metric<Classified, HitsValue> => scored('F1.create', f1, options),
} as const
