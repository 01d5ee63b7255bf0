/**
 * jit of a function of scopes: the whole of it, variables in and out, as one compiled program.
 *
 * What it learns while it is traced, the counts of keys that each scope drew, is a static part of the program's result: a call that
 * finds the program in the cache finds the counts with it (those of the call alone), and nothing is replayed. Names are folded into keys before, so that layers of
 * one kind share a program wherever they are.
 *
 * Keys depend on counts, so a function that draws some is traced for each count with which it is called; one that draws none is not.
 */
import { isZero, minus, plus, type Counters } from '@heddle/core'
import { jit as compile, type NoNumbers, type Result } from '@heddle/func'
import { argnums, boolean, device, type OptionsOf } from '@heddle/func/options'
import { asFunction } from './misuse'
import {
  countersIn,
  entryKey,
  withCounters,
  type Entry,
  type Groups,
  type KeyGroups,
  type Packed,
  type Scopes,
  type ScopesFn,
} from './entry'
import { doneOf, pureOf, runOn, type Answer } from './opened'
import { pack } from './pack'
import { staticKey } from '@heddle/tree'
import { type Argnums, argumentsAt, Static, unwrapStatic, wrapStatic } from './static'
import { filter, optionsOf } from './options'

/** Reads options of `jit`. */
export const jitOptions = optionsOf({
  /** Collections that are there inside (default all). */
  variables: filter,
  /** Streams that are there inside (default all). */
  rngs: filter,
  /** Arguments that are compiled in, as booleans and strings are by themselves; the scope is argument 0. */
  staticArgnums: argnums,
  /** Arguments whose memory the program may use for its results; the scope is argument 0. */
  donateArgnums: argnums,
  /** The backend that runs it, to which variables and arguments that are elsewhere are copied. Default: where they are. */
  device,
  /** Run the function as it is, uncompiled, with the same keys: for what watches its calls. */
  disableJit: boolean,
})
/** What is lifted, and how it is compiled. */
export interface JitOptions<N extends Argnums = Argnums> extends OptionsOf<typeof jitOptions> {
  readonly staticArgnums?: N | undefined
}

/**
 * Compiles a function of scopes.
 *
 * A call whose arguments, variables and mutability have the same structure, shapes and types as one before does not trace again.
 * Source: `flax.core.lift.jit`.
 */
export const jit = <S extends Scopes, Args extends readonly unknown[], const R extends Result, const N extends Argnums = readonly []>(
  fn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  options?: JitOptions<N>,
): ((scopes: S, ...args: Args) => R) => {
  asFunction('jit', fn)
  const {
    variables = true,
    rngs = true,
    staticArgnums,
    donateArgnums = [],
    device: runsOn,
    disableJit = false,
  } = jitOptions('jit', options)
  const plan = { where: 'jit', inFilters: [variables], outFilters: [variables], rngFilters: [rngs], foldNames: true }
  if (disableJit) return pack<S, Args, R>(plan, (packed, ...args) => runOn(fn, packed, args))
  const donated = [donateArgnums].flat()
  const program = compile<[Static<Entry>, Groups, KeyGroups, ...Args], Answer<R>, number>(
    ({ value: entry }: Static<Entry>, inner: Groups, keys: KeyGroups, ...args: Args): Answer<R> => {
      const { result, variables: left, counters, notes } = doneOf(pureOf(fn, entry)(inner, keys, ...unwrapStatic(args)))
      return [result, left, new Static({ counters: counters.map((c, i) => minus(c, entry.roots[i]!.counters)), notes })]
    },
    { donateArgnums: donated.map((i) => i + 2), ...(runsOn ? { device: runsOn } : {}) },
  )
  /** Of entries that differ in counts alone, the counts with which the function was traced; 'any' once it drew a key. */
  const traced = new Map<string, readonly Counters[] | 'any'>()
  const body = ({ entry, variables: groups, keys }: Packed, ...args: Args) => {
    argumentsAt('jit', 'donateArgnums', args.length, donateArgnums)
    const kind = entryKey(entry)
    const now = countersIn(entry)
    const statics = wrapStatic('jit', args, staticArgnums)
    const call = (counters: readonly Counters[]) =>
      program(new Static(withCounters(entry, counters), `${kind}${staticKey(counters)}`), groups, keys, ...statics)
    const known = donated.length > 0 ? 'any' : (traced.get(kind) ?? now)
    const first = doneOf(call(known === 'any' ? now : known))
    const draws = !first.counters.every(isZero)
    const done = draws && known !== 'any' && known !== now ? doneOf(call(now)) : first
    if (known !== 'any') traced.set(kind, draws ? 'any' : known)
    return { ...done, counters: now.map((c, i) => plus(c, done.counters[i]!)) }
  }
  return pack<S, Args, R>(plan, body)
}
