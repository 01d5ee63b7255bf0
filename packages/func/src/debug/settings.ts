/** Settings that look for faults: what every operation is asked, and whether functions are compiled. */
import { ArgumentError } from '../error'
import { currentHunt, enterScope, type Hunt, leaveScope, setHunt, whileHunting } from '../origin'
import type { Synchronous } from '../synchronous'
import { synchronous } from '../synchronous'
import { setJitDisabled, withJitDisabled } from '../transforms/eager'

/** A switch for what `run` does, or from here on. */
export interface Setting {
  /** On while `run` runs, which must be done when it returns. Errors: AsyncFunctionError. */
  <R>(run: () => Synchronous<R>): R
  /** From here on. */
  (on: boolean): void
}
const setting = (where: string, during: <R>(run: () => R) => R, set: (on: boolean) => void): Setting =>
  ((given: unknown): unknown => {
    if (typeof given === 'function') return during(given as () => unknown)
    if (typeof given !== 'boolean')
      throw new ArgumentError(
        where,
        `expected a function to run with it on, or true or false from here on: ${where}(() => step(x)), ${where}(true)`,
      )
    set(given)
    return undefined
  }) as Setting
const huntFor = (where: string, what: keyof Hunt): Setting =>
  setting(
    where,
    (run) => whileHunting(where, { ...currentHunt(), [what]: true }, run),
    (on) => setHunt({ ...currentHunt(), [what]: on }),
  )
/**
 * Looks at the result of every operation for a NaN, and throws a FloatingPointError that says which primitive gave the first, in which module,
 * and on which line. A compiled program is looked at as a whole, and run again operation by operation if a NaN came out of it.
 * `debugNans(() => step(x))` for one run, `debugNans(true)` from here on, HEDDLE_DEBUG_NANS=1 in the environment for a whole program.
 * Every result is read back, so it is slow. Errors: BackendError on a device that reads only asynchronously. Source: jax.debug_nans.
 */
export const debugNans: Setting = huntFor('debugNans', 'nans')
/** The same for infinities (HEDDLE_DEBUG_INFS). Source: jax.debug_infs. */
export const debugInfs: Setting = huntFor('debugInfs', 'infs')

/**
 * Compiles nothing: what is under jit runs operation by operation as it is written, and so do scan, whileLoop, cond and their like outside of
 * traced functions: values can be read, `console.log` prints them, a debugger stops. Slow; donated arguments stay. Branches of linen's `cond` and
 * `switch` are traced all the same. `disableJit(() => step(x))`, `disableJit(true)` from here on, HEDDLE_DISABLE_JIT=1 in the environment.
 * Source: jax.disable_jit.
 */
export const disableJit: Setting = setting('disableJit', withJitDisabled, setJitDisabled)

/**
 * What `f` answers; what it does carries the name, in printed programs (`printJaxpr(program, { nameStack: true })`), errors and profiles.
 * Modules of linen name what they do by their paths. Source: jax.named_scope.
 */
export const namedScope = <R>(name: string, f: () => Synchronous<R>): R => {
  if (typeof name !== 'string' || name === '' || typeof f !== 'function')
    throw new ArgumentError('namedScope', "expected a name and a function, namedScope('encoder', () => f(x))")
  const before = enterScope(name)
  try {
    return synchronous('namedScope', (f as () => R)())
  } finally {
    leaveScope(before)
  }
}
