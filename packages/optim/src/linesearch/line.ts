/** A line from the parameters along an update, and the loss on it. */
import { ArgumentError, isTensor, np, type Tensor, valueAndGrad } from '@heddle/func'
import { describe } from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import type { ValueFn } from '../extra'
import { addScaled, castLike, vdot } from '../tree-math'

/** The dtype of the values along a line: that of the first leaf. */
export const dtypeOf = (params: unknown): Tensor['dtype'] => (leaves(params) as Tensor[])[0]?.dtype ?? 'float32'
const scalarOf = (where: string, value: unknown): Tensor => {
  if (isTensor(value) && value.ndim === 0) return value
  throw new ArgumentError(where, `valueFn must answer a scalar, as a loss is one, got ${describe(value)}`)
}
/** The loss at a distance. */
export const valueOn = (where: string, valueFn: ValueFn, params: unknown, updates: unknown) => {
  const dtype = dtypeOf(params)
  return (distance: Tensor): Tensor => np.astype(scalarOf(where, valueFn(addScaled(params, distance, updates) as never)), dtype)
}
/** The loss, its gradients and its slope along the line at a distance. */
export const slopeOn = <P>(where: string, valueFn: ValueFn, params: P, updates: unknown) => {
  const dtype = dtypeOf(params)
  const both = valueAndGrad((p: unknown): Tensor => scalarOf(where, valueFn(p as never)))
  return (distance: Tensor): { readonly value: Tensor; readonly grad: P; readonly slope: Tensor } => {
    const [value, grad] = both(addScaled(params, distance, updates)) as [Tensor, P]
    return { value: np.astype(value, dtype), grad: castLike(grad, params), slope: np.astype(vdot(grad, updates), dtype) }
  }
}
