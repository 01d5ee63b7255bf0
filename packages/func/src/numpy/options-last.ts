/** Functions whose last argument is an axis or options: what stands behind it would not be read, and changes what is meant. */
import { ArgumentError } from '../error'
import { describe, isPlainObject } from '../options'

const refused = (where: string, last: unknown, beside: unknown): ArgumentError => {
  const names = isPlainObject(beside) ? Object.keys(beside).map((name) => `${name}: ...`) : ['...']
  const axis = last === undefined ? [] : [`axis: ${Array.isArray(last) ? `[${last.join(', ')}]` : String(last)}`]
  const together = isPlainObject(last) ? 'all options stand in one object' : `write { ${[...axis, ...names].join(', ')} }`
  return new ArgumentError(where, `${describe(beside)} behind the last argument, which is an axis or options: ${together}`)
}

/**
 * The function, without anything behind its options: `np.sum(x, 1, { keepdims: true })` is an error, not a sum of another shape.
 *
 * A list may stand there: `xs.map(f)` passes one. Errors: ArgumentError.
 */
export const optionsLast = <F extends (...args: never[]) => unknown>(where: string, f: F): F => {
  const count = f.length
  const checked = (...args: Parameters<F>): unknown => {
    const beside: unknown = args[count]
    if (beside !== undefined && !Array.isArray(beside)) throw refused(where, args[count - 1], beside)
    return f(...args)
  }
  return checked as F
}
