/**
 * Ambient state: what code reads without being handed it, as the default backend, named axes, a mesh, interceptors of modules. All of it
 * is defined here, so that one key tells all of it apart: a program that was traced under one key is never run under another.
 *
 * Laws: `during` puts back what was, whatever happens; equal keys mean that a traced function reads the same.
 */
import { synchronous } from './synchronous'

/** One piece of ambient state. */
export interface Ambient<T> {
  readonly get: () => T
  /** From here on. */
  readonly set: (value: T) => void
  /** While `run` runs, which must be done when it returns. `where` is the operation, for errors. Errors: AsyncFunctionError. */
  readonly during: <R>(where: string, value: T, run: () => R) => R
}

const keys: (() => string)[] = []
let known: string | undefined

/** Defines ambient state; `keyOf` says two values apart that a traced function could tell apart. */
export const ambient = <T>(initial: T, keyOf: (value: T) => string): Ambient<T> => {
  let current = initial
  const set = (value: T): void => {
    if (value === current) return
    current = value
    known = undefined
  }
  keys.push(() => keyOf(current))
  known = undefined
  return {
    get: () => current,
    set,
    during: (where, value, run) => {
      const before = current
      set(value)
      try {
        return synchronous(where, run())
      } finally {
        set(before)
      }
    },
  }
}

/** The state in force as a string: part of the key of every traced program. */
export const ambientKey = (): string => (known ??= keys.map((key) => key()).join('|'))

/** A stretch of tracing whose result is to be kept. */
interface Watch {
  readonly outer: Watch | undefined
  reached: boolean
}
let watch: Watch | undefined

/** Where code runs: kept by what is only for now (the variables of a model that is being run), and given to `reach` when it is used. */
export type Home = Watch | undefined
/** Where the program under construction is at home: to be asked where something is made, for `reach`. */
export const here = (): Home => watch

/** Something that is at home there is used here. What is traced on the way from there to here depends on it, and can't be kept. */
export const reach = (home: Home): void => {
  for (let w = watch; w !== undefined && w !== home; w = w.outer) w.reached = true
}

/** Runs `trace`; may its result be kept, or did it reach for something outside that is only for now? */
export const watched = <R>(trace: () => R): readonly [result: R, keep: boolean] => {
  const mine: Watch = { outer: watch, reached: false }
  watch = mine
  try {
    const result = trace()
    return [result, !mine.reached]
  } finally {
    watch = mine.outer
  }
}
