/**
 * What transformations take and answer: a class of modules, or a function of a module. The answer has the type of the target, so a
 * transformed class keeps its props and the arguments of its methods.
 *
 * A method is transformed on the prototype of its class: `static { this.prototype.call = nn.jit(this.prototype.call) }`.
 */
import type { NoNumbers } from '@heddle/func'
import type { ModuleClass } from '../module/types'

/** A class of modules, or a function whose first argument is a module, or a tree of modules. */
export type Target = ModuleClass | ((module: never, ...args: never[]) => unknown)

/**
 * A condition on a target, to be put beside its type: no argument of the function, or of the class's `call`, is a number, which would arrive
 * as a tensor; but for those that `Static` names (the module is argument 0).
 */
export type TakesNoNumbers<T, Static> = T extends abstract new (
  ...args: never[]
) => { call(...args: infer A): unknown }
  ? NoNumbers<[null, ...A], Static>
  : T extends (module: never, ...args: infer A) => unknown
    ? NoNumbers<[null, ...A], Static>
    : unknown
