/**
 * Misuse: what was wrong with a function of scopes that a transformation could not take, told in terms of its module, its collections
 * and its arguments. It is looked for only when the transformation has failed.
 */
import { isAxisMetadata, isDict, unbox, type Mismatch, type Path, type ScopeError } from '@heddle/core'
import { isStatic, isTensor, np, TypeMismatchError, type Tensor } from '@heddle/func'
import { keystr, leaves, leavesWithPath, TreeError, type Path as TreePath } from '@heddle/tree'
import { exception } from './edge'
import { describe } from '@heddle/tree/options'
import type { Entry } from './entry'
import { isType } from './ports'

/** An error of func or tree: types or structures disagree. */
type Cause = TypeMismatchError | TreeError

/** Runs a transformation. If it fails because types or structures disagree, says which, if `problem` knows. */
export const explained = <R>(run: () => R, problem: (cause: Cause) => ScopeError | undefined): R => {
  try {
    return run()
  } catch (cause) {
    const found = cause instanceof TypeMismatchError || cause instanceof TreeError ? problem(cause) : undefined
    if (found === undefined) throw cause
    const error = exception(found)
    error.cause = cause
    throw error
  }
}

/** What these functions answered, of which the error says that it disagrees; undefined if it is about others. */
export const sidesOf = <T>(cause: Cause, of: unknown): readonly T[] | undefined => {
  const found = cause instanceof TypeMismatchError ? cause.detail.disagreement : undefined
  return found?.of === of ? (found?.sides as readonly T[]) : undefined
}

/** A function that is to be transformed. Errors: InvalidTargetError. */
export const asFunction = <F>(where: string, fn: F, what = 'a function of scopes'): F => {
  if (typeof fn !== 'function') throw exception({ _tag: 'InvalidTargetError', where, expected: what, actual: fn })
  return fn
}

/** The path of the first scope, for messages. */
export const pathOf = (entry: Entry): Path => entry.roots[0]?.debugPath ?? []

/** Where something is, and what it is called there. */
export interface Named {
  readonly path: Path
  readonly what: string
}

/** The variable at a place in a list, by scope, of variables by collection. */
export const variableAt = (entry: Entry, [root, collection, ...rest]: TreePath): Named => {
  const end = rest.findIndex((key) => typeof key !== 'string')
  const names = (end < 0 ? rest : rest.slice(0, end)).map(String)
  const path = [...(entry.roots[root as number]?.debugPath ?? []), ...names.slice(0, -1)]
  return { path, what: `variable "${names.at(-1) ?? ''}" of collection "${String(collection)}"` }
}

/** A value at a place in what a function was given, or answered. */
export const valueAt = (entry: Entry, name: string, at: TreePath): Named => ({ path: pathOf(entry), what: `${name}${keystr(at)}` })

const STATIC = 'the JavaScript'
const typeText = (x: unknown): string => {
  if (isAxisMetadata(x)) return `${leaves(unbox(x), isType).map(typeText).join(', ')} in a ${x.constructor.name}`
  if (isStatic(x)) return `${STATIC} ${typeof x} ${JSON.stringify(x)}`
  const { shape, dtype } = isTensor(x) || isType(x) ? (x as Tensor) : np.asarray(x as Tensor)
  return `${dtype}[${shape.join(',')}]`
}

interface Difference {
  readonly at: TreePath
  readonly first: string
  readonly second: string
}

const absent = 'nothing'
const keyOf = (path: TreePath): string => JSON.stringify(path)

const isBoxOrType = (x: unknown): boolean => isAxisMetadata(x) || isType(x)

/** The first place at which two trees have leaves of different types, or only one has a leaf. */
const difference = (first: unknown, second: unknown): Difference | undefined => {
  const types = (x: unknown) => new Map(leavesWithPath(x, isBoxOrType).map(([at, leaf]) => [keyOf(at), { at, type: typeText(leaf) }]))
  const [a, b] = [types(first), types(second)]
  for (const [key, { at, type }] of a) {
    const other = b.get(key)?.type ?? absent
    if (other !== type) return { at, first: type, second: other }
  }
  for (const [key, { at, type }] of b) if (!a.has(key)) return { at, first: absent, second: type }
  return undefined
}

/** Variables by scope, and a value besides: what a loop carries, what a branch leaves. */
export interface Left {
  readonly variables: unknown
  readonly value: unknown
}

