/**
 * CheckpointError: what is wrong with a file, or between a file and the tree that it is to be read into.
 */
import { errorClass, keystr, type Path } from '@heddle/tree'

/**
 * What kind of fault it is.
 *
 * `foreign`: no file of this format; `truncated`: it ends too early; `corrupt`: what it says contradicts itself; `limit`: it would take more
 * memory, or go deeper, than is allowed; `unsupported`: right, but of a kind that heddle has not; `mismatch`: it does not fit the tree;
 * `missing`: a name that is not there; `unreadable`: the file or its server can't be read (`cause`).
 */
export type CheckpointFault = 'foreign' | 'truncated' | 'corrupt' | 'limit' | 'unsupported' | 'mismatch' | 'missing' | 'unreadable'

/** More about a fault: where in the tree, and what was thrown below. */
export interface CheckpointFaultMore {
  readonly path?: Path
  readonly cause?: unknown
}

/**
 * A file of a checkpoint can't be read or written, or does not fit the tree that it is to be read into. Nothing was written then: trees that
 * were given are as they were.
 *
 * `fault` says of what kind it is, `path` the place of the first difference in the tree.
 */
export class CheckpointError extends errorClass(
  'CheckpointError',
  (operation: string, fault: CheckpointFault, reason: string, { path = [], cause }: CheckpointFaultMore = {}) => ({
    operation,
    fault,
    reason,
    path,
    ...(cause === undefined ? {} : { cause }),
  }),
  ({ operation, reason, path }) => `${operation}${path.length === 0 ? '' : ` at ${keystr(path)}`}: ${reason}`,
) {}
