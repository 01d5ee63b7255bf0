/** What losses check of predictions and targets: that they are tensors, and that their shapes and dtypes fit. */
import { ArgumentError, isTensor, np, type Tensor, type TensorLike } from '@heddle/func'
import { axes, type Kind, optionsOf, type OptionsOf, readArgument, tensor, tensorLike } from '@heddle/func/options'

/** Kinds of `AxisOptions`. */
export const axisKinds = {
  axis: axes,
  /** Which elements count; all by default. */
  where: tensorLike,
}
/** Over which axes, and where, a loss is taken. */
export interface AxisOptions extends OptionsOf<typeof axisKinds> {}
export const axisOptions = optionsOf(axisKinds)

/** A shape as messages have it. */
export const shapeOf = ({ shape }: { readonly shape: readonly number[] }): string => `[${shape.join(',')}]`

/**
 * Predictions, and targets that broadcast to their shape and not beyond. Errors: ArgumentError: `[8, 1]` and `[8]` would be all pairs.
 */
export const fitting = (
  where: string,
  [first, predictions]: readonly [string, TensorLike],
  [second, targets]: readonly [string, TensorLike],
): readonly [Tensor, Tensor] => {
  readArgument(where, first, tensorLike, predictions)
  readArgument(where, second, tensorLike, targets)
  const [x, y] = [np.asarray(predictions), np.asarray(targets)]
  const fits = y.ndim <= x.ndim && y.shape.every((n, i) => n === 1 || n === x.shape[x.ndim - y.ndim + i])
  if (!fits)
    throw new ArgumentError(
      where,
      `${second} of shape ${shapeOf(y)} do not fit ${first} of shape ${shapeOf(x)}; reshape or squeeze one of them`,
    )
  return [x, y]
}

/** Labels that are distributions over the classes. Errors: ArgumentError. */
export const distributions = (where: string, logits: Tensor, labels: TensorLike): void => {
  readArgument(where, 'logits', tensor, logits)
  readArgument(where, 'labels', tensorLike, labels)
  if (isTensor(labels) && labels.dtype.includes('int') && labels.ndim === logits.ndim - 1)
    throw new ArgumentError(
      where,
      `labels are distributions, of shape ${shapeOf(logits)} as the logits; for integers of shape ${shapeOf(labels)} use softmaxCrossEntropyWithIntegerLabels`,
    )
  fitting(where, ['logits', logits], ['labels', labels])
}
const integers: Kind<Tensor> = { ...tensor, expected: 'a tensor of integers', hint: () => "np.array(labels, 'int32') makes one" }
/** Labels that are numbers of classes. Errors: ArgumentError. */
export const classes = (
  where: string,
  labels: Tensor,
  { logits, wanted = logits.shape.slice(0, -1) }: { readonly logits: Tensor; readonly wanted?: readonly number[] },
): void => {
  readArgument(where, 'labels', integers, labels)
  if (!labels.dtype.includes('int'))
    throw new ArgumentError(where, `labels must be integers, not ${labels.dtype}; for distributions use softmaxCrossEntropy`)
  if (labels.shape.join() !== wanted.join())
    throw new ArgumentError(
      where,
      `labels of shape ${shapeOf(labels)} do not fit logits of shape ${shapeOf(logits)}: expected [${wanted.join(',')}]`,
    )
}

const axesIn = (where: string, x: Tensor, axis: number | readonly number[] | null): readonly number[] => {
  const given = axis === null ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis
  const found = given.map((a) => (a < 0 ? a + x.ndim : a))
  if (found.some((a) => a < 0 || a >= x.ndim) || new Set(found).size !== found.length)
    throw new ArgumentError(where, `at axis: [${given.join(', ')}] are no axes of logits of shape ${shapeOf(x)}`)
  return found
}
/** A mask of logits, or of examples: those have no axis of classes, and get one. Errors: ArgumentError where it is neither. */
export const maskFor = (where: string, logits: Tensor, axis: number | readonly number[] | null, mask: TensorLike): Tensor => {
  const given = np.asarray(mask)
  const classAxes = axesIn(where, logits, axis)
  const full =
    given.ndim < logits.ndim && given.ndim === logits.ndim - classAxes.length
      ? np.expandDims(
          given,
          [...classAxes].sort((a, b) => a - b),
        )
      : given
  fitting(where, ['logits', logits], ['the mask `where`', full])
  return full
}
/** Logits, and a mask of them, with the axes of classes as one axis at the end; and the shape of the others, which is that of labels. */
export const lastAxes = (
  where: string,
  logits: Tensor,
  axis: number | readonly number[] | null,
  mask: TensorLike | undefined,
): { readonly scores: Tensor; readonly mask?: Tensor; readonly shape: readonly number[] } => {
  const last = axesIn(where, logits, axis)
  const first = logits.shape.map((_, i) => i).filter((i) => !last.includes(i))
  const shape = first.map((i) => logits.shape[i]!)
  const moved = (x: Tensor): Tensor => {
    const there = [...first, ...last]
    const turned = there.every((a, i) => a === i) ? x : np.transpose(x, there)
    return last.length === 1 ? turned : np.reshape(turned, [...shape, -1])
  }
  if (mask === undefined) return { scores: moved(logits), shape }
  const full = np.broadcastTo(maskFor(where, logits, axis, mask), logits.shape)
  return { scores: moved(logits), mask: moved(np.astype(full, 'bool')), shape }
}
