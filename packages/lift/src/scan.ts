/**
 * scan of a function of scopes: a loop that carries some variables, stacks others, and shares the rest.
 */
import { addAxis, broadcast, decodeFilter, decodeScanAxes, decodeSplitRngs, removeAxis, splitInOut, subtract, union } from '@heddle/core'
import { evalShape, lax, type Next, type NoNumbers, type Result } from '@heddle/func'
import { boolean, count, func, of, type OptionsOf, positive } from '@heddle/func/options'
import { leaves } from '@heddle/tree'
import { axesScan } from './axes-scan'
import { axisSize } from './axis-size'
import { exception, orThrow } from './edge'
import {
  asFunction,
  carryProblem,
  checkCarry,
  explained,
  kindOf,
  pathOf,
  resultProblem,
  sidesOf,
  valueAt,
  variableAt,
  type Left,
} from './misuse'
import {
  byMutable,
  joined,
  nothingLearned,
  type Entry,
  type Groups,
  type KeyGroups,
  type Learned,
  type Packed,
  type PackPlan,
  type Scopes,
  type ScopesFn,
} from './entry'
import { runOn } from './opened'
import { pack } from './pack'
import { changeAxes, splitKeys } from './vmap'
import { filter, optionsOf, record, scanAxes, scanTable, splits } from './options'

export type { ScanAxes } from './options'

/** Reads options of `scan`. */
export const scanOptions = optionsOf({
  /** Axes of the collections that have a value for each iteration. */
  variableAxes: scanTable,
  /**
   * Collections that are the same in each iteration; they may be made and written inside, if that does not depend on the loop: it is
   * done once, before.
   */
  variableBroadcast: filter,
  /**
   * Collections that an iteration passes on to the next. What is not there before the loop is made in the first iteration, as in a loop
   * written by hand; what may not be written goes through unchanged.
   */
  variableCarry: filter,
  /** Which streams differ from iteration to iteration. Streams that are not named are not there inside. */
  splitRngs: splits,
  /** Axes of the arguments after the carry: an axis, `nn.broadcast` (`lift.broadcast`), or a prefix of the list of arguments (default 0). */
  inAxes: scanAxes,
  /** Axes of the results after the carry: an axis, `nn.broadcast`, or a prefix of them (default 0). */
  outAxes: scanAxes,
  length: count,
  reverse: boolean,
  unroll: positive,
  /** A change of the variables and keys that one iteration gets. */
  dataTransform: of<(variables: Groups, rngs: KeyGroups) => readonly [Groups, KeyGroups]>()(func),
  /** Passed to boxes with metadata when they gain or lose the axis. */
  metadataParams: record,
  /**
   * Make sure that what is broadcast does not depend on the loop, by a first pass (default true). Without it tracing is quicker, and what is
   * carried must be there before the loop.
   */
  checkConstancyInvariants: boolean,
})
/** What becomes of variables, keys, arguments and results, and how the loop runs. */
export interface ScanOptions extends OptionsOf<typeof scanOptions> {}

/** A body: scopes, carry and slices to the next carry and what is stacked. */
export type ScanFn<S, C, Xs extends readonly unknown[], Y> = (scopes: S, carry: C, ...xs: Xs) => readonly [carry: Next<C>, ys: Y]

const decode = (options: ScanOptions) => ({
  axes: splitInOut<number>(orThrow(decodeScanAxes('scan', options.variableAxes ?? {}))),
  rngs: orThrow(decodeSplitRngs('scan', options.splitRngs ?? {})),
  shared: orThrow(decodeFilter(options.variableBroadcast ?? false)),
  carried: orThrow(decodeFilter(options.variableCarry ?? false)),
})

/**
 * Scans a function of scopes.
 *
 * Shapes: with `inAxes: 0` an argument `[n, ...]` is `[...]` in an iteration; the carry keeps its shapes and types.
 * Errors: AxisSizeError (lengths differ, or nothing is scanned and `length` is not given), AxisRangeError, LoopVariantError,
 * CarryMismatchError, ResultMismatchError (no pair of carry and results), InvalidOptionsError, InvalidTargetError.
 * Source: `flax.core.lift.scan`.
 */
