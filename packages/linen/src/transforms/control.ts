/**
 * cond, switch and whileLoop of functions of a module.
 */
import type { Next, NoNumbers, Result, Tensor } from '@heddle/func'
import type { BranchOptions, WhileOptions } from '@heddle/lift'
import * as lift from '@heddle/lift'
import { direct, loose, type ModuleFn } from '../lifting/direct'

/**
 * One of two functions of a module, by a predicate.
 *
 * Outputs, and the variables left, must have the same structure, shapes and types: submodules made in a branch must have equal names in
 * both. Source: `flax.linen.cond`.
 *
 * @example
 * nn.cond(pred, (m, x) => new nn.Dense({ features: 2 }, { name: 'dense' }).call(x), (m, x) => new nn.Dense({ features: 2 }, { name: 'dense' }).call(x.neg()), this, [x])
 */
export const cond = <M, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  pred: Tensor | boolean,
  trueFn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>,
  falseFn: NoInfer<ModuleFn<M, Args, R>>,
  mdl: M,
  operands: readonly [...Args],
  given?: BranchOptions,
): R => {
  const options = lift.branchOptions('cond', given)
  return direct('cond', [trueFn, falseFn], mdl, operands, ([whenTrue, whenFalse], scopes, args) =>
    lift.cond(pred, loose(whenTrue!), loose(whenFalse!), scopes as never, args as never, options),
  ) as R
}

/**
 * One of several functions of a module, by an index, which is clamped to their range.
 *
 * For submodules that differ from branch to branch, run all branches when variables are initialized. Source: `flax.linen.switch`.
 */
export const switchModule = <M, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  index: Tensor | number,
  branches: readonly (ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>)[],
  mdl: M,
  operands: readonly [...Args],
  given?: BranchOptions,
): R => {
  const options = lift.branchOptions('switch', given)
  return direct('switch', branches, mdl, operands, (fns, scopes, args) =>
    lift.switch(index, fns.map(loose), scopes as never, args as never, options),
  ) as R
}

/**
 * Repeats a function of a module while a condition holds.
 *
 * Variables can't be made inside: run the body once before, when variables are initialized. Source: `flax.linen.while_loop`.
 *
 * @example
 * nn.whileLoop((m, c) => c.less(10), (m, c) => step(m, c), this, x, { carryVariables: 'state' })
 */
export const whileLoop = <M, const C extends Result, N = readonly []>(
  condFn: ModuleFn<M, readonly [C], Tensor | boolean>,
  bodyFn: ModuleFn<M, readonly [C], Next<C>> & NoNumbers<[null, C], N>,
  mdl: M,
  init: C,
  given?: WhileOptions,
): C => {
  const options = lift.whileOptions('whileLoop', given)
  return direct('whileLoop', [condFn, bodyFn], mdl, [init], ([condition, body], scopes, [start]) =>
    lift.whileLoop(loose(condition!), loose(body!), scopes as never, start as never, options),
  ) as C
}
