/** Errors of plugins, as exceptions that say what was being done. */
import { BackendError, errorClass, sayBackend } from '@heddle/func/backend'
import type { PjrtErrorCode } from './code'

/**
 * What XLA answered, and what it was asked: its `message`, unchanged, the `operation`, such as `compiling jit(train)` or `running sin`, and the
 * `source`, the line of StableHLO that the message points at.
 */
export class PjrtError extends errorClass(
  'PjrtError',
  (backend: string, code: PjrtErrorCode, message: string, operation: string, source?: string) => ({
    backend,
    reason: `${operation} failed (${code}): ${message}${source === undefined ? '' : `\n  at ${source}`}`,
    code,
    message,
    operation,
    source,
  }),
  sayBackend,
  BackendError,
) {}
/** The line that a message such as `"-":12:5: error: ...` means. */
export const sourceLine = (message: string, program: string): string | undefined => {
  const at = /:(\d+):\d+\)?: error/.exec(message) ?? /loc\("[^"]*":(\d+):\d+\)/.exec(message)
  return at ? program.split('\n')[Number(at[1]) - 1]?.trim() : undefined
}
