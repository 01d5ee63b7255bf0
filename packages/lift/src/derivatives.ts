/**
 * jvp, vjp and valueAndGrad of functions of scopes: by arguments, and by variables that are named.
 */
import { getIn, isDict, setIn, type Path, type ScopeError } from '@heddle/core'
import { jvp as jvpPure, type NoNumbers, np, vjpWithAux as vjpPure, type Tensor, type Result } from '@heddle/func'
import { anything, type OptionsOf } from '@heddle/func/options'
import { flatten, flattenUpTo, leaves, partial, type Partial } from '@heddle/tree'
import { asList, asPair } from './given'
import { asFunction, explained, kindOf, pathOf, resultProblem, tangentProblem } from './misuse'
import { exception } from './edge'
import type { Outside } from './inside'
import type { Entry, Packed, Scopes, ScopesFn } from './entry'
import { doneOf, pureOf, type Answer } from './opened'
import { pack } from './pack'
import type { Scope } from './scope'
import type { Variables } from './scope-types'
import { filter, optionsOf } from './options'

/** Reads options of `grad` and `valueAndGrad`. */
export const derivativeOptions = optionsOf({
  /** Collections that are there inside (default all). */
  variables: filter,
  /** Streams that are there inside (default all). */
  rngs: filter,
})
/** What is there inside. */
export interface DerivativeOptions extends OptionsOf<typeof derivativeOptions> {}

/** Variables of the roots as a tree like that of the scopes: of a scope inside another, its part. */
const perScope = (entry: Entry, roots: readonly Variables[]): unknown =>
  entry.treedef.unflatten(
    entry.links.map(({ root, path }) =>
      Object.fromEntries(
        Object.entries(roots[root]!).map(([collection, dict]) => [collection, path.length === 0 ? dict : (getIn(dict, path) ?? {})]),
      ),
    ),
  )

/** A tree like that of the scopes as variables of the roots: the inverse of `perScope`. */
export const perRoot = (entry: Entry, tree: unknown): readonly Variables[] => {
  const roots: Variables[] = entry.roots.map(() => ({}))
  flattenUpTo(entry.treedef, tree).forEach((variables, i) => {
    const { root, path } = entry.links[i]!
    for (const [collection, dict] of Object.entries(variables as Variables))
      if (Object.keys(dict ?? {}).length > 0) roots[root] = setIn(roots[root], [collection, ...path], dict) as Variables
  })
  return roots
}

/** What a pure function answers besides its result. */
type Left = readonly [variables: Answer<unknown>[1], learned: Answer<unknown>[2]]

/** Reads options of `jvp`. */
export const jvpOptions = optionsOf({
  ...derivativeOptions.kinds,
  /** Tangents of variables by collection (for several scopes, a tree of such); those not named have tangent zero. */
  variableTangents: anything,
})
/** What jvp is told of variables. */
export interface JvpOptions extends OptionsOf<typeof jvpOptions> {}

/**
 * The value and the tangent of a function of scopes. No tangents are answered for variables.
 *
 * Shapes: tangents are like primals; the answer is `[output, output tangent]`. Errors: ResultMismatchError where a tangent is of another
 * type than its primal, InvalidTargetError. Source: `flax.core.lift.jvp`.
 */
