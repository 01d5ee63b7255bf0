/** Reverse mode for users: pullbacks and gradients. */
import { flatten, partial, unflatten } from '@heddle/tree'
import { sameType, showAval } from '../aval'
import { isFloating } from '../dtype'
import { DTypeError, TypeMismatchError } from '../error'
import { literal, zerosLike } from '../literal'
import { argnums as argnumsKind, boolean, optionsOf, readFunction, type OptionsOf } from '../options'
import type { Tensor } from '../tensor'
import { argumentsAt } from './argnums'
import { alike, flatFunctionWithAux, flattenPrimals } from './flat'
import { linearizeWithAux } from './linearize'
import type { NoNumbers, NoNumbersAt, Result } from './traced'

/**
 * The value of `f`, and the function from a cotangent of it to cotangents of all arguments.
 *
 * Shapes: a cotangent has the structure and types of the value, the answer those of the arguments (zeros for integers).
 * The pullback is a tree of what it keeps: it may be returned from `jit` or be a residual of `customVjp`.
 * Errors: TypeMismatchError for a cotangent of another type. Source: jax.vjp.
 */
export function vjp<A extends readonly unknown[], const R extends Result, S = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  ...primals: A
): [value: R, pullback: (ct: R) => { -readonly [K in keyof A]: A[K] }] {
  const [value, pullback] = vjpOf(f as (...args: never[]) => unknown, primals, false)
  return [value as R, pullback as never]
}
/** `vjp` of a function that returns `[value, aux]`. Source: jax.vjp with has_aux. */
export function vjpWithAux<A extends readonly unknown[], const R extends Result, const X extends Result, S = readonly []>(
  f: ((...args: A) => readonly [R, X]) & NoNumbers<A, S>,
  ...primals: A
): [value: R, pullback: (ct: R) => { -readonly [K in keyof A]: A[K] }, aux: X] {
  const [value, pullback, aux] = vjpOf(f as (...args: never[]) => unknown, primals, true)
  return [value as R, pullback as never, aux as X]
}
const vjpOf = (
  f: (...args: never[]) => unknown,
  primals: readonly unknown[],
  hasAux: boolean,
): readonly [unknown, (ct: unknown) => unknown, unknown] => {
  readFunction('vjp', f)
  const args = flattenPrimals(primals, 'vjp')
  const flat = flatFunctionWithAux(f, args.treedef, 'vjp', hasAux)
  const [lin, { outTree, numOuts: n, auxTree }] = linearizeWithAux(flat, args.leaves, 'vjp')
  const outs = lin.outs.slice(0, n)
  const numAux = lin.outs.length - n
  const types = args.leaves.map((x) => x.aval)
  const outTypes = outs.map((o) => o.aval)
  const pull = (residuals: readonly Tensor[], ct: unknown): unknown => {
    const given = flattenPrimals(ct, 'vjp', 'the cotangent')
    if (!alike(given.treedef, outTree))
      throw new TypeMismatchError(
        'vjp',
        `the cotangent must have the structure of the value, ${outTree.toString()}; got ${given.treedef.toString()}`,
      )
    outTypes.forEach((o, i) => {
      const c = given.leaves[i]!
      if (isFloating(o.dtype) && !sameType(o, c.aval))
        throw new TypeMismatchError('vjp', `the cotangent of a value of type ${showAval(o)} has that type; got ${showAval(c.aval)}`)
    })
    const cts = [...given.leaves.map((c, i) => (isFloating(outTypes[i]!.dtype) ? c : null)), ...new Array<null>(numAux).fill(null)]
    const back = lin.pullback(cts, residuals)
    return unflatten(
      args.treedef,
      back.map((b, i) => b ?? zerosLike({ aval: types[i]! })),
    )
  }
  // a tree of its residuals, so that it may itself be a residual or go into a loop
  const pullback = partial(pull, lin.residuals)
  return [unflatten(outTree, outs), pullback, auxTree === undefined ? undefined : unflatten(auxTree, lin.outs.slice(n))]
}
const gradOptions = optionsOf({
  /** Which arguments to differentiate by; default 0. */
  argnums: argnumsKind,
  /** `f` returns `[value, aux]`. */
  hasAux: boolean,
  /** Integer arguments get zeros instead of an error. */
  allowInt: boolean,
})
/** Options of `grad` and `valueAndGrad`. */
export interface GradOptions<N extends number | readonly number[] = number | readonly number[]> extends OptionsOf<typeof gradOptions> {
  readonly argnums?: N | undefined
}
/** The types of the gradients: of one argument, or a tuple of several. */
export type GradsOf<A extends readonly unknown[], N> = N extends readonly number[]
  ? { -readonly [K in keyof N]: N[K] extends keyof A ? A[N[K]] : A[number] }
  : N extends number
    ? number extends N
      ? A[0]
      : N extends keyof A
        ? A[N]
        : A[number]
    : A[0]

