/**
 * Pack: the heart of every lifted transformation. The scopes that a function wants become plain trees, groups of variables and of keys
 * by filter; a pure function of them opens scopes over (perhaps transformed) groups, runs the function, and closes them to groups
 * again; these are published to the scopes outside.
 *
 * What a pure function needs besides arrays is in its Entry, plain data; what it learns besides arrays, counts of keys and what was left
 * with its scopes, is a static part of its answer (`pureOf`), plain data too. So it sets nothing outside: traced twice it answers the same, and
 * a program that is compiled works, with what it learned, for all entries that have the same key.
 *
 * Laws: with an identity for transformation `pack` changes nothing; a scope that is there twice, or inside another, goes in once.
 */
import {
  aliases,
  countersAt,
  decodeFilter,
  group,
  inFilter,
  intersect,
  makeStore,
  minus,
  plus,
  sharedStream,
  toKey,
  ungroup,
  union,
  variablesOf,
  withCountersAt,
  withNotesAt,
  SEPARATOR_FLAG,
  type Counters,
  type Filter,
  type LazyRng,
  type Link,
  type Notes,
  type Path,
} from '@heddle/core'
import { synchronous } from '@heddle/func'
import { flatten, staticKey, type TreeDef } from '@heddle/tree'
import { anything, boolean, list, required, string } from '@heddle/tree/options'
import { exception, orThrow } from './edge'
import { rngOps, type Key } from './ports'
import { inside, makeCell, type Outside, type ScopePlace } from './inside'
import { asFunction, kindOf, resultProblem } from './misuse'
import { optionsOf } from './options'
import { Scope, type Variables } from './scope'
import { Static } from './static'

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

/** Scopes inside a transformation, and the roots among them. */
export interface Opened<S> {
  readonly scopes: S
  readonly roots: readonly Scope[]
}

/** What scopes learned besides arrays, for each root: how many keys each stream gave, and the notes that were left. */
export interface Learned {
  readonly counters: readonly Counters[]
  readonly notes: readonly Notes[]
}

