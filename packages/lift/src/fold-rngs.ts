/**
 * foldRngs: a function of scopes whose keys have the names of the scopes folded in before, not each time a key is drawn.
 */
import type { Result } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import type { Outside } from './inside'
import { asFunction } from './misuse'
import type { Scopes, ScopesFn } from './entry'
import { runOn } from './opened'
import { pack } from './pack'
import { filter, optionsOf } from './options'

/** Reads options of `foldRngs`. */
export const foldRngsOptions = optionsOf({
  /** Collections that are there inside (default all). */
  variables: filter,
  /** Streams that are there inside (default all). */
  rngs: filter,
})
/** What is there inside. */
export interface FoldRngsOptions extends OptionsOf<typeof foldRngsOptions> {}

const outside: Outside = { changed: false, may: ['draw', 'make', 'write'] }

/** A function of scopes with folded keys. Source: `flax.core.lift.fold_rngs`. */
export const foldRngs = <S extends Scopes, Args extends readonly unknown[], const R extends Result>(
  fn: ScopesFn<S, Args, R>,
  options?: FoldRngsOptions,
): ((scopes: S, ...args: Args) => R) => {
  asFunction('fold_rngs', fn)
  const { variables = true, rngs = true } = foldRngsOptions('fold_rngs', options)
  const plan = { where: 'fold_rngs', inFilters: [variables], outFilters: [variables], rngFilters: [rngs], foldNames: true, outside }
  return pack<S, Args, R>(plan, (packed, ...args) => runOn(fn, packed, args))
}
