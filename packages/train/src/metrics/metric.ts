/**
 * What a metric is: pure functions of values that merge. A value is a plain tree of tensors, so it is carried by `scan`, answered by `jit`,
 * mapped by `vmap`, kept in a train state and saved like parameters.
 *
 * Laws: `merge` is associative, and `empty()` is nothing to it; the value of a batch is the merge of the values of its parts; `reduce` of
 * values that are stacked along axis 0 is their merge.
 */
import { ArgumentError, isTensor, np, type Tensor, type TensorLike } from '@heddle/func'
import { describe, isPlainObject, suggestion } from '@heddle/func/options'

/** A metric of `Outputs` (what a step answers: logits, labels, losses), whose values `V` come to `R` in the end. Source: clu.metrics.Metric. */
export interface Metric<Outputs, V, R = Tensor> {
  /** The value of no examples. */
  empty(): V
  /** The value of a batch. Errors: ArgumentError where an output is missing or has another shape. */
  fromModelOutput(outputs: Outputs): V
  /** The value of two batches together. */
  merge(a: V, b: V): V
  /** The value of values that are stacked along axis 0, as `scan` and `vmap` answer them. */
  reduce(stacked: V): V
  /** What it comes to. */
  compute(value: V): R
}
/** Which examples count: `true` or nonzero. Its shape is that of the values, or the beginning of it. */
export interface Masked {
  readonly mask?: TensorLike | undefined
}
/** What a classifier answered: scores of the classes `[..., n]`, or of one class `[...]`, or predicted classes `[...]`; and labels `[...]`, integers. */
export interface Classified extends Masked {
  readonly logits?: Tensor | undefined
  readonly predictions?: Tensor | undefined
  readonly labels: Tensor
}

const shapeText = (x: Tensor): string => `[${x.shape.join(',')}]`

/** An output by its name. Errors: ArgumentError. */
export const outputOf = (where: string, outputs: unknown, name: string): Tensor => {
  if (!isPlainObject(outputs))
    throw new ArgumentError(where, `expected outputs by their names, such as { ${name} }, got ${describe(outputs)}`)
  const x = outputs[name]
  if (x === undefined) throw new ArgumentError(where, `the outputs have no ${name}: ${suggestion(name, Object.keys(outputs))}`)
  return tensorOf(where, name, x)
}
/** Errors: ArgumentError for what is neither a tensor nor numbers. */
export const tensorOf = (where: string, name: string, x: unknown): Tensor => {
  if (isTensor(x)) return x
  if (typeof x === 'number' || typeof x === 'boolean' || ArrayBuffer.isView(x)) return np.asarray(x as TensorLike)
  throw new ArgumentError(where, `${name}: expected a tensor, got ${describe(x)}`)
}
/** float32, unless it is float64. */
export const floating = (x: Tensor): Tensor => (x.dtype === 'float64' ? x : np.astype(x, 'float32'))

/** The mask among the outputs, with axes for all of the values; undefined where there is none. Errors: ArgumentError where it does not fit. */
export const maskFor = (where: string, outputs: Masked, values: Tensor): Tensor | undefined => {
  if (outputs.mask === undefined) return undefined
  const mask = tensorOf(where, 'mask', outputs.mask)
  if (mask.ndim > values.ndim || mask.shape.some((n, i) => n !== values.shape[i]))
    throw new ArgumentError(
      where,
      `the mask ${shapeText(mask)} does not fit values ${shapeText(values)}, whose first axes it has to have` +
        (values.ndim === 0 ? '; give a value for each example, not their mean' : ''),
    )
  const whole = np.reshape(np.notEqual(mask, 0), [...mask.shape, ...values.shape.slice(mask.ndim).map(() => 1)])
  return np.broadcastTo(whole, values.shape)
}
/** Integers of the shape of what was predicted. Errors: ArgumentError. */
export const predictedOf = (where: string, outputs: Classified): { readonly predicted: Tensor; readonly labels: Tensor } => {
  const labels = outputOf(where, outputs, 'labels')
  if (!labels.dtype.includes('int') && labels.dtype !== 'bool')
    throw new ArgumentError(
      where,
      `labels are numbers of classes, integers, not ${labels.dtype}; of distributions take np.argmax(labels, -1)`,
    )
  const fits = (x: Tensor, name: string): ArgumentError =>
    new ArgumentError(where, `labels ${shapeText(labels)} do not fit ${name} ${shapeText(x)}: expected a label for each example`)
  const same = (x: Tensor): boolean => x.shape.slice(0, labels.ndim).join() === labels.shape.join()
  if (outputs.predictions !== undefined) {
    const predictions = outputOf(where, outputs, 'predictions')
    if (predictions.ndim !== labels.ndim || !same(predictions)) throw fits(predictions, 'predictions')
    return { predicted: np.astype(predictions, 'int32'), labels: np.astype(labels, 'int32') }
  }
  const logits = outputOf(where, outputs, 'logits')
  if (logits.ndim - labels.ndim > 1 || logits.ndim < labels.ndim || !same(logits)) throw fits(logits, 'logits')
  const predicted = logits.ndim === labels.ndim ? np.astype(np.greater(logits, 0), 'int32') : np.astype(np.argmax(logits, -1), 'int32')
  return { predicted, labels: np.astype(labels, 'int32') }
}
/** The sum over axis 0 of each tensor. */
export const summed = (x: Tensor): Tensor => np.sum(x, { axis: 0 })
