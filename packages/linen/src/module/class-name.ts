/**
 * Names of module classes: what submodules without a name are called after. A minifier renames classes, so a class can pin its name,
 * and the plugins of `@heddle/linen/vite` and its like pin those of all classes of a program.
 */

let warned = false

/**
 * Whether a minifier seems to have named the class: a name of one or two characters, in a source without spaces. Someone who writes
 * `class A extends nn.Module { ... }` leaves some.
 */
const seemsMinified = (cls: object, name: string): boolean => name.length <= 2 && /^class\b[^{\n]*\{\S/.test(String(cls))

const warnOnce = (name: string): void => {
  if (warned) return
  warned = true
  console.warn(
    `heddle: a module class is called '${name}', as by a minifier: its parameters will be '${name}_0', and other ones for the same seed than in development. Use the plugin of @heddle/linen/vite (or /esbuild, /rollup, /webpack), or write static moduleName = '...' in the class.`,
  )
}

/** The name of a class: its own `moduleName`, or what it is called in the source. Warns once of a name that a minifier seems to have made. */
export const classNameOf = (cls: object): string => {
  const pinned: unknown = Object.hasOwn(cls, 'moduleName') ? (cls as { readonly moduleName?: unknown }).moduleName : undefined
  if (typeof pinned === 'string') return pinned
  const { name } = cls as { readonly name?: unknown }
  if (typeof name !== 'string' || name === '') return 'Module'
  if (!warned && seemsMinified(cls, name)) warnOnce(name)
  return name
}

/** The name of the class of a module. */
export const classOf = (module: object): string => classNameOf(module.constructor)
