/** The errors of training. */
import { errorClass } from '@heddle/tree'

/** Data can't be read, do not fit together, or a position belongs to other data. */
export class DataError extends errorClass(
  'DataError',
  (operation: string, reason: string, cause?: unknown) => ({ operation, reason, ...(cause === undefined ? {} : { cause }) }),
  ({ operation, reason }) => `${operation}: ${reason}`,
) {}
/** A loss is no finite number: the step at which it became so, and what it became. Parameters after it are spoilt. */
export class NonFiniteLossError extends errorClass(
  'NonFiniteLossError',
  (step: number, value: number) => ({ step, value }),
  ({ step, value }) =>
    `the loss became ${value} at step ${step}; try a smaller learning rate, clip gradients (clipByGlobalNorm), and go on from a checkpoint before it`,
) {}
