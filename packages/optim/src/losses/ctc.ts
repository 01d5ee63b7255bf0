/** The loss of sequences of labels that are not aligned with the frames: connectionist temporal classification. */
import { ArgumentError, lax, nn, np, type Tensor, type TensorLike } from '@heddle/func'
import { count, number, optionsOf, type OptionsOf, readArgument, tensor, tensorLike } from '@heddle/func/options'
import { shapeOf } from './arguments'

const ctcOptions = optionsOf({
  /** The class that says nothing, 0. */
  blankId: count,
  /** What stands for the logarithm of 0, -1e5. */
  logEpsilon: number,
})
/** Options of `ctcLoss`. */
export interface CtcOptions extends OptionsOf<typeof ctcOptions> {}

interface Sequences {
  readonly logits: Tensor
  readonly logitPaddings: TensorLike
  readonly labels: Tensor
  readonly labelPaddings: TensorLike
}
/** Paddings as booleans, of sequences that fit. Errors: ArgumentError. */
const read = (where: string, { logits, logitPaddings, labels, labelPaddings }: Sequences, blankId: number): readonly [Tensor, Tensor] => {
  readArgument(where, 'logits', tensor, logits)
  readArgument(where, 'logitPaddings', tensorLike, logitPaddings)
  readArgument(where, 'labels', { ...tensor, expected: 'a tensor of integers', hint: () => "np.array(labels, 'int32') makes one" }, labels)
  readArgument(where, 'labelPaddings', tensorLike, labelPaddings)
  const need = (holds: boolean, reason: () => string): void => {
    if (!holds) throw new ArgumentError(where, reason())
  }
  need(
    logits.ndim === 3 && logits.shape[1]! > 0,
    () => `logits are [batch, frames, classes], with one frame at least; got ${shapeOf(logits)}`,
  )
  need(labels.ndim === 2, () => `labels are [batch, length]; got ${shapeOf(labels)}`)
  need(labels.dtype.includes('int'), () => `labels must be integers, not ${labels.dtype}`)
  const [batch, frames, classes] = logits.shape as [number, number, number]
  need(labels.shape[0] === batch, () => `labels of shape ${shapeOf(labels)} do not fit logits of shape ${shapeOf(logits)}: batches differ`)
  need(blankId < classes, () => `at blankId: ${blankId} is no class of logits of shape ${shapeOf(logits)}`)
  const padded = [np.asarray(logitPaddings), np.asarray(labelPaddings)] as const
  need(
    padded[0].shape.join() === [batch, frames].join(),
    () =>
      `logitPaddings of shape ${shapeOf(padded[0])} do not fit logits of shape ${shapeOf(logits)}: expected [${batch},${frames}], 1 where a frame is padding`,
  )
  need(
    padded[1].shape.join() === labels.shape.join(),
    () =>
      `labelPaddings of shape ${shapeOf(padded[1])} do not fit labels of shape ${shapeOf(labels)}: expected the same, 1 where a label is padding`,
  )
  return [np.notEqual(padded[0], 0), np.notEqual(padded[1], 0)]
}
/** Log-probabilities of each label at each frame, `[T, B, N]`: NaN for a label that is no class, but 0 where that is padding. */
const emissions = (logs: Tensor, labels: Tensor, padded: Tensor): Tensor => {
  const outside = np.logicalOr(np.less(labels, 0), np.greaterEqual(labels, logs.shape.at(-1)!))
  const [batch, length] = labels.shape as [number, number]
  const at = np.broadcastTo(np.expandDims(np.where(outside, 0, labels), 1), [batch, logs.shape[1]!, length])
  const there = np.takeAlongAxis(logs, at, -1)
  const none = np.where(padded, np.zeros([], logs.dtype), np.full([], Number.NaN, logs.dtype))
  return np.transpose(np.where(np.expandDims(outside, 1), np.expandDims(none, 1), there), [1, 0, 2])
}
/** Adds to all states after blanks but the first, as logarithms. */
const into = (blank: Tensor, more: Tensor): Tensor => np.concatenate([blank.at(':', ':1'), np.logaddexp(blank.at(':', '1:'), more)], -1)

