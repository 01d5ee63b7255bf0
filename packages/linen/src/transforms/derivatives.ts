/**
 * jvp, vjp, grad and valueAndGrad of functions of a module.
 */
import { ArgumentError, type NoNumbers, type Tensor, type Result } from '@heddle/func'
import type { DerivativeOptions, Scope } from '@heddle/lift'
import { anything, boolean, listOf, type OptionsOf, string } from '@heddle/func/options'
import * as lift from '@heddle/lift'
import { flattenUpTo, leaves, partial, type Partial, type TreeDef } from '@heddle/tree'
import { modulesOf } from '../lifting/take-apart'
import { derivative, direct, loose, perScopes, type ModuleFn } from '../lifting/direct'

const jvpOptions = lift.optionsOf({
  ...lift.derivativeOptions.kinds,
  /** Tangents of variables by collection; those not named have tangent zero. For a tree of modules, a tree of such. */
  variableTangents: anything,
})
/** What jvp is told of variables. */
export interface JvpOptions extends OptionsOf<typeof jvpOptions> {}

/**
 * The value and the tangent of a function of a module.
 *
 * Shapes: tangents are like primals; the answer is `[output, output tangent]`. No tangents are answered for variables.
 * Errors: HeldModuleError where the module holds one of elsewhere that has such variables: give both, in an object or array.
 * Source: `flax.linen.jvp`.
 *
 * @example
 * const [y, yDot] = nn.jvp((m, x) => m.call(x), scale, [x], [xDot], { variableTangents: { params } })
 */
export const jvp = <M, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  fn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>,
  mdl: M,
  primals: readonly [...Args],
  tangents: NoInfer<Args>,
  given?: JvpOptions,
): readonly [output: R, tangent: R] => {
  const { variableTangents, ...options } = jvpOptions('jvp', given)
  const { treedef } = modulesOf(mdl)
  const named =
    variableTangents === undefined
      ? []
      : flattenUpTo(treedef, variableTangents).flatMap((t) =>
          Object.entries(t as object).flatMap(([c, dict]) => (leaves(dict).length > 0 ? [c] : [])),
        )
  return direct('jvp', [fn], mdl, primals, ([inner], scopes, args, main) =>
    derivative('jvp', named, scopes, main, () =>
      lift.jvp(loose(inner!), scopes as never, args as never, tangents as never, {
        ...options,
        ...(variableTangents === undefined ? {} : { variableTangents: perScopes(treedef, variableTangents, scopes.length) }),
      }),
    ),
  ) as readonly [R, R]
}

/** A derivative of lift, its types forgotten: those of modules stand at the functions here. */
type Differentiate = (fn: unknown, scopes: readonly Scope[], args: readonly unknown[], options: DerivativeOptions) => readonly unknown[]

const auxKinds = {
  /** The function answers a pair, of which only the first part is differentiated. */
  hasAux: boolean,
  /** Named axes over which to sum cotangents. Flax has retired it; only an empty list is taken. */
  reduceAxes: listOf(string),
}
const vjpOptions = lift.optionsOf({ ...lift.vjpOptions.kinds, ...auxKinds })
/** What vjp differentiates by. */
export interface VjpOptions extends OptionsOf<typeof vjpOptions> {}

/** From a cotangent of the output to cotangents of variables, by collection, and of arguments. A tree: it may be a residual. */
export type Backward<Args extends readonly unknown[], R> = Partial<readonly [cotangent: R], readonly [variables: unknown, ...args: Args]>

const refuseReduceAxes = (name: string, axes: readonly string[] = []): void => {
  if (axes.length > 0) throw new ArgumentError(name, 'reduceAxes is retired (sum by lax.psum inside of the function)')
}

interface Bound {
  readonly inner: Partial<readonly [unknown], readonly unknown[]>
}

/** The cotangents of the modules' scopes as a tree like that of the modules. */
const backwardOf = (treedef: TreeDef, inner: Bound['inner']): Partial<readonly [unknown], readonly unknown[]> =>
  partial((bound: Bound['inner'], cotangent: unknown) => {
    const [variables, ...args] = bound(cotangent)
    return [treedef.unflatten((variables as readonly unknown[]).slice(0, treedef.numLeaves)), ...args]
  }, inner)

