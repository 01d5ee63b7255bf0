/**
 * foldRngs: a function of scopes whose keys have the names of the scopes folded in before, not each time a key is drawn.
 */
import type { Result } from '@heddle/func'
import type { Filter } from '@heddle/core'
import type { Outside } from './inside'
import { asFunction } from './misuse'
import { pack, runOn, type Scopes, type ScopesFn } from './pack'

/** What is there inside. */
export interface FoldRngsOptions {
  /** Collections that are there inside (default all). */
  readonly variables?: Filter
  /** Streams that are there inside (default all). */
  readonly rngs?: Filter
}

const outside: Outside = { changed: false, may: ['draw', 'make', 'write'] }

/** A function of scopes with folded keys. Source: `flax.core.lift.fold_rngs`. */
export const foldRngs = <S extends Scopes, Args extends readonly unknown[], const R extends Result>(
  fn: ScopesFn<S, Args, R>,
  { variables = true, rngs = true }: FoldRngsOptions = {},
): ((scopes: S, ...args: Args) => R) => {
  asFunction('fold_rngs', fn)
  return pack<S, Args, R>(
    { where: 'fold_rngs', inFilters: [variables], outFilters: [variables], rngFilters: [rngs], foldNames: true, outside },
    (packed, ...args) => runOn(fn, packed, args),
  )
}
