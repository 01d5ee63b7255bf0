/** Parameters and variables of scopes: what is there, or what an initializer gives. */
import { checkName, declareParam, declareVariable, putVariable, shapeProblem, type AxisMetadata } from '@heddle/core'
import { isTensor, type Tensor } from '@heddle/func'
import { leaves as leavesOf } from '@heddle/tree'
import { boolean } from '@heddle/tree/options'
import { exception } from './edge'
import { asParam, asValue } from './given'
import { otherShapes, rememberShapes, type Declarer } from './init-shapes'
import { initialized } from './initialized'
import { unboxPlaced } from './mesh'
import { optionsOf } from './options'
import { isType, leafOps, rngOps, shapeOf, type Key } from './ports'
import type { Scope } from './scope'
import type { DeclareOptions, Init } from './scope-types'
import { Variable } from './variable'

const declareOptions = optionsOf({ unbox: boolean })
const unboxes = (where: string, options: DeclareOptions | undefined): boolean =>
  options === undefined || (declareOptions(where, options).unbox ?? true)

const noInitializer = (scope: Scope, kind: 'param' | 'variable', name: string, actual: unknown): never => {
  scope.run(checkName<Tensor, Key>(kind === 'param' ? 'parameter' : 'variable', name))
  const where = `${kind} "${name}" in scope "${scope.pathText}"`
  throw exception({ _tag: 'InvalidTargetError', where, expected: 'an initializer, a function', actual })
}

/** How a parameter is declared. */
interface ParamDeclaration<T, Args extends readonly unknown[]> {
  readonly name: string
  readonly init: Init<T, Args>
  readonly args: Args
  readonly options: DeclareOptions | undefined
  /** Whose the initializer is, that it need not be asked for its shape again. */
  readonly declarer: Declarer | undefined
}
/** `Scope.paramOf`; `unchanged` runs what is to leave no trace in the scope. */
export const param = <T, Args extends readonly unknown[]>(
  scope: Scope,
  unchanged: <R>(run: () => R) => R,
  { name, init, args, options, declarer }: ParamDeclaration<T, Args>,
): T => {
  const unbox = unboxes('param', options)
  const bare = (value: unknown): T => (unbox ? unboxPlaced(() => `param "${name}" in scope "${scope.pathText}"`, value) : value) as T
  if (typeof init !== 'function') noInitializer(scope, 'param', name, init)
  const declared = scope.run(declareParam<Tensor, Key>(rngOps, name))
  if (declared._tag === 'Absent') {
    const made = initialized(scope, 'param', name, () => init(declared.key, ...args))
    const value = asParam('param', scope.cursor.debugPath, `what the initializer of "${name}" gives`, made)
    scope.run(putVariable<Tensor, Key>('params', name, value))
    rememberShapes(init, args, declarer, value)
    return bare(value)
  }
  const value = bare(declared.value)
  const leaves = leavesOf(value)
  const expected = unchanged(() => otherShapes(init, args, declarer, leaves.map(shapeOf)))
  const problem = expected === undefined ? undefined : shapeProblem(leafOps, scope.cursor, name, leaves, expected)
  if (problem?._tag === 'ScopeParamShapeError' && !leaves.every((x) => isTensor(x) || isType(x))) throw exception({ ...problem, value })
  if (problem !== undefined) throw exception(problem)
  return value
}
/** `Scope.variableOf`. */
export const variable = <T>(
  scope: Scope,
  collection: string,
  name: string,
  init: (() => T | AxisMetadata<T>) | undefined,
  options: DeclareOptions | undefined,
): Variable<T> => {
  const unbox = unboxes('variable', options)
  if (init !== undefined && typeof init !== 'function') noInitializer(scope, 'variable', name, init)
  const declared = scope.run(declareVariable<Tensor, Key>(collection, name, init !== undefined))
  if (declared === 'absent') {
    const made = initialized(scope, 'variable', name, init!)
    const value = asValue('variable', scope.cursor.debugPath, `what the initializer of "${name}" gives`, made)
    scope.run(putVariable<Tensor, Key>(collection, name, value))
  }
  return new Variable<T>(scope, collection, name, unbox)
}
