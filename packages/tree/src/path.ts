/**
 * Paths: the way from the root of a tree to a leaf, a key for each step (a string in an object, a number in an array).
 */

/** A step of a path. */
export type PathKey = string | number

/** The steps from the root of a tree to a place in it. */
export type Path = readonly PathKey[]

const identifier = /^[A-Za-z_$][\w$]*$/

/**
 * A path as the JavaScript that reads it: `.layers[0].kernel`, or `['odd key']`.
 *
 * The empty path is the empty string. Source: `jax.tree_util.keystr`.
 */
export const keystr = (path: Path): string => {
  if (!Array.isArray(path)) throw new TypeError(`tree.keystr: expected a path, a list of keys, got ${typeof path}`)
  return path.map((k) => (typeof k === 'number' ? `[${k}]` : identifier.test(k) ? `.${k}` : `[${JSON.stringify(k)}]`)).join('')
}
