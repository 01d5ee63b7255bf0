/**
 * Equality of modules: two that hold no variables are equal if class, name and props are. Equal modules do the same, so a compiled program
 * for one serves the other.
 */
import { keyOf, staticKey } from '@heddle/tree'
import { mapModules } from './module-tree'
import { type AnyModule, internals, isModule } from './state'

/** A module as static data: equal strings mean equal modules. A module that holds variables is equal to itself alone. */
export const moduleKey = (module: AnyModule): string => {
  const { id, scope, pending, name, props } = module[internals]
  return scope === undefined && !pending
    ? staticKey(['module', module.constructor, name, Object.entries(props).sort(byName)])
    : staticKey(['module', id])
}

/** Class and props of a module, bound or not, and of those in its props: what the shapes of its parameters depend on besides its input. */
export const settingsKey = (module: AnyModule): string =>
  staticKey([module.constructor, mapModules((m) => settingsKey(m), module[internals].props)])

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0)

/** Are they the same kind of module? Arrays and plain objects in props are compared by value, modules as this does. */
export const sameModule = (a: AnyModule, b: unknown): boolean => a === b || (isModule(b) && a[keyOf]() === b[keyOf]())
