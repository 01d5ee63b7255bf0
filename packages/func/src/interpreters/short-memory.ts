/** Where memory is short: what nobody can reach is freed and it is tried once more; then the error says what is alive, and what to do. */
import type { Aval } from '../aval'
import type { Backend } from '../backend/backend'
import { alive, reclaim } from '../backend/reclaim'
import { OutOfMemoryError } from '../error'
import { isUsers } from '../plan/host'

/** As V8, TensorFlow, XLA, Emscripten and our own backends put it. */
const words = /out of memory|allocation failed|failed to allocate|Invalid (typed )?array (buffer )?length|\bOOM\b|RESOURCE_EXHAUSTED/i
const isShort = (e: unknown): boolean => e instanceof Error && (words.test(e.message) || isShort(e.cause))

/** What runs: for messages. */
export interface Running {
  readonly backend: Backend
  readonly operation: string
  readonly results: readonly Aval[]
}
/**
 * What `again` gives after an error, if that was of memory. Errors: OutOfMemoryError where that fails too, or there is no `again`; the
 * error itself where it is another.
 */
export const recover = <A>(error: unknown, { backend, operation, results }: Running, again: (() => A) | undefined): A => {
  if (error instanceof OutOfMemoryError || isUsers(error) || !isShort(error)) throw error
  let cause = error
  if (again !== undefined && reclaim())
    try {
      return again()
    } catch (e) {
      if (!isShort(e)) throw e
      cause = e
    }
  throw new OutOfMemoryError(backend.name, operation, results, alive(), { cause })
}
