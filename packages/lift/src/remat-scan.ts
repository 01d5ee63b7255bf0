/**
 * rematScan: a stack of layers in which memory and the size of the program do not grow with the depth. Loops in loops, of which all but
 * the innermost are computed again on the way back.
 */
import type { MetadataParams, ScopeError } from '@heddle/core'
import type { CheckpointPolicy, Next, NoNumbers, Result } from '@heddle/func'
import { count, either, func, listOf, of, type OptionsOf, required } from '@heddle/func/options'
import { checkpoint } from './checkpoint'
import { exception } from './edge'
import { asFunction } from './misuse'
import type { Scopes, ScopesFn } from './entry'
import { scan } from './scan'
import { filter, optionsOf, record, scanTable, splits } from './options'

/** Reads options of `rematScan`. */
export const rematScanOptions = optionsOf({
  /** The number of iterations of each loop, the outermost first; the depth is their product. */
  lengths: required(listOf(count)),
  policy: of<CheckpointPolicy>()(func),
  variableBroadcast: filter,
  variableCarry: filter,
  /** Default: every collection along axis 0. */
  variableAxes: scanTable,
  /** Default: every stream differs. */
  splitRngs: splits,
  /** Passed to boxes with metadata when they gain or lose the axis of a loop: the same for all loops, or a list with one for each. */
  metadataParams: either(record, listOf(record, 'a list of such')),
})
/** How deep, and what becomes of variables and keys in each loop. */
export interface RematScanOptions extends OptionsOf<typeof rematScanOptions> {}

const isList = (x: unknown): x is readonly MetadataParams[] => Array.isArray(x)

const paramsProblem = (loops: number, actual: readonly unknown[]): ScopeError => {
  const expected = `an object for all loops, or a list of ${loops}, one for each of lengths`
  return { _tag: 'InvalidOptionsError', where: 'remat_scan', problems: [{ path: ['metadataParams'], expected, actual }] }
}

/** A function of scopes and a carry, repeated. Errors: InvalidOptionsError, and those of `scan`. Source: `flax.core.lift.remat_scan`. */
export const rematScan = <S extends Scopes, const C extends Result, N = readonly []>(
  bodyFn: ScopesFn<S, readonly [C], Next<C>> & NoNumbers<[null, C], N>,
  given: RematScanOptions,
): ((scopes: S, carry: C) => C) => {
  asFunction('remat_scan', bodyFn)
  const options = rematScanOptions('remat_scan', given)
  const {
    lengths,
    policy,
    variableBroadcast = false,
    variableCarry = false,
    variableAxes = [[true, 0]],
    splitRngs = [[true, true]],
    metadataParams = {},
  } = options
  const [params = {}, ...restParams] = isList(metadataParams) ? metadataParams : lengths.map(() => metadataParams)
  if (isList(metadataParams) && metadataParams.length !== lengths.length) throw exception(paramsProblem(lengths.length, metadataParams))
  const [length = 1, ...rest] = lengths
  const inner: ScopesFn<S, readonly [C], readonly [C, null]> =
    rest.length === 0
      ? (scopes, carry) => [bodyFn(scopes, carry), null]
      : checkpoint<S, readonly [C], readonly [C, null], number>(
          (scopes: S, carry: C) =>
            [rematScan<S, C, number>(bodyFn, { ...options, lengths: rest, metadataParams: restParams })(scopes, carry), null] as const,
          {
            preventCse: false,
            ...(policy === undefined ? {} : { policy }),
          },
        )
  const loop = scan<S, C, readonly [], null, number>(inner, {
    length,
    variableBroadcast,
    variableCarry,
    variableAxes,
    splitRngs,
    metadataParams: params,
  })
  return (scopes, carry) => loop(scopes, carry)[0]
}
