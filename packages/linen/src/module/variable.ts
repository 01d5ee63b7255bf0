/**
 * Variables of a module: what `this.param`, `this.variable`, `this.sow` and `this.perturb` do.
 */
import { np, type Tensor } from '@heddle/func'
import { shapesKey, type DeclareOptions, type Init, type Scope, type Variable } from '@heddle/lift'
import type { AxisMetadata } from '@heddle/core'
import { map } from '@heddle/tree'
import { mayInitialize, touch } from './attach'
import { classOf } from './class-name'
import { settingsKey } from './equality'
import { DeclareVariableError, UnboundModuleError } from '../error'
import { type AnyModule, internals } from './state'
import { whereOf } from './where'

/** The scope of a module. Errors: UnboundModuleError. */
export const scopeOf = (module: AnyModule, what: string): Scope => {
  const { scope } = touch(module)
  if (scope === undefined) throw new UnboundModuleError(classOf(module), what)
  return scope
}

/** The scope of a module that may declare something now. Errors: UnboundModuleError, DeclareVariableError. */
const declaring = (module: AnyModule, kind: string, name: string): Scope => {
  const scope = scopeOf(module, `${kind}s`)
  if (!mayInitialize(touch(module))) throw new DeclareVariableError(kind, name, whereOf(module))
  return scope
}

/** Declares a parameter. Source: `flax.linen.Module.param`. */
export const param = <T, Args extends readonly unknown[]>(
  module: AnyModule,
  name: string,
  init: Init<T, Args>,
  args: Args,
  options?: DeclareOptions,
): T =>
  declaring(module, 'parameter', name).paramOf(name, init, args, options, {
    of: module.constructor,
    key: () => `${name}${settingsKey(module)}${shapesKey(module[internals].args)}`,
  })

/** Declares a variable. Source: `flax.linen.Module.variable`. */
export const variable = <T>(
  module: AnyModule,
  collection: string,
  name: string,
  init: (() => T | AxisMetadata<T>) | undefined,
  options?: DeclareOptions,
): Variable<T> => declaring(module, 'variable', name).variableOf<T>(collection, name, init, options)

/** How values are sown: what to begin with, and how the next joins. */
export interface SowOptions<S, T> {
  readonly init: () => S
  readonly reduce: (before: S, value: T) => S
}

/** Keeps a value, if its collection is mutable; was it? Source: `flax.linen.Module.sow`. */
export const sow = <S, T>(module: AnyModule, collection: string, name: string, value: T, options?: SowOptions<S, T>): boolean => {
  const scope = scopeOf(module, 'variables')
  const sowing =
    options === undefined ? undefined : { init: options.init(), reduce: options.reduce as (before: unknown, value: unknown) => unknown }
  return scope.sow(collection, name, value, sowing)
}

/**
 * Adds a variable of zeros to a value, whose gradient is that of the value.
 *
 * Errors: UnboundModuleError; ScopeVariableNotFoundError where the collection is there without the variable. Source: `flax.linen.Module.perturb`.
 */
export const perturb = <T>(module: AnyModule, name: string, value: T, collection = 'perturbations'): T => {
  const scope = scopeOf(module, 'variables')
  if (scope.isMutableCollection(collection) && !scope.hasVariable(collection, name)) {
    scope.reserve(name, collection)
    scope.putVariable(
      collection,
      name,
      map((x: Tensor) => np.zerosLike(x), value),
    )
  }
  if (!Object.hasOwn(scope.cell.store.variables, collection)) return value
  if (!scope.hasVariable(collection, name)) scope.variable(collection, name)
  return map<T>((x: Tensor, by: Tensor) => np.add(x, by), value, scope.getVariable(collection, name))
}
