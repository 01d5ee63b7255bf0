/**
 * Functions of modules: init and apply for a function in the place of a method, shared scopes, what stands around calls, and summaries.
 */
import type { Result, Synchronous } from '@heddle/func'
import { exception, type Rngs, type ReadVariables as Variables } from '@heddle/lift'
import { moveScope, touch } from './attach'
import * as bind from './bind'
import { interceptors } from './context'
import { CallShareScopeOnUnboundModuleError, TransformTargetError } from '../error'
import { isModule, type Module } from './module'
import * as summary from '../summary/table'
import { tabulate as textOf, type TabulateOptions } from '../summary/text'
import type { Applied, ApplyOptions, InitOptions, Interceptor } from './types'

/** The module, if it is one and the function is one. Errors: TransformTargetError. */
const checked = <M extends Module>(where: string, fn: unknown, module: M): M => {
  if (typeof fn !== 'function') throw new TransformTargetError(`nn.${where}(fn, module)`, fn)
  if (!isModule(module))
    throw exception({
      _tag: 'InvalidTargetError',
      where: `nn.${where}(fn, module)`,
      expected: 'a module as its second argument',
      actual: module,
    })
  return module
}

/**
 * A function of a module as a function of variables.
 *
 * With `mutable` it answers a pair. Source: `flax.linen.apply`.
 *
 * @example
 * const f = nn.apply((m: Autoencoder, x: Tensor) => m.decode(m.encode(x)), new Autoencoder())
 * const y = f(variables, x)
 */
export const apply =
  <M extends Module, Args extends readonly unknown[], const R extends Result, const O extends Omit<ApplyOptions, 'method'> = object>(
    fn: (module: M, ...args: Args) => R,
    module: M,
    options?: O,
  ): ((variables: object, ...args: Args) => Applied<unknown, O & { readonly method: (module: M, ...args: Args) => R }>) =>
  (variables, ...args) =>
    bind.apply(checked('apply', fn, module), variables, args, { ...options, method: fn as never }) as never

/** A function of a module as a function of keys: its output, and the variables that it made. Source: `flax.linen.init_with_output`. */
export const initWithOutput =
  <M extends Module, Args extends readonly unknown[], const R extends Result>(
    fn: (module: M, ...args: Args) => R,
    module: M,
    options?: Omit<InitOptions, 'method'>,
  ): ((rngs: Rngs, ...args: Args) => readonly [output: R, variables: Variables]) =>
  (rngs, ...args) =>
    bind.initWithOutput(checked('init', fn, module), rngs, args, { ...options, method: fn as never }) as readonly [R, Variables]

/** A function of a module as a function of keys: the variables that it made. Source: `flax.linen.init`. */
export const init =
  <M extends Module, Args extends readonly unknown[], const R extends Result>(
    fn: (module: M, ...args: Args) => R,
    module: M,
    options?: Omit<InitOptions, 'method'>,
  ): ((rngs: Rngs, ...args: Args) => Variables) =>
  (rngs, ...args) =>
    initWithOutput(fn, module, options)(rngs, ...args)[1]

/**
 * Lets one module use the scope of another, so that it adds parameters to it without a level of its own.
 *
 * To be called in setup. Errors: CallShareScopeOnUnboundModuleError, NameInUseError. Source: `flax.linen.share_scope`.
 *
 * @example
 * class DenseLoRA extends nn.Module<{ base: nn.Dense; rank: number }> {
 *   setup() {
 *     nn.shareScope(this, this.props.base)
 *   }
 * }
 */
export const shareScope = (module: Module, other: Module): void => {
  if (touch(module).scope === undefined || touch(other).scope === undefined) throw new CallShareScopeOnUnboundModuleError()
  moveScope(module, other)
}

/**
 * Runs a function with an interceptor around all methods that it calls: of all modules, the last interceptor innermost.
 *
 * While one is there, `nn.jit` runs what it would compile as it is, so that each call is seen. Errors: AsyncFunctionError.
 * Source: `flax.linen.intercept_methods`.
 */
export const interceptMethods = <R>(interceptor: Interceptor, run: () => Synchronous<R>): R =>
  interceptors.during('interceptMethods', [...interceptors.get(), interceptor], run as () => R)

/** A call of a method in a summary. */
export type Row = summary.Row<Module>
/** A summary: the calls of a run. */
export type Table = summary.Table<Module>

/** What init would do, as a table. Arguments may be types in place of tensors. Source: `flax.linen.summary`. */
export const moduleTable = (module: Module, rngs: Rngs, args: readonly unknown[], options?: summary.TableOptions): Table =>
  summary.moduleTable(module, rngs, args, options) as Table

/**
 * A table of the modules that a call runs, as text.
 *
 * With `computeFlops` and `computeVjpFlops` it has the numbers of operations of each call too. Source: `flax.linen.tabulate`.
 *
 * @example
 * console.log(nn.tabulate(model, random.key(0), [x], { depth: 1, computeFlops: true }))
 */
export const tabulate = (module: Module, rngs: Rngs, args: readonly unknown[], options?: TabulateOptions): string =>
  textOf(module, rngs, args, options)
