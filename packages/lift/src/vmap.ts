/**
 * vmap of a function of scopes: arguments, variables and keys along a new axis.
 */
import {
  addAxis,
  decodeSplitRngs,
  decodeVariableAxes,
  removeAxis,
  splitInOut,
  subtract,
  union,
  type Axis,
  type Filter,
  type MetadataParams,
} from '@heddle/core'
import { isStatic, MappedOutputError, random, vmap as mapPure, type Result } from '@heddle/func'
import { axisTree, count, type OptionsOf, string } from '@heddle/func/options'
import { leavesWithPath, map } from '@heddle/tree'
import { axisSize } from './axis-size'
import { exception, orThrow } from './edge'
import { isType, type Key } from './ports'
import { asFunction, valueAt, variableAt } from './misuse'
import type { Entry, Groups, KeyGroups, Packed, PackPlan, Scopes, ScopesFn } from './entry'
import { doneOf, pureOf, type Answer } from './opened'
import { pack } from './pack'
import { axesTable, optionsOf, record, splits } from './options'

/** Reads options of `vmap`. */
export const vmapOptions = optionsOf({
  /** Axes of collections; null for one that is shared. Collections that are not named are not there inside. */
  variableAxes: axesTable,
  /** Which streams differ along the axis. Streams that are not named are not there inside. */
  splitRngs: splits,
  /** Axes of the arguments: an axis, null, or a tree of them that is a prefix of the list of arguments (default 0). */
  inAxes: axisTree,
  /** Axes of the result: an axis, null, or a prefix of it (default 0). */
  outAxes: axisTree,
  axisSize: count,
  /** A name for the axis, for collectives inside. */
  axisName: string,
  spmdAxisName: string,
  /** Passed to boxes with metadata when they gain or lose the axis. */
  metadataParams: record,
})
/** What becomes of variables, keys, arguments and results. */
export interface VmapOptions extends OptionsOf<typeof vmapOptions> {}

/** Tells boxes in groups that they gain, or lose, an axis. */
export const changeAxes = (change: typeof addAxis, groups: Groups, axes: readonly Axis[], params: MetadataParams): Groups =>
  groups.map((g, i) => {
    const axis = axes[i] ?? null
    return axis === null ? g : orThrow(change(g, axis, params))
  })

/** Keys of the split groups, one for each index of the axis. */
export const splitKeys = (keys: KeyGroups, splits: readonly boolean[], size: number): KeyGroups =>
  keys.map((g, i) => (splits[i] === true ? map<typeof g>((key: Key) => random.split(key, size), g) : g))

/**
 * Maps a function of scopes over an axis.
 *
 * Shapes: with `inAxes: 0` an argument `[n, ...]` is `[...]` inside; variables with axis `a` have `n` at `a` outside.
 * Errors: AxisSizeError (sizes differ, or nothing is mapped and `axisSize` is not given), AxisRangeError, SharedOutputError (what has
 * axis null depends on a mapped value), InvalidOptionsError, InvalidTargetError.
 * Source: `flax.core.lift.vmap`.
 */
export const vmap = <S extends Scopes, Args extends readonly unknown[], const R extends Result>(
  fn: ScopesFn<S, Args, R>,
  given?: VmapOptions,
): ((scopes: S, ...args: Args) => R) => {
  asFunction('vmap', fn)
  const options = vmapOptions('vmap', given)
  const variables = splitInOut<Axis>(orThrow(decodeVariableAxes('vmap', options.variableAxes ?? {})))
  const rngs = orThrow(decodeSplitRngs('vmap', options.splitRngs ?? {}))
  const { inAxes = 0, outAxes = 0, metadataParams = {} } = options
  const splits = rngs.map(([, split]) => split)
  const shared = variables.inFilters.map((f, i) => (variables.inAxes[i] === null ? f : false))
  const mapped = variables.inFilters.map((f, i) => (variables.inAxes[i] === null ? false : shared.slice(0, i).reduce<Filter>(subtract, f)))
  const plan: PackPlan = {
    where: 'vmap',
    inFilters: variables.inFilters,
    outFilters: variables.outFilters,
    rngFilters: rngs.map(([f]) => f),
    outside: { changed: mapped.reduce<Filter>(union, false), may: ['make'] },
  }
  const body = (packed: Packed, ...args: Args) => {
    const groups = changeAxes(removeAxis, packed.variables, variables.inAxes, metadataParams)
    const { entry } = packed
    const size = axisSize({
      where: 'vmap',
      entry,
      groups,
      groupAxes: variables.inAxes,
      args,
      inAxes,
      asked: options.axisSize,
      option: 'axisSize',
      fromVariables: true,
    })
    const pure = pureOf(fn, entry)
    const one = (inner: Groups, keys: KeyGroups, xs: Args): Answer<R> => pure(inner, keys, ...xs)
    const each = mapPure<[Groups, KeyGroups, Args], Answer<R>>(one, {
      inAxes: [variables.inAxes, splits.map((s) => (s ? 0 : null)), inAxes],
      outAxes: [outAxes, variables.outAxes, null],
      axisSize: size,
      ...(options.axisName === undefined ? {} : { axisName: options.axisName }),
      ...(options.spmdAxisName === undefined ? {} : { spmdAxisName: options.spmdAxisName }),
    })
    const done = doneOf(notShared(entry, one, () => each(groups, splitKeys(packed.keys, splits, size), args)))
    return { ...done, variables: changeAxes(addAxis, done.variables, variables.outAxes, metadataParams) }
  }
  return pack<S, Args, R>(plan, body)
}

/** Runs `mapped`, a pure function. Errors: SharedOutputError where a result or variable with axis null is mapped all the same. */
const notShared = <T>(entry: Entry, mapped: unknown, run: () => T): T => {
  try {
    return run()
  } catch (cause) {
    if (!(cause instanceof MappedOutputError) || cause.detail.disagreement?.of !== mapped) throw cause
    const tensors = leavesWithPath(cause.detail.disagreement.sides[0], isType).filter(([, leaf]) => !isStatic(leaf))
    const [[part, ...at] = []] = tensors[cause.detail.output] ?? []
    const isResult = part === 0
    const named = isResult ? valueAt(entry, 'the result', at) : variableAt(entry, at.slice(1))
    const error = exception({ _tag: 'SharedOutputError', where: 'vmap', ...named, option: isResult ? 'outAxes' : 'variableAxes' })
    error.cause = cause
    throw error
  }
}
