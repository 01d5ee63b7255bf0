/**
 * Options of public functions, and the one rule for them: a plain object whose names all exist and whose values are of the right kind.
 *
 * An unknown name is refused with the nearest right one, a missing one that is required is named, a value of a wrong kind says what is
 * expected, and what is no plain object (a tensor, an array, a function, a promise) is no options. A value that is undefined is left out.
 *
 * A package makes `optionsOf` once, with the error that it throws (`@heddle/func/options` has it and the kinds of tensors, `@heddle/lift`
 * one that throws InvalidOptionsError). A function says once what it takes, complete by type, and reads by it:
 *
 * ```ts
 * interface SumOptions extends OptionsObject { readonly axis?: Axis; readonly keepdims?: boolean }
 * const sumOptions = optionsOf<SumOptions>({ axis: axes, keepdims: boolean })
 * const sum = (x: TensorLike, options?: SumOptions) => { const { axis = null, keepdims = false } = sumOptions('sum', options) ... }
 * ```
 *
 * A required one is `required(kind)`. One option that may stand by itself: `optionsOf<SumOptions>({ ... }, { alone: 'axis' })` takes `0` as
 * `{ axis: 0 }`. `{ hint: 'for the larger of two use np.maximum' }` is added where no options were given but something else.
 * Reading costs nothing where options are left out, and some 20 ns an option otherwise.
 */
import { describe } from './error'
import { suggestion } from './names'

export { describe } from './error'
export { nearest, suggestion } from './names'

/**
 * What options have that are objects of names: nothing to iterate over and nothing to call. By this no tensor, array, string or function is
 * taken for options whose names it happens to have (`dtype`, `shape`, `length`, `name`).
 */
export interface OptionsObject {
  readonly [Symbol.iterator]?: never
  readonly [Symbol.hasInstance]?: never
}

/** A kind of value. */
export interface Kind {
  /** What it is, in words: "an integer". */
  readonly expected: string
  readonly is: (x: unknown) => boolean
  /** What to do about a value that is none, if there is something to say: "is float32 meant?". */
  readonly hint?: (x: unknown) => string | undefined
  readonly required?: boolean
}
export interface RequiredKind extends Kind {
  readonly required: true
}

/** A kind for each name of a type of options; those that must be given are required here too. */
export type Kinds<O> = { readonly [K in keyof O & string]-?: Record<never, never> extends Pick<O, K> ? Kind : RequiredKind }

/** What is wrong with an option: where, what was expected, what was there, what to do; or it is unknown, or missing. */
export interface OptionProblem {
  readonly path: readonly string[]
  readonly expected: string
  readonly actual: unknown
  readonly hint?: string | undefined
  readonly fault?: 'unknown' | 'missing'
}

/** Reads the options of the function `where`. */
export interface OptionsReader<O> {
  (where: string, given: unknown): O
  readonly names: readonly string[]
  /** What is wrong with options, as data. */
  readonly problems: (given: unknown) => readonly OptionProblem[]
}

/** More about options: one that may stand by itself, what they are called, what to say of something that is none. */
export interface OptionsMore<O> {
  readonly alone?: keyof O & string
  readonly what?: string
  /** Or a function of what was given. */
  readonly hint?: string | ((given: unknown) => string | undefined)
}

/** An object of names and values: written as a literal, made by JSON or without a prototype. */
export const isPlainObject = (x: unknown): x is Readonly<Record<string, unknown>> => {
  if (typeof x !== 'object' || x === null) return false
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === Object.prototype || proto === null || (Object.getPrototypeOf(proto) === null && !Array.isArray(x))
}

const none: Readonly<Record<string, unknown>> = Object.freeze({})

