/** Errors of plugins, as exceptions that say what was being done. */
import { BackendError } from '@heddle/func/backend'

const codes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const
/** XLA's kind of an error. */
export type PjrtErrorCode = (typeof codes)[number]
export const codeOf = (n: number): PjrtErrorCode => codes[n] ?? 'UNKNOWN'

/** What XLA answered, and what it was asked: the program's or primitive's name, and the line of StableHLO where it says so. */
export class PjrtError extends BackendError {
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
