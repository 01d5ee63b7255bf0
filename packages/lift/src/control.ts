/**
 * cond, switch and whileLoop of functions of scopes.
 */
import { decodeFilter, decodeSplitRngs } from '@heddle/core'
import { evalShape, type Next, type NoNumbers, np, random, type Result, switchWithAux, whileLoopWithAux, type Tensor } from '@heddle/func'
import type { OptionsOf } from '@heddle/func/options'
import { map } from '@heddle/tree'
import { exception, orThrow } from './edge'
import { asList, asScalarLike } from './given'
import type { Key } from './ports'
import { asFunction, branchProblem, carryProblem, checkCarry, explained, kindOf, pathOf, resultProblem, sidesOf, type Left } from './misuse'
import {
  byMutable,
  countersIn,
  joined,
  nothingLearned,
  type Entry,
  type Groups,
  type KeyGroups,
  type Learned,
  type Packed,
  type PackPlan,
  type Scopes,
  type ScopesFn,
} from './entry'
import { pureOf, runOn } from './opened'
import { pack } from './pack'
import type { Variables } from './scope-types'
import type { Static } from './static'
import { filter, optionsOf, splits } from './options'

/** Reads options of `cond` and `switch`. */
export const branchOptions = optionsOf({
  /** Collections that are there inside (default all). */
  variables: filter,
  /** Streams that are there inside (default all). */
  rngs: filter,
})
/** What is there inside. */
export interface BranchOptions extends OptionsOf<typeof branchOptions> {}

const branchesOf =
  <S extends Scopes, Args extends readonly unknown[], R>(
    where: string,
    branches: readonly ScopesFn<S, Args, R>[],
    options: BranchOptions | undefined,
  ) =>
  (index: unknown, scopes: S, args: readonly [...Args]): R => {
    const { variables = true, rngs = true } = branchOptions(where, options)
    for (const branch of branches) asFunction(where, branch)
    if (branches.length === 0) throw exception({ _tag: 'InvalidTargetError', where, expected: 'at least one branch', actual: branches })
    const body = (packed: Packed, ...xs: Args) => {
      const chosen = scalar(where, packed.entry, index, where === 'cond' ? 'the predicate' : 'the index')
      // Branch by branch: one goes on counting where the one before ended.
      const pure = branches.map((fn) => ({ counters }: Learned, ...inner: Args) => {
        const { result, variables: left, ...learned } = runOn(fn, packed, inner, { counters })
        return [[result, left] as const, learned] as const
      })
      const [[result, left], learned] = explained(
        () => switchWithAux<Learned, Args, readonly [R, Groups]>(chosen, pure, xs, nothingLearned(packed.entry)),
        (cause) => branchProblem(where, packed.entry, leftBy(sidesOf(cause, pure))),
      )
      return { result, variables: left, ...learned }
    }
    const plan = {
      where,
      inFilters: [variables],
      outFilters: [variables],
      rngFilters: [rngs],
      outside: { changed: false, may: ['draw'] } as const,
    }
    return pack<S, Args, R>(plan, body)(scopes, ...args)
  }

/** What branches answered and left. */
const leftBy = (sides: readonly unknown[] = []): readonly Left[] =>
  sides.map((side) => {
    const [value, [variables]] = side as readonly [unknown, readonly unknown[]]
    return { variables, value }
  })

/** A value that a transformation needs as a scalar. Errors: ResultMismatchError. */
const scalar = (where: string, entry: Entry, x: unknown, what: string): Tensor => {
  const t = np.asarray(x as Tensor)
  if (t.ndim === 0) return t
  const fix = 'np.any or np.all make one of many; np.where chooses element by element'
  throw exception(resultProblem(where, pathOf(entry), what, 'a scalar', kindOf(t), fix))
}

/**
 * One of two functions of scopes, by a predicate.
 *
 * Their outputs, and the variables they leave, must have the same structure, shapes and types. Errors: BranchMismatchError where they
 * have not, ResultMismatchError for a predicate that is no scalar, InvalidTargetError. Source: `flax.core.lift.cond`.
 */
export const cond = <S extends Scopes, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  pred: Tensor | boolean,
  trueFn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  falseFn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  scopes: S,
  operands: readonly [...Args],
  options?: BranchOptions,
): R => {
  const chosen = np.where(np.asarray(asScalarLike('cond', 'predicate', pred)).astype('bool'), 0, 1)
  return branchesOf('cond', [trueFn, falseFn], options)(chosen, scopes, asList('cond', 'operands', operands))
}

