/**
 * Filters for callers without types: those of core, which take what is one. Errors: InvalidFilterError.
 */
import * as core from '@heddle/core'
import { orThrow } from './edge'

const checked = (filter: core.Filter): core.Filter =>
  typeof filter === 'boolean' || typeof filter === 'string' ? filter : orThrow(core.decodeFilter(filter))

/** All but what `deny` takes. Source: `flax.core.DenyList`. */
export const denyList = (deny: core.Filter): core.DenyList => core.denyList(checked(deny))

/** Does the filter take this name? */
export const inFilter = (filter: core.Filter, name: string): boolean => core.inFilter(checked(filter), name)
