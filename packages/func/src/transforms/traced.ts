/**
 * What the types say of functions that are transformed. Of numbers: one that is an argument arrives as a tensor, so a function whose
 * parameter is a `number` can't be transformed, unless that argument is static. Of results: a list is a tuple. Only types.
 */
import type { Tensor } from '../tensor'

/** What has no numbers of its own inside: static values, functions, typed arrays and tensors. */
type Closed = Tensor | string | boolean | symbol | null | undefined | ((...args: never[]) => unknown) | ArrayBufferView
type Deeper<Depth extends readonly unknown[]> = readonly [...Depth, unknown]
type IsAny<T> = 0 extends 1 & T ? true : false

/** `true` among the answers where values of the type may be numbers, or hold some, and not tensors as well. Objects with methods are opaque. */
type HoldsNumber<T, Depth extends readonly unknown[] = readonly []> =
  IsAny<T> extends true
    ? false
    : [unknown] extends [T]
      ? false
      : [Tensor] extends [T]
        ? false
        : Depth['length'] extends 4
          ? false
          : NumberIn<T, Depth>
type NumberIn<T, Depth extends readonly unknown[]> = T extends number | bigint
  ? true
  : T extends Closed
    ? false
    : T extends readonly unknown[]
      ? HoldsNumber<T[number], Deeper<Depth>>
      : T extends object
        ? true extends {
            [K in keyof T]-?: IsAny<T[K]> extends true ? false : T[K] extends (...args: never[]) => unknown ? true : false
          }[keyof T]
          ? false
          : { [K in keyof T]-?: HoldsNumber<T[K], Deeper<Depth>> }[keyof T]
        : false

/** The places that numbers of arguments name, as text; all (`string`) where the type does not say which. */
type PlacesOf<S> = S extends readonly number[] ? PlaceOf<S[number]> : S extends number ? PlaceOf<S> : never
type PlaceOf<I extends number> = I extends number ? (number extends I ? string : `${I}` extends `-${string}` ? string : `${I}`) : never

/** The places of arguments that hold numbers: of those in `Among`, without those in `Without`. */
type NumbersAt<A extends readonly unknown[], Without, Among = PropertyKey> = {
  [K in keyof A]-?: K extends Without ? never : K extends Among ? (true extends HoldsNumber<A[K]> ? K : never) : never
}[number]

/** What to do about a number among the arguments. */
type Complaint<At> =
  `argument ${At & (string | number)} is a number, and arrives as a tensor: declare it as Tensor or TensorLike, make it static, or close over it`

/**
 * A condition on a function of arguments `A`, to be put beside its type: `unknown` where it holds, else the complaint. `Static` are the
 * argument numbers that stay JavaScript values; where that is just `number`, any may, and nothing is asked: so says a wrapper that is
 * itself generic in its arguments, `jit<A, R, number>(f)`.
 */
export type NoNumbers<A extends readonly unknown[], Static = readonly []> = [string] extends [PlacesOf<Static>]
  ? unknown
  : [NumbersAt<A, PlacesOf<Static>>] extends [never]
    ? unknown
    : Complaint<NumbersAt<A, PlacesOf<Static>>>

/** The same of the arguments that `Chosen` names alone. */
export type NoNumbersAt<A extends readonly unknown[], Chosen> = [string] extends [PlacesOf<Chosen>]
  ? unknown
  : [NumbersAt<A, never, PlacesOf<Chosen>>] extends [never]
    ? unknown
    : Complaint<NumbersAt<A, never, PlacesOf<Chosen>>>

/**
 * The constraint of a type parameter `const R extends Result` for what a function answers: any type, named so that a list is inferred as a
 * tuple, as in `[params, loss]`, and not as a read-only one.
 */
export type Result = unknown[] | NonNullable<unknown> | null | undefined | void

/** What the body of a loop answers for a carry `C`: one that is read-only will do. */
export type Next<C> = C | Readonly<C>