type Loss = Tensor

/**
 * `f`'s value and its gradient by some arguments.
 *
 * Shapes: `f` returns a scalar float; gradients have the types of the arguments. With `hasAux` the value is `[value, aux]`.
 * Errors: TypeMismatchError when `f` does not return a scalar, DTypeError for integer arguments. Source: jax.value_and_grad.
 */
export function valueAndGrad<A extends readonly unknown[], const X extends Result, const N extends number | readonly number[] = 0>(
  f: ((...args: A) => readonly [Loss, X]) & NoNumbersAt<A, N>,
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: A) => [value: [Tensor, X], grads: GradsOf<A, N>]
export function valueAndGrad<A extends readonly unknown[], const N extends number | readonly number[] = 0>(
  f: ((...args: A) => Loss) & NoNumbersAt<A, N>,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: A) => [value: Tensor, grads: GradsOf<A, N>]
export function valueAndGrad(f: (...args: never[]) => unknown, given?: GradOptions): (...args: never[]) => unknown {
  readFunction('valueAndGrad', f)
  const options = gradOptions('valueAndGrad', given)
  return (...args: readonly unknown[]) => {
    const { value, aux, grads } = gradsOf('valueAndGrad', f, options, args)
    return [options.hasAux ? [value, aux] : value, grads]
  }
}
/**
 * The gradient of a scalar function by some arguments. With `hasAux` the answer is `[gradients, aux]`. Source: jax.grad.
 * Shapes and errors as for `valueAndGrad`.
 */
export function grad<A extends readonly unknown[], const X extends Result, const N extends number | readonly number[] = 0>(
  f: ((...args: A) => readonly [Loss, X]) & NoNumbersAt<A, N>,
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: A) => [grads: GradsOf<A, N>, aux: X]
export function grad<A extends readonly unknown[], const N extends number | readonly number[] = 0>(
  f: ((...args: A) => Loss) & NoNumbersAt<A, N>,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: A) => GradsOf<A, N>
export function grad(f: (...args: never[]) => unknown, given?: GradOptions): (...args: never[]) => unknown {
  readFunction('grad', f)
  const options = gradOptions('grad', given)
  return (...args: readonly unknown[]) => {
    const { aux, grads } = gradsOf('grad', f, options, args)
    return options.hasAux ? [grads, aux] : grads
  }
}

const gradsOf = (
  where: string,
  f: (...args: never[]) => unknown,
  { argnums = 0, hasAux = false, allowInt = false }: GradOptions,
  args: readonly unknown[],
): { readonly value: unknown; readonly aux: unknown; readonly grads: unknown } => {
  const at = argumentsAt(argnums, args.length, where)
  const chosen = flattenPrimals(
    at.map((i) => args[i]),
    where,
  )
  const integer = chosen.leaves.find((x) => !isFloating(x.aval.dtype))
  if (integer && !allowInt)
    throw new DTypeError(
      where,
      `arguments to differentiate by must be floats, got ${showAval(integer.aval)}; choose others by argnums, or set allowInt`,
    )
  const flat = flatFunctionWithAux(
    ((...some: readonly unknown[]) => {
      const all = [...args]
      at.forEach((i, k) => {
        all[i] = some[k]
      })
      return (f as (...a: readonly unknown[]) => unknown)(...all)
    }) as (...a: never[]) => unknown,
    chosen.treedef,
    where,
    hasAux,
  )
  const [lin, { outTree, numOuts: n, auxTree }] = linearizeWithAux(flat, chosen.leaves, where)
  const [out] = lin.outs
  const isTree = !outTree.equals(flatten(0).treedef)
  if (n !== 1 || out!.aval.shape.length > 0 || !isFloating(out!.aval.dtype) || isTree)
    throw new TypeMismatchError(
      where,
      `the function must return one scalar float, got ${isTree ? `a tree ${outTree.toString()}` : n === 1 ? showAval(out!.aval) : `${n} tensors`}; sum it, or use vjp or jacrev` +
        (hasAux ? '' : '; to return more besides, use hasAux'),
    )
  const seed = literal(1, out!.aval.dtype)
  const back = lin.pullback([seed, ...lin.outs.slice(1).map(() => null)])
  const grads = unflatten<unknown[]>(
    chosen.treedef,
    back.map((b, i) => b ?? zerosLike(chosen.leaves[i]!)),
  )
  return {
    value: unflatten(outTree, [out]),
    aux: auxTree === undefined ? undefined : unflatten(auxTree, lin.outs.slice(1)),
    grads: typeof argnums === 'number' ? grads[0] : grads,
  }
}
