/**
 * From functions of a scope to functions of variables, and back: `bind`, `apply`, `init`.
 *
 * Laws: `apply(f)(v, x)` changes nothing; `init(f)(key, x) = apply(f, { mutable: true, rngs: key, flags: initializing })({}, x)`.
 */
import { decodeFilter, decodeVariables, isDict, root, type Problem } from '@heddle/core'
import { synchronous, type Tensor, type Result } from '@heddle/func'
import { anything, of, type OptionsOf } from '@heddle/func/options'
import { exception, orThrow } from './edge'
import { asFunction } from './misuse'
import { isKey, type Key } from './ports'
import { Scope } from './scope'
import type { ReadVariables, ScopeFn } from './scope-types'
import { filter, optionsOf, record } from './options'

/** Keys by stream, or one key for the stream `params`. */
export type Rngs = Key | { readonly [stream: string]: Key }

const bindOptions = optionsOf({
  rngs: of<Rngs>()(anything),
  /** Which collections may be written (none by default). */
  mutable: filter,
  flags: record,
})
/** How a root scope is made. */
export interface BindOptions extends OptionsOf<typeof bindOptions> {}

/** Keys by stream. Errors: InvalidRngError. */
export const decodeRngs = (rngs: unknown): Readonly<Record<string, Key>> => {
  if (rngs === undefined || rngs === null) return {}
  if (isKey(rngs)) return { params: rngs }
  const expected = 'a key: a uint32 tensor of shape [2], as random.key gives'
  if (!isDict(rngs)) throw exception({ _tag: 'InvalidRngError', problems: [{ path: [], expected, actual: rngs }] })
  const problems = Object.entries(rngs).flatMap(([name, k]): Problem[] => (isKey(k) ? [] : [{ path: [name], expected, actual: k }]))
  if (problems.length > 0) throw exception({ _tag: 'InvalidRngError', problems })
  return rngs as Readonly<Record<string, Key>>
}

/** A root scope over variables, for as long as it is held. Errors: ApplyScopeInvalidVariables..., InvalidRngError, InvalidFilterError. */
export const bind = (variables: unknown, options?: BindOptions): Scope => rootOf(variables, bindOptions('bind', options))

const rootOf = (variables: unknown, { rngs, mutable = false, flags = {} }: BindOptions): Scope =>
  Scope.of(
    root<Tensor, Key>({
      variables: orThrow(decodeVariables<Tensor>(variables)),
      rngs: decodeRngs(rngs),
      mutable: orThrow(decodeFilter(mutable)),
      flags,
    }),
  )

type MutableOf<O> = O extends { readonly mutable: infer M } ? M : false
/** What a function of variables answers: with mutable collections, their new values too. */
export type Applied<O, R> =
  MutableOf<O> extends infer M ? (M extends false | undefined ? R : readonly [output: R, variables: ReadVariables]) : never

/**
 * A function of a scope as a function of variables.
 *
 * With `mutable` it answers a pair, the second part being the collections that may be written. Source: `flax.core.apply`.
 */
export const apply = <Args extends readonly unknown[], const R extends Result, const O extends BindOptions = { mutable: false }>(
  fn: ScopeFn<Args, R>,
  options?: O,
): ((variables: unknown, ...args: Args) => Applied<O, R>) => {
  asFunction('apply', fn, 'a function of a scope')
  const read = bindOptions('apply', options)
  return (variables, ...args) => {
    const scope = rootOf(variables, read)
    return scope.temporary(() => {
      const y = synchronous('apply', fn(scope, ...args))
      return ((read.mutable ?? false) === false ? y : [y, scope.mutableVariables()]) as Applied<O, R>
    })
  }
}

const initOptions = optionsOf({
  /** Which collections are made (all by default). */
  mutable: filter,
  flags: record,
})
/** How variables are initialized. */
export interface InitOptions extends OptionsOf<typeof initOptions> {}

/**
 * A function of a scope as a function of keys that makes its variables.
 *
 * Answers the output and the variables. Errors: InvalidRngError. Source: `flax.core.init`.
 */
export const init = <Args extends readonly unknown[], const R extends Result>(fn: ScopeFn<Args, R>, options?: InitOptions) => {
  asFunction('init', fn, 'a function of a scope')
  const { mutable = true, flags = {} } = initOptions('init', options)
  return (rngs: Rngs, ...args: Args): readonly [output: R, variables: ReadVariables] => {
    const scope = rootOf({}, { rngs, mutable, flags: { ...flags, initializing: true } })
    return scope.temporary(() => {
      const y = synchronous('init', fn(scope, ...args))
      return [y, scope.mutableVariables()]
    })
  }
}
