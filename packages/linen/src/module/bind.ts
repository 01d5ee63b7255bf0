/**
 * From modules to functions of variables and back: init, apply, bind, and what they need to know of methods.
 */
import { denyList, union, type Filter } from '@heddle/core'
import { isTensor, type Tensor } from '@heddle/func'
import { anything, boolean, either, func, type OptionsOf, of } from '@heddle/func/options'
import * as lift from '@heddle/lift'
import type { ReadVariables as Variables, Rngs, Scope } from '@heddle/lift'
import { leavesWithPath } from '@heddle/tree'
import { settledProps, touch } from './attach'
import { isMethod } from './call'
import { classOf } from './class-name'
import { deepClone } from './clone'
import { type AnyCaptureFilter, capture, captureCalls, withRoot } from './context'
import {
  ApplyModuleInvalidMethodError,
  CallUnbindOnUnboundModuleError,
  InvalidArgumentsError,
  JaxTransformError,
  MethodInFieldError,
} from '../error'
import { type AnyModule, isModule } from './state'

/** A function of a module. */
export type ModuleFn = (module: never, ...args: never[]) => unknown

const capturedOf = either(boolean, { ...func, expected: 'a function of module and method' })
/** What init and its kin take. */
export const initKinds = {
  /** The method to call, by name, or a function of the module (default `call`). */
  method: of<string | ModuleFn>()(anything),
  /** Which collections are made: by default all but `intermediates`. */
  mutable: of<Filter>()(anything),
  /** Keep what methods return in `intermediates`: of all `call`s, or as the filter says. */
  captureIntermediates: of<boolean | AnyCaptureFilter>()(capturedOf),
}
const initOptions = lift.optionsOf(initKinds)
/** Options of init. */
export interface InitOptions<F extends AnyCaptureFilter = AnyCaptureFilter> extends OptionsOf<typeof initOptions> {
  readonly captureIntermediates?: boolean | F | undefined
}
const applyOptions = lift.optionsOf({ ...initKinds, rngs: of<Rngs>()(anything) })
/** Options of apply. */
export interface ApplyOptions<F extends AnyCaptureFilter = AnyCaptureFilter> extends OptionsOf<typeof applyOptions> {
  readonly captureIntermediates?: boolean | F | undefined
}
const bindOptions = lift.optionsOf({ rngs: of<Rngs>()(anything), mutable: of<Filter>()(anything) })
/** Options of bind. */
export interface BindOptions extends OptionsOf<typeof bindOptions> {}

type Method = (module: AnyModule, ...args: readonly unknown[]) => unknown

/** The function of a module that is to be run: a method, by name or itself, or a function whose first argument is the module. */
const callOf = (method: string | ModuleFn = 'call'): Method => {
  if (typeof method === 'string') return (module, ...args) => named(module, method)(...args)
  if (typeof method !== 'function') return (module) => invalidMethod(module, method)
  return isMethod(method) ? (module, ...args) => Reflect.apply(method, module, args) : (method as Method)
}

/** A method by name; of a submodule that is an attribute or a prop of this name, its call. Errors: ApplyModuleInvalidMethodError. */
const named = (module: AnyModule, name: string): ((...args: readonly unknown[]) => unknown) => {
  const attribute: unknown = Reflect.get(module, name)
  const prop: unknown = Reflect.get(settledProps(module), name)
  const submodule = [attribute, prop].find(isModule)
  if (submodule !== undefined) return named(submodule, 'call')
  if (typeof attribute !== 'function') return invalidMethod(module, name)
  if (Object.hasOwn(module, name)) throw new MethodInFieldError(classOf(module), name)
  return (...args) => Reflect.apply(attribute, module, args)
}

const invalidMethod = (module: AnyModule, method: unknown): never => {
  throw new ApplyModuleInvalidMethodError(classOf(module), method)
}

const capturing = (asked: boolean | AnyCaptureFilter = false): AnyCaptureFilter | undefined =>
  asked === true ? captureCalls : asked === false ? undefined : asked

