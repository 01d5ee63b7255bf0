/**
 * Filters: which collections, or which random streams. All, none, one by name, several, or all but some.
 *
 * Laws, with `a(c)` for `inFilter(a, c)`: `union(a, b)(c) = a(c) || b(c)`; `intersect(a, b)(c) = a(c) && b(c)`;
 * `subtract(a, b)(c) = a(c) && !b(c)`; `isEmpty(a)` iff no `c` is in `a` (a list of names is finite, so its complement is not empty).
 */
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { ScopeError } from './error'

/** All collections but those that a filter takes. */
export interface DenyList {
  readonly deny: Filter
}

/** Which collections or streams: true for all, false for none, a name, names, or all but some. */
export type Filter = boolean | string | readonly string[] | DenyList

/** A filter of collections of variables. */
export type CollectionFilter = Filter
/** A filter of random streams. */
export type RngFilter = Filter

/** All but what `deny` takes. Source: `flax.core.DenyList`. */
export const denyList = (deny: Filter): DenyList => ({ deny })

/** The codec of filters. */
export const Filter: t.Type<Filter> = t.recursion('Filter', () =>
  t.union([t.boolean, t.string, t.readonlyArray(t.string), t.readonly(t.strict({ deny: Filter }))], 'Filter'),
)

/** A filter from data that is not known to be one. */
export const decodeFilter = (x: unknown): E.Either<ScopeError, Filter> =>
  Filter.is(x) ? E.right(x) : E.left({ _tag: 'InvalidFilterError', filter: x })

const isDeny = (f: Filter): f is DenyList => typeof f === 'object' && !Array.isArray(f)
const names = (f: Exclude<Filter, true | DenyList>): readonly string[] => (f === false ? [] : typeof f === 'string' ? [f] : f)
/** The names of a filter that is finite. */
const finite = (f: Filter): readonly string[] => names(f as Exclude<Filter, true | DenyList>)

/** Does the filter take this name? */
export const inFilter = (f: Filter, name: string): boolean => {
  if (typeof f === 'boolean') return f
  if (typeof f === 'string') return f === name
  return isDeny(f) ? !inFilter(f.deny, name) : f.includes(name)
}

/** Does the filter take no name at all? */
export const isEmpty = (f: Filter): boolean => {
  if (typeof f === 'boolean') return !f
  if (typeof f === 'string') return false
  return isDeny(f) ? isUniversal(f.deny) : f.length === 0
}

const isUniversal = (f: Filter): boolean => f === true || (isDeny(f as Filter) && isEmpty((f as DenyList).deny))

/** What either takes. */
export const union = (a: Filter, b: Filter): Filter => {
  if (a === true || b === true) return true
  if (isDeny(a)) return denyList(isDeny(b) ? intersect(a.deny, b.deny) : subtract(a.deny, b))
  if (isDeny(b)) return denyList(subtract(b.deny, a))
  return [...new Set([...names(a), ...names(b)])]
}

/** What both take. */
export const intersect = (a: Filter, b: Filter): Filter => {
  if (a === true) return b
  if (b === true) return a
  if (isDeny(a)) return isDeny(b) ? denyList(union(a.deny, b.deny)) : subtract(b, a.deny)
  if (isDeny(b)) return subtract(a, b.deny)
  return finite(a).filter((n) => inFilter(b, n))
}

/** What `a` takes and `b` does not. */
export const subtract = (a: Filter, b: Filter): Filter => {
  if (b === true) return false
  if (a === true) return denyList(b)
  if (isDeny(a)) return isDeny(b) ? subtract(b.deny, a.deny) : denyList(union(a.deny, b))
  if (isDeny(b)) return intersect(a, b.deny)
  return names(a).filter((n) => !inFilter(b, n))
}