/**
 * `ctcLoss`, and the logarithms of the probabilities of having read n labels by frame t, the last frame a blank or a label.
 *
 * Shapes: as `ctcLoss` -> [B], [T, B, N + 1], [T, B, N]. Errors: ArgumentError. Source: optax.ctc_loss_with_forward_probs.
 */
export const ctcLossWithForwardProbs = (
  logits: Tensor,
  logitPaddings: TensorLike,
  labels: Tensor,
  labelPaddings: TensorLike,
  options?: CtcOptions,
): [loss: Tensor, blank: Tensor, nonblank: Tensor] =>
  forward('ctcLossWithForwardProbs', { logits, logitPaddings, labels, labelPaddings }, options)

const forward = (where: string, sequences: Sequences, options: CtcOptions | undefined): [Tensor, Tensor, Tensor] => {
  const { blankId = 0, logEpsilon = -1e5 } = ctcOptions(where, options)
  const [framePadded, labelPadded] = read(where, sequences, blankId)
  const { logits, labels } = sequences
  const [batch, length] = labels.shape as [number, number]
  const logs = nn.logSoftmax(logits, { axis: -1 })
  const { dtype } = logs
  const blankLogs = np.transpose(logs.at('...', `${blankId}:${blankId + 1}`), [1, 0, 2])
  const labelLogs = emissions(logs, labels, labelPadded)
  // a label that is followed by its like needs a blank between them
  const alike = np.astype(np.equal(labels.at(':', ':-1'), labels.at(':', '1:')), dtype)
  const repeats =
    length === 0
      ? np.zeros([batch, 0], dtype)
      : np.pad(alike, [
          [0, 0],
          [0, 1],
        ])
  const whenRepeated = np.multiply(logEpsilon, repeats)
  const unlessRepeated = np.multiply(logEpsilon, np.subtract(1, repeats))
  const start: readonly [Tensor, Tensor] = [
    np.concatenate([np.zeros([batch, 1], dtype), np.full([batch, length], logEpsilon, dtype)], -1),
    np.full([batch, length], logEpsilon, dtype),
  ]
  const [, [blanks, nonblanks]] = lax.scan(
    ([blank, label], [labelLog, blankLog, padded]) => {
      const before = into(blank, np.add(label, whenRepeated))
      const nextLabel = np.logaddexp(np.add(before.at(':', `:${length}`), labelLog), np.add(label, labelLog))
      const nextBlank = into(np.add(before, blankLog), np.add(np.add(label, blankLog), unlessRepeated))
      const skip = np.expandDims(padded, -1)
      const next: [Tensor, Tensor] = [np.where(skip, blank, nextBlank), np.where(skip, label, nextLabel)]
      return [next, next]
    },
    start,
    [labelLogs, blankLogs, np.transpose(framePadded, [1, 0])] as const,
  )
  const last = into(blanks.at(-1), nonblanks.at(-1))
  const lengths = np.subtract(length, np.sum(np.astype(labelPadded, 'int32'), { axis: 1, keepdims: true }))
  const loss = np.negative(np.squeeze(np.takeAlongAxis(last, lengths, -1), -1))
  return [loss, np.concatenate([blanks.at(':-1'), np.expandDims(last, 0)], 0), nonblanks]
}

/**
 * Minus the logarithm of the probability of the labels, over all ways to place them among the frames.
 *
 * Shapes: logits [B, T, K], their paddings [B, T], integers [B, N], their paddings [B, N] -> [B]; a padding is 1 (or true) where there is
 * nothing. Labels are padded at the end; one that is no class makes NaN. Labels that do not fit into the frames cost about `-logEpsilon`.
 * Errors: ArgumentError. Source: optax.ctc_loss; Graves et al., 2006.
 */
export const ctcLoss = (
  logits: Tensor,
  logitPaddings: TensorLike,
  labels: Tensor,
  labelPaddings: TensorLike,
  options?: CtcOptions,
): Tensor => forward('ctcLoss', { logits, logitPaddings, labels, labelPaddings }, options)[0]
