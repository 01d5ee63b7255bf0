/**
 * Scopes inside a transformation: opened over (perhaps transformed) groups, used by a function, and closed to groups again.
 *
 * What they learn besides arrays, counts of keys and what was left with them, is a static part of the answer.
 */
import { group, intersect, makeStore, ungroup, union, type Counters, type Filter } from '@heddle/core'
import { synchronous } from '@heddle/func'
import { transpose, type Entry, type Groups, type KeyGroups, type Learned, type Packed, type ScopesFn } from './entry'
import { inside, makeCell } from './inside'
import { asFunction } from './misuse'
import { Scope } from './scope'
import type { Variables } from './scope-types'
import { Static } from './static'

/** Scopes inside a transformation, and the roots among them. */
export interface Opened<S> {
  readonly scopes: S
  readonly roots: readonly Scope[]
}

/** What scopes inside a transformation left: the variables that were mutable, by group, and what they learned. */
export interface Closed extends Learned {
  readonly variables: Groups
}

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

/** What a pure function answers: its result, and what its scopes left. */
export interface Done<R> extends Closed {
  readonly result: R
}

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
