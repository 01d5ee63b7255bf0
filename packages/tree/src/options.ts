/**
 * Options of public functions, and the one way to declare them: an object that says of each name what kind of value it takes.
 *
 * ```ts
 * const sumOptions = optionsOf({
 *   /** Axes that go; all by default. *\/
 *   axis: axes,
 *   keepdims: boolean,
 * })
 * export interface SumOptions extends OptionsOf<typeof sumOptions> {}
 * export const sum = (x: TensorLike, options?: SumOptions) => { const { axis = null, keepdims = false } = sumOptions('sum', options) ... }
 * ```
 *
 * From it come the type, the check and `sumOptions.names`. An unknown name is refused with the nearest right one, a missing one that is
 * `required(kind)` is named, a value of a wrong kind says what is expected and what was given, and what is no plain object (a tensor, an
 * array, a function, a promise) is no options. A value that is undefined is left out. Kinds are in `kinds.ts`; `of<T>()(kind)` is one
 * whose values have a type that no check can see. A declaration is extended by spreading its kinds:
 * `optionsOf({ ...sumOptions.kinds, initial: tensorLike })`, and narrowed in a type by an interface that extends `OptionsOf`.
 *
 * A package makes `optionsOf` once, with the error that it throws (`@heddle/func/options` has it and the kinds of tensors, `@heddle/lift`
 * one that throws InvalidOptionsError). `optionsOf(kinds, { alone: 'axis' })` takes `0` as `{ axis: 0 }`;
 * `{ hint: 'for the larger of two use np.maximum' }` is added where no options were given but something else.
 * Reading costs nothing where options are left out, and some 20 ns an option otherwise.
 *
 * Why these are no io-ts codecs: see `kinds.ts`.
 */
import { describe } from './error'
import type { Kind, RequiredKind } from './kinds'
import { suggestion } from './names'

export { describe } from './error'
export * from './kinds'
export { nearest, suggestion } from './names'

/**
 * What options have that are objects of names: nothing to iterate over and nothing to call. By this no tensor, array, string or function is
 * taken for options whose names it happens to have (`dtype`, `shape`, `length`, `name`).
 */
export interface OptionsObject {
  readonly [Symbol.iterator]?: never
  readonly [Symbol.hasInstance]?: never
}

/** Kinds by name. */
export interface Declared {
  readonly [name: string]: Kind
}
type ValueOf<K> = K extends Kind<infer T> ? T : never
type RequiredName<K> = { readonly [N in keyof K]: K[N] extends RequiredKind ? N : never }[keyof K]
type Needed<K> = { readonly [N in keyof K as N extends RequiredName<K> ? N : never]: ValueOf<K[N]> }
type Optional<K> = { readonly [N in keyof K as N extends RequiredName<K> ? never : N]?: ValueOf<K[N]> | undefined }
// An empty type among others would have TypeScript take objects with no right name at all.
type Taken<K> = [RequiredName<K>] extends [never] ? Optional<K> : Needed<K> & Optional<K>
/** The type of the options that a declaration takes, of its reader or its kinds. */
export type OptionsOf<D> = OptionsObject & (D extends { readonly kinds: infer K } ? Taken<K> : Taken<D>)

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

/** What all declarations have: reads the options of the function `where`. */
export interface AnyReader {
  (where: string, given: unknown): unknown
  readonly names: readonly string[]
  /** What is wrong with options, as data. */
  readonly problems: (given: unknown) => readonly OptionProblem[]
}
/** A declaration, whose kinds are known. */
export interface OptionsReader<K extends Declared> extends AnyReader {
  (where: string, given: unknown): OptionsOf<K>
  readonly kinds: K
}

/** More about options: one that may stand by itself, what they are called, what to say of something that is none. */
export interface OptionsMore<Name extends string = string> {
  readonly alone?: Name
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
  <K extends Declared>(declared: K, { alone, what = 'options', hint }: OptionsMore<keyof K & string> = {}): OptionsReader<K> => {
    const names = Object.keys(declared)
    // Without a prototype: `constructor` and `__proto__` are names like others.
    const kinds: Readonly<Record<string, Kind | undefined>> = Object.assign(Object.create(null), declared)
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
    const read = (where: string, x: unknown): OptionsOf<K> => {
      if (x === undefined && noneNeeded) return none as OptionsOf<K>
      if (isGood(x)) return x as OptionsOf<K>
      if (single?.is(x)) return { [alone as string]: x } as OptionsOf<K>
      throw error(where, problems(x))
    }
    return Object.assign(read, { kinds: declared, names, problems })
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
