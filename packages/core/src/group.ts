/**
 * Groups: variables (or streams) split by filters, the move with which every lifted transformation begins, and its inverse.
 *
 * Laws: each name is in the first group whose filter takes it, and in no other; `ungroup(group(x, [...fs, true])) = x`.
 */
import { inFilter, type Filter } from './filter'

type Named<A> = { readonly [name: string]: A }

/** A record split by filters: one group a filter, first match wins; what no filter takes is in none. */
export const group = <A>(record: Named<A>, filters: readonly Filter[]): readonly Named<A>[] => {
  const entries = Object.entries(record).map((entry) => [filters.findIndex((f) => inFilter(f, entry[0])), entry] as const)
  return filters.map((_, i) => Object.fromEntries(entries.flatMap(([at, entry]) => (at === i ? [entry] : []))))
}

/** The groups as one record; a later group wins. */
export const ungroup = <A>(groups: readonly Named<A>[]): Named<A> => Object.fromEntries(groups.flatMap((g) => Object.entries(g)))
