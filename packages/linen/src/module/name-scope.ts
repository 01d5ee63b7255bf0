/**
 * Methods with a scope of their own: submodules that are made in them are named under the method, as if it were a module.
 */
import { internals, type AnyModule, type AnyModuleClass, type NameScope } from './state'

type Run = NameScope['call']
type NameScopeClass = new (props: { readonly run: Run }, options: { readonly name: string; readonly parent: AnyModule }) => NameScope

const classes = new WeakMap<AnyModuleClass, NameScopeClass>()

/** The class of these submodules; it extends Module, which this file can't import, as Module needs it. */
const classUnder = (base: AnyModuleClass): NameScopeClass => {
  const known = classes.get(base)
  if (known !== undefined) return known
  const made = class CompactNameScope extends (base as NewScoped) {
    static readonly moduleName: string = 'CompactNameScope'
    call(...args: readonly unknown[]): unknown {
      return (this[internals].props as { readonly run: Run }).run(...args)
    }
  }
  classes.set(base, made)
  return made
}

/** What the constructor of modules takes here. */
type NewScoped = new (props: { readonly run: Run }, options: { readonly name: string; readonly parent: AnyModule }) => AnyModule

/** A submodule that stands for a method of its parent. Source: `flax.linen.compact_name_scope`. */
export const nameScope = (base: AnyModuleClass, parent: AnyModule, name: string, run: Run): NameScope =>
  new (classUnder(base))({ run }, { name, parent })
