/**
 * Types of leaves: what is in a tree, as far as TypeScript can say it. Arrays and plain objects are nodes; an object with methods (a tensor,
 * a typed array) is a leaf, as is all that is no object. A type that does not say what it holds has leaves of type unknown.
 */

type Fn = (...args: never[]) => unknown

/** Where a type names its leaves. Only in types. */
declare const leaf: unique symbol

/**
 * A tree of `A`s whose names the type does not know: what is read by a name may be a leaf as well as a node, so it is read without a cast,
 * `params.Dense_0.kernel.shape`. `Read` are the leaves as they are read: with a member that leaves and nodes both have, both at once.
 */
export interface NamedTree<A, Read = A> {
  readonly [name: string]: Read & NamedTree<A, Read>
  readonly [leaf]?: A
}
/** What has leaves of type A where the type does not show them: an instance of a class that is a node. */
export interface HasLeaves<A> {
  readonly [leaf]?: A
}
/** The leaves that a type names. */
type Named<T> = typeof leaf extends keyof T ? (T extends { readonly [leaf]?: infer A } ? A : never) : never
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
        : typeof leaf extends keyof T
          ? Named<T>
          : IsObject<T> extends true
            ? LeafOf<T[keyof T], Deeper<D>>
            : T

/** A tree of the same structure with other leaves; the same type where the leaves stay of theirs. */
export type MapLeaves<T, R> = unknown extends T ? unknown : [R] extends [LeafOf<T>] ? T : WithLeaves<T, R>

type WithLeaves<T, R> = T extends null | undefined
  ? T
  : T extends readonly unknown[]
    ? { -readonly [K in keyof T]: WithLeaves<T[K], R> }
    : typeof leaf extends keyof T
      ? NamedTree<R>
      : IsObject<T> extends true
        ? { -readonly [K in keyof T]: WithLeaves<T[K], R> }
        : R
