/**
 * Variables of a scope: the steps behind `param`, `variable`, `sow` and `makeRng`.
 *
 * Initializers are not called here: they may use the scope themselves, so a declaration is two steps, `declare...` and then
 * `putVariable`, and whoever holds the state runs the initializer between them.
 */
import type { Nearest, ScopeError } from './error'
import { inFilter } from './filter'
import type { LeafOps, RngOps } from './ports'
import { countersAt, countOf, extend, increment, lazyRng, toKey, withCountersAt } from './rng'
import { checkName, checkValid, isMutableCollection, reserve, type Cursor, type ScopeState, type ScopeStep } from './scope'
import { all, check, choose, fail, map, modify, of, andThen } from './step'
import { getIn, isDict, merge, setIn, type Variables } from './variables'

/** The flag that makes the parts of random keys be hashed with separators (Flax's `flax_fix_rng_separator`). */
export const SEPARATOR_FLAG = 'fixRngSeparator'

const collectionAt = <A, K>({ store, cursor }: ScopeState<A, K>, collection: string): Readonly<Record<string, unknown>> => {
  const here = getIn(store.variables, [collection, ...cursor.at])
  return isDict(here) ? here : {}
}

/** Does the scope have a variable of this name? */
export const hasVariable = <A, K>(s: ScopeState<A, K>, collection: string, name: string): boolean =>
  Object.hasOwn(collectionAt(s, collection), name)

/** The variable of this name, boxes and all; undefined where there is none. */
export const getVariable = <A, K>(s: ScopeState<A, K>, collection: string, name: string): unknown =>
  hasVariable(s, collection, name) ? collectionAt(s, collection)[name] : undefined

/** Names in a collection of the scope. */
export const present = <A, K>(s: ScopeState<A, K>, collection: string): readonly string[] => Object.keys(collectionAt(s, collection))

/** The innermost scope around this one, itself included, where a collection has something; and what. */
const nearest = <A, K>({ store, cursor }: ScopeState<A, K>, collection: string): Nearest => {
  let depth = cursor.at.length
  const dict = (): unknown => getIn(store.variables, [collection, ...cursor.at.slice(0, depth)])
  while (depth > 0 && !isDict(dict())) depth--
  const there = dict()
  return { path: cursor.at.slice(0, depth), names: isDict(there) ? Object.keys(there) : [], missing: cursor.at[depth] }
}

/** Is a collection empty, in the whole model? */
export const isCollectionEmpty = <A, K>({ store }: ScopeState<A, K>, collection: string): boolean => {
  const c = Object.hasOwn(store.variables, collection) ? store.variables[collection] : undefined
  return c === undefined || Object.keys(c).length === 0
}

/** The variables of a scope and of those in it, by collection. */
export const variablesOf = <A, K>(s: ScopeState<A, K>): Variables<A> => {
  if (s.cursor.at.length === 0) return s.store.variables
  const here = Object.keys(s.store.variables).map((c) => [c, getIn(s.store.variables, [c, ...s.cursor.at])] as const)
  return Object.fromEntries(here.filter(([, dict]) => isDict(dict))) as Variables<A>
}

/** Those of `variablesOf` that may be written. */
export const mutableVariablesOf = <A, K>(s: ScopeState<A, K>): Variables<A> =>
  Object.fromEntries(Object.entries(variablesOf(s)).filter(([c]) => inFilter(s.cursor.mutable, c)))

/** Fails where a variable could not be found again. Errors: InvalidName, InvalidScope. */
const checkVariable = <A, K>(collection: string, name: string): ScopeStep<A, K, unknown> =>
  all([checkValid<A, K>(), checkName<A, K>('collection', collection), checkName<A, K>('variable', name)])

/** Writes a variable; a dict is merged into the one that is there. Errors: ModifyVariable, InvalidName, InvalidScope. */
export const putVariable = <A, K>(collection: string, name: string, value: unknown): ScopeStep<A, K, void> =>
  andThen(
    checkVariable<A, K>(collection, name),
    andThen(
      check(({ cursor }: ScopeState<A, K>): ScopeError | undefined =>
        isMutableCollection(cursor, collection)
          ? undefined
          : { _tag: 'ModifyScopeVariableError', path: cursor.debugPath, collection, name, mutable: cursor.mutable },
      ),
      modify((s) => {
        const at = [collection, ...s.cursor.at, name]
        const next = isDict(value) ? merge(getIn(s.store.variables, at), value) : value
        return { ...s, store: { ...s.store, variables: setIn(s.store.variables, at, next) as Variables<A> } }
      }),
    ),
  )

/** What to do next about a declared variable: it is there, or it is to be initialized. */
export type Declared = 'present' | 'absent'

/** Declares a variable. Without an initializer it must be there. Errors: InvalidName, NameInUse, CollectionNotFound, VariableNotFound, InvalidScope. */
export const declareVariable = <A, K>(collection: string, name: string, hasInit: boolean): ScopeStep<A, K, Declared> =>
  andThen(
    andThen(checkVariable<A, K>(collection, name), reserve<A, K>(name, collection)),
    choose((s: ScopeState<A, K>): ScopeStep<A, K, Declared> => {
      if (hasVariable(s, collection, name)) return of('present')
      if (hasInit && isMutableCollection(s.cursor, collection)) return of('absent')
      return fail(notFound(s, collection, name))
    }),
  )

