/**
 * What transformations take and answer: a class of modules, or a function of a module. The answer has the type of the target, so a
 * transformed class keeps its props and the arguments of its methods.
 *
 * A method is transformed on the prototype of its class: `static { this.prototype.call = nn.jit(this.prototype.call) }`.
 */
import type { ModuleClass } from '../types'

/** A class of modules, or a function whose first argument is a module, or a tree of modules. */
export type Target = ModuleClass | ((module: never, ...args: never[]) => unknown)
