/**
 * customVjp of a function of scopes: a backward pass of one's own.
 */
import type { ScopeError } from '@heddle/core'
import { customVjp as customVjpPure, type NoNumbers, type Result } from '@heddle/func'
import { anything, integer, listOf, of, type OptionsOf, required } from '@heddle/func/options'
import { exception } from './edge'
import { perRoot } from './derivatives'
import { asFunction, kindOf, pathOf, resultProblem } from './misuse'
import type { Entry, Groups, KeyGroups, Packed, Scopes, ScopesFn } from './entry'
import { doneOf, pureOf, type Answer } from './opened'
import { pack } from './pack'
import { filter, optionsOf } from './options'

/** Reads options of `customVjp`. */
export const customVjpOptions = optionsOf({
  /** Like the function, but answers its output and residuals for the backward pass. */
  forwardFn: required(anything),
  /** From the arguments of `nondiffArgnums`, residuals and the cotangent of the output: cotangents of variables, then of the arguments. */
  backwardFn: required(of<(...args: never[]) => readonly unknown[]>()(anything)),
  /** Collections that get a cotangent (default `params`). */
  gradVars: filter,
  /** Arguments that get none; the scope is argument 0. */
  nondiffArgnums: listOf(integer, 'a list of numbers of arguments'),
})
/** The passes, and what gets a cotangent. */
export interface CustomVjpOptions<S, Args extends readonly unknown[], R, Res, N extends readonly number[] = readonly number[]>
  extends OptionsOf<typeof customVjpOptions> {
  readonly forwardFn: ScopesFn<S, Args, readonly [output: R, residuals: Res]>
  readonly nondiffArgnums?: N | undefined
}

type Given<Args extends readonly unknown[]> = readonly [target: Groups[number], others: Groups[number], keys: KeyGroups, ...args: Args]

/**
 * A function of scopes with a backward pass of its own.
 *
 * No scope is there in `backwardFn`: what it needs of variables, `forwardFn` puts among the residuals. The function that `vjp` answers is
 * a tree, and may be a residual. Errors: ResultMismatchError where a pass answers something else, InvalidTargetError. Source: `flax.core.lift.custom_vjp`.
 */
export const customVjp = <
  S extends Scopes,
  Args extends readonly unknown[],
  const R extends Result,
  const Res extends Result,
  const N extends readonly number[] = readonly [],
>(
  fn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  options: CustomVjpOptions<S, Args, R, Res, N>,
): ((scopes: S, ...args: Args) => R) => {
  asFunction('custom_vjp', fn)
  customVjpOptions('custom_vjp', options)
  const { forwardFn, backwardFn, gradVars = 'params' } = options
  const nondiffArgnums: readonly number[] = options.nondiffArgnums ?? []
  asFunction('custom_vjp', forwardFn, 'a function of scopes as forwardFn')
  asFunction('custom_vjp', backwardFn, 'a function as backwardFn')
  const body = ({ entry, variables: [target, others], keys }: Packed, ...args: Args) => {
    const pass =
      <T>(f: ScopesFn<S, Args, T>) =>
      (...[vars, rest, inner, ...xs]: Given<Args>): Answer<T> =>
        pureOf(f, entry)([vars, rest], inner, ...xs)
    const forward = pass(forwardFn)
    // Of the other variables and of keys it has no cotangents: they go in as arguments, for what is closed over is differentiated.
    const pure = customVjpPure(pass(fn), {
      nondiffArgnums: nondiffArgnums.map((i) => (i > 0 ? i + 2 : i)),
    }).defvjp(
      (...xs: Given<Args>) => {
        const [[output, residuals], ...left] = forward(...xs)
        return [[output, ...left], residuals] as const
      },
      (...given: readonly unknown[]) => {
        const [residuals, [cotangent]] = given.slice(-2) as [Res, Answer<R>]
        const call = backwardFn as (...args: readonly unknown[]) => readonly unknown[]
        const answered = call(...given.slice(0, -2), residuals, cotangent)
        const wanted = args.length - nondiffArgnums.length + 1
        if (!Array.isArray(answered) || answered.length !== wanted) throw exception(backwardProblem(entry, wanted, answered))
        const [vars, ...xs] = answered as readonly unknown[]
        return [perRoot(entry, vars), null, null, ...xs]
      },
    )
    return doneOf(pure(target!, others!, keys, ...args))
  }
  const outside = { changed: gradVars, may: [] }
  const plan = { where: 'custom_vjp', inFilters: [gradVars, true], outFilters: [gradVars, true], rngFilters: [true], outside }
  return pack<S, Args, R>(plan, body)
}

const backwardProblem = (entry: Entry, wanted: number, answered: unknown): ScopeError =>
  resultProblem(
    'custom_vjp',
    pathOf(entry),
    'the result of backwardFn',
    `${wanted} cotangents, of the variables and of each argument`,
    kindOf(answered),
    'arguments in nondiffArgnums have none',
  )
