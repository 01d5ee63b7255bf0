/**
 * Methods with a scope of their own: submodules that are made in them are named under the method, as if it were a module.
 */
import type { Module } from './module'
import type { ModuleClass } from './types'

type Run = (...args: readonly unknown[]) => unknown

/** The submodule that stands for a method. */
export interface NameScope extends Module {
  readonly call: Run
}

type NameScopeClass = new (props: { readonly run: Run }, options: { readonly name: string; readonly parent: Module }) => NameScope

const classes = new WeakMap<ModuleClass, NameScopeClass>()

/** The class of these submodules; it extends Module, which this file can't import, as Module needs it. */
const classUnder = (base: ModuleClass): NameScopeClass => {
  const known = classes.get(base)
  if (known !== undefined) return known
  const made = class CompactNameScope extends (base as unknown as new (props: object, options: object) => Module<{ readonly run: Run }>) {
    static readonly moduleName: string = 'CompactNameScope'
    call(...args: readonly unknown[]): unknown {
      return this.props.run(...args)
    }
  } as unknown as NameScopeClass
  classes.set(base, made)
  return made
}

/** A submodule that stands for a method of its parent. Source: `flax.linen.compact_name_scope`. */
export const nameScope = (base: ModuleClass, parent: Module, name: string, run: Run): NameScope =>
  new (classUnder(base))({ run }, { name, parent })