type Vjp<Args extends readonly unknown[], R, O> = O extends { readonly hasAux: true }
  ? R extends readonly [infer Y, infer A]
    ? readonly [output: Y, backward: Backward<Args, Y>, aux: A]
    : never
  : readonly [output: R, backward: Backward<Args, R>]

/**
 * The value of a function of a module, and its backward pass.
 *
 * `backward(cotangent)` is `[cotangents of variables, ...of arguments]`; with `hasAux` the answer is `[output, backward, aux]`.
 * Errors: HeldModuleError where the module holds one of elsewhere that has such variables: give both, in an object or array.
 * Source: `flax.linen.vjp`.
 *
 * @example
 * const [z, backward] = nn.vjp((m, x, y) => m.call(x, y), new Learn(), [x, y])
 * const [paramsGrad, xGrad, yGrad] = backward(np.onesLike(z))
 */
export const vjp = <M, Args extends readonly unknown[], const R extends Result, const O extends VjpOptions = object, N = readonly []>(
  fn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>,
  mdl: M,
  primals: readonly [...Args],
  options?: O,
): Vjp<Args, R, O> => {
  const { hasAux = false, reduceAxes, ...rest } = vjpOptions('vjp', options)
  refuseReduceAxes('vjp', reduceAxes)
  const { treedef } = modulesOf(mdl)
  return direct('vjp', [fn], mdl, primals, ([inner], scopes, args, main) => {
    const differentiate = (hasAux ? lift.vjpWithAux : lift.vjp) as unknown as Differentiate
    const run = (): readonly unknown[] => differentiate(loose(inner!), scopes, args, rest)
    const [output, backward, ...aux] = derivative('vjp', rest.vjpVariables ?? 'params', scopes, main, run)
    return [output, backwardOf(treedef, backward as Bound['inner']), ...aux]
  }) as Vjp<Args, R, O>
}

const gradOptions = lift.optionsOf({ ...lift.derivativeOptions.kinds, ...auxKinds })
/** What gradients are asked for. */
export interface GradOptions extends OptionsOf<typeof gradOptions> {}

/**
 * The scalar value of a function of a module, and its gradients by the arguments (not by variables).
 *
 * Answers `[output, gradients]`, with `hasAux` `[[output, aux], gradients]`. Source: `flax.linen.value_and_grad`.
 */
export const valueAndGrad = <M, Args extends readonly unknown[], const R extends Result, N = readonly []>(
  fn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>,
  mdl: M,
  primals: readonly [...Args],
  options?: GradOptions,
): readonly [output: R, gradients: Args] => {
  const { hasAux = false, reduceAxes, ...rest } = gradOptions('valueAndGrad', options)
  refuseReduceAxes('valueAndGrad', reduceAxes)
  return direct('valueAndGrad', [fn], mdl, primals, ([inner], scopes, args) => {
    const differentiate = (hasAux ? lift.valueAndGradWithAux : lift.valueAndGrad) as unknown as Differentiate
    const [output, gradients, ...aux] = differentiate(loose(inner!), scopes, args, rest)
    const { shape } = output as Tensor
    if (shape.length > 0) throw new ArgumentError('valueAndGrad', `the function must answer a scalar, got shape [${shape.join(',')}]`)
    return [hasAux ? [output, ...aux] : output, gradients]
  }) as readonly [R, Args]
}

type Grad<Args, R, O> = O extends { readonly hasAux: true }
  ? R extends readonly [unknown, infer A]
    ? readonly [gradients: Args, aux: A]
    : never
  : Args

/**
 * The gradients of a scalar function of a module by its arguments (not by variables).
 *
 * Answers a list of one for each argument, with `hasAux` `[gradients, aux]`. Source: `flax.linen.grad`.
 */
export const grad = <M, Args extends readonly unknown[], const R extends Result, const O extends GradOptions = object, N = readonly []>(
  fn: ModuleFn<M, Args, R> & NoNumbers<[null, ...Args], N>,
  mdl: M,
  primals: readonly [...Args],
  options?: O,
): Grad<Args, R, O> => {
  const [output, gradients] = valueAndGrad<M, Args, R, number>(fn, mdl, primals, options)
  return (options?.hasAux === true ? [gradients, (output as readonly unknown[])[1]] : gradients) as Grad<Args, R, O>
}
