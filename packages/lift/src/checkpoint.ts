/**
 * checkpoint (remat) of a function of scopes: what it computes on the way is computed again on the way back, not kept.
 */
import { checkpoint as checkpointPure, type CheckpointPolicy, type NoNumbers, type Result } from '@heddle/func'
import { argnums, boolean, func, of, type OptionsOf } from '@heddle/func/options'
import { asFunction } from './misuse'
import type { Groups, KeyGroups, Packed, Scopes, ScopesFn } from './entry'
import { doneOf, pureOf, type Answer } from './opened'
import { pack } from './pack'
import { type Argnums, unwrapStatic, wrapStatic } from './static'
import { filter, optionsOf } from './options'

/** Reads options of `checkpoint`. */
export const checkpointOptions = optionsOf({
  /** Collections that are there inside (default all). */
  variables: filter,
  /** Streams that are there inside (default all). */
  rngs: filter,
  /** Which intermediate values are kept all the same (default none). */
  policy: of<CheckpointPolicy>()(func),
  preventCse: boolean,
  /** Arguments that are passed as they are, as booleans and strings are by themselves; the scope is argument 0. */
  staticArgnums: argnums,
  /** The function may branch on values, where it is not traced. It has no forward derivative then. */
  concrete: boolean,
})
/** What is lifted, and what is kept. */
export interface CheckpointOptions<N extends Argnums = Argnums> extends OptionsOf<typeof checkpointOptions> {
  readonly staticArgnums?: N | undefined
}

/** A function of scopes whose intermediate values are computed again in the backward pass. Source: `flax.core.lift.checkpoint`. */
export const checkpoint = <
  S extends Scopes,
  Args extends readonly unknown[],
  const R extends Result,
  const N extends Argnums = readonly [],
>(
  fn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  options?: CheckpointOptions<N>,
): ((scopes: S, ...args: Args) => R) => {
  asFunction('remat', fn)
  const { variables = true, rngs = true, policy, preventCse = true, staticArgnums, concrete = false } = checkpointOptions('remat', options)
  const body = ({ entry, variables: groups, keys }: Packed, ...args: Args) => {
    const pure = pureOf((scopes: S, ...xs: Args) => fn(scopes, ...unwrapStatic(xs)), entry)
    const again = checkpointPure<[Groups, KeyGroups, ...Args], Answer<R>, number>(pure, {
      preventCse,
      concrete,
      ...(policy === undefined ? {} : { policy }),
    })
    return doneOf(again(groups, keys, ...wrapStatic('remat', args, staticArgnums)))
  }
  const plan = {
    where: 'remat',
    inFilters: [variables],
    outFilters: [variables],
    rngFilters: [rngs],
    outside: { changed: false, may: ['draw'] } as const,
  }
  return pack<S, Args, R>(plan, body)
}

/** The other name of checkpoint. */
export const remat = checkpoint
