/** The errors of training. */
import { errorClass } from '@heddle/tree'

/** Data can't be read, do not fit together, or a position belongs to other data. */
export class DataError extends errorClass(
  'DataError',
  (operation: string, reason: string, cause?: unknown) => ({ operation, reason, ...(cause === undefined ? {} : { cause }) }),
  ({ operation, reason }) => `${operation}: ${reason}`,
) {}
