/**
 * Transformations that are called at once with functions of a module, the module and arguments: derivatives, branches and loops.
 */
import { inFilter, type Filter, type Scope } from '@heddle/lift'
import { flattenUpTo, leaves, type TreeDef } from '@heddle/tree'
import { contains } from '../module/attach'
import { HeldModuleError, TransformTargetError } from '../error'
import { asModuleFn, callLifted, type AnyModuleFn, type AnyScopeFn, type Run } from './lift-method'

/** A function of a module, or of a tree of modules. */
export type ModuleFn<M, Args extends readonly unknown[], R> = (module: M, ...args: Args) => R

/** Calls functions of a module inside a transformation. Errors: TransformTargetError, TransformedMethodReturnValueError. */
export const direct = (transformation: string, fns: readonly unknown[], target: unknown, args: readonly unknown[], run: Run): unknown => {
  const bad = fns.find((fn) => typeof fn !== 'function')
  if (bad !== undefined) throw new TransformTargetError(transformation, bad)
  return callLifted(run, (fns as readonly AnyModuleFn[]).map(asModuleFn), target, args, { name: transformation })
}

/** Functions of scopes as lift takes them. */
export const loose = (fn: AnyScopeFn): ((scopes: never, ...args: never[]) => never) => fn as never

/**
 * Runs a derivative by collections of the modules that are given, the first `main` of the scopes. Errors: HeldModuleError, where others,
 * which these hold in their props or the arguments are, have such variables, before or when they are initialized.
 */
export const derivative = <R>(transformation: string, by: Filter, scopes: readonly Scope[], main: number, run: () => R): R => {
  const given = scopes.slice(0, main)
  const held = scopes.slice(main).filter((s) => !given.some((m) => contains(m, s)))
  const check = (): void => {
    for (const scope of held)
      for (const [collection, variables] of Object.entries(scope.variables()))
        if (inFilter(by, collection) && leaves(variables).length > 0)
          throw new HeldModuleError(transformation, given[0]?.pathText ?? '', scope.pathText, collection)
  }
  check()
  const result = run()
  check()
  return result
}

/** Variables for a tree of modules as those for a list of scopes, of which the first `main` are the modules'. */
export const perScopes = (treedef: TreeDef, variables: unknown, scopes: number): readonly unknown[] => {
  const mine = flattenUpTo(treedef, variables)
  return [...mine, ...Array.from({ length: scopes - mine.length }, () => ({}))]
}
