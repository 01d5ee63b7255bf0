/** Tensors from numbers that were computed on the host. */
import { ConcreteTensor } from '../array'
import type { Shape } from '../aval'
import { type DType, dtypes } from '../dtype'
import { setElement } from '../scalar'
import type { Tensor } from '../tensor'

/** Host numbers as a tensor of that dtype. */
export const ofNumbers = (values: ArrayLike<number>, dtype: DType, shape: Shape = [values.length]): Tensor => {
  const data = new dtypes[dtype].storage(values.length)
  for (let i = 0; i < values.length; i++) setElement(data, i, dtype, values[i]!)
  return ConcreteTensor.ofHost({ shape, dtype, data })
}
