/**
 * Lifters: what a transformation of functions of scopes makes of a function of a module.
 */
import { type Argnums, argumentsAt, jit, type JitOptions, type Scope } from '@heddle/lift'
import { registerNode } from '@heddle/tree'
import { isWatched } from '../module/context'
import { callLifted, type AnyModuleFn, type AnyScopeFn, type LiftOptions, type Run } from './lift-method'

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

/** The argument numbers of a function of a module, for one of scopes that has another argument before. */
const shifted = (argnums: Argnums = []): readonly number[] => [argnums].flat().map((i) => (i < 0 ? i : i + 1))

/** A function of scopes as an argument that is static: part of the structure, by its key. */
class Keyed {
  constructor(
    readonly inner: AnyScopeFn,
    readonly key: string,
  ) {}
}

registerNode(Keyed, { flatten: (x) => [[], x], unflatten: (x) => x as Keyed, auxKey: (x) => (x as Keyed).key })

/**
 * The lifter of jit: one program for all calls, which is traced again only if props, submodules or their state differ, or shapes and types do.
 * The function, with the description of its module, goes in as static data.
 */
export const compiledLifter: Lifter<JitOptions> = (fn, lift, options) => {
  const call = (scopes: readonly Scope[], { inner }: Keyed, ...xs: readonly unknown[]): unknown => inner(scopes, ...xs)
  const how = { ...options, staticArgnums: shifted(options.staticArgnums), donateArgnums: shifted(options.donateArgnums) }
  const program = jit(call, how)
  const watched = jit(call, { ...how, disableJit: true })
  const run: Run = ([inner], scopes, args, _main, key) => (isWatched() ? watched : program)(scopes, new Keyed(inner!, key()), ...args)
  return (target, ...args) => {
    // told here, in the numbers that the caller knows
    for (const option of ['staticArgnums', 'donateArgnums'] as const) argumentsAt('jit', option, args.length, options[option])
    return callLifted(run, [fn], target, args, { ...lift, fork: true })
  }
}
