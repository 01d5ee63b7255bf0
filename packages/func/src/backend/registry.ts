/** Which backend computes when no operand says so. */
import { BackendError } from '../error'
import type { Backend } from './backend'

let current: Backend | undefined

/** Makes `backend` the one that new tensors live on. */
export const setDefaultBackend = <B>(backend: Backend<B>): void => {
  current = backend as Backend
}
/** Whether operations on host data have where to run. */
export const hasDefaultBackend = (): boolean => current !== undefined
/** The default backend. Errors: BackendError when none is set. */
export const getDefaultBackend = (): Backend => {
  if (current === undefined)
    throw new BackendError(
      '(none)',
      "no backend is set: import '@heddle/backend-tfjs/auto', or call setDefaultBackend(await tfjs()), before values are read",
    )
  return current
}
/** Runs `f` with another default backend. */
export const withBackend = <B, A>(backend: Backend<B>, f: () => A): A => {
  const previous = current
  current = backend as Backend
  try {
    return f()
  } finally {
    current = previous
  }
}
