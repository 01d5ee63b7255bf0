/** Second derivatives of losses without their matrix: products with a vector, and diagonals. */
import { ArgumentError, grad, isTensor, jvp, np, type Tensor, vmap } from '@heddle/func'
import { func, readArgument } from '@heddle/func/options'
import { overLeaves, vectorOf } from './trees/leafwise'

/** A loss of parameters, inputs and targets. */
export type LossFn<P, I, Y> = (params: P, inputs: I, targets: Y) => Tensor

interface Flat<P> {
  readonly vector: Tensor
  readonly back: (vector: Tensor) => P
  /** The gradient of the loss as a function of the vector. */
  readonly gradient: (vector: Tensor) => Tensor
}
const flatLoss = <P, I, Y>(where: string, loss: LossFn<P, I, Y>, params: P, inputs: I, targets: Y): Flat<P> => {
  readArgument(where, 'loss', func, loss)
  const [vector, back] = vectorOf(where, params)
  return { vector, back, gradient: grad((x: Tensor) => loss(back(x), inputs, targets)) }
}
const along = <P>({ vector, gradient }: Flat<P>, v: Tensor): Tensor => jvp(gradient, [vector], [np.astype(v, vector.dtype)])[1]

/**
 * The Hessian of a loss by its parameters, times `v`: a vector of all elements of the parameters, or a tree like them.
 *
 * Shapes: -> a tree like the parameters. Errors: ArgumentError where `v` does not fit. Source: optax.second_order.hvp (deprecated there).
 */
export const hvp = <P, I, Y>(loss: LossFn<P, I, Y>, v: Tensor | P, params: P, inputs: I, targets: Y): P => {
  const flat = flatLoss('hvp', loss, params, inputs, targets)
  const direction = isTensor(v)
    ? np.ravel(v)
    : vectorOf(
        'hvp',
        overLeaves('hvp', (_, t) => t, params, v),
      )[0]
  if (direction.size !== flat.vector.size)
    throw new ArgumentError('hvp', `v of ${direction.size} elements does not fit parameters of ${flat.vector.size}`)
  return flat.back(along(flat, direction))
}
/**
 * The diagonal of the Hessian of a loss by its parameters, by one product for each element. Shapes: -> [elements of the parameters].
 *
 * Source: optax.second_order.hessian_diag (deprecated there).
 */
export const hessianDiag = <P, I, Y>(loss: LossFn<P, I, Y>, params: P, inputs: I, targets: Y): Tensor => {
  const flat = flatLoss('hessianDiag', loss, params, inputs, targets)
  return vmap((v: Tensor) => np.vdot(v, along(flat, v)))(np.eye(flat.vector.size))
}
/**
 * The squares of the gradient of a negative log-likelihood: the diagonal of the observed Fisher information. Shapes: -> [elements of the
 * parameters]. Source: optax.second_order.fisher_diag (deprecated there).
 */
export const fisherDiag = <P, I, Y>(negativeLogLikelihood: LossFn<P, I, Y>, params: P, inputs: I, targets: Y): Tensor => {
  const { vector, gradient } = flatLoss('fisherDiag', negativeLogLikelihood, params, inputs, targets)
  return np.square(gradient(vector))
}
