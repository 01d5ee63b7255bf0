/** Why a flavour can't be had. */
import { BackendError, errorClass, sayBackend } from '@heddle/func/backend'

/** A flavour can't be had here. `absent`: it was simply never installed, or is not of this platform. */
export class Unavailable extends errorClass(
  'Unavailable',
  (backend: string, reason: string, absent: boolean, options?: ErrorOptions) => ({ backend, reason, absent, ...options }),
  sayBackend,
  BackendError,
) {}
