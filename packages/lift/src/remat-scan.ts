/**
 * rematScan: a stack of layers in which memory and the size of the program do not grow with the depth. Loops in loops, of which all but
 * the innermost are computed again on the way back.
 */
import type { Filter, FilterMap, InOut } from '@heddle/core'
import type { CheckpointPolicy } from '@heddle/func'
import { checkpoint } from './checkpoint'
import { asFunction } from './misuse'
import type { Scopes, ScopesFn } from './pack'
import { scan } from './scan'

/** How deep, and what becomes of variables and keys in each loop. */
export interface RematScanOptions {
  /** The number of iterations of each loop, the outermost first; the depth is their product. */
  readonly lengths: readonly number[]
  readonly policy?: CheckpointPolicy
  readonly variableBroadcast?: Filter
  readonly variableCarry?: Filter
  /** Default: every collection along axis 0. */
  readonly variableAxes?: FilterMap<InOut<number>>
  /** Default: every stream differs. */
  readonly splitRngs?: FilterMap<boolean>
}

/** A function of scopes and a carry, repeated. Source: `flax.core.lift.remat_scan`. */
export const rematScan = <S extends Scopes, C>(
  bodyFn: ScopesFn<S, readonly [C], C>,
  options: RematScanOptions,
): ((scopes: S, carry: C) => C) => {
  asFunction('remat_scan', bodyFn)
  const {
    lengths,
    policy,
    variableBroadcast = false,
    variableCarry = false,
    variableAxes = [[true, 0]],
    splitRngs = [[true, true]],
  } = options
  const [length = 1, ...rest] = lengths
  const inner: ScopesFn<S, readonly [C], readonly [C, null]> =
    rest.length === 0
      ? (scopes, carry) => [bodyFn(scopes, carry), null]
      : checkpoint((scopes: S, carry: C) => [rematScan(bodyFn, { ...options, lengths: rest })(scopes, carry), null] as const, {
          preventCse: false,
          ...(policy === undefined ? {} : { policy }),
        })
  const loop = scan<S, C, readonly [], null>(inner, { length, variableBroadcast, variableCarry, variableAxes, splitRngs })
  return (scopes, carry) => loop(scopes, carry)[0]
}
