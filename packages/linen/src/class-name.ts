/**
 * Names of module classes: what submodules without a name are called after. A minifier renames classes, so a class can pin its name.
 */

/** The name of a class: its own `moduleName`, or what it is called in the source. */
export const classNameOf = (cls: object): string => {
  const pinned: unknown = Object.hasOwn(cls, 'moduleName') ? (cls as { readonly moduleName?: unknown }).moduleName : undefined
  if (typeof pinned === 'string') return pinned
  const { name } = cls as { readonly name?: unknown }
  return typeof name === 'string' && name !== '' ? name : 'Module'
}

/** The name of the class of a module. */
export const classOf = (module: object): string => classNameOf(module.constructor)
