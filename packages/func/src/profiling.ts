/** Spans of time, noted while a profile is made: by the evaluator for each operation and program, by plans for each step. */
import { type Aval, sizeOf } from './aval'
import { bytesOf } from './dtype'
import { joined } from './origin'

/** A stretch of time. Times are those of `performance.now()`, in milliseconds. */
export interface Span {
  /** An operation; or what operations are inside of: a program, a loop. */
  readonly kind: 'operation' | 'program' | 'loop'
  readonly name: string
  /** Path of the module, and names of `namedScope`. */
  readonly scope: string
  readonly backend: string
  readonly start: number
  readonly end: number
  /** Of its results. */
  readonly bytes: number
}
/** What is noted; undefined where nobody asks. */
export const profiling: { spans: Span[] | undefined; scope: string } = { spans: undefined, scope: '' }

export const bytesOfAll = (types: readonly Aval[]): number => types.reduce((n, a) => n + sizeOf(a.shape) * bytesOf(a.dtype), 0)

/** Runs something that is noted; what is noted inside of it is in its scope. */
export const timed = <A>(about: Omit<Span, 'start' | 'end' | 'scope'>, scope: string, run: () => A): A => {
  const { spans, scope: outer } = profiling
  const own = joined(outer, scope)
  profiling.scope = own
  const start = performance.now()
  try {
    return run()
  } finally {
    spans?.push({ ...about, scope: own, start, end: performance.now() })
    profiling.scope = outer
  }
}
