/** Failures between processes. */
import { BackendError } from '@heddle/func/backend'
import type { PjrtErrorCode } from '../api/code'
import type { Failure } from './answer'

/** What failed between processes: `UNAVAILABLE` where a process can not be reached or has ended, `DEADLINE_EXCEEDED` where it took too long. */
export class DistributedError extends BackendError {
  override readonly _tag = 'DistributedError'
  readonly code: PjrtErrorCode
  readonly detail: string
  constructor(operation: string, { code, detail }: Failure) {
    super('pjrt', `${operation} failed (${code}): ${detail}`)
    this.code = code
    this.detail = detail
  }
}
