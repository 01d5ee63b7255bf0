/**
 * customVjp of functions of a module.
 */
import type { NoNumbers, Result } from '@heddle/func'
import * as lift from '@heddle/lift'
import type { Filter } from '@heddle/lift'
import { modulesOf } from '../lifting/take-apart'
import { derivative, direct, loose, perScopes, type ModuleFn } from '../lifting/direct'

interface CommonOptions<M, Args extends readonly unknown[], R, Res> {
  /** Like the function, but answers its output and residuals for the backward pass. */
  readonly forwardFn: ModuleFn<M, Args, readonly [output: R, residuals: Res]>
  /** Collections that get a cotangent (default `params`). */
  readonly gradVars?: Filter
}

/** The passes, and what gets a cotangent. */
export interface CustomVjpOptions<M, Args extends readonly unknown[], R, Res> extends CommonOptions<M, Args, R, Res> {
  /** From residuals and the cotangent of the output: cotangents of variables, then of the arguments. */
  readonly backwardFn: (residuals: Res, cotangent: R) => readonly unknown[]
  readonly nondiffArgnums?: readonly []
}

/** The passes, and which arguments get no cotangent. */
export interface NondiffCustomVjpOptions<M, Args extends readonly unknown[], R, Res, N extends readonly number[] = readonly number[]>
  extends CommonOptions<M, Args, R, Res> {
  /** From the arguments of `nondiffArgnums`, residuals and the cotangent of the output: cotangents of variables, then of the others. */
  readonly backwardFn: (...args: never[]) => readonly unknown[]
  /** Arguments that get none; the module is argument 0. */
  readonly nondiffArgnums: N
}

/**
 * A function of a module with a backward pass of its own.
 *
 * The module is not there in `backwardFn`: what it needs, `forwardFn` puts among the residuals, the function that `nn.vjp` answers too.
 * Errors: HeldModuleError where the module holds one of elsewhere that has `gradVars`: give both, in an object or array.
 * Source: `flax.linen.custom_vjp`.
 *
 * @example
 * const signGrad = nn.customVjp(f, {
 *   forwardFn: (m, x) => nn.vjp(f, m, [x]),
 *   backwardFn: (backward, cotangent) => {
 *     const [params, ...inputs] = backward(cotangent)
 *     return [tree.map(np.sign, params), ...inputs]
 *   },
 * })
 */
export const customVjp: {
  <M, Args extends readonly unknown[], const R extends Result, const Res extends Result>(
    fn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args]>,
    options: CustomVjpOptions<M, Args, R, Res>,
  ): (mdl: M, ...args: Args) => R
  <M, Args extends readonly unknown[], const R extends Result, const Res extends Result, const N extends readonly number[]>(
    fn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>,
    options: NondiffCustomVjpOptions<M, Args, R, Res, N>,
  ): (mdl: M, ...args: Args) => R
} = <M, Args extends readonly unknown[], R, Res>(
  fn: ModuleFn<M, Args, R>,
  options: CustomVjpOptions<M, Args, R, Res> | NondiffCustomVjpOptions<M, Args, R, Res>,
): ((mdl: M, ...args: Args) => R) => {
  lift.customVjpOptions('customVjp', options)
  const { forwardFn, backwardFn, gradVars, nondiffArgnums } = options
  const backward = backwardFn as unknown as (...args: readonly unknown[]) => readonly unknown[]
  return (mdl, ...args) =>
    direct('customVjp', [fn, forwardFn], mdl, args, ([inner, forward], scopes, xs, main) => {
      const { treedef } = modulesOf(mdl)
      const custom = lift.customVjp(loose(inner!), {
        forwardFn: loose(forward!),
        backwardFn: (...given: readonly unknown[]) => {
          const [variables, ...cotangents] = backward(...given)
          return [perScopes(treedef, variables, scopes.length), ...cotangents]
        },
        ...(gradVars === undefined ? {} : { gradVars }),
        ...(nondiffArgnums === undefined ? {} : { nondiffArgnums }),
      })
      return derivative('customVjp', gradVars ?? 'params', scopes, main, () => custom(scopes as never, ...(xs as never[])))
    }) as R
}
