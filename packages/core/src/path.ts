/**
 * Paths of scopes: the names from the root of a model to a scope, and their text.
 */

/** Names from the root to a scope. */
export type Path = readonly string[]

/** A path as text: `/encoder/vmap(Dense_0)`; the root is `/`. */
export const pathText = (path: Path): string => `/${path.join('/')}`

/** Is `ancestor` the beginning of `path`, or all of it? */
export const startsWith = (path: Path, ancestor: Path): boolean =>
  ancestor.length <= path.length && ancestor.every((name, i) => name === path[i])