/** What scopes inside a transformation left: the variables that were mutable, by group, and what they learned. */
export interface Closed extends Learned {
  readonly variables: Groups
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

const transpose = <A>(n: number, xs: readonly (readonly A[])[]): readonly (readonly A[])[] =>
  Array.from({ length: n }, (_, i) => xs.map((x) => x[i]!))

/** Turns scopes into plain trees. Errors: InvalidTargetError. */
const split = (scopes: Scopes, plan: PackPlan): { readonly packed: Packed; readonly outer: readonly Scope[] } => {
  const { leaves, treedef } = flatten(scopes)
  const stranger = leaves.find((s) => !(s instanceof Scope))
  if (stranger !== undefined || scopes === undefined) {
    const expected = 'a scope, or an array or object of scopes, as first argument'
    throw exception({ _tag: 'InvalidTargetError', where: plan.where, expected, actual: stranger ?? scopes })
  }
  const all = leaves as readonly Scope[]
  const { roots, links } = aliases(all.map((s) => ({ store: s.cell, at: s.cursor.at })))
  const outer = roots.map((i) => all[i]!)
  for (const s of outer) {
    s.checkValid()
    s.checkLifted(
      (c) => plan.inFilters.some((f) => inFilter(f, c)),
      (r) => plan.rngFilters.some((f) => inFilter(f, r)),
    )
  }
  const streams = outer.map(({ cursor }) => {
    const lifted = ungroup(group(cursor.rngs, plan.rngFilters))
    if (plan.foldNames !== true) return lifted
    const separator = cursor.flags[SEPARATOR_FLAG] === true
    return Object.fromEntries(Object.entries(lifted).map(([name, rng]) => [name, { key: toKey(rngOps, rng, separator), suffix: [] }]))
  })
  const keys = streams.map((s) => Object.fromEntries(Object.entries(s).map(([name, { key }]) => [name, key])))
  const entry: Entry = {
    plan,
    treedef,
    links,
    roots: outer.map(({ cursor, cell }, i) => ({
      place: { cell: cell.id, at: cursor.at },
      path: cursor.path,
      debugPath: debugPath(plan.where, cursor.debugPath),
      mutable: cursor.mutable,
      flags: cursor.flags,
      suffixes: Object.fromEntries(Object.entries(streams[i]!).map(([name, { suffix }]) => [name, suffix])),
      counters: countersAt(cell.store.counters, cursor.at),
    })),
  }
  const variables = transpose(
    plan.inFilters.length,
    outer.map((s) => group(variablesOf(s.state), plan.inFilters) as readonly Variables[]),
  )
  return {
    outer,
    packed: {
      entry,
      variables,
      keys: transpose(
        plan.rngFilters.length,
        keys.map((k) => group(k, plan.rngFilters)),
      ),
    },
  }
}

const debugPath = (where: string, path: Path): Path => [...path.slice(0, -1), `${where}(${path.at(-1) ?? ''})`]

/** How scopes are opened inside a transformation. */
export interface OpenOptions {
  /** A further bound on what may be written. */
  readonly mutable?: Filter
  /** Counts to begin with, where not the entry's: those that an earlier pass left. */
  readonly counters?: readonly Counters[]
}

/** Scopes over groups of variables and keys, in the tree in which the function wants them. */
export const open = <S>(entry: Entry, variables: Groups, keys: KeyGroups, { mutable = true, counters }: OpenOptions = {}): Opened<S> => {
  const written = entry.plan.outFilters.reduce<Filter>(union, false)
  const roots = entry.roots.map((root, i) => {
    const streams = Object.entries(ungroup(keys.map((g) => g[i]!)))
    return new Scope(makeCell(makeStore(ungroup(variables.map((g) => g[i]!)), counters?.[i] ?? root.counters), true), {
      at: [],
      path: root.path,
      debugPath: root.debugPath,
      rngs: Object.fromEntries(streams.map(([name, key]) => [name, { key, suffix: root.suffixes[name] ?? [] }])),
      mutable: intersect(intersect(root.mutable, written), mutable),
      flags: root.flags,
      reservations: {},
    })
  })
  const all = entry.links.map(({ root, path }) => path.reduce((s, name) => s.push(name, { reuse: true }), roots[root]!))
  return { scopes: entry.treedef.unflatten<S>(all), roots }
}

/** Counts that opened scopes have come to. */
export const countersOf = ({ roots }: Opened<unknown>): readonly Counters[] => roots.map((s) => s.cell.store.counters)

/** Ends the life of opened scopes: what they wrote, by group. Only what has a way out could be written (`open`). */
export const close = ({ plan }: Entry, opened: Opened<unknown>): Closed => {
  const groups = opened.roots.map((scope) => {
    scope.invalidate()
    return group(scope.mutableVariables(), plan.outFilters) as readonly Variables[]
  })
  const notes = opened.roots.map((s) => s.cell.store.notes)
  return { variables: transpose(plan.outFilters.length, groups), counters: countersOf(opened), notes }
}

/** Keys drawn by a scope outside and by the one inside would be the same. Errors: OuterScopeError. */
const refuseSameKeys = ({ plan, roots }: Entry, i: number, outside: Counters, within: Counters): void => {
  const stream = sharedStream(outside, within)
  if (stream === undefined) return
  const { path, debugPath } = roots[i]!
  throw exception({
    _tag: 'OuterScopeError',
    where: plan.where,
    path: debugPath,
    outer: path,
    use: 'draw',
    of: stream,
    name: undefined,
    lifted: true,
  })
}

/** Writes what a transformation left to the scopes outside. */
const publish = (outer: readonly Scope[], entry: Entry, { variables, counters, notes }: Closed): void =>
  outer.forEach((scope, i) => {
    for (const groupOf of variables)
      for (const [collection, dict] of Object.entries(groupOf[i]!))
        if (inFilter(scope.mutable, collection))
          for (const [name, value] of Object.entries(dict)) scope.putVariable(collection, name, value)
    const { at } = scope.cursor
    const begun = entry.roots[i]!.counters
    const more = minus(counters[i]!, begun)
    const { store } = scope.cell
    const now = countersAt(store.counters, at)
    if (now !== begun && entry.plan.foldNames !== true) refuseSameKeys(entry, i, minus(now, begun), more)
    scope.cell.store = {
      ...store,
      counters: withCountersAt(store.counters, at, plus(now, more)),
      notes: withNotesAt(store.notes, at, notes[i]!),
    }
  })

/** What a pure function answers: its result, and what its scopes left. */
export interface Done<R> extends Closed {
  readonly result: R
}

const checkPlan = (plan: PackPlan): void => {
  const { where, inFilters, outFilters, rngFilters } = planOptions('pack', plan)
  if (where === '') throw exception({ _tag: 'InvalidTargetError', where: 'pack', expected: 'a name as where', actual: where })
  for (const filter of [...inFilters, ...outFilters, ...rngFilters]) orThrow(decodeFilter(filter))
}
const planOptions = optionsOf({
  where: required(string),
  inFilters: required(list),
  outFilters: required(list),
  rngFilters: required(list),
  foldNames: boolean,
  outside: anything,
})

/** What a body answers. Errors: ResultMismatchError, where the caller has no types and left something out. */
const checkDone = <R>({ plan, roots }: Entry, done: Done<R>): Done<R> => {
  const lists = (xs: unknown): boolean => Array.isArray(xs) && xs.length === roots.length
  const { variables, counters, notes } = Object(done) as Partial<Done<R>>
  const isRight = lists(counters) && lists(notes) && Array.isArray(variables) && variables.length === plan.outFilters.length
  if (isRight && variables.every(lists)) return done
  const expected = `{ result, variables, counters, notes } with ${plan.outFilters.length} groups of variables, for ${roots.length} scopes`
  const fix = 'answer what runOn or doneOf gives, and { ...done, result } for another result'
  throw exception(resultProblem(plan.where, roots[0]?.debugPath ?? [], 'the answer of the body', expected, kindOf(done), fix))
}

/** Lifts a pure function of groups to a function of scopes. Errors: InvalidFilterError. */
export const pack = <S extends Scopes, Args extends readonly unknown[], R>(
  plan: PackPlan,
  body: (packed: Packed, ...args: Args) => Done<R>,
): ((scopes: S, ...args: Args) => R) => {
  checkPlan(plan)
  asFunction('pack', body, 'a body, a function of what is packed')
  return (scopes, ...args) => {
    const { packed, outer } = split(scopes, plan)
    const done = checkDone(packed.entry, body(packed, ...args))
    publish(outer, packed.entry, done)
    return done.result
  }
}

/** Variables of a group, apart: those that may be written, and those that stay as they are. */
export const byMutable = ({ roots }: Entry, variables: Groups[number]): readonly [written: Groups[number], fixed: Groups[number]] => {
  const parts = variables.map((v, i) => group(v, [roots[i]!.mutable, true]) as readonly Variables[])
  return [parts.map((p) => p[0]!), parts.map((p) => p[1]!)]
}

/** Both parts of `byMutable` together. */
export const joined = (written: Groups[number], fixed: Groups[number]): Groups[number] => written.map((v, i) => ({ ...fixed[i], ...v }))

/** Opens scopes, runs a function of them, closes them. Errors: AsyncFunctionError. */
export const runOn = <S, Args extends readonly unknown[], R>(
  fn: ScopesFn<S, Args, R>,
  { entry, variables, keys }: Packed,
  args: Args,
  options?: OpenOptions,
): Done<R> => {
  const opened = open<S>(entry, variables, keys, options)
  const result = runOpened(entry, opened, () => synchronous(entry.plan.where, fn(opened.scopes, ...args)))
  return { result, ...close(entry, opened) }
}

/** Runs what uses opened scopes. Errors: OuterScopeError, where it uses others than these. */
export const runOpened = <R>(entry: Entry, { roots }: Opened<unknown>, run: () => R): R =>
  inside(
    entry,
    roots.map((s) => s.cell),
    run,
  )

/** What a pure function answers: a result, the variables that its scopes left, and what they learned, which is static. */
export type Answer<R> = readonly [result: R, variables: Groups, learned: Static<Learned>]

/** What a transformation of func is given: groups, keys and arguments to an answer. */
export type Pure<Args extends readonly unknown[], R> = (variables: Groups, keys: KeyGroups, ...args: Args) => Answer<R>

/** A function of scopes as a pure function, that of `runOn`. */
export const pureOf =
  <S, Args extends readonly unknown[], R>(fn: ScopesFn<S, Args, R>, entry: Entry, options?: OpenOptions): Pure<Args, R> =>
  (variables, keys, ...args) => {
    asFunction('pureOf', fn)
    const { result, variables: left, ...learned } = runOn(fn, { entry, variables, keys }, args, options)
    return [result, left, new Static(learned)]
  }

/** What a pure function answered, as `pack` publishes it. */
export const doneOf = <R>([result, variables, learned]: Answer<R>): Done<R> => ({ result, variables, ...learned.value })
