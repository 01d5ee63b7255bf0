/** Losses made of a function that is a maximum: Fenchel-Young. */
import { np, type Tensor, type TensorLike, vmap } from '@heddle/func'
import { func, readArgument } from '@heddle/func/options'
import { fitting } from './arguments'

/**
 * The loss `maxFun(scores) - scores · targets`, zero where the targets are the derivative of `maxFun`: of `nn.logsumexp` it is the cross
 * entropy with the softmax, up to the entropy of the targets.
 *
 * `maxFun` answers a number for a vector, and gets further arguments as they are. Shapes of the loss: [..., n], [..., n] -> [...].
 * Errors: ArgumentError. Source: optax.losses.make_fenchel_young_loss; Blondel et al., 2020.
 *
 * @example
 * const loss = makeFenchelYoungLoss((scores: Tensor) => nn.logsumexp(scores))
 */
export const makeFenchelYoungLoss = <A extends readonly unknown[]>(
  maxFun: (scores: Tensor, ...args: A) => Tensor,
): ((scores: Tensor, targets: TensorLike, ...args: A) => Tensor) => {
  readArgument('makeFenchelYoungLoss', 'maxFun', func, maxFun)
  return (scores, targets, ...args) => {
    const [x, y] = fitting('the Fenchel-Young loss', ['scores', scores], ['targets', targets])
    const largest = x.shape.slice(1).reduce<(x: Tensor) => Tensor>(
      (f) => vmap(f),
      (vector) => maxFun(vector, ...args),
    )
    return np.subtract(largest(x), np.sum(np.multiply(y, x), { axis: -1 }))
  }
}