const notFound = <A, K>(s: ScopeState<A, K>, collection: string, name: string): ScopeError => {
  const path = s.cursor.debugPath
  if (isCollectionEmpty(s, collection)) {
    const collections = Object.keys(s.store.variables)
    return { _tag: 'ScopeCollectionNotFound', path, collection, name, present: collections }
  }
  return { _tag: 'ScopeVariableNotFoundError', path, collection, name, present: present(s, collection) }
}

/** What to do next about a declared parameter: use the value, or initialize it with the key. */
export type DeclaredParam<K> = { readonly _tag: 'Present'; readonly value: unknown } | { readonly _tag: 'Absent'; readonly key: K }

/** Declares a parameter; where it is absent and may be made, a key is drawn. Errors: NameInUse, CollectionNotFound, ParamNotFound, RngMissing, InvalidScope. */
export const declareParam = <A, K>(ops: RngOps<K>, name: string): ScopeStep<A, K, DeclaredParam<K>> =>
  andThen(
    andThen(checkValid<A, K>(), reserve<A, K>(name, 'params')),
    choose((s: ScopeState<A, K>): ScopeStep<A, K, DeclaredParam<K>> => {
      if (hasVariable(s, 'params', name)) return of({ _tag: 'Present', value: getVariable(s, 'params', name) })
      if (!isMutableCollection(s.cursor, 'params')) {
        const error = notFound(s, 'params', name)
        return fail(
          error._tag === 'ScopeCollectionNotFound'
            ? error
            : {
                _tag: 'ScopeParamNotFoundError',
                path: s.cursor.debugPath,
                name,
                present: present(s, 'params'),
                nearest: nearest(s, 'params'),
              },
        )
      }
      return map(makeRng<A, K>(ops, 'params'), (key) => ({ _tag: 'Absent', key }))
    }),
  )

/** Compares the leaves of a parameter with the shapes that its initializer gives. Error: ParamShape. */
export const shapeProblem = <A>(
  ops: LeafOps<A>,
  cursor: Cursor<unknown>,
  name: string,
  leaves: readonly A[],
  expected: readonly (readonly number[])[],
): ScopeError | undefined => {
  for (let i = 0; i < Math.min(leaves.length, expected.length); i++) {
    const actual = ops.shape(leaves[i]!)
    const want = expected[i]!
    if (actual.length !== want.length || actual.some((d, j) => d !== want[j]))
      return { _tag: 'ScopeParamShapeError', path: cursor.debugPath, name, expected: want, actual }
  }
  return undefined
}

/** Does the scope have a stream of this name? */
export const hasRng = (cursor: Cursor<unknown>, name: string): boolean => Object.hasOwn(cursor.rngs, name)

/** A new key of a stream; of the stream `params` where there is none of this name. Errors: RngMissing, InvalidName, InvalidScope. */
export const makeRng = <A, K>(ops: RngOps<K>, name: string): ScopeStep<A, K, K> =>
  andThen(
    andThen(checkValid<A, K>(), checkName<A, K>('random stream', name)),
    choose((s: ScopeState<A, K>): ScopeStep<A, K, K> => {
      const { store, cursor } = s
      const stream = hasRng(cursor, name) ? name : 'params'
      if (!hasRng(cursor, stream)) return fail({ _tag: 'InvalidRngError', path: cursor.debugPath, name, present: Object.keys(cursor.rngs) })
      const counted = increment(countersAt(store.counters, cursor.at), stream)
      const rng = extend(cursor.rngs[stream]!, countOf(counted, stream))
      const next = { ...s, store: { ...store, counters: withCountersAt(store.counters, cursor.at, counted) } }
      return andThen(
        modify<ScopeState<A, K>>(() => next),
        of(toKey(ops, rng, cursor.flags[SEPARATOR_FLAG] === true)),
      )
    }),
  )

/**
 * The cursor with fresh streams, each begun by a new key of the old one, so that a transformation is called with keys of its own each time.
 *
 * Errors: InvalidScope. Source: `flax.linen.transforms.fork_rngs`.
 */
export const forkRngs = <A, K>(ops: RngOps<K>): ScopeStep<A, K, Cursor<K>> =>
  choose(({ cursor }: ScopeState<A, K>): ScopeStep<A, K, Cursor<K>> => {
    const streams = Object.keys(cursor.rngs)
    const draw = andThen(checkValid<A, K>(), all(streams.map((name) => makeRng<A, K>(ops, name))))
    return map(draw, (keys) => ({ ...cursor, rngs: Object.fromEntries(streams.map((name, i) => [name, lazyRng(keys[i]!)])) }))
  })

/** How values are sown: what to begin with, and how the next joins. */
export interface Sowing {
  readonly init: unknown
  readonly reduce: (before: unknown, value: unknown) => unknown
}

/** Values gathered in an array, in order: the default way of sowing. */
export const gather: Sowing = { init: [], reduce: (before, value) => [...(before as readonly unknown[]), value] }

/** Adds to a variable if its collection is mutable; was it? Errors: NameInUse, InvalidScope. Source: `flax.linen.Module.sow`. */
export const sow = <A, K>(collection: string, name: string, value: unknown, { init, reduce }: Sowing = gather): ScopeStep<A, K, boolean> =>
  choose((s: ScopeState<A, K>): ScopeStep<A, K, boolean> => {
    if (!isMutableCollection(s.cursor, collection)) return of(false)
    const known = hasVariable(s, collection, name)
    const next = reduce(known ? getVariable(s, collection, name) : init, value)
    const put = map(putVariable<A, K>(collection, name, next), () => true)
    return known ? put : andThen(reserve<A, K>(name, collection), put)
  })
