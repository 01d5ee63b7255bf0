/**
 * Errors as data: what went wrong, where, what was there instead. The sentence is made last, by `explain`.
 *
 * Each kind has a tag, the name of the class that lift throws: that of Flax where Flax has one.
 */
import { describe, sayProblems, type OptionProblem } from '@heddle/tree/options'
import type { Filter } from './filter'
import type { Path } from './path'
import { pathText } from './path'

/** A problem a codec found: where in the value, what was expected, what was there. */
export interface Problem {
  readonly path: Path
  readonly expected: string
  readonly actual: unknown
}

/** The size of an axis, and whose. */
export interface Sized {
  readonly what: string
  readonly size: number
}

/** Something that a transformed function answers, or leaves in its variables, is not what the transformation needs. */
export interface Mismatch {
  readonly where: string
  readonly path: Path
  readonly what: string
  readonly expected: string
  readonly actual: string
  /** What to do. */
  readonly fix: string
}

/** The innermost scope that is there, what it has, and the first part of the path that it lacks (undefined where the scope itself is there). */
export interface Nearest {
  readonly path: Path
  readonly names: readonly string[]
  readonly missing: string | undefined
}
/** Everything that can go wrong with scopes, their variables, their random streams and the options of transformations. */
export type ScopeError =
  | {
      readonly _tag: 'ScopeParamNotFoundError'
      readonly path: Path
      readonly name: string
      readonly present: readonly string[]
      readonly nearest: Nearest
    }
  | {
      readonly _tag: 'ScopeParamShapeError'
      readonly path: Path
      readonly name: string
      readonly expected: readonly number[]
      readonly actual: readonly number[]
      /** What is there, where it is no tensor. */
      readonly value?: unknown
    }
  | {
      readonly _tag: 'ScopeCollectionNotFound'
      readonly path: Path
      readonly collection: string
      readonly name: string
      readonly present: readonly string[]
    }
  | {
      readonly _tag: 'ScopeVariableNotFoundError'
      readonly path: Path
      readonly collection: string
      readonly name: string
      readonly present: readonly string[]
    }
  | {
      readonly _tag: 'ModifyScopeVariableError'
      readonly path: Path
      readonly collection: string
      readonly name: string
      readonly mutable: Filter
    }
  | { readonly _tag: 'InvalidRngError'; readonly path: Path; readonly name: string; readonly present: readonly string[] }
  | { readonly _tag: 'InvalidScopeError'; readonly path: Path }
  | { readonly _tag: 'NameInUseError'; readonly path: Path; readonly name: string; readonly collection: string | null }
  | { readonly _tag: 'InvalidNameError'; readonly path: Path; readonly what: string; readonly actual: unknown }
  | { readonly _tag: 'FlagNotFoundError'; readonly path: Path; readonly name: string; readonly present: readonly string[] }
  | { readonly _tag: 'InvalidFilterError'; readonly filter: unknown }
  | { readonly _tag: 'ApplyScopeInvalidVariablesTypeError'; readonly problems: readonly Problem[] }
  | { readonly _tag: 'ApplyScopeInvalidVariablesStructureError' }
  | { readonly _tag: 'InvalidRngError'; readonly problems: readonly Problem[] }
  | { readonly _tag: 'InvalidOptionsError'; readonly where: string; readonly problems: readonly OptionProblem[] }
  | {
      readonly _tag: 'AxisSizeError'
      readonly where: string
      readonly path: Path
      readonly option: string
      readonly sizes: readonly Sized[]
    }
  | {
      readonly _tag: 'AxisRangeError'
      readonly where: string
      readonly path: Path
      readonly what: string
      readonly axis: number
      readonly shape: readonly number[]
    }
  | { readonly _tag: 'LoopVariantError'; readonly where: string; readonly path: Path; readonly what: string }
  | { readonly _tag: 'SharedOutputError'; readonly where: string; readonly path: Path; readonly what: string; readonly option: string }
  | ({ readonly _tag: 'CarryMismatchError' } & Mismatch)
  | ({ readonly _tag: 'BranchMismatchError' } & Mismatch)
  | ({ readonly _tag: 'ResultMismatchError' } & Mismatch)
  | { readonly _tag: 'InvalidTargetError'; readonly where: string; readonly expected: string; readonly actual: unknown }
  | {
      readonly _tag: 'OuterScopeError'
      readonly where: string
      readonly path: Path
      readonly outer: Path
      /** What is done by the scope outside: to a variable of the collection `of`, to all of them, or to the stream `of`. */
      readonly use: 'read' | 'make' | 'write' | 'draw'
      readonly of: string
      readonly name: string | undefined
      /** Is the scope one of those that the transformation has taken in? */
      readonly lifted: boolean
    }
  | { readonly _tag: 'PartitioningUnspecifiedError'; readonly names: readonly unknown[]; readonly reason: string }
  | {
      readonly _tag: 'ShardingError'
      readonly where: string
      readonly spec: string
      readonly mesh: Readonly<Record<string, number>>
      readonly shape: readonly number[]
      readonly reason: string
    }
  | { readonly _tag: 'LogicalAxesError'; readonly names: readonly string[]; readonly reason: string }
  | { readonly _tag: 'LazyInitError'; readonly path: string; readonly shape: readonly number[] }

