/**
 * Lifting: a function of a module, or a method, run inside a transformation of functions of scopes. All transformations of modules are
 * this, with classes (lift-class) and with functions.
 */
import { type Argnums, argumentsAt, jit, Static, type JitOptions, type Scope, Variable } from '@heddle/lift'
import { leaves, registerNode } from '@heddle/tree'
import { drain, touch } from '../module/attach'
import { asHandled, callMethod, methodOf } from '../module/call'
import { isWatched } from '../module/context'
import { TransformedMethodReturnValueError } from '../error'
import { modulesOf, remake, take, takenKey, type Taken } from './take-apart'
import { type AnyModule, exportState, goOnWith, internals, isModule, type CallState } from '../module/state'

/** A function of a module, or of a tree of them. */
export type AnyModuleFn = (target: unknown, ...args: readonly unknown[]) => unknown
/** A function of a list of scopes. */
export type AnyScopeFn = (scopes: readonly Scope[], ...args: readonly unknown[]) => unknown

/** Runs functions of scopes; `main` is how many of the scopes are those of the modules that the functions want. */
export type Run = (fns: readonly AnyScopeFn[], scopes: readonly Scope[], args: readonly unknown[], main: number) => unknown

/** A function of a module with what a method call keeps in order around it. */
export const asModuleFn = (fn: (...args: never[]) => unknown): AnyModuleFn => {
  const call = fn as (this: unknown, ...args: unknown[]) => unknown
  return (target, ...args) => {
    const method = methodOf(fn)
    if (method !== undefined) return (method as typeof call).apply(target, [...args])
    const [first] = modulesOf(target).modules
    if (first === undefined) return call(target, ...args)
    return callMethod(first, () => call(target, ...args), fn.name, false, args)
  }
}

const checkResult = (result: unknown, name: string): void => {
  if (leaves(result, isModule).some((x) => isModule(x) || x instanceof Variable)) throw new TransformedMethodReturnValueError(name)
}

/** How the functions see modules: as they are, or of another class. */
export interface LiftOptions {
  /** The class of which the modules of the target are made inside. */
  readonly moduleClass?: unknown
  readonly name: string
  /** Begin with fresh random streams, drawn from those outside. */
  readonly fork?: boolean
}

const forked = (scope: Scope): Scope => scope.forkRngs()

/**
 * Calls functions of a module inside a transformation.
 *
 * What they learn besides arrays, how many submodules were named, goes back to the module. Errors: TransformedMethodReturnValueError.
 */
export const callLifted = (
  run: Run,
  fns: readonly AnyModuleFn[],
  target: unknown,
  args: readonly unknown[],
  { moduleClass, name, fork = false }: LiftOptions,
): unknown => {
  const taken = take(target, args, fork ? forked : undefined)
  const { modules } = modulesOf(target)
  const inner = fns.map(
    (fn): AnyScopeFn =>
      (scopes, ...xs) => {
        const made = remake(taken, xs, scopes, moduleClass)
        const result = fn(made.target, ...made.args)
        checkResult(result, name)
        leaveStates(modules, statesOf(made.target))
        return result
      },
  )
  return run(inner, taken.scopes, taken.args, taken.main)
}

/** The states of modules at the end of a call, when all submodules that were made have their names. */
const statesOf = (target: unknown): readonly CallState[] =>
  modulesOf(target).modules.map((m) => {
    drain(m)
    return exportState(m[internals])
  })

const leaveStates = (modules: readonly AnyModule[], states: readonly CallState[]): void =>
  modules.forEach((m, i) => goOnWith(touch(m), states[i]!))

/** What is static of a call, as a part of the structure of the arguments. */
class Held {
  readonly key: string
  constructor(readonly taken: Pick<Taken, 'target' | 'states'>) {
    this.key = takenKey(taken)
  }
}

registerNode(Held, { flatten: (x) => [[], x], unflatten: (x) => x as Held, auxKey: (x) => (x as Held).key })

/** The argument numbers of a function of a module, for one with its description as first argument. */
const shifted = (argnums: Argnums = []): readonly number[] => [argnums].flat().map((i) => (i < 0 ? i : i + 1))

/**
 * A function of a module as a compiled program, which is traced again only if props, submodules or their state differ, or shapes and
 * types do. The module goes in as static data, and what was learned comes out as such.
 */
export const compiled = (fn: AnyModuleFn, { moduleClass, name }: LiftOptions, options: JitOptions): AnyModuleFn => {
  const run = (scopes: readonly Scope[], held: Held, ...xs: readonly unknown[]): readonly [unknown, Static<readonly CallState[]>] => {
    const made = remake(held.taken, xs, scopes, moduleClass)
    const result = fn(made.target, ...made.args)
    checkResult(result, name)
    return [result, new Static(statesOf(made.target))]
  }
  const how = { ...options, staticArgnums: shifted(options.staticArgnums), donateArgnums: shifted(options.donateArgnums) }
  const program = jit(run, how)
  const watched = jit(run, { ...how, disableJit: true })
  return (target, ...args) => {
    // told here, in the numbers that the caller knows
    for (const option of ['staticArgnums', 'donateArgnums'] as const) argumentsAt('jit', option, args.length, options[option])
    const { scopes, target: specs, states, args: xs } = take(target, args, forked)
    const [result, left] = (isWatched() ? watched : program)(scopes, new Held({ target: specs, states }), ...xs)
    leaveStates(modulesOf(target).modules, left.value)
    return result
  }
}

/** A method for a class that calls a function of its module. */
export const asMethod = (fn: AnyModuleFn, name: string): ((...args: unknown[]) => unknown) => {
  const method = function (this: AnyModule, ...args: unknown[]): unknown {
    return fn(this, ...args)
  }
  return asHandled(Object.defineProperty(method, 'name', { value: name }), name)
}
