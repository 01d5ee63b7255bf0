/**
 * Kinds of values: what an option or argument takes, in words, as a check and as a type.
 *
 * These are not io-ts codecs, which only core uses: beside a reader that finds the nearest name and says what was given (3.5 kB with all
 * kinds, minified and gzipped, 50 ns a call) io-ts would add 3.9 kB to each bundle, take as long again to load and 650 ns a call, and what
 * it says of a union or of a wrong name would have to be said anew. For tables that are decoded to other data (filters, axes by
 * collection) it is worth that.
 */
import { suggestion } from './names'

/** A kind of value. */
export interface Kind<T = unknown> {
  /** What it is, in words: "an integer". */
  readonly expected: string
  readonly is: (x: unknown) => boolean
  /** What to do about a value that is none, if there is something to say: "is float32 meant?". */
  readonly hint?: (x: unknown) => string | undefined
  readonly required?: boolean
  /** The type of its values; no property, for types alone. Named by a string, since declarations of other packages must name it too. */
  readonly '~type'?: T
}
/** A kind of values that must be given. */
export interface RequiredKind<T = unknown> extends Kind<T> {
  readonly required: true
}
type ValueOf<K> = K extends Kind<infer T> ? T : never

const kind = <T>(expected: string, is: (x: unknown) => boolean): Kind<T> => ({ expected, is })

/** A kind whose values have a type that the check can't see: `of<CheckpointPolicy>()(func)`. */
export const of =
  <T>() =>
  <K extends Kind>(k: K): Omit<K, '~type'> & Kind<T> =>
    k as Omit<K, '~type'> & Kind<T>

/** A boolean. */
export const boolean: Kind<boolean> = kind('true or false', (x) => typeof x === 'boolean')
/** A string. */
export const string: Kind<string> = kind('a string', (x) => typeof x === 'string')
/** A function. */
export const func: Kind<(...args: never[]) => unknown> = kind('a function', (x) => typeof x === 'function')
/** A number, infinite ones too, but not NaN. */
export const number: Kind<number> = kind('a number', (x) => typeof x === 'number' && !Number.isNaN(x))
/** A finite number. */
export const finite: Kind<number> = kind('a finite number', (x) => Number.isFinite(x))
/** A whole number. */
export const integer: Kind<number> = kind('an integer', (x) => Number.isInteger(x))
/** 0, 1, ... */
export const count: Kind<number> = kind('a non-negative integer', (x) => Number.isInteger(x) && (x as number) >= 0)
/** 1, 2, ... */
export const positive: Kind<number> = kind('a positive integer', (x) => Number.isInteger(x) && (x as number) > 0)
/** A number from 0 to 1. */
export const fraction: Kind<number> = kind('a number from 0 to 1', (x) => typeof x === 'number' && x >= 0 && x <= 1)
/** Whatever: what it must be is found out by the function. */
export const anything: Kind = kind('a value', () => true)
/** Null. */
export const nothing: Kind<null> = kind('null', (x) => x === null)
/** A list, of whatever. */
export const list: Kind<readonly unknown[]> = kind('a list', Array.isArray)

/** One of these values. */
export const oneOf = <const T extends string | number | boolean | null>(...choices: readonly T[]): Kind<T> => ({
  expected: `one of ${choices.map((c) => (typeof c === 'string' ? `"${c}"` : String(c))).join(', ')}`,
  is: (x) => choices.some((c) => c === x),
  hint: (x) => (typeof x === 'string' ? suggestedChoice(x, choices) : undefined),
})
const suggestedChoice = (x: string, choices: readonly unknown[]): string | undefined => {
  const text = suggestion(
    x,
    choices.filter((c) => typeof c === 'string'),
  )
  return text.startsWith('is ') ? text : undefined
}
const joined = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
/** One kind or another. */
export const either = <const K extends readonly Kind[]>(...kinds: K): Kind<ValueOf<K[number]>> => ({
  expected: joined(kinds.map((k) => k.expected)),
  is: (x) => kinds.some((k) => k.is(x)),
  hint: (x) => kinds.map((k) => k.hint?.(x)).find((h) => h !== undefined),
})
/** That kind, or null. */
export const nullable = <T>(k: Kind<T>): Kind<T | null> => either(k, nothing)
/** A list of that kind. */
export const listOf = <T>(k: Kind<T>, each = `a list, each ${k.expected}`): Kind<readonly T[]> => ({
  expected: each,
  is: (x) => Array.isArray(x) && x.every(k.is),
})
/** That kind, which must be given. */
export const required = <T>(k: Kind<T>): RequiredKind<T> => ({ ...k, required: true })