const list = (names: readonly string[], none: string): string => (names.length === 0 ? none : names.map((n) => `"${n}"`).join(', '))
const shape = (s: readonly number[]): string => `[${s.join(',')}]`
const filterText = (f: Filter): string =>
  typeof f === 'object' && 'deny' in f ? `all but ${filterText(f.deny)}` : f === true ? 'all' : f === false ? 'none' : JSON.stringify(f)
const brief = (x: unknown): string => {
  if (Array.isArray(x)) return `an array of ${x.length}`
  if (typeof x === 'function') return `function ${x.name}`
  if (typeof x === 'object' && x !== null) return describe(x)
  return typeof x === 'string' ? JSON.stringify(x) : String(x)
}
const problems = (ps: readonly Problem[]): string =>
  ps.map((p) => `${p.path.length === 0 ? '' : `at ${p.path.join('.')} `}expected ${p.expected}, got ${brief(p.actual)}`).join('; ')

/** What there is around a scope that is not there. */
const around = ({ path, names, missing }: Nearest): string =>
  missing === undefined ? '' : `; "${pathText(path)}" has ${list(names, 'none')} and no "${missing}"`

/** Names that a minifier seems to have given to classes: `kL_0`. */
const isShort = (name: string): boolean => /^[\w$]{1,2}_\d+$/.test(name)
const minified = ({ names, missing }: Nearest): string =>
  missing !== undefined && (isShort(missing) || names.some(isShort))
    ? ' Minifiers rename classes, and with them variables: build with the plugin of @heddle/linen/vite or its like, or pin names by static moduleName.'
    : ''

const at = (e: { readonly where: string; readonly path: Path }): string => `${e.where} in scope "${pathText(e.path)}"`

/** Which options of a transformation say what is there inside, and what may be written there. */
const liftedBy: Readonly<Record<string, string>> = {
  vmap: 'variableAxes',
  scan: 'variableAxes, variableCarry or variableBroadcast',
  while_loop: 'carryVariables',
  map_variables: 'variables, and those that are mapped by init: true where they are made, mutable: true where they are written',
  custom_vjp: 'gradVars',
}
/** What else to do inside transformations, by the innermost of which the path tells. */
const lifting = (path: Path, what: string): string => {
  const inside = path.flatMap((name) => /^(\w+)\(.*\)$/.exec(name)?.[1] ?? []).at(-1)
  return inside === undefined ? '' : `; inside ${inside}, ${what} by ${liftedBy[inside] ?? 'variables'}`
}

const kindOf = (collection: string | null): string =>
  collection === null ? 'submodule' : collection === 'params' ? 'parameter' : `variable in "${collection}" named`

type OuterScope = Extract<ScopeError, { readonly _tag: 'OuterScopeError' }>

const outerUse = ({ use, of, name }: OuterScope): string => {
  const variable = name === undefined ? `variables in "${of}"` : of === 'params' ? `parameter "${name}"` : `variable "${name}" in "${of}"`
  return { read: `reads ${variable}`, make: `makes ${variable}`, write: `writes ${variable}`, draw: `draws a key "${of}"` }[use]
}
const outsideText = ({ use, where }: OuterScope): string =>
  use === 'read'
    ? `whose value is another inside ${where}`
    : use === 'draw'
      ? 'so that keys would be equal that are to differ'
      : `of which ${where} does not know`

