/**
 * What functions of trees check of their arguments: functions, structures and leaves in their places. A tree is any value, but not one of
 * these in the place of another. Errors: TreeError that says what is expected, what was given, and how the call is written.
 */
import { describe, TreeError } from './error'

const refuse = (operation: string, expected: string, given: unknown, usage: string): never => {
  throw new TreeError(operation, [], `expected ${expected}, got ${describe(given)}; it is called ${usage}`)
}
/** A function in its place. */
export const needFunction = (operation: string, name: string, f: unknown, usage: string): void => {
  if (typeof f !== 'function') refuse(operation, `a function as ${name}`, f, usage)
}
/** The same, of one that may be left out. */
export const needFunctionOrNone = (operation: string, name: string, f: unknown, usage: string): void => {
  if (f !== undefined && typeof f !== 'function') refuse(operation, `a function, or none, as ${name}`, f, usage)
}
/** A list in its place. */
export const needList = (operation: string, name: string, xs: unknown, usage: string): void => {
  if (!Array.isArray(xs)) refuse(operation, `a list as ${name}`, xs, usage)
}
/** A tree whose leaves a function gets: there is one, and it is no promise of one. */
export const needTree = (operation: string, given: readonly unknown[], usage: string): void => {
  const [tree] = given
  if (given.length === 0) refuse(operation, 'a tree', undefined, usage)
  if (typeof tree === 'object' && tree !== null && 'then' in tree && typeof tree.then === 'function')
    refuse(operation, 'a tree', tree, usage)
}
