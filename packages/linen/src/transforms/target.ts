/**
 * What transformations take and answer: a class of modules, or a function of a module. The answer has the type of the target, so a
 * transformed class keeps its props and the arguments of its methods.
 *
 * A method is transformed on the prototype of its class: `static { this.prototype.call = nn.jit(this.prototype.call) }`.
 */
import type { NoNumbers, NoNumbersAt, Result } from '@heddle/func'
import type { ModuleClass } from '../module/types'

/** A function whose first argument is a module, or a tree of modules. */
export type TargetFn = (module: never, ...args: never[]) => unknown
/** A class of modules, or a function of a module. */
export type Target = ModuleClass | TargetFn

/** To be put beside the type of a function: what it answers, where a list is a tuple. */
export type Answers<R extends Result> = (module: never, ...args: never[]) => R

/** The arguments of a target, the module first: of the function, or of the class's `call`. */
type ArgsOf<T> = T extends abstract new (
  ...args: never[]
) => { call(...args: infer A): unknown }
  ? [null, ...A]
  : T extends (module: never, ...args: infer A) => unknown
    ? [null, ...A]
    : readonly []

/**
 * A condition on a target, to be put beside its type: no argument is a number, which would arrive as a tensor; but for those that `Static`
 * names (the module is argument 0).
 */
export type TakesNoNumbers<T, Static> = NoNumbers<ArgsOf<T>, Static>

/** The same of the carry of a loop alone. */
export type CarriesNoNumbers<T> = NoNumbersAt<ArgsOf<T>, 1>
