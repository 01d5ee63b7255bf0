/** The type of what is restored: tensors in the place of types of arrays, all else as it is. */
import type { ShapeDtype, Tensor } from '@heddle/func'

type Fn = (...args: never[]) => unknown
type Filled<T> = T extends Tensor | ShapeDtype
  ? Tensor
  : T extends Fn | ArrayBufferView | string | number | boolean | bigint | null | undefined
    ? T
    : T extends object
      ? // what has methods is of a class, such as a train state, and comes as it is
        Extract<T[keyof T], Fn> extends never
        ? { [K in keyof T]: Filled<T[K]> }
        : T
      : T
/** What `restore` answers for a tree of type T: T itself where it holds no types of arrays. */
export type Restored<T> = unknown extends T ? unknown : T extends Filled<T> ? T : Filled<T>