export const jvp = <S extends Scopes, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  fn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  scopes: S,
  primals: readonly [...Args],
  tangents: NoInfer<Args>,
  options?: JvpOptions,
): readonly [output: R, tangent: R] => {
  asFunction('jvp', fn)
  asList('jvp', 'primals', primals)
  asList('jvp', 'tangents', tangents)
  const { variableTangents = withoutVariables(scopes), variables = true, rngs = true } = jvpOptions('jvp', options)
  const collections = [...new Set(tangentCollections(scopes, variableTangents))]
  const body = ({ entry, variables: [target, others], keys }: Packed, ...args: Args) => {
    const pure = pureOf(fn, entry)
    const withAux = (vars: readonly Variables[], xs: Args): readonly [R, Left] => {
      const [output, ...left] = pure([vars, others!], keys, ...xs)
      return [output, left]
    }
    const given = perRoot(entry, variableTangents)
    const [output, tangent, left] = explained(
      () =>
        jvpPure<[readonly Variables[], Args], R, Left, number>(withAux, [target!, args], [given, tangents], {
          hasAux: true,
        }),
      () => tangentProblem('jvp', entry, { variables: target, value: args }, { variables: given, value: tangents }),
    )
    return doneOf([[output, tangent] as const, ...left])
  }
  const outside: Outside = { changed: collections, may: ['draw', 'make', 'write'] }
  const plan = { where: 'jvp', inFilters: [collections, variables], outFilters: [variables], rngFilters: [rngs], outside }
  return pack<S, Args, readonly [R, R]>(plan, body)(scopes, ...primals)
}

/** No variables, in a tree like that of the scopes. */
const withoutVariables = (scopes: Scopes): unknown => {
  const { leaves, treedef } = flatten(scopes)
  return treedef.unflatten(leaves.map(() => ({})))
}

const tangentCollections = (scopes: Scopes, tangents: unknown): readonly string[] => {
  const { treedef } = flatten(scopes)
  return flattenUpTo(treedef, tangents).flatMap((t) => {
    if (!isDict(t)) throw exception(tangentsProblem(t))
    return Object.entries(t as Variables).flatMap(([collection, dict]) => (Object.keys(dict ?? {}).length > 0 ? [collection] : []))
  })
}
const tangentsProblem = (actual: unknown): ScopeError => {
  const expected = 'tangents by collection, { params: { ... } } (for several scopes, a tree of such)'
  return { _tag: 'InvalidOptionsError', where: 'jvp', problems: [{ path: ['variableTangents'], expected, actual }] }
}

/** Reads options of `vjp`. */
export const vjpOptions = optionsOf({
  ...derivativeOptions.kinds,
  /** Collections that get a cotangent (default `params`). */
  vjpVariables: filter,
})
/** What vjp differentiates by. */
export interface VjpOptions extends OptionsOf<typeof vjpOptions> {}

/** From a cotangent of the output to cotangents of variables and arguments. A tree, so that it may be kept among residuals. */
export type Backward<Args extends readonly unknown[], R> = Partial<readonly [cotangent: R], readonly [variables: unknown, ...args: Args]>

/**
 * The value of a function of scopes, and its backward pass.
 *
 * Answers `[output, backward]`; `backward(cotangent)` is `[cotangents of variables, ...of arguments]`, those of variables by collection
 * (for several scopes, a tree of such). Source: `flax.core.lift.vjp`.
 */
export const vjp = <S extends Scopes, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  fn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  scopes: S,
  primals: readonly [...Args],
  options?: VjpOptions,
): readonly [output: R, backward: Backward<Args, R>] => {
  const [output, backward] = vjpWithAux<S, Args, R, null, number>(
    (s: S, ...xs: Args) => [fn(s, ...xs), null] as const,
    scopes,
    primals,
    options,
  )
  return [output, backward]
}

/** `vjp` of a function that answers a pair, of which only the first part is differentiated: `[output, backward, aux]`. */
export const vjpWithAux = <
  S extends Scopes,
  Args extends readonly unknown[],
  const R extends Result,
  const A extends Result,
  N = readonly [],
