/** Forward mode for users. */
import { unflatten } from '@heddle/tree'
import { jvpWithAux } from '../interpreters/jvp'
import { zerosLike } from '../literal'
import { isFloating } from '../dtype'
import { TypeMismatchError } from '../error'
import { boolean, list, optionsOf, readArgument, readFunction, type OptionsOf } from '../options'
import { alike, flatFunctionWithAux, flattenPrimals } from './flat'
import { checkTangents } from './linearize'
import type { NoNumbers, Result } from './traced'

const jvpOptions = optionsOf({
  /** `f` returns `[value, aux]`. */
  hasAux: boolean,
})
export interface JvpOptions extends OptionsOf<typeof jvpOptions> {}
/**
 * The value of `f` at `primals`, and its derivative along `tangents`.
 *
 * Shapes: `tangents` is a tree like `primals`, with its types. Errors: TypeMismatchError where it is not.
 * With `hasAux` `f` returns `[value, aux]`, and the answer is `[value, tangent, aux]`. Source: jax.jvp.
 */
export function jvp<A extends readonly unknown[], const R extends Result, const X extends Result, S = readonly []>(
  f: ((...args: A) => readonly [R, X]) & NoNumbers<A, S>,
  primals: A,
  tangents: NoInfer<A>,
  options: JvpOptions & { readonly hasAux: true },
): [value: R, tangent: R, aux: X]
export function jvp<A extends readonly unknown[], const R extends Result, S = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  primals: A,
  tangents: NoInfer<A>,
): [value: R, tangent: R]
export function jvp(
  f: (...args: never[]) => unknown,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options?: JvpOptions,
): unknown {
  readFunction('jvp', f)
  readArgument('jvp', 'primals', list, primals)
  readArgument('jvp', 'tangents', list, tangents)
  const { hasAux = false } = jvpOptions('jvp', options)
  const args = flattenPrimals(primals, 'jvp')
  const { leaves: ts, treedef } = flattenPrimals(tangents, 'jvp', 'tangents')
  if (ts.length === args.leaves.length && !alike(treedef, args.treedef))
    throw new TypeMismatchError('jvp', `tangents have the structure of the primals, ${args.treedef.toString()}; got ${treedef.toString()}`)
  checkTangents('jvp', args.leaves, ts)
  const [r, { outTree, numOuts: n, auxTree }] = jvpWithAux(
    flatFunctionWithAux(f, args.treedef, 'jvp', hasAux),
    args.leaves,
    ts.map((t) => (isFloating(t.aval.dtype) ? t : null)),
  )
  const outs = r.outs.slice(0, n)
  const value = unflatten(outTree, outs)
  const tangent = unflatten(
    outTree,
    outs.map((o, i) => r.tangents[i] ?? zerosLike(o)),
  )
  return auxTree === undefined ? [value, tangent] : [value, tangent, unflatten(auxTree, r.outs.slice(n))]
}
