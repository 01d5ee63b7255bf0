/**
 * Functions that must be done when they return. A transformation, a scope of memory, a backend in force hold only while the function runs:
 * what an async function does after its first await, or a generator at all, would happen outside of them.
 */
import { AsyncFunctionError } from './error'

/** A result that is no promise and no generator; in types, `never` for one that is. */
export type Synchronous<R> = R extends PromiseLike<unknown> | Generator | AsyncGenerator ? never : R

const isThenable = (x: object): boolean => typeof (x as { readonly then?: unknown }).then === 'function'
const isGenerator = (x: object): boolean => /^\[object (Async)?Generator\]$/.test(Object.prototype.toString.call(x))

/** The result of a function, if it is one. Errors: AsyncFunctionError for a promise or a generator. */
export const synchronous = <R>(where: string, result: R): R => {
  if (typeof result !== 'object' || result === null) return result
  if (isThenable(result)) {
    // it is refused here; that it may fail besides is no second error
    ;(result as unknown as PromiseLike<unknown>).then(undefined, () => undefined)
    throw new AsyncFunctionError(where, 'promise')
  }
  if (isGenerator(result)) throw new AsyncFunctionError(where, 'generator')
  return result
}
