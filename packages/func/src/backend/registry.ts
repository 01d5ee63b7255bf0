/** Which backend computes when no operand says so. */
import { staticKey } from '@heddle/tree'
import { ambient } from '../ambient'
import { BackendError } from '../error'
import type { Synchronous } from '../synchronous'
import type { Backend } from './backend'

const current = ambient<Backend | undefined>(undefined, staticKey)

/** Makes `backend` the one that new tensors live on. */
export const setDefaultBackend = <B>(backend: Backend<B>): void => {
  current.set(backend as Backend)
}
/** Whether operations on host data have where to run. */
export const hasDefaultBackend = (): boolean => current.get() !== undefined
/** The default backend. Errors: BackendError when none is set. */
export const getDefaultBackend = (): Backend => {
  const backend = current.get()
  if (backend === undefined)
    throw new BackendError(
      '(none)',
      "no backend is set: import '@heddle/backend-tfjs/auto', or call setDefaultBackend(await tfjs()), before values are read",
    )
  return backend
}
/** Runs `f`, which can't be async, with another default backend. Errors: AsyncFunctionError. */
export const withBackend = <B, A>(backend: Backend<B>, f: () => Synchronous<A>): A =>
  current.during('withBackend', backend as Backend, f as () => A)
