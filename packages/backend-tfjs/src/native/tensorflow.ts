/**
 * TensorFlow's eager operations through the binding of tfjs-node.
 *
 * tfjs's kernels for Node each make tensors of its engine for axes, shapes and results (85 µs for a small sum of scalars where the
 * operation takes 9 to 20); here operations are called directly, so all of TensorFlow's are there, and small constants are made once.
 */
import type { DType, Shape, TypedArray } from '@heddle/func/backend'
import { carrierOf, fromCarrier, toCarrier } from './compile/crossing'
import { tfTypes } from './compile/graph-def'

export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}
/** What tfjs-node's native module offers. */
export interface Binding {
  readonly createTensor: (shape: Shape, dtype: number, data: TypedArray) => number
  readonly deleteTensor: (id: number) => void
  readonly tensorDataSync: (id: number) => TypedArray
  readonly executeOp: (name: string, attributes: readonly Attribute[], ids: readonly number[], outputs: number) => { readonly id: number }[]
  readonly isUsingGpuDevice: () => boolean
  readonly getNumOfTensors: () => number
  /** Answers the model's number. */
  readonly loadSavedModel: (folder: string, tags: string) => number
  readonly deleteSavedModel: (model: number) => void
  /** Names are joined by commas: `x0:0,x1:0`. */
  readonly runSavedModel: (model: number, ids: readonly number[], inputs: string, outputs: string) => { readonly id: number }[]
  readonly getNumOfSavedModels: () => number
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_BOOL: number
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_Version: string
}
/** The number of a tensor in the binding. */
export type Id = number
/** An operation with its attributes; the answer of its inputs. */
export type Op = (...ids: readonly Id[]) => Id

/** More constants than this are not worth keeping. */
const MAX_CONSTANTS = 4096

export class Tensorflow {
  readonly #constants = new Map<string, Id>()
  constructor(readonly binding: Binding) {}

  type(dtype: DType): number {
    return dtype === 'float32' ? this.binding.TF_FLOAT : dtype === 'int32' ? this.binding.TF_INT32 : this.binding.TF_BOOL
  }
  typed(name: string, dtype: DType): Attribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.type(dtype) }
  }
  flag(name: string, value: boolean): Attribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value }
  }
  int(name: string, value: number | readonly number[]): Attribute {
    return { name, type: this.binding.TF_ATTR_INT, value }
  }
  text(name: string, value: string): Attribute {
    return { name, type: this.binding.TF_ATTR_STRING, value }
  }
  op(name: string, ...attributes: readonly Attribute[]): Op {
    const { binding } = this
    return (...ids) => binding.executeOp(name, attributes, ids, 1)[0]!.id
  }
  create(data: TypedArray, shape: Shape, dtype: DType): Id {
    return this.binding.createTensor(shape, this.type(dtype), data)
  }
  /** A tensor of any dtype, as its carrier. */
  upload(data: TypedArray, shape: Shape, dtype: DType): Id {
    return this.binding.createTensor(shape, tfTypes[carrierOf(dtype)], toCarrier(data, dtype))
  }
  read(id: Id, dtype: DType): TypedArray {
    return fromCarrier(this.binding.tensorDataSync(id), dtype)
  }
  delete(id: Id): void {
    this.binding.deleteTensor(id)
  }
  /** Deletes temporaries once `f` is done with them. */
  using(ids: readonly Id[], f: (...ids: readonly Id[]) => Id): Id {
    try {
      return f(...ids)
    } finally {
      for (const id of ids) this.delete(id)
    }
  }
  /** An int32 vector (or a scalar), made when first asked for and kept: ask each time. */
  ints(values: number | readonly number[]): () => Id {
    const list = typeof values === 'number' ? [values] : values
    const shape = typeof values === 'number' ? [] : [list.length]
    const data = Int32Array.from(list)
    const key = `${shape.length}:${list.join()}`
    return () => {
      const known = this.#constants.get(key)
      if (known !== undefined) return known
      if (this.#constants.size >= MAX_CONSTANTS) this.clear()
      const id = this.create(data, shape, 'int32')
      this.#constants.set(key, id)
      return id
    }
  }
  /** Forgets all constants. */
  clear(): void {
    for (const id of this.#constants.values()) this.delete(id)
    this.#constants.clear()
  }
  get constants(): number {
    return this.#constants.size
  }
}
