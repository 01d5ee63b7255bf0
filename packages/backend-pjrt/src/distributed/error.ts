/** Failures between processes. */
import { BackendError, errorClass, sayBackend } from '@heddle/func/backend'
import type { Failure } from './answer'

/** What failed between processes: `UNAVAILABLE` where a process can not be reached or has ended, `DEADLINE_EXCEEDED` where it took too long. */
export class DistributedError extends errorClass(
  'DistributedError',
  (operation: string, { code, detail }: Failure) => ({
    backend: 'pjrt',
    reason: `${operation} failed (${code}): ${detail}`,
    code,
    message: detail,
    operation,
  }),
  sayBackend,
  BackendError,
) {}
