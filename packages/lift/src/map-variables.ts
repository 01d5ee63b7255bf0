/**
 * mapVariables and its relatives: a function of scopes that sees some variables through a mapping, and leaves them through its inverse.
 */
import {
  addAxis,
  decodeFilter,
  isDict,
  isEmpty,
  removeAxis,
  subtract,
  type Axis,
  type Filter,
  type MetadataParams,
  type ScopeError,
} from '@heddle/core'
import { exception, orThrow } from './edge'
import { asVariables } from './given'
import { boolean, func, of, type OptionsOf } from '@heddle/func/options'
import { asFunction } from './misuse'
import type { Result } from '@heddle/func'
import { countersIn, type Groups, type Packed, type PackPlan, type Scopes, type ScopesFn } from './entry'
import { close, countersOf, open, runOn, runOpened } from './opened'
import { pack } from './pack'
import type { ReadVariables, Variables } from './scope-types'
import { filter, optionsOf } from './options'

/** Reads options of `mapVariables`. */
export const mapVariablesOptions = optionsOf({
  /** From variables outside to those inside (identity by default). It gets the mapped collections by name. */
  mapInFn: of<(variables: ReadVariables) => Variables>()(func),
  /** From variables inside to those outside; only where they may be written: with `init` or `mutable`. */
  mapOutFn: of<(variables: ReadVariables) => Variables>()(func),
  /** Run the function once before, to make the variables that the mapping needs. */
  init: boolean,
  /** May the mapped collections be written inside? */
  mutable: boolean,
  /** Streams that are there inside (default all). */
  rngs: filter,
  /** Further collections that are there inside (default all). */
  variables: filter,
})
/** The mapping, and when variables go back through it. */
export interface MapVariablesOptions extends OptionsOf<typeof mapVariablesOptions> {}

const same = <V>(variables: V): V => variables

type Mapping = (variables: Variables) => Variables

/** A function of scopes with mapped variables. Source: `flax.core.lift.map_variables`. */
export const mapVariables = <S extends Scopes, Args extends readonly unknown[], const R extends Result>(
  fn: ScopesFn<S, Args, R>,
  mappedCollections: Filter,
  options?: MapVariablesOptions,
): ((scopes: S, ...args: Args) => R) => {
  asFunction('map_variables', fn)
  const read = mapVariablesOptions('map_variables', options)
  const { init = false, mutable = false, rngs = true, variables = true } = read
  const { mapInFn = same, mapOutFn = same } = read as { readonly mapInFn?: Mapping; readonly mapOutFn?: Mapping }
  for (const filter of [mappedCollections, variables]) orThrow(decodeFilter(filter))
  const goesOut = init || mutable
  const plan: PackPlan = {
    where: 'map_variables',
    inFilters: [mappedCollections, variables],
    outFilters: goesOut ? [mappedCollections, variables] : [false, subtract(variables, mappedCollections)],
    rngFilters: [rngs],
    outside: { changed: mappedCollections, may: ['draw', 'make', 'write'] },
  }
  const body = (packed: Packed, ...args: Args) => {
    const { entry, keys } = packed
    const [target, others] = packed.variables as readonly [Groups[number], Groups[number]]
    const made = init ? initialize(fn, packed, args) : { target, counters: countersIn(entry) }
    const mapIn = (v: Variables): Variables => asVariables(entry, 'what mapInFn answers', mapInFn(v))
    const mapOut = (v: Variables): Variables => asVariables(entry, 'what mapOutFn answers', mapOutFn(v))
    const mapped = (made.target === target ? target : made.target.map(mapOut)).map(mapIn)
    const done = runOn(fn, { entry, variables: [mapped, others], keys }, args, {
      mutable: goesOut ? true : subtract(true, mappedCollections),
      counters: made.counters,
    })
    const [targetOut, othersOut] = done.variables
    return { ...done, variables: [goesOut ? targetOut!.map(mapOut) : targetOut!, othersOut!] }
  }
  return pack<S, Args, R>(plan, body)
}

/** The mapped variables after a first run that may make them. */
const initialize = <S, Args extends readonly unknown[]>(fn: ScopesFn<S, Args, unknown>, { entry, variables, keys }: Packed, args: Args) => {
  const opened = open<S>(entry, variables, keys)
  if (opened.roots.every((s) => isEmpty(s.mutable))) return { target: variables[0]!, counters: countersOf(opened) }
  runOpened(entry, opened, () => fn(opened.scopes, ...args))
  const closed = close(entry, opened)
  return { target: closed.variables[0]!, counters: closed.counters }
}

/** A function of scopes with two collections exchanged. Source: `flax.core.lift.swap_collection`. */
export const swapCollection = <S extends Scopes, Args extends readonly unknown[], const R extends Result>(
  fn: ScopesFn<S, Args, R>,
  a: string,
  b: string,
) => {
  const swap = (v: Variables): Variables => ({ ...v, [a]: v[b] ?? {}, [b]: v[a] ?? {} })
  return mapVariables(fn, [a, b], { mapInFn: swap, mapOutFn: swap, mutable: true })
}

/**
 * A function of scopes whose boxes with metadata have one axis less inside, as in a transformation that adds an axis.
 *
 * Source: `flax.linen.add_metadata_axis`.
 */
export const addMetadataAxis = <S extends Scopes, Args extends readonly unknown[], const R extends Result>(
  fn: ScopesFn<S, Args, R>,
  variableAxes: Readonly<Record<string, Axis>>,
  metadataParams: MetadataParams = {},
): ((scopes: S, ...args: Args) => R) => {
  asFunction('add_metadata_axis', fn)
  checkAxes(variableAxes)
  return Object.entries(variableAxes).reduce<(scopes: S, ...args: Args) => R>((inner, [collection, axis]) => {
    if (axis === null) return inner
    return mapVariables(inner, collection, {
      mapInFn: (v) => orThrow(removeAxis(v, axis, metadataParams)),
      mapOutFn: (v) => orThrow(addAxis(v, axis, metadataParams)),
      mutable: true,
    })
  }, fn)
}

/** Axes by collection. Errors: InvalidOptionsError. */
const checkAxes = (axes: unknown): void => {
  const problem = (path: readonly string[], expected: string, actual: unknown): ScopeError => ({
    _tag: 'InvalidOptionsError',
    where: 'add_metadata_axis',
    problems: [{ path: ['variableAxes', ...path], expected, actual }],
  })
  if (!isDict(axes)) throw exception(problem([], 'axes by collection, { params: 0 }', axes))
  for (const [collection, axis] of Object.entries(axes))
    if (axis !== null && !Number.isInteger(axis)) throw exception(problem([collection], 'an axis (an integer), or null', axis))
}
