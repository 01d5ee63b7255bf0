/**
 * jit of a function of scopes: the whole of it, variables in and out, as one compiled program.
 *
 * What it learns while it is traced, the counts of keys that each scope drew, is a static part of the program's result: a call that
 * finds the program in the cache finds the counts with it, and nothing is replayed. Names are folded into keys before, so that layers of
 * one kind share a program wherever they are.
 */
import { minus, plus, type Counters, type Filter } from '@heddle/core'
import { type Device, jit as compile } from '@heddle/func'
import { asFunction } from './misuse'
import { entryKey, pack, runOn, type Entry, type Groups, type KeyGroups, type Packed, type Scopes, type ScopesFn } from './pack'
import { type Argnums, argumentsAt, Static, unwrapStatic, wrapStatic } from './static'

/** What is lifted, and how it is compiled. */
export interface JitOptions {
  /** Collections that are there inside (default all). */
  readonly variables?: Filter
  /** Streams that are there inside (default all). */
  readonly rngs?: Filter
  /** Arguments that are compiled in, as booleans and strings are by themselves; the scope is argument 0. */
  readonly staticArgnums?: Argnums
  /** Arguments whose memory the program may use for its results; the scope is argument 0. */
  readonly donateArgnums?: Argnums
  /** The backend that runs it, to which variables and arguments that are elsewhere are copied. Default: where they are. */
  readonly device?: Device
}

/**
 * Compiles a function of scopes.
 *
 * A call whose arguments, variables and mutability have the same structure, shapes and types as one before does not trace again.
 * Source: `flax.core.lift.jit`.
 */
export const jit = <S extends Scopes, Args extends readonly unknown[], R>(
  fn: ScopesFn<S, Args, R>,
  { variables = true, rngs = true, staticArgnums = [], donateArgnums = [], device }: JitOptions = {},
): ((scopes: S, ...args: Args) => R) => {
  asFunction('jit', fn)
  const program = compile(
    ({ value: entry }: Static<Entry>, inner: Groups, keys: KeyGroups, ...args: Args): readonly [R, Groups, Static<readonly Counters[]>] => {
      const done = runOn(fn, { entry, variables: inner, keys }, unwrapStatic(args))
      return [done.result, done.variables, new Static(done.counters.map((c, i) => minus(c, entry.roots[i]!.counters)))]
    },
    { donateArgnums: [donateArgnums].flat().map((i) => i + 2), ...(device ? { device } : {}) },
  )
  const plan = { where: 'jit', inFilters: [variables], outFilters: [variables], rngFilters: [rngs], foldNames: true }
  const body = ({ entry, variables: groups, keys }: Packed, ...args: Args) => {
    argumentsAt('jit', 'donateArgnums', args.length, donateArgnums)
    const [result, out, more] = program(new Static(entry, entryKey(entry)), groups, keys, ...wrapStatic('jit', args, staticArgnums))
    return { result, variables: out, counters: entry.roots.map((r, i) => plus(r.counters, more.value[i]!)) }
  }
  return pack<S, Args, R>(plan, body)
}
