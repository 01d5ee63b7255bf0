/** The kinds of errors of the C API, which are those of absl. */

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
export const numberOfCode = (code: PjrtErrorCode): number => codes.indexOf(code)
