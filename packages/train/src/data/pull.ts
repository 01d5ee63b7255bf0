/**
 * Where data come from, item by item, and how a position in them is told.
 *
 * A puller answers at once where it can, and by a promise where it must, so that arrays in memory are read without a turn of the event loop
 * for each row. Its position is plain JSON and follows what it has answered.
 * Law: a puller that is opened at the position of another answers what the other answers next.
 */
import { isPlainObject } from '@heddle/func/options'
import { DataError } from '../error'

/** Plain data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
/** At once, or later. */
export type Maybe<T> = T | Promise<T>

/** What is answered where there is no more. */
export const END: unique symbol = Symbol('end')
export type End = typeof END

/** Reads items one after the other. */
export interface Puller<I> {
  next(): Maybe<I | End>
  /** Where it is after the items that it has answered. */
  position(): Json
  /** Lets go of files and streams. */
  close(): Maybe<void>
}
/** Items that can be read from the start, and from any position. */
export interface Source<I> {
  /** Errors: DataError where the position is none of these data. */
  open(epoch: number, from: Json | undefined): Puller<I>
  /** How many items there are; infinite where they never end, undefined where that is not known. */
  readonly length: number | undefined
  /** What it is, in words; a position tells it, so that it is not taken for one of other data. */
  readonly text: string
}

export const isPromise = <T>(x: Maybe<T>): x is Promise<T> =>
  typeof x === 'object' && x !== null && typeof (x as { readonly then?: unknown }).then === 'function'
/** `f` of what there is, or will be. Not `then`, by whose name a module would be taken for a promise. */
export const andThen = <A, B>(x: Maybe<A>, f: (x: A) => Maybe<B>): Maybe<B> => (isPromise(x) ? x.then(f) : f(x))

/** Reads items into a list until it has `count`, or there are no more. */
export const fill = <I>(puller: Puller<I>, count: number, into: I[]): Maybe<void> => {
  while (into.length < count) {
    const x = puller.next()
    if (isPromise(x)) return fillLater(puller, count, into, x)
    if (x === END) return
    into.push(x)
  }
}
const fillLater = async <I>(puller: Puller<I>, count: number, into: I[], first: Promise<I | End>): Promise<void> => {
  for (let x = await first; x !== END; x = await puller.next()) {
    into.push(x)
    if (into.length === count) return
  }
}

/** All of these, in order. */
export const all = <T>(xs: readonly Maybe<T>[]): Maybe<T[]> => (xs.some(isPromise) ? Promise.all(xs) : (xs as T[]))

const wrong = (where: string, from: unknown): DataError =>
  new DataError(where, `this is no position in these data: ${JSON.stringify(from) ?? String(from)}; position() of an iterator tells one`)
/** A whole number in a position. Errors: DataError. */
export const countIn = (where: string, from: Json | undefined, name: string): number => {
  const n = fieldIn(where, from, name)
  if (!Number.isSafeInteger(n) || (n as number) < 0) throw wrong(where, from)
  return n as number
}
/** A field of a position. Errors: DataError. */
export const fieldIn = (where: string, from: Json | undefined, name: string): Json => {
  const found = isPlainObject(from) && Object.hasOwn(from, name) ? (from[name] as Json) : undefined
  if (found === undefined) throw wrong(where, from)
  return found
}
