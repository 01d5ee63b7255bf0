/**
 * Lifters: what a transformation of functions of scopes makes of a function of a module.
 */
import { callLifted, type AnyModuleFn, type LiftOptions, type Run } from './lift-method'

/** Transforms a function of a module, given the options for it. */
export type Lifter<O> = (fn: AnyModuleFn, lift: LiftOptions, options: O) => AnyModuleFn

/** The lifter of a transformation of functions of scopes; with `fork` it begins with fresh random streams. */
export const lifterOf =
  <O>(transform: (fn: never, options: O) => unknown, { fork = false } = {}): Lifter<O> =>
  (fn, lift, options) => {
    const run: Run = ([inner], scopes, args) => {
      const transformed = transform(inner as never, options)
      return (transformed as (scopes: unknown, ...args: readonly unknown[]) => unknown)(scopes, ...args)
    }
    return (target, ...args) => callLifted(run, [fn], target, args, { ...lift, fork })
  }
