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
  minus,
  plus,
  sharedStream,
  toKey,
  ungroup,
  variablesOf,
  withCountersAt,
  withNotesAt,
  SEPARATOR_FLAG,
  type Counters,
  type Path,
} from '@heddle/core'
import { flatten } from '@heddle/tree'
import { anything, boolean, list, required, string } from '@heddle/tree/options'
import { exception, orThrow } from './edge'
import { transpose, type Entry, type Packed, type PackPlan, type Scopes } from './entry'
import { asFunction, kindOf, resultProblem } from './misuse'
import type { Closed, Done } from './opened'
import { optionsOf } from './options'
import { rngOps } from './ports'
import { Scope } from './scope'
import type { Variables } from './scope-types'

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
