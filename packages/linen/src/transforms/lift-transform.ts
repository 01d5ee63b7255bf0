/**
 * The door for transformations of one's own: what is written for functions of scopes becomes one of modules.
 */
import { ArgumentError } from '@heddle/func'
import { anything, type Declared, describe, isPlainObject, type Kinds, string } from '@heddle/func/options'
import { exception, optionsOf, type Scope, type ScopesFn as FnOfScopes } from '@heddle/lift'
import { direct } from '../lifting/direct'
import { isModuleClass, liftChecked, type Methods } from '../lifting/lift-class'
import { lifterOf } from '../lifting/lifter'
import type { Check } from '../lifting/transformation'
import type { Target } from './target'

/** A function of the scopes of modules, and of arguments: what transformations of `@heddle/lift` take and answer. */
export type ScopesFn = FnOfScopes<readonly Scope[], readonly unknown[], unknown>

/** What is said of a transformation of one's own. */
export interface LiftTransformOptions<O> {
  /** Its name, for messages, and for those of classes: `ensemble` makes `EnsembleDense_0`. By default that of the function. */
  readonly name?: string
  /** What kind of value each of its options takes, as of `propTypes`: with it others are refused. */
  readonly optionTypes?: Kinds<O>
}

const moreOptions = optionsOf({ name: string, optionTypes: anything })

/** The options of a transformation; it may have none, and they may be left out. */
type OptionsOf<F> = F extends (fn: never, options: infer O) => unknown ? (unknown extends O ? object : NonNullable<O>) : object

type Rest<T, O> =
  Record<never, never> extends O
    ? [options?: O & Methods<O, T>, more?: LiftTransformOptions<O>]
    : [options: O & Methods<O, T>, more?: LiftTransformOptions<O>]

let warned = false

/** A name of one or two characters, in a source without the spaces that someone who writes it leaves. */
const warnOfMinifier = ({ name }: { readonly name: string }, source: string): void => {
  if (warned || name.length > 2 || /=> |\) \{/.test(source)) return
  warned = true
  console.warn(
    `heddle: a transformation is called '${name}', as by a minifier: submodules will have other names, and other parameters for the same seed, than in development. Name it: nn.liftTransform(transform, target, options, { name: '...' }).`,
  )
}

/** The name of a transformation. Errors: ArgumentError. */
const nameOf = (transform: unknown, name: string | undefined): string => {
  if (typeof transform !== 'function' || isModuleClass(transform))
    throw new ArgumentError(
      'liftTransform',
      `takes a transformation of functions of scopes, then what it is to transform; got ${describe(transform)} first`,
    )
  if (name !== undefined && name !== '') return name
  if (transform.name === '')
    throw new ArgumentError(
      'liftTransform',
      "the transformation has no name, which names of submodules begin with: make it a const, or pass { name: '...' } after the options",
    )
  warnOfMinifier(transform, String(transform))
  return transform.name
}

const plainOptions: Check = (where, given) => {
  if (!isPlainObject(given))
    throw exception({ _tag: 'InvalidOptionsError', where, problems: [{ path: [], expected: 'an object of options', actual: given }] })
}

/**
 * A class of modules, or a function of a module, inside of a transformation of one's own: a function that takes a function of scopes, and
 * options, and answers a function of scopes, as those of `@heddle/lift` do.
 *
 * The scopes, a list, are to be handed on as they are: that of the module first, then those of modules that it holds. The answer has the
 * type of the target; a class keeps its props and the arguments of its methods. `methods` among the options says which are transformed.
 * The transformation is made anew at each call: what it compiles is compiled anew (put `nn.jit` around it).
 * Names: of a transformation `ensemble`, `EnsembleDense_0`. Errors: ArgumentError, TransformTargetError, InvalidOptionsError.
 * Source: `flax.linen.transforms.lift_transform`.
 *
 * @example
 * const ensemble = (fn: nn.ScopesFn, { size }: { readonly size: number }): nn.ScopesFn => {
 *   const copies = lift.vmap(fn, { variableAxes: { params: 0 }, splitRngs: { params: true }, inAxes: null, axisSize: size })
 *   return (scopes, ...args) => tree.map((y: Tensor) => y.mean(0), copies(scopes, ...args) as Tensor)
 * }
 * const y = new (nn.liftTransform(ensemble, nn.Dense, { size: 5 }))({ features: 3 }).call(x)
 */
export const liftTransform: {
  <F extends (fn: ScopesFn, options: never) => ScopesFn, T extends Target>(transform: F, target: T, ...rest: Rest<T, OptionsOf<F>>): T
  // of a body whose form is its own, as that of a scan
  <F extends (fn: never, options: never) => (scopes: never, ...args: never[]) => unknown, T extends Target>(
    transform: F,
    target: T,
    ...rest: Rest<T, OptionsOf<F>>
  ): T
  // written in its place
  <T extends Target, O extends object = object>(
    transform: (fn: ScopesFn, options: O) => ScopesFn,
    target: T,
    ...rest: Rest<T, NoInfer<O>>
  ): T
} = <T extends Target, O extends object>(
  transform: (fn: never, options: O) => unknown,
  target: T,
  options: O & Methods<O> = {} as O,
  more: LiftTransformOptions<O> = {},
): T => {
  const { name: given } = moreOptions('liftTransform', more)
  const { optionTypes } = more
  const name = nameOf(transform, given)
  plainOptions(name, options)
  const lifter = lifterOf<O>((fn, own) => {
    const transformed = transform(fn, own)
    if (typeof transformed === 'function') return transformed
    throw new ArgumentError(name, `a transformation answers a function of scopes, got ${describe(transformed)}`)
  })
  return liftChecked(
    { name, prefix: `${name[0]!.toUpperCase()}${name.slice(1)}` },
    target,
    options,
    lifter,
    optionTypes === undefined ? plainOptions : optionsOf<Declared>(optionTypes),
  )
}

/** A function of a module, or of a tree of modules, whatever its arguments. */
type FnOf<M> = (module: M, ...args: never[]) => unknown

/**
 * Runs a transformation of one's own at once, with functions of a module, the module and arguments, as `nn.vjp` and `nn.cond` are run.
 *
 * The transformation gets the functions as functions of scopes, the scopes, and the arguments; what it answers is the answer. `mdl` may be
 * a tree of modules. Errors: TransformTargetError, TransformedMethodReturnValueError. Source: `flax.linen.transforms.lift_direct_transform`.
 *
 * @example
 * const y = nn.liftDirectTransform(([wide, narrow], scopes, xs) => lift.cond(pred, wide!, narrow!, scopes, xs), [f, g], this, [x])
 */
export const liftDirectTransform = <M, Args extends readonly unknown[], R>(
  transform: (fns: readonly ScopesFn[], scopes: readonly Scope[], args: Args) => R,
  fns: readonly FnOf<NoInfer<M>>[],
  mdl: M,
  args: Args,
): R => {
  if (typeof transform !== 'function' || !Array.isArray(fns) || !Array.isArray(args))
    throw new ArgumentError(
      'liftDirectTransform',
      `takes a function of [functions of scopes], scopes and [arguments], then [functions of the module], the module, [arguments]; got ${[transform, fns, mdl, args].map(describe).join(', ')}`,
    )
  const name = transform.name === '' ? 'liftDirectTransform' : transform.name
  return direct(name, fns, mdl, args, (inner, scopes, xs) => transform(inner, scopes, xs as Args)) as R
}
