/** Tensors from JavaScript values, without a backend: scalars, and what is filled with one. */
import { ConcreteTensor } from './array'
import type { Aval, Shape } from './aval'
import { type DType, dtypes, type TypedArray } from './dtype'
import { broadcastInDim } from './primitives/structural'
import { setElement } from './scalar'
import type { Tensor } from './tensor'

/** A scalar tensor; needs no backend, and stands as a literal in a jaxpr. */
export const literal = (value: number | bigint | boolean, dtype: DType, weakType = false): Tensor => {
  const data: TypedArray = new dtypes[dtype].storage(1)
  setElement(data, 0, dtype, value)
  return ConcreteTensor.ofHost({ shape: [], dtype, data }, weakType)
}
/** A tensor of that shape with one value everywhere. */
export const fullOf = (value: number | bigint | boolean, shape: Shape, dtype: DType, weakType = false): Tensor => {
  const x = literal(value, dtype, weakType)
  return shape.length === 0 ? x : broadcastInDim(x, { shape, broadcastDimensions: [] })
}
export const fullLike = (x: { readonly aval: Aval }, value: number): Tensor => fullOf(value, x.aval.shape, x.aval.dtype)
export const zerosLike = (x: { readonly aval: Aval }): Tensor => fullLike(x, 0)
