/**
 * Running initializers: what one throws says whose it was.
 */
import { pathText } from '@heddle/core'
import { synchronous } from '@heddle/func'
import { retell } from '@heddle/tree'
import type { Scope } from './scope'

/** The error with the parameter or variable in its message and in `initializerOf`, told once. */
const told = (error: unknown, scope: Scope, kind: string, name: string): unknown => {
  if (!(error instanceof Error) || !Object.isExtensible(error) || Object.hasOwn(error, 'initializerOf')) return error
  Object.defineProperty(error, 'initializerOf', { value: [...scope.path, name].join('/'), configurable: true })
  const note = `\n  in the initializer of ${kind} "${name}" in scope "${pathText(scope.cursor.debugPath)}"`
  retell(error, note)
  Reflect.set(error, 'message', error.message + note)
  return error
}

/** What an initializer gives. Errors: those that it throws; AsyncFunctionError. */
export const initialized = <T>(scope: Scope, kind: 'param' | 'variable', name: string, init: () => T): T => {
  const run = (): T => {
    try {
      return init()
    } catch (error) {
      throw told(error, scope, kind, name)
    }
  }
  return synchronous(`the initializer of ${kind} "${name}"`, run())
}