>(
  fn: ScopesFn<S, Args, readonly [R, A]> & NoNumbers<[null, ...Args], N>,
  scopes: S,
  primals: readonly [...Args],
  options?: VjpOptions,
): readonly [output: R, backward: Backward<Args, R>, aux: A] => {
  asFunction('vjp', fn)
  asList('vjp', 'primals', primals)
  const { vjpVariables = 'params', variables = true, rngs = true } = vjpOptions('vjp', options)
  const body = ({ entry, variables: [target, others], keys }: Packed, ...args: Args) => {
    const pure = pureOf(fn, entry)
    const withAux = (vars: readonly Variables[], ...xs: Args): readonly [R, readonly [A, Left]] => {
      const [result, ...left] = pure([vars, others!], keys, ...xs)
      const [output, aux] = asPair('vjp', pathOf(entry), result, '[value, aux]')
      return [output, [aux, left]]
    }
    const [output, inner, [aux, left]] = vjpPure<[readonly Variables[], ...Args], R, readonly [A, Left], number>(withAux, target!, ...args)
    const backward = partial((bwd: typeof inner, cotangent: R) => {
      const [vars, ...xs] = bwd(cotangent) as unknown as readonly [readonly Variables[], ...Args]
      return [perScope(entry, vars), ...xs] as const
    }, inner)
    return doneOf([[output, backward as Backward<Args, R>, aux] as const, ...left])
  }
  const outside: Outside = { changed: vjpVariables, may: ['draw', 'make', 'write'] }
  const plan = { where: 'vjp', inFilters: [vjpVariables, variables], outFilters: [variables], rngFilters: [rngs], outside }
  return pack<S, Args, readonly [R, Backward<Args, R>, A]>(plan, body)(scopes, ...primals)
}

/**
 * The value of a function of scopes, and its gradient by the arguments (not by variables).
 *
 * Answers `[output, gradients of the arguments]`. Errors: ResultMismatchError for a value that is no scalar, InvalidTargetError. Source: `flax.core.lift.value_and_grad`.
 */
export const valueAndGrad = <S extends Scopes, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  fn: ScopesFn<S, Args, R> & NoNumbers<[null, ...Args], N>,
  scopes: S,
  primals: readonly [...Args],
  options?: DerivativeOptions,
): readonly [output: R, gradients: Args] => {
  const [output, gradients] = valueAndGradWithAux<S, Args, R, null, number>(
    (s: S, ...xs: Args) => [fn(s, ...xs), null] as const,
    scopes,
    primals,
    options,
  )
  return [output, gradients]
}

/** `valueAndGrad` of a function that answers a pair, of which only the first part is differentiated: `[output, gradients, aux]`. */
export const valueAndGradWithAux = <
  S extends Scopes,
  Args extends readonly unknown[],
  const R extends Result,
  const A extends Result,
  N = readonly [],
>(
  fn: ScopesFn<S, Args, readonly [R, A]> & NoNumbers<[null, ...Args], N>,
  scopes: S,
  primals: readonly [...Args],
  options?: DerivativeOptions,
): readonly [output: R, gradients: Args, aux: A] => {
  asFunction('value_and_grad', fn)
  asList('value_and_grad', 'primals', primals)
  const read = derivativeOptions('value_and_grad', options)
  const loss: ScopesFn<S, Args, readonly [R, A]> = (inner, ...args) => {
    const [value, extra] = asPair('value_and_grad', pathIn(inner), fn(inner, ...args), '[value, aux]')
    if (np.ndim(value as Tensor) > 0) throw exception(lossProblem(inner, value))
    return [value, extra]
  }
  const [output, backward, aux] = vjpWithAux<S, Args, R, A, number>(loss, scopes, primals, { ...read, vjpVariables: false })
  const [, ...gradients] = backward(np.onesLike(output as Tensor) as R)
  return [output, gradients as unknown as Args, aux]
}

const pathIn = (scopes: Scopes): Path => (leaves(scopes) as readonly Scope[])[0]?.cursor.debugPath ?? []

const lossProblem = (scopes: Scopes, value: unknown): ScopeError => {
  return resultProblem(
    'value_and_grad',
    pathIn(scopes),
    'the value',
    'a scalar',
    kindOf(value),
    'sum it, or use vjp; with aux, answer [value, aux]',
  )
}
