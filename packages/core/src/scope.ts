/**
 * Scopes as values. What the scopes of a model share is a store: the variables and the counts of random keys. A cursor is a place in
 * it: path, streams, what is mutable, which names are taken. A scope state is both, and every operation is a step on it.
 *
 * Laws: no step changes `path`; a step that fails changes nothing; a name is reserved at most once a kind.
 */
import type { ScopeError } from './error'
import { inFilter, type Filter } from './filter'
import { startsWith, type Path } from './path'
import { extend, lazyRng, noCounts, type Counters, type LazyRng } from './rng'
import { andThen, check, choose, fail, map, modify, of, type Step } from './step'
import type { Variables } from './variables'

/** A static value that was left with the scope at a place in a store. */
export interface Note {
  readonly at: Path
  readonly value: unknown
}

/** What was left with scopes, at most one note for each. */
export type Notes = readonly Note[]

/** What all scopes of a model share. */
export interface Store<A> {
  readonly variables: Variables<A>
  readonly counters: Counters
  readonly notes: Notes
  /** False when the function that the store was made for has returned. */
  readonly valid: boolean
}

/** Which names are taken in a scope, and by which collections; null stands for a scope. */
export type Reservations = Readonly<Record<string, readonly (string | null)[]>>

/** A place in a store, and what holds there. */
export interface Cursor<K> {
  /** From the root of the store. */
  readonly at: Path
  /** From the root of the model. */
  readonly path: Path
  /** The path with the transformations on the way, for messages: `/vmap(Dense_0)`. */
  readonly debugPath: Path
  readonly rngs: Readonly<Record<string, LazyRng<K>>>
  readonly mutable: Filter
  readonly flags: Readonly<Record<string, unknown>>
  readonly reservations: Reservations
}

/** All that a scope is. */
export interface ScopeState<A, K> {
  readonly store: Store<A>
  readonly cursor: Cursor<K>
}

/** A step on a scope. */
export type ScopeStep<A, K, R> = Step<ScopeState<A, K>, ScopeError, R>

/** What a root scope is made of. */
export interface RootOptions<A, K> {
  readonly variables?: Variables<A>
  readonly rngs?: Readonly<Record<string, K>>
  readonly mutable?: Filter
  readonly flags?: Readonly<Record<string, unknown>>
}

/** A store with these variables. */
export const makeStore = <A>(variables: Variables<A> = {}, counters: Counters = noCounts): Store<A> => ({
  variables,
  counters,
  notes: [],
  valid: true,
})

/** The state of a root scope. Nothing is mutable unless `mutable` says so. */
export const root = <A, K>({ variables = {}, rngs = {}, mutable = false, flags = {} }: RootOptions<A, K> = {}): ScopeState<A, K> => ({
  store: makeStore(variables),
  cursor: {
    at: [],
    path: [],
    debugPath: [],
    rngs: Object.fromEntries(Object.entries(rngs).map(([name, key]) => [name, lazyRng(key)])),
    mutable,
    flags,
    reservations: {},
  },
})

const isAt =
  (at: Path) =>
  (note: Note): boolean =>
    note.at.length === at.length && startsWith(note.at, at)

/** Notes with those of the scope at a path, and below, which stand in the place of others. */
export const withNotesAt = (notes: Notes, path: Path, more: Notes): Notes => {
  const placed = more.map(({ at, value }): Note => ({ at: [...path, ...at], value }))
  return [...notes.filter((old) => !placed.some(isAt(old.at))), ...placed]
}

/** Leaves a static value with the scope: what is not in its variables, and a transformation is to bring out. */
export const leaveNote = <A, K>(value: unknown): ScopeStep<A, K, void> =>
  modify(({ store, cursor }) => ({ store: { ...store, notes: withNotesAt(store.notes, cursor.at, [{ at: [], value }]) }, cursor }))

/** What was left with the scope, which is then no longer there; undefined where nothing was. */
export const takeNote =
  <A, K>(): ScopeStep<A, K, unknown> =>
  ({ store, cursor }) => {
    const here = isAt(cursor.at)
    const next: ScopeState<A, K> = { store: { ...store, notes: store.notes.filter((n) => !here(n)) }, cursor }
    return of<ScopeState<A, K>, unknown>(store.notes.find(here)?.value)(next)
  }

/** Fails when the scope's function has returned. */
export const checkValid = <A, K>(): ScopeStep<A, K, void> =>
  check(({ store, cursor }) => (store.valid ? undefined : { _tag: 'InvalidScopeError', path: cursor.debugPath }))