export const scan = <S extends Scopes, const C extends Result, Xs extends readonly unknown[], const Y extends Result, N = readonly []>(
  fn: ScanFn<S, C, Xs, Y> & NoNumbers<[null, C], N>,
  given?: ScanOptions,
): ((scopes: S, init: C, ...xs: Xs) => readonly [carry: C, ys: Y]) => {
  asFunction('scan', fn)
  const options = scanOptions('scan', given)
  const { axes, rngs, shared, carried } = decode(options)
  const { inAxes = 0, outAxes = 0, metadataParams = {}, dataTransform } = options
  const splits = rngs.map(([, split]) => split)
  const plan: PackPlan = {
    where: 'scan',
    inFilters: [shared, carried, ...axes.inFilters],
    outFilters: [shared, carried, ...axes.outFilters],
    rngFilters: rngs.map(([f]) => f),
    outside: {
      changed: subtract([carried, ...axes.inFilters].reduce(union), shared),
      may: options.checkConstancyInvariants === false ? [] : ['make'],
    },
  }
  const body = ({ entry, variables, keys }: Packed, init: C, ...xs: Xs) => {
    const scanned = changeAxes(removeAxis, variables.slice(2), axes.inAxes, metadataParams)
    const length = axisSize({
      where: 'scan',
      entry,
      groups: scanned,
      groupAxes: axes.inAxes,
      args: xs,
      inAxes,
      asked: options.length,
      option: 'length',
      fromVariables: false,
    })
    // What is not mutable goes through unchanged, and is no part of the carry.
    const [carriedStart, fixed] = byMutable(entry, variables[1]!)
    checkCarry('scan', entry, { variables: carriedStart, value: init })

    const iteration = (
      { counters }: Learned,
      sharedIn: readonly Groups[number][],
      [carriedIn, c]: Carry<C>,
      [scannedIn, keysIn, args]: Slices<Xs>,
    ) => {
      const given: readonly [Groups, KeyGroups] = [[...sharedIn, joined(carriedIn, fixed), ...scannedIn], keysIn]
      const [inner, innerKeys] = dataTransform === undefined ? given : dataTransform(...given)
      const run: ScopesFn<S, readonly [C, ...Xs], readonly [C, Y]> = (scopes, carry, ...rest) => fn(scopes, carry, ...rest)
      const { result, variables: left, ...learned } = runOn(run, { entry, variables: inner, keys: innerKeys }, [c, ...args], { counters })
      const [sharedOut, carriedOut, ...scannedOut] = left
      const back = sharedIn[0]!.map((dict, i) => ({ ...dict, ...sharedOut![i] }))
      const [carry, y] = pair(entry, result)
      const grows = leaves(carriedOut).length > leaves(carriedIn).length
      return { shared: [back], carry: [carriedOut!, carry] as const, ys: [y, scannedOut] as const, learned, grows }
    }
    const slices = [scanned, splitKeys(keys, splits, length), xs] as const
    const {
      shared: sharedOut,
      carry,
      ys,
      learned,
    } = axesScan(iteration, nothingLearned(entry), [variables[0]!], [carriedStart, init] as const, slices, {
      inAxes: [axes.inAxes, splits.map((s) => (s ? 0 : broadcast)), inAxes],
      outAxes: [outAxes, axes.outAxes],
      length,
      reverse: options.reverse ?? false,
      unroll: options.unroll ?? 1,
      checkConstancyInvariants: options.checkConstancyInvariants ?? true,
      grown: ([vars, next]) => {
        checkCarry('scan', entry, { variables: vars, value: next })
        const turn = () => [next, null] as const
        const check = (start: C) => lax.scan<C, undefined, null, number>(turn, start, undefined, { length: 1 })
        explained(
          () => evalShape<readonly [C], readonly [C, null], number>(check, init),
          (cause) => {
            const [before, after] = (sidesOf<C>(cause, turn) ?? []).map((value): Left => ({ variables: vars, value }))
            return carryProblem('scan', entry, before, after)
          },
        )
      },
      mismatch: (before, after) => carryProblem('scan', entry, leftOf(before), leftOf(after)),
      describe: (part, [first, ...at]) =>
        part === 'shared' ? variableAt(entry, at) : first === 0 ? valueAt(entry, 'the result', at) : variableAt(entry, at.slice(1)),
    })
    const [y, stacked] = ys
    const scannedOut = changeAxes(addAxis, stacked, axes.outAxes, metadataParams)
    return { result: [carry[1], y] as const, variables: [sharedOut[0]!, carry[0], ...scannedOut], ...learned }
  }
  return pack<S, readonly [C, ...Xs], readonly [C, Y]>(plan, body) as ReturnType<typeof scan<S, C, Xs, Y, N>>
}

/** What a body answers as a pair. Errors: ResultMismatchError. */
const pair = <C, Y>(entry: Entry, result: readonly [C, Y]): readonly [C, Y] => {
  if (Array.isArray(result) && result.length === 2) return result
  const fix = 'answer [carry, null] where nothing is stacked'
  throw exception(resultProblem('scan', pathOf(entry), 'the result of the body', 'a pair [carry, results]', kindOf(result), fix))
}

const leftOf = <C>([variables, value]: Carry<C>): Left => ({ variables, value })

type Carry<C> = readonly [variables: Groups[number], carry: C]
type Slices<Xs> = readonly [variables: Groups, keys: KeyGroups, args: Xs]