/** The sentence for an error: where, what was expected, what was there, what to do. */
export const explain = (e: ScopeError): string => {
  switch (e._tag) {
    case 'ScopeParamNotFoundError':
      return `no parameter "${e.name}" in scope "${pathText(e.path)}", which has ${list(e.present, 'none')}${around(e.nearest)} (was it initialized under another name, or with another version of the model?${minified(e.nearest)})`
    case 'ScopeParamShapeError':
      if (e.value !== undefined)
        return `parameter "${e.name}" in scope "${pathText(e.path)}": expected a tensor of shape ${shape(e.expected)}, got ${describe(e.value)} (what was read from JSON or is a list becomes a tensor by np.array)`
      return `parameter "${e.name}" in scope "${pathText(e.path)}": its initializer gives shape ${shape(e.expected)}, the existing value has shape ${shape(e.actual)} (does the input, or a feature count, differ from the one at initialization?)`
    case 'ScopeCollectionNotFound':
      return `"${e.name}" was looked up in collection "${e.collection}" in scope "${pathText(e.path)}", but the collection is empty; there are ${list(e.present, 'no collections')} (pass variables as { ${e.collection}: ... }, or make the collection mutable to initialize it: mutable: ['${e.collection}']${lifting(e.path, 'let it in')})`
    case 'ScopeVariableNotFoundError':
      return `no variable "${e.name}" in collection "${e.collection}" in scope "${pathText(e.path)}", which has ${list(e.present, 'none')} (to create it, give an initializer and mutable: ['${e.collection}'])`
    case 'ModifyScopeVariableError':
      return `cannot update variable "${e.name}" in scope "${pathText(e.path)}": collection "${e.collection}" is immutable, mutable is ${filterText(e.mutable)} (pass mutable: ['${e.collection}']${lifting(e.path, 'let it out')})`
    case 'InvalidRngError':
      if ('problems' in e) return `rngs must be a key, or an object of keys by stream name: ${problems(e.problems)}`
      return `scope "${pathText(e.path)}" needs a random stream "${e.name}", but has ${list(e.present, 'none')} (pass rngs: { ${e.name}: key }; inside a transformation, name it in splitRngs or rngs)`
    case 'InvalidScopeError':
      return `scope "${pathText(e.path)}" is no longer valid: it lives only as long as the function that it was made for (do not keep it after init, apply or a transformation returns)`
    case 'NameInUseError':
      return `cannot create ${kindOf(e.collection)} "${e.name}" in scope "${pathText(e.path)}": the name is in use (share one submodule by reference, or give another name)`
    case 'InvalidNameError':
      return `a ${e.what} in scope "${pathText(e.path)}" needs a name, a string; got ${brief(e.actual)}`
    case 'FlagNotFoundError':
      return `no flag "${e.name}" in scope "${pathText(e.path)}", which has ${list(e.present, 'none')}`
    case 'InvalidFilterError':
      return `invalid filter ${brief(e.filter)}: expected true, false, a name, an array of names, or denyList(filter)`
    case 'ApplyScopeInvalidVariablesTypeError':
      return `variables must be an object of collections, each an object with string keys: ${problems(e.problems)}${e.problems.some(({ path, actual }) => path.length === 0 && Array.isArray(actual)) ? ' (initWithOutput, and apply with mutable, answer [output, variables]: pass the second)' : ''}`
    case 'ApplyScopeInvalidVariablesStructureError':
      return 'variables have an extra layer "params": { params: { params: ... } } (pass the inner object)'
    case 'InvalidOptionsError':
      return `${e.where}: invalid options: ${sayProblems(e.problems)}`
    case 'AxisSizeError':
      return e.sizes.length === 0
        ? `${at(e)}: no argument tells the size of the axis (pass ${e.option})`
        : `${at(e)}: sizes of the axis differ: ${e.sizes.map(({ what, size }) => `${size} of ${what}`).join(', ')} (check inAxes and variableAxes)`
    case 'AxisRangeError':
      return `${at(e)}: ${e.what} has shape ${shape(e.shape)}, and so no axis ${e.axis} (check inAxes and variableAxes; null is for what has no such axis)`
    case 'LoopVariantError':
      return `${at(e)}: ${e.what} is broadcast, but depends on the carry, on a scanned value or on a split random stream (scan or carry it, or compute it outside)`
    case 'SharedOutputError':
      return `${at(e)}: ${e.what} has no axis (null), but depends on a mapped value (give it an axis in ${e.option}, or reduce it over the axis)`
    case 'CarryMismatchError':
    case 'BranchMismatchError':
    case 'ResultMismatchError':
      return `${at(e)}: ${e.what}: expected ${e.expected}, got ${e.actual} (${e.fix})`
    case 'InvalidTargetError':
      return `${e.where}: expected ${e.expected}, got ${brief(e.actual)}`
    case 'OuterScopeError':
      return `${at(e)}: its function ${outerUse(e)} of the module "${pathText(e.outer)}" outside, ${outsideText(e)} (use the module that the function is given: ${e.lifted ? 'its first argument, and the submodules of that' : 'give it this one too, in an array or object of modules'})`
    case 'PartitioningUnspecifiedError':
      return `a variable partitioned as (${e.names.map(String).join(', ')}) goes through a transformation that adds an axis, ${e.reason} (pass metadataParams: { partition_name: ... })`
    case 'ShardingError':
      return `${e.where}: an array of shape ${shape(e.shape)} can not lie on a mesh of ${JSON.stringify(e.mesh)} as ${e.spec}: ${e.reason} (change the names of its axes, the rules, or the mesh)`
    case 'LogicalAxesError':
      return `logical axes (${e.names.join(', ')}): ${e.reason} (each axis of an array needs a name of its own, and a rule for it, or null)`
    case 'LazyInitError':
      return `lazy init: ${e.path} of shape ${shape(e.shape)} depends on an argument that was given as a shape only (pass an array, or make the initializer use shapes alone)`
  }
}