/** Ends the life of a store's scopes. */
export const invalidate = <A, K>(): ScopeStep<A, K, void> => modify((s) => ({ ...s, store: { ...s.store, valid: false } }))

/** Fails where a name, which may come from a caller without types, is none. Errors: InvalidName. */
export const checkName = <A, K>(what: string, name: unknown): ScopeStep<A, K, void> =>
  check(({ cursor }) => (typeof name === 'string' ? undefined : { _tag: 'InvalidNameError', path: cursor.debugPath, what, actual: name }))

/** Who holds a name: collections, null for a scope. */
const holders = (r: Reservations, name: string): readonly (string | null)[] => (Object.hasOwn(r, name) ? r[name]! : [])

/** Is a name taken? Variables of different collections may share one; a scope shares with none. */
export const nameReserved = (cursor: Cursor<unknown>, name: string, collection: string | null = null): boolean => {
  const by = holders(cursor.reservations, name)
  return by.length > 0 && (collection === null || by.includes(null) || by.includes(collection))
}

/** Takes a name for a variable of a collection, or for a scope. Errors: InvalidName, NameInUse. */
export const reserve = <A, K>(name: string, collection: string | null = null): ScopeStep<A, K, void> =>
  andThen(
    checkName<A, K>(collection === null ? 'submodule' : collection === 'params' ? 'parameter' : 'variable', name),
    andThen(
      check(({ cursor }: ScopeState<A, K>): ScopeError | undefined =>
        nameReserved(cursor, name, collection) ? { _tag: 'NameInUseError', path: cursor.debugPath, name, collection } : undefined,
      ),
      modify((s) => {
        const reservations = { ...s.cursor.reservations, [name]: [...holders(s.cursor.reservations, name), collection] }
        return { ...s, cursor: { ...s.cursor, reservations } }
      }),
    ),
  )

/** The first free name of `prefix0`, `prefix1`, ... */
export const defaultName = (cursor: Cursor<unknown>, prefix: string): string => {
  let i = 0
  while (holders(cursor.reservations, `${prefix}${i}`).length > 0) i++
  return `${prefix}${i}`
}

/** The cursor one name further down, with no names taken. */
const childCursor = <K>(cursor: Cursor<K>, name: string): Cursor<K> => ({
  at: [...cursor.at, name],
  path: [...cursor.path, name],
  debugPath: [...cursor.debugPath, name],
  rngs: Object.fromEntries(Object.entries(cursor.rngs).map(([stream, rng]) => [stream, extend(rng, name)])),
  mutable: cursor.mutable,
  flags: cursor.flags,
  reservations: {},
})

/** How a child scope gets its name. */
export interface PushOptions {
  readonly prefix?: string
  /** Answer the scope even if its name is taken by one before. */
  readonly reuse?: boolean
}

/** A child scope: its name is reserved, its cursor answered. Errors: NameInUse, InvalidScope. */
export const push = <A, K>(name?: string, { prefix = '', reuse = false }: PushOptions = {}): ScopeStep<A, K, Cursor<K>> =>
  andThen(
    checkValid<A, K>(),
    choose(({ cursor }: ScopeState<A, K>) => {
      const own = name ?? defaultName(cursor, prefix)
      const taken = reuse && holders(cursor.reservations, own).length > 0
      return map(taken ? of<ScopeState<A, K>, void>(undefined) : reserve<A, K>(own), () => childCursor(cursor, own))
    }),
  )

/** The cursor as if nothing had been declared through it: no names are taken. Errors: InvalidScope. */
export const rewound = <A, K>(): ScopeStep<A, K, Cursor<K>> =>
  andThen(
    checkValid<A, K>(),
    choose(({ cursor }: ScopeState<A, K>) => of({ ...cursor, reservations: {} })),
  )

/** May variables of a collection be written here? */
export const isMutableCollection = (cursor: Cursor<unknown>, collection: string): boolean => inFilter(cursor.mutable, collection)

/** The value of a flag. Errors: FlagMissing. */
export const getFlag = <A, K>(name: string): ScopeStep<A, K, unknown> =>
  choose(({ cursor }: ScopeState<A, K>) =>
    Object.hasOwn(cursor.flags, name)
      ? of(cursor.flags[name])
      : fail({ _tag: 'FlagNotFoundError', path: cursor.debugPath, name, present: Object.keys(cursor.flags) }),
  )
