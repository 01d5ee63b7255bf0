/**
 * Transformations that are called at once with functions of a module, the module and arguments: derivatives, branches and loops.
 */
import { flattenUpTo, type TreeDef } from '@heddle/tree'
import { TransformTargetError } from '../error'
import { asModuleFn, callLifted, type AnyModuleFn, type AnyScopeFn, type Run } from '../lift-method'

/** A function of a module, or of a tree of modules. */
export type ModuleFn<M, Args extends readonly unknown[], R> = (module: M, ...args: Args) => R

/** Calls functions of a module inside a transformation. Errors: TransformTargetError, TransformedMethodReturnValueError. */
export const direct = (transformation: string, fns: readonly unknown[], target: unknown, args: readonly unknown[], run: Run): unknown => {
  const bad = fns.find((fn) => typeof fn !== 'function')
  if (bad !== undefined) throw new TransformTargetError(transformation, bad)
  return callLifted(run, (fns as readonly AnyModuleFn[]).map(asModuleFn), target, args, { name: transformation })
}

/** Functions of scopes as lift takes them. */
export const loose = (fn: AnyScopeFn): ((scopes: never, ...args: never[]) => never) =>
  fn as unknown as (scopes: never, ...args: never[]) => never

/** Variables for a tree of modules as those for a list of scopes, of which the first `main` are the modules'. */
export const perScopes = (treedef: TreeDef, variables: unknown, scopes: number): readonly unknown[] => {
  const mine = flattenUpTo(treedef, variables)
  return [...mine, ...Array.from({ length: scopes - mine.length }, () => ({}))]
}
