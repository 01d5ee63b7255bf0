/** Errors of plugins, as exceptions that say what was being done. */
import { BackendError } from '@heddle/func/backend'
import type { PjrtErrorCode } from './code'

/** What XLA answered, and what it was asked: the program's or primitive's name, and the line of StableHLO where it says so. */
export class PjrtError extends BackendError {
  override readonly _tag = 'PjrtError'
  constructor(
    backend: string,
    readonly code: PjrtErrorCode,
    /** XLA's message, unchanged. */
    readonly detail: string,
    /** Such as `compiling jit(train)` or `running sin`. */
    readonly operation: string,
    /** The operation in the program that the message points at. */
    readonly source?: string,
  ) {
    super(backend, `${operation} failed (${code}): ${detail}${source === undefined ? '' : `\n  at ${source}`}`)
  }
}
/** The line that a message such as `"-":12:5: error: ...` means. */
export const sourceLine = (message: string, program: string): string | undefined => {
  const at = /:(\d+):\d+\)?: error/.exec(message) ?? /loc\("[^"]*":(\d+):\d+\)/.exec(message)
  return at ? program.split('\n')[Number(at[1]) - 1]?.trim() : undefined
}
