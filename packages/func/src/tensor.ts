/** What flows through a program: concrete arrays and tracers are both Tensors. Arithmetic methods are put on by numpy/methods.ts. */
import type { Aval, Shape } from './aval'
import { sizeOf } from './aval'
import type { DType } from './dtype'
import type { TensorMethods } from './tensor-methods'
import type { Trace } from './trace'
import { noteCopy } from '@heddle/tree'

noteCopy('@heddle/func')

/** An array, concrete or traced: what functions of `np`, `lax` and `nn` take and answer. Most of them are methods too. */
export interface Tensor extends TensorMethods {}
// biome-ignore lint: the interface of the same name adds the methods of numpy/methods.ts
export abstract class Tensor {
  abstract readonly aval: Aval
  /** The transformation that this value belongs to. */
  abstract readonly trace: Trace
  get shape(): Shape {
    return this.aval.shape
  }
  get dtype(): DType {
    return this.aval.dtype
  }
  get ndim(): number {
    return this.aval.shape.length
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.aval.shape)
  }
  get weakType(): boolean {
    return this.aval.weakType
  }
}
/** Whether something is a tensor, traced or not. */
export const isTensor = (x: unknown): x is Tensor => x instanceof Tensor
