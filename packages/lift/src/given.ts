/**
 * What callers give and functions answer where no type has checked it: lists of arguments, conditions, pairs, variables. Refused before a
 * transformation makes something else of it.
 */
import { isDict, type Path } from '@heddle/core'
import { isTensor } from '@heddle/func'
import { exception } from './edge'
import { kindOf, pathOf, resultProblem } from './misuse'
import type { Entry } from './entry'
import type { Variables } from './scope-types'

/** A list of arguments. Errors: InvalidTargetError; a tensor would be taken for its rows. */
export const asList = <Xs extends readonly unknown[]>(where: string, what: string, xs: Xs): Xs => {
  if (Array.isArray(xs)) return xs
  throw exception({ _tag: 'InvalidTargetError', where, expected: `a list as ${what}, [x] for one`, actual: xs })
}

/** What a branch is chosen by. Errors: InvalidTargetError. */
export const asScalarLike = <X>(where: string, what: string, x: X): X => {
  if (isTensor(x) || typeof x === 'boolean' || (typeof x === 'number' && !Number.isNaN(x))) return x
  throw exception({ _tag: 'InvalidTargetError', where, expected: `a scalar tensor, boolean or number as ${what}`, actual: x })
}

/** What a function with more to answer answers. Errors: ResultMismatchError. */
export const asPair = <P extends readonly [unknown, unknown]>(where: string, path: Path, result: P, names: string): P => {
  if (Array.isArray(result) && result.length === 2) return result
  throw exception(resultProblem(where, path, 'the result', `a pair ${names}`, kindOf(result), 'answer null where there is nothing more'))
}

/** Variables that a mapping answers. Errors: ResultMismatchError. */
export const asVariables = (entry: Entry, what: string, x: Variables): Variables => {
  const wrong = isDict(x) ? Object.entries(x).find(([, dict]) => !isDict(dict)) : ['', x]
  if (wrong === undefined) return x
  const [collection, actual] = wrong
  const place = collection === '' ? what : `${what} for collection "${String(collection)}"`
  const fix = 'it gets collections by name, { params: { ... } }, and answers such'
  throw exception(resultProblem(entry.plan.where, pathOf(entry), place, 'an object of variables by name', kindOf(actual), fix))
}

/** A value that becomes a variable; null stands for none. Errors: ResultMismatchError. */
export const asValue = <T>(where: string, path: Path, what: string, x: T): T => {
  if (x !== undefined && !(x instanceof Promise)) return x
  const fix = x === undefined ? 'is a return missing? null stands for no value' : 'is an await missing?'
  throw exception(resultProblem(where, path, what, 'a value', kindOf(x), fix))
}

/** A parameter: a value that is no function. Errors: ResultMismatchError. */
export const asParam = <T>(where: string, path: Path, what: string, x: T): T => {
  if (typeof x !== 'function') return asValue(where, path, what, x)
  throw exception(resultProblem(where, path, what, 'a value', kindOf(x), 'call it, with the key and a shape'))
}
