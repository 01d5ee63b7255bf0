/** Which backend computes when no operand says so. */
import { staticKey } from '@heddle/tree'
import { describe } from '@heddle/tree/options'
import { ambient } from '../ambient'
import { ArgumentError, BackendError } from '../error'
import type { Synchronous } from '../synchronous'
import type { Backend, Device } from './backend'

const current = ambient<Backend | undefined>(undefined, staticKey)

/** Is it a backend? */
export const isBackend = (x: unknown): x is Backend =>
  typeof x === 'object' && x !== null && 'storage' in x && ('kernels' in x || 'compile' in x)
/** Refuses what is no backend. Errors: ArgumentError. */
const checkBackend = (where: string, x: unknown): void => {
  if (!isBackend(x))
    throw new ArgumentError(where, `expected a backend, such as \`await tfjs()\` or \`await pjrt()\` answers; got ${describe(x)}`)
}

/** Makes `backend` the one that new tensors live on. Errors: ArgumentError. */
export const setDefaultBackend = (backend: Device): void => {
  checkBackend('setDefaultBackend', backend)
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
export const withBackend = <A>(backend: Device, f: () => Synchronous<A>): A => {
  checkBackend('withBackend', backend)
  return current.during('withBackend', backend as Backend, f as () => A)
}
