/** The type of what is restored: tensors in the place of types of arrays, all else as it is. */
import type { ShapeDtype, Tensor } from '@heddle/func'

type Filled<T> = T extends Tensor | ShapeDtype
  ? Tensor
  : T extends ((...args: never[]) => unknown) | ArrayBufferView | string | number | boolean | bigint | null | undefined
    ? T
    : T extends object
      ? { [K in keyof T]: Filled<T[K]> }
      : T
/** What `restore` answers for a tree of type T: T itself where it holds no types of arrays. */
export type Restored<T> = unknown extends T ? unknown : T extends Filled<T> ? T : Filled<T>
