/**
 * TreeError: what a tree operation found wrong, where, and what it wanted there.
 */
import { errorClass } from './error-class'
import { keystr, type Path } from './path'

/**
 * A tree has another structure than an operation needs.
 *
 * `path` is the way from the root to the place of the mismatch.
 */
export class TreeError extends errorClass(
  'TreeError',
  (operation: string, path: Path, problem: string) => ({ operation, path, problem }),
  ({ operation, path, problem }) => `${operation}${path.length === 0 ? '' : ` at ${keystr(path)}`}: ${problem}`,
) {}

const isPlain = (x: object): boolean => {
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === null || Object.getPrototypeOf(proto) === null
}

/** Says in a few words what a value is, for an error. */
export const describe = (x: unknown): string => {
  if (x === null || x === undefined) return String(x)
  if (Array.isArray(x)) return `an array of length ${x.length}`
  if (typeof x === 'object') {
    const { shape, dtype, then } = x as { readonly shape?: unknown; readonly dtype?: unknown; readonly then?: unknown }
    if (Array.isArray(shape) && typeof dtype === 'string' && !isPlain(x)) return `a tensor ${dtype}[${shape.join(',')}]`
    if (typeof then === 'function') return 'a promise (is an await missing?)'
    if (isPlain(x)) return `an object with keys {${Object.keys(x).sort().join(', ')}}`
    return `a ${x.constructor?.name || 'class instance'}`
  }
  return typeof x === 'function'
    ? `the function ${x.name || '(anonymous)'}`
    : `${typeof x} ${typeof x === 'string' ? JSON.stringify(x) : String(x)}`
}