/** One of several functions of scopes, by an index, which is clamped to their range. Errors: as of `cond`. Source: `flax.core.lift.switch`. */
export const switch_ = <S extends Scopes, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  index: Tensor | number,
  branches: readonly (ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>)[],
  scopes: S,
  operands: readonly [...Args],
  options?: BranchOptions,
): R =>
  branchesOf('switch', asList('switch', 'branches', branches), options)(
    asScalarLike('switch', 'index', index),
    scopes,
    asList('switch', 'operands', operands),
  )

/** Reads options of `whileLoop`. */
export const whileOptions = optionsOf({
  /** Collections that an iteration passes on to the next; only these may be written (default none). What is not mutable stays as it is. */
  carryVariables: filter,
  /** Collections that are only read (default all). */
  broadcastVariables: filter,
  /** Which streams differ from iteration to iteration. Streams that are not named are not there inside. */
  splitRngs: splits,
})
/** What a loop carries, and what its keys do. */
export interface WhileOptions extends OptionsOf<typeof whileOptions> {}

/**
 * Repeats a function of scopes while a condition holds.
 *
 * Variables cannot be made inside, and those carried keep shapes and types. Errors: ModifyScopeVariableError for a broadcast collection,
 * CarryMismatchError, ResultMismatchError for a condition that is no scalar, InvalidTargetError.
 * Source: `flax.core.lift.while_loop`.
 */
export const whileLoop = <S extends Scopes, const C extends Result, N = readonly []>(
  condFn: ScopesFn<S, readonly [C], Tensor | boolean>,
  bodyFn: ScopesFn<S, readonly [C], Next<C>> & NoNumbers<[null, C], N>,
  scopes: S,
  init: C,
  given?: WhileOptions,
): C => {
  asFunction('while_loop', condFn)
  asFunction('while_loop', bodyFn)
  const options = whileOptions('while_loop', given)
  const carried = orThrow(decodeFilter(options.carryVariables ?? false))
  const shared = orThrow(decodeFilter(options.broadcastVariables ?? true))
  const rngs = orThrow(decodeSplitRngs('while_loop', options.splitRngs ?? {}))
  const body = ({ entry, variables: [carriedIn, sharedIn], keys }: Packed) => {
    const [carriedStart, fixed] = byMutable(entry, carriedIn!)
    const keysAt = (i: Tensor): KeyGroups =>
      keys.map((g, j) => (rngs[j]![1] ? map<typeof g>((key: Key) => random.foldIn(key, i.astype('uint32')), g) : g))
    type State = readonly [i: Tensor, variables: readonly Variables[], carry: Next<C>]
    const condition = pureOf(condFn, entry, { mutable: false })
    const tested = ([i, vars, c]: State): readonly [Tensor, Static<Learned>] => {
      const [result, , learned] = condition([joined(vars, fixed), sharedIn!], keysAt(i.neg()), c)
      return [scalar('while_loop', entry, result, 'the result of the condition'), learned]
    }
    checkCarry('while_loop', entry, { variables: carriedStart, value: init })
    const start: State = [np.array(0, 'int32'), carriedStart, init]
    // The body goes on counting keys where the condition ended.
    const counters =
      rngs.length > 0
        ? evalShape<readonly [State], Static<Learned>, number>((s: State) => tested(s)[1], start).value.counters
        : countersIn(entry)
    const iterate = ([i, vars, c]: State): readonly [State, Learned] => {
      const packed: Packed = { entry, variables: [joined(vars, fixed), sharedIn!], keys: keysAt(i) }
      const { result, variables: left, ...learned } = runOn(bodyFn, packed, [c], { counters })
      return [[i.add(1), left[0]!, result], learned]
    }
    const [[, out, carry], learned] = explained(
      () => whileLoopWithAux((s: State) => tested(s)[0], iterate, start),
      (cause) => {
        const [before, after] = (sidesOf<State>(cause, iterate) ?? []).map(([, variables, value]): Left => ({ variables, value }))
        return carryProblem('while_loop', entry, before, after)
      },
    )
    return { result: carry, variables: [out], ...learned }
  }
  const plan: PackPlan = {
    where: 'while_loop',
    inFilters: [carried, shared],
    outFilters: [carried],
    rngFilters: rngs.map(([f]) => f),
    outside: { changed: carried, may: [] },
  }
  return pack<S, readonly [], C>(plan, body)(scopes)
}
