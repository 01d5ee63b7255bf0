/**
 * What goes into a transformation, as plain trees: groups of variables and keys, and all that is static of the scopes that they are of.
 *
 * A program that is compiled for one entry works for all that have the same key.
 */
import { group, type Counters, type Filter, type LazyRng, type Link, type Notes, type Path } from '@heddle/core'
import { staticKey, type TreeDef } from '@heddle/tree'
import type { Outside, ScopePlace } from './inside'
import type { Key } from './ports'
import type { Scope } from './scope'
import type { Variables } from './scope-types'

/** Variables by group, then by scope. */
export type Groups = readonly (readonly Variables[])[]
/** Keys by group, then by scope, then by stream. */
export type KeyGroups = readonly (readonly Readonly<Record<string, Key>>[])[]

/** What a transformation lifts, and its name for paths and errors. */
export interface PackPlan {
  readonly where: string
  readonly inFilters: readonly Filter[]
  readonly outFilters: readonly Filter[]
  readonly rngFilters: readonly Filter[]
  /** Fold names into keys before the transformation, so that it does not depend on where the scope is. */
  readonly foldNames?: boolean
  /** What its functions may use of scopes outside of them (default nothing). */
  readonly outside?: Outside
}

/** All that is static of one scope that goes in. */
interface RootEntry {
  readonly place: ScopePlace
  readonly path: Path
  readonly debugPath: Path
  readonly mutable: Filter
  readonly flags: Readonly<Record<string, unknown>>
  readonly suffixes: Readonly<Record<string, LazyRng<unknown>['suffix']>>
  readonly counters: Counters
}

/** All that is static of the scopes that go in. */
export interface Entry {
  readonly plan: PackPlan
  readonly treedef: TreeDef
  readonly links: readonly Link[]
  readonly roots: readonly RootEntry[]
}

/** The counts of an entry. */
export const countersIn = ({ roots }: Entry): readonly Counters[] => roots.map((r) => r.counters)

/** What is known before a function of an entry runs. */
export const nothingLearned = (entry: Entry): Learned => ({ counters: countersIn(entry), notes: entry.roots.map(() => []) })

/** An entry with other counts. */
export const withCounters = (entry: Entry, counters: readonly Counters[]): Entry => ({
  ...entry,
  roots: entry.roots.map((r, i) => ({ ...r, counters: counters[i]! })),
})

/** What scopes learned besides arrays, for each root: how many keys each stream gave, and the notes that were left. */
export interface Learned {
  readonly counters: readonly Counters[]
  readonly notes: readonly Notes[]
}

/** What a pure function works on. */
export interface Packed {
  readonly entry: Entry
  readonly variables: Groups
  readonly keys: KeyGroups
}

/** A tree of scopes that a function wants: one, an array or object of some. */
export type Scopes = Scope | null | readonly Scopes[] | { readonly [name: string]: Scopes }

/** A function of scopes. */
export type ScopesFn<S, Args extends readonly unknown[], R> = (scopes: S, ...args: Args) => R

/** What only some entries say apart, but for counts: paths are left out, so that layers of one kind share a program. */
export const entryKey = ({ treedef, links, roots }: Entry): string =>
  staticKey([treedef.key, links, roots.map(({ mutable, flags, suffixes }) => [mutable, flags, suffixes])])

/** Rows as columns, of which there are n. */
export const transpose = <A>(n: number, xs: readonly (readonly A[])[]): readonly (readonly A[])[] =>
  Array.from({ length: n }, (_, i) => xs.map((x) => x[i]!))

/** Variables of a group, apart: those that may be written, and those that stay as they are. */
export const byMutable = ({ roots }: Entry, variables: Groups[number]): readonly [written: Groups[number], fixed: Groups[number]] => {
  const parts = variables.map((v, i) => group(v, [roots[i]!.mutable, true]) as readonly Variables[])
  return [parts.map((p) => p[0]!), parts.map((p) => p[1]!)]
}

/** Both parts of `byMutable` together. */
export const joined = (written: Groups[number], fixed: Groups[number]): Groups[number] => written.map((v, i) => ({ ...fixed[i], ...v }))
