/** Softmax over all axes where none is said, as in SciPy; nn's take the last one. Source: jax.scipy.special.softmax, log_softmax. */
import type { TensorLike } from '../numpy/promote'
import type { ReduceArg } from '../numpy/reduce'
import { logSoftmax as logOverAxes, softmax as overAxes, type SoftmaxOptions } from '../nn/softmax'
import type { Tensor } from '../tensor'

export { logsumexp } from '../nn/softmax'
/** Exponentials that sum to 1 over all axes, or those that are said. */
export const softmax = (x: TensorLike, axis: ReduceArg<SoftmaxOptions> = null): Tensor => overAxes(x, axis)
/** The logarithm of softmax over all axes, or those that are said. */
export const logSoftmax = (x: TensorLike, axis: ReduceArg<SoftmaxOptions> = null): Tensor => logOverAxes(x, axis)
