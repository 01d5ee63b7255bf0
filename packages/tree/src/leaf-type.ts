/**
 * Types of leaves: what is in a tree, as far as TypeScript can say it. Arrays and plain objects are nodes; an object with methods (a tensor,
 * a typed array) is a leaf, as is all that is no object. A type that does not say what it holds has leaves of type unknown.
 */

type Fn = (...args: never[]) => unknown
/** Types do not tell plain objects from those of classes: what has methods is taken for one of a class. */
type IsObject<T> = T extends object ? (T extends Fn ? false : Extract<T[keyof T], Fn> extends never ? true : false) : false
type Deeper<D extends readonly 1[]> = [...D, 1]

/** The type of the leaves of a tree. Depth is bounded, as types of trees may be recursive. */
export type LeafOf<T, D extends readonly 1[] = []> = unknown extends T
  ? T
  : D['length'] extends 6
    ? never
    : T extends null | undefined
      ? never
      : T extends readonly (infer E)[]
        ? LeafOf<E, Deeper<D>>
        : IsObject<T> extends true
          ? LeafOf<T[keyof T], Deeper<D>>
          : T

/** A tree of the same structure with other leaves; the same type where the leaves stay of theirs. */
export type MapLeaves<T, R> = unknown extends T ? unknown : [R] extends [LeafOf<T>] ? T : WithLeaves<T, R>

type WithLeaves<T, R> = T extends null | undefined
  ? T
  : T extends readonly unknown[]
    ? { -readonly [K in keyof T]: WithLeaves<T[K], R> }
    : IsObject<T> extends true
      ? { -readonly [K in keyof T]: WithLeaves<T[K], R> }
      : R
