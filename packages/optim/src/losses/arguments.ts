/** What losses check of predictions and targets: that they are tensors, and that their shapes fit. */
import { ArgumentError, np, type Tensor, type TensorLike } from '@heddle/func'
import { readArgument, tensorLike } from '@heddle/func/options'

const shapeOf = ({ shape }: Tensor): string => `[${shape.join(',')}]`

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
