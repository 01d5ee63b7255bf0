/**
 * Variables: collection by name, each an object of scopes and variables by name. A value like all others here; writing makes a copy.
 *
 * Laws: `getIn(setIn(t, p, v), p) = v`; paths that `p` does not touch stay the same objects.
 */
import { either as E } from 'fp-ts'
import type { Tree } from '@heddle/tree'
import type { Problem, ScopeError } from './error'
import type { Path } from './path'

/** Variables of a scope by name, and of the scopes in it. */
export type VariableDict<A = unknown> = { readonly [name: string]: Tree<A> }

/** Variables by collection: `{ params: { kernel }, batch_stats: { mean } }`. */
export type Variables<A = unknown> = { readonly [collection: string]: VariableDict<A> }

type Dict = { readonly [key: string]: unknown }

/** Is this a plain object, which is a scope and not a variable? */
export const isDict = (x: unknown): x is Dict => {
  if (typeof x !== 'object' || x === null || Array.isArray(x)) return false
  const proto: unknown = Object.getPrototypeOf(x)
  return proto === null || Object.getPrototypeOf(proto) === null
}

/** The value at a path, or undefined. */
export const getIn = (dict: unknown, path: Path): unknown =>
  path.reduce<unknown>((d, key) => (isDict(d) && Object.hasOwn(d, key) ? d[key] : undefined), dict)

/** A copy with a value at a path; dicts on the way are made where there are none. */
export const setIn = (dict: unknown, path: Path, value: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return value
  const here = isDict(dict) ? dict : {}
  return { ...here, [key]: setIn(here[key], rest, value) }
}

/** One dict over another: dicts are merged, all else is replaced. */
export const merge = (below: unknown, above: unknown): unknown => {
  if (!isDict(below) || !isDict(above)) return above
  const merged = Object.entries(above).map(([key, value]) => [key, Object.hasOwn(below, key) ? merge(below[key], value) : value] as const)
  return { ...below, ...Object.fromEntries(merged) }
}

/**
 * Variables from data that is not known to be such.
 *
 * Errors: InvalidVariables with the path of what is no dict; NestedParams for `{ params: { params } }`.
 */
export const decodeVariables = <A>(x: unknown): E.Either<ScopeError, Variables<A>> => {
  if (!isDict(x))
    return E.left({
      _tag: 'ApplyScopeInvalidVariablesTypeError',
      problems: [{ path: [], expected: 'an object of collections', actual: x }],
    })
  const problems = Object.entries(x).flatMap(([name, c]): Problem[] =>
    isDict(c) ? [] : [{ path: [name], expected: 'an object of variables', actual: c }],
  )
  if (problems.length > 0) return E.left({ _tag: 'ApplyScopeInvalidVariablesTypeError', problems })
  if (getIn(x, ['params', 'params']) !== undefined) return E.left({ _tag: 'ApplyScopeInvalidVariablesStructureError' })
  return E.right(x as Variables<A>)
}
