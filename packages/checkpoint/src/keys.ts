/**
 * Names that no file may bring into an object of the program: a tree with them would be no plain data to whoever copies or merges it.
 */

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor'])

/** Whether a key could reach the prototype of an object. */
export const isForbidden = (key: string): boolean => forbidden.has(key)

/** What to say of such a key. */
export const forbiddenReason = (key: string): string =>
  `the key ${JSON.stringify(key)} is refused: it is a name of JavaScript's objects themselves, and no variable has it`