/** Makes readers of options that throw the error of a package. */
export const optionsReaders =
  (error: (where: string, problems: readonly OptionProblem[]) => Error) =>
  <O extends object>(given: Kinds<O>, { alone, what = 'options', hint }: OptionsMore<O> = {}): OptionsReader<O> => {
    const names = Object.keys(given)
    // Without a prototype: `constructor` and `__proto__` are names like others.
    const kinds: Readonly<Record<string, Kind | undefined>> = Object.assign(Object.create(null), given)
    const required = names.filter((name) => kinds[name]?.required === true)
    const single = alone === undefined ? undefined : kinds[alone]
    const shown = `${what} { ${names.join(', ')} }`
    const problems = (x: unknown): readonly OptionProblem[] => {
      if (x === undefined && required.length === 0) return []
      if (x !== undefined && !isPlainObject(x)) {
        const expected = single === undefined ? shown : `${alone} (${single.expected}) or ${shown}`
        return [{ path: [], expected, actual: x, hint: single?.hint?.(x) ?? (typeof hint === 'function' ? hint(x) : hint) }]
      }
      const values: Readonly<Record<string, unknown>> = x ?? none
      return [
        ...Object.keys(values).flatMap((name): OptionProblem[] => {
          const actual = values[name]
          const kind = kinds[name]
          if (actual === undefined || kind?.is(actual)) return []
          return kind === undefined
            ? [{ path: [name], expected: 'no option of this name', actual, hint: suggestion(name, names), fault: 'unknown' }]
            : [{ path: [name], expected: kind.expected, actual, hint: kind.hint?.(actual) }]
        }),
        ...required
          .filter((name) => values[name] === undefined)
          .map((name): OptionProblem => ({ path: [name], expected: kinds[name]!.expected, actual: undefined, fault: 'missing' })),
      ]
    }
    const isGood = (x: unknown): boolean => {
      if (!isPlainObject(x)) return false
      for (const name in x) {
        const value = x[name]
        if (value !== undefined && !kinds[name]?.is(value)) return false
      }
      for (const name of required) if (x[name] === undefined) return false
      return true
    }
    const noneNeeded = required.length === 0
    const read = (where: string, x: unknown): O => {
      if (x === undefined && noneNeeded) return none as O
      if (isGood(x)) return x as O
      if (single?.is(x)) return { [alone as string]: x } as O
      throw error(where, problems(x))
    }
    return Object.assign(read, { names, problems })
  }

/** The sentence for what is wrong with options, or with what else they are called. */
export const sayProblems = (problems: readonly OptionProblem[], what = 'option'): string =>
  problems
    .map(({ path, expected, actual, hint, fault }) => {
      const name = path.join('.')
      const more = hint === undefined ? '' : ` (${hint})`
      if (fault === 'unknown') return `there is no ${what} "${name}"${more}`
      if (fault === 'missing') return `the ${what} "${name}" is missing: ${expected}${more}`
      return `${name === '' ? '' : `at ${name} `}expected ${expected}, got ${describe(actual)}${more}`
    })
    .join('; ')

const kind = (expected: string, is: (x: unknown) => boolean): Kind => ({ expected, is })

export const boolean = kind('true or false', (x) => typeof x === 'boolean')
export const string = kind('a string', (x) => typeof x === 'string')
export const func = kind('a function', (x) => typeof x === 'function')
/** A number, infinite ones too, but not NaN. */
export const number = kind('a number', (x) => typeof x === 'number' && !Number.isNaN(x))
export const finite = kind('a finite number', (x) => Number.isFinite(x))
export const integer = kind('an integer', (x) => Number.isInteger(x))
/** 0, 1, ... */
export const count = kind('a non-negative integer', (x) => Number.isInteger(x) && (x as number) >= 0)
/** 1, 2, ... */
export const positive = kind('a positive integer', (x) => Number.isInteger(x) && (x as number) > 0)
export const fraction = kind('a number from 0 to 1', (x) => typeof x === 'number' && x >= 0 && x <= 1)
/** Whatever: what it must be is found out by the function. */
export const anything = kind('a value', () => true)

export const oneOf = (...choices: readonly (string | number | boolean | null)[]): Kind => ({
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
export const either = (...kinds: readonly Kind[]): Kind => ({
  expected: joined(kinds.map((k) => k.expected)),
  is: (x) => kinds.some((k) => k.is(x)),
  hint: (x) => kinds.map((k) => k.hint?.(x)).find((h) => h !== undefined),
})
export const nothing = kind('null', (x) => x === null)
export const nullable = (k: Kind): Kind => either(k, nothing)
export const listOf = (k: Kind, each = `a list, each ${k.expected}`): Kind => ({
  expected: each,
  is: (x) => Array.isArray(x) && x.every(k.is),
})
export const required = (k: Kind): RequiredKind => ({ ...k, required: true })
/** A list, of whatever. */
export const list = kind('a list', Array.isArray)