/** Runs a function of a clone of the module that holds the variables of a scope. */
const onScope =
  (where: string, module: AnyModule, fn: Method, filter: AnyCaptureFilter | undefined) =>
  (scope: Scope, ...args: readonly unknown[]): unknown =>
    capture.during(where, filter, () => withRoot(module, () => fn(deepClone(module, { parent: scope }), ...args)))

/** Arguments of a method, which stand in a list. Errors: InvalidArgumentsError. */
const listed = (module: AnyModule, operation: string, first: string, args: unknown): readonly unknown[] => {
  if (Array.isArray(args)) return args
  throw new InvalidArgumentsError(classOf(module), operation, first, args)
}

/** Initializes the variables of a module: its output, and the variables. Source: `flax.linen.Module.init_with_output`. */
export const initWithOutput = (
  module: AnyModule,
  rngs: Rngs,
  args: readonly unknown[],
  options?: InitOptions,
  operation = 'init',
): readonly [unknown, Variables] => {
  const { run, mutable } = initializing(module, options, operation)
  const [y, variables] = lift.init(run, { mutable })(rngs, ...listed(module, operation, 'key', args))
  return [y, checked(variables)]
}

/** Variables, unless one was made in a transformation of functions that has ended. Errors: JaxTransformError. */
const checked = (variables: Variables): Variables => {
  const escaped = leavesWithPath(variables).find(([, leaf]) => isTensor(leaf) && !leaf.trace.active)
  if (escaped === undefined) return variables
  const [path, leaf] = escaped
  throw new JaxTransformError(path.join('/'), (leaf as Tensor).trace.name)
}

const initializing = (
  module: AnyModule,
  given: InitOptions | undefined,
  operation: string,
): { readonly run: ReturnType<typeof onScope>; readonly mutable: Filter } => {
  const options = initOptions(`${classOf(module)}.${operation}`, given)
  const filter = capturing(options.captureIntermediates)
  const asked = options.mutable ?? denyList('intermediates')
  const run = onScope(`${classOf(module)}.${operation}`, module, callOf(options.method), filter)
  return { run, mutable: filter === undefined ? asked : union(asked, 'intermediates') }
}

/**
 * The variables of a module without its computation; arguments may be types, `{ shape, dtype }`, in place of tensors.
 *
 * Errors: LazyInitError. Source: `flax.linen.Module.lazy_init`.
 */
export const lazyInit = (module: AnyModule, rngs: Rngs, args: readonly unknown[], options?: InitOptions): Variables => {
  const { run, mutable } = initializing(module, options, 'lazyInit')
  return lift.lazyInit(run, { mutable })(rngs, ...listed(module, 'lazyInit', 'key', args))
}

/** Runs a module on variables. Source: `flax.linen.Module.apply`. */
export const apply = (module: AnyModule, variables: unknown, args: readonly unknown[], given?: ApplyOptions): unknown => {
  const options = applyOptions(`${classOf(module)}.apply`, given)
  const filter = capturing(options.captureIntermediates)
  const asked = options.mutable ?? false
  const mutable = filter === undefined ? asked : union(asked, 'intermediates')
  const run = onScope(`${classOf(module)}.apply`, module, callOf(options.method), filter)
  const result = lift.apply(run, { mutable, rngs: options.rngs })(variables, ...listed(module, 'apply', 'variables', args))
  if (mutable === false) return result
  const [y, updated] = result as readonly [unknown, Variables]
  return [y, checked(updated)]
}

/** A clone of the module that holds variables. Source: `flax.linen.Module.bind`. */
export const bind = <M extends AnyModule>(module: M, variables: unknown, options?: BindOptions): M =>
  deepClone(module, { parent: lift.bind(variables, bindOptions(`${classOf(module)}.bind`, options)) })

/** A clone without variables, and the variables. Errors: CallUnbindOnUnboundModuleError. Source: `flax.linen.Module.unbind`. */
export const unbind = <M extends AnyModule>(module: M): readonly [module: M, variables: Variables] => {
  const { scope } = touch(module)
  if (scope === undefined) throw new CallUnbindOnUnboundModuleError(classOf(module))
  return [deepClone(module, { name: undefined, resetNames: true }), scope.variables()]
}
