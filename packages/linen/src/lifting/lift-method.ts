/**
 * Lifting: a function of a module, or a method, run inside a transformation of functions of scopes. All transformations of modules are
 * this, with classes (lift-class) and with functions.
 */
import { type Scope, Variable } from '@heddle/lift'
import { leaves } from '@heddle/tree'
import { drain, touch } from '../module/attach'
import { asHandled, callMethod, methodOf } from '../module/call'
import { TransformedMethodReturnValueError } from '../error'
import { modulesOf, remake, take, takenKey, type Apart } from './take-apart'
import { type AnyModule, exportState, goOnWith, internals, isModule, type CallState } from '../module/state'

/** A function of a module, or of a tree of them. */
export type AnyModuleFn = (target: unknown, ...args: readonly unknown[]) => unknown
/** A function of a list of scopes. */
export type AnyScopeFn = (scopes: readonly Scope[], ...args: readonly unknown[]) => unknown

/**
 * Runs functions of scopes; `main` is how many of the scopes are those of the modules that the functions want. Functions with equal keys do
 * the same, so a compiled program serves for all of them.
 */
export type Run = (
  fns: readonly AnyScopeFn[],
  scopes: readonly Scope[],
  args: readonly unknown[],
  main: number,
  key: () => string,
) => unknown

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

/** A function of a module as one of scopes. The state in which the module is left goes out by a note on the first of them. */
const onScopes =
  (fn: AnyModuleFn, apart: Apart, { moduleClass, name }: LiftOptions): AnyScopeFn =>
  (scopes, ...xs) => {
    const made = remake(apart, xs, scopes, moduleClass)
    const result = fn(made.target, ...made.args)
    checkResult(result, name)
    scopes[0]?.leaveNote(statesOf(made.target))
    return result
  }

/**
 * Calls functions of a module inside a transformation.
 *
 * What they learn besides arrays, how many submodules were named, is an output of the transformation, and the module goes on from there.
 * Errors: TransformedMethodReturnValueError.
 */
export const callLifted = (
  run: Run,
  fns: readonly AnyModuleFn[],
  target: unknown,
  args: readonly unknown[],
  options: LiftOptions,
): unknown => {
  const { scopes, main, args: xs, ...apart } = take(target, args, options.fork === true ? forked : undefined)
  const inner = fns.map((fn) => onScopes(fn, apart, options))
  const result = run(inner, scopes, xs, main, () => takenKey(apart))
  const states = scopes[0]?.takeNote()
  if (states !== undefined) leaveStates(modulesOf(target).modules, states as readonly CallState[])
  return result
}

/** The states of modules at the end of a call, when all submodules that were made have their names. */
const statesOf = (target: unknown): readonly CallState[] =>
  modulesOf(target).modules.map((m) => {
    drain(m)
    return exportState(m[internals])
  })

const leaveStates = (modules: readonly AnyModule[], states: readonly CallState[]): void =>
  modules.forEach((m, i) => goOnWith(touch(m), states[i]!))

/** A method for a class that calls a function of its module. */
export const asMethod = (fn: AnyModuleFn, name: string): ((...args: unknown[]) => unknown) => {
  const method = function (this: AnyModule, ...args: unknown[]): unknown {
    return fn(this, ...args)
  }
  return asHandled(Object.defineProperty(method, 'name', { value: name }), name)
}
