/** The errors of a CheckpointManager: about steps, and about states that do not fit. */
import { errorClass } from '@heddle/tree'

/** A step that is not there or is there already, or a manager that can't do what was asked (closed, read-only). */
export class StepError extends errorClass(
  'StepError',
  (operation: string, place: string, reason: string) => ({ operation, place, reason }),
  ({ operation, place, reason }) => `CheckpointManager.${operation} (${place}): ${reason}`,
) {}

/**
 * A state can't be saved, or what was saved does not fit where it is restored. `path` is the place of the first difference, as
 * `params/Dense_0/kernel`.
 */
export class StateError extends errorClass(
  'StateError',
  (operation: string, path: string, problem: string) => ({ operation, path, problem }),
  ({ operation, path, problem }) => `CheckpointManager.${operation}${path === '' ? '' : ` at ${path}`}: ${problem}`,
) {}
