/** StorageError: what went wrong where checkpoints lie. */
import { errorClass } from '@heddle/tree'

/** What to do about an error of a system, by its code. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room, or keep fewer steps (maxToKeep); the steps that were saved before are as they were',
  EDQUOT: 'the quota of the disk is used up: make room, or keep fewer steps (maxToKeep); the steps that were saved before are as they were',
  QuotaExceededError: "the page's storage is full: keep fewer steps (maxToKeep), or ask for more by navigator.storage.persist()",
  EFBIG: 'a file may not be so large here: write smaller ones (fileBytes)',
  EACCES: 'this process may not do that: look at the permissions of the folder',
  EPERM: 'this process may not do that: look at the permissions of the folder',
  EROFS: 'the file system is read-only: open the manager with { readOnly: true }, or choose another folder',
  ENOENT: 'there is nothing of that name',
  NotFoundError: 'there is nothing of that name',
  ENOTDIR: 'a part of the path is a file and no folder',
  EMFILE: 'this process has too many files open',
  EIO: 'the device failed',
}

/**
 * Checkpoints could not be written, read or removed where they lie: a full disk, missing permissions, a folder that another manager writes
 * to. `detail.code` is the system's own (`ENOSPC`, `EACCES`), or `LOCKED`, `EXISTS`, `TRUNCATED` and `UNSUPPORTED`.
 */
export class StorageError extends errorClass(
  'StorageError',
  (operation: string, place: string, code: string, reason?: string, cause?: unknown) => ({
    operation,
    place,
    code,
    reason: reason ?? REMEDIES[code] ?? (cause instanceof Error ? cause.message : 'it failed'),
    ...(cause === undefined ? {} : { cause }),
  }),
  ({ operation, place, code, reason }) => `${operation} ${place}: ${reason} (${code})`,
) {}

const codeOf = (cause: unknown): string => {
  if (typeof cause !== 'object' || cause === null) return 'UNKNOWN'
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return 'name' in cause && typeof cause.name === 'string' ? cause.name : 'UNKNOWN'
}
/** An error of the system as a StorageError; one that is already stays. */
export const asStorageError = (operation: string, place: string, cause: unknown): StorageError =>
  cause instanceof StorageError ? cause : new StorageError(operation, place, codeOf(cause), undefined, cause)
