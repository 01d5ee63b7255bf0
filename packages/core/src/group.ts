/**
 * Groups: variables (or streams) split by filters, the move with which every lifted transformation begins, and its inverse.
 *
 * Laws: each name is in the first group whose filter takes it, and in no other; `ungroup(group(x, [...fs, true])) = x`.
 */
import { inFilter, type Filter } from './filter'

type Named<A> = { readonly [name: string]: A }

/** A record split by filters: one group a filter, first match wins; what no filter takes is in none. */
export const group = <A>(record: Named<A>, filters: readonly Filter[]): readonly Named<A>[] => {
  const groups = filters.map((): Record<string, A> => ({}))
  for (const [name, value] of Object.entries(record)) {
    const i = filters.findIndex((f) => inFilter(f, name))
    if (i >= 0) groups[i]![name] = value
  }
  return groups
}

/** The groups as one record; a later group wins. */
export const ungroup = <A>(groups: readonly Named<A>[]): Named<A> => Object.assign({}, ...groups) as Named<A>
