/**
 * Aliases: several scopes go into a transformation at once, and some may be the same scope, or one inside another. Each variable must
 * go in once: a scope that lies in another is left out before, and found again from it after.
 *
 * Laws: `roots` holds no place twice and none inside another; place `i` is root `links[i].root` further down by `links[i].path`.
 */
import { startsWith, type Path } from './path'

/** Where a scope is: in which store, and where in it. */
export interface Place {
  readonly store: unknown
  readonly at: Path
}

/** How a scope is found again: from which root, by which names. */
export interface Link {
  readonly root: number
  readonly path: Path
}

/** The least set of places that holds all, by index, and how each place is found from it. */
export interface Aliases {
  readonly roots: readonly number[]
  readonly links: readonly Link[]
}

const holds = (outer: Place, inner: Place): boolean => outer.store === inner.store && startsWith(inner.at, outer.at)

/** Finds the places that hold all the others. The order of the places is kept. */
export const aliases = (places: readonly Place[]): Aliases => {
  const strictlyInside = (p: Place): boolean => places.some((q) => holds(q, p) && q.at.length < p.at.length)
  const repeated = (p: Place, i: number): boolean => places.findIndex((q) => holds(q, p) && holds(p, q)) < i
  const roots = places.flatMap((p, i) => (strictlyInside(p) || repeated(p, i) ? [] : [i]))
  const links = places.map((p): Link => {
    const root = roots.findIndex((r) => holds(places[r]!, p))
    return { root, path: p.at.slice(places[roots[root]!]!.at.length) }
  })
  return { roots, links }
}
