/** What the coordinator answers: a value, or an error with XLA's kind of it. */
import type { PjrtErrorCode } from '../api/code'

export interface Failure {
  readonly code: PjrtErrorCode
  readonly detail: string
}
export type Answer = { readonly value: Uint8Array } | { readonly failure: Failure }

const NOTHING = new Uint8Array(0)
export const done: Answer = { value: NOTHING }
export const failed = (code: PjrtErrorCode, detail: string): Answer => ({ failure: { code, detail } })

/** The longest time that a timer takes. */
const MAX_TIMEOUT = 2 ** 31 - 1
export const timerOf = (ms: number): number => Math.min(Math.max(0, Math.ceil(ms)), MAX_TIMEOUT)