const carryTensors = 'what is carried is tensors: carry np.array(flag), or close over what does not change'

/** Refuses a boolean or string in what a loop is to carry, where it could not change. Errors: CarryMismatchError. */
export const checkCarry = (where: string, entry: Entry, { variables, value }: Left): void => {
  const refuse = (tree: unknown, named: (at: TreePath) => Named): void => {
    for (const [at, leaf] of leavesWithPath(tree))
      if (isStatic(leaf))
        throw exception({
          _tag: 'CarryMismatchError',
          where,
          ...named(at),
          expected: 'a tensor',
          actual: typeText(leaf),
          fix: carryTensors,
        })
  }
  refuse(variables, (at) => variableAt(entry, at))
  refuse(value, (at) => valueAt(entry, 'the carry', at))
}

/** What a loop carries, before and after an iteration, is of different types. */
export const carryProblem = (where: string, entry: Entry, before: Left | undefined, after: Left | undefined): ScopeError | undefined => {
  if (before === undefined || after === undefined) return undefined
  const variables = difference(before.variables, after.variables)
  if (variables !== undefined) {
    const made = variables.first === absent
    return {
      _tag: 'CarryMismatchError',
      where,
      ...variableAt(entry, variables.at),
      expected: made ? 'one that is there before the loop' : `${variables.first}, as before the iteration`,
      actual: made ? `one made in an iteration, ${variables.second}` : variables.second,
      fix: made ? 'initialize it before the loop' : 'what is carried keeps its shape and type: initialize it with those that it ends with',
    }
  }
  const value = difference(before.value, after.value)
  if (value === undefined) return undefined
  return {
    _tag: 'CarryMismatchError',
    where,
    ...valueAt(entry, 'the carry', value.at),
    expected: `${value.first}, as before the iteration`,
    actual: value.second,
    fix: value.second.startsWith(STATIC)
      ? carryTensors
      : 'what is carried keeps its structure, shapes and types: give a start like what the function answers',
  }
}

/** Branches leave variables, or answer values, of different types. */
export const branchProblem = (where: string, entry: Entry, answers: readonly Left[]): ScopeError | undefined => {
  const [first, ...others] = answers
  if (first === undefined) return undefined
  for (const [i, other] of others.entries()) {
    const found = (d: Difference, named: Named, fix: string): ScopeError => {
      const mismatch: Mismatch = { where, ...named, expected: `${d.first}, as in branch 0`, actual: `${d.second} in branch ${i + 1}`, fix }
      return { _tag: 'BranchMismatchError', ...mismatch }
    }
    const variables = difference(first.variables, other.variables)
    if (variables !== undefined)
      return found(
        variables,
        variableAt(entry, variables.at),
        'each branch must leave the same variables: call all submodules in each branch when initializing',
      )
    const value = difference(first.value, other.value)
    if (value !== undefined)
      return found(value, valueAt(entry, 'the result', value.at), 'each branch must answer the same shapes and types')
  }
  return undefined
}

/** Tangents of variables or arguments are of other types than these. */
export const tangentProblem = (where: string, entry: Entry, primals: Left, tangents: Left): ScopeError | undefined => {
  const variables = difference(primals.variables, tangents.variables)
  const found = variables ?? difference(primals.value, tangents.value)
  if (found === undefined) return undefined
  const named = variables === undefined ? valueAt(entry, 'the arguments', found.at) : variableAt(entry, found.at)
  return {
    _tag: 'ResultMismatchError',
    where,
    ...named,
    what: `the tangent of ${named.what}`,
    expected: found.first,
    actual: found.second,
    fix: 'a tangent has the structure, shape and type of its primal; tree.map(np.zerosLike, x) gives one that is zero',
  }
}

/** A function answers something else than its transformation needs. */
export const resultProblem = (where: string, path: Path, what: string, expected: string, actual: string, fix: string): ScopeError => ({
  _tag: 'ResultMismatchError',
  where,
  path,
  what,
  expected,
  actual,
  fix,
})

/** A value in few words, for messages. */
export const kindOf = (x: unknown): string =>
  isTensor(x)
    ? typeText(x)
    : Array.isArray(x)
      ? `an array of ${x.length}`
      : typeof x === 'function' || (typeof x === 'object' && x !== null && !isDict(x))
        ? describe(x)
        : x === null || typeof x !== 'object'
          ? String(x)
          : 'an object'
