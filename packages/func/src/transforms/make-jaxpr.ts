/** What a function does, as data: its program, and the types of its results. */
import { type TreeDef, unflatten } from '@heddle/tree'
import { type Aval, aval, type ShapeDtype } from '../aval'
import { stageWithAux } from '../interpreters/stage'
import type { ClosedJaxpr } from '../ir/jaxpr'
import { outAvals } from '../ir/jaxpr'
import { flatten } from '@heddle/tree'
import { isTensor } from '../tensor'
import { asTensor, type TensorLike } from '../numpy/promote'
import { readFunction } from '../options'
import { flatFunction, isStatic } from './flat'
import type { NoNumbers, Result } from './traced'

export const isType = (x: unknown): x is ShapeDtype =>
  typeof x === 'object' &&
  x !== null &&
  !isTensor(x) &&
  Array.isArray((x as ShapeDtype).shape) &&
  typeof (x as ShapeDtype).dtype === 'string'
export const typeOf = (x: unknown, where: string): Aval => (isType(x) ? aval(x.shape, x.dtype) : asTensor(x as TensorLike, where).aval)

const traceTypes = (
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  where: string,
): { program: ClosedJaxpr; outTree: TreeDef } => {
  readFunction(where, f)
  const { leaves, treedef } = flatten(args, isType, isStatic)
  const [program, outTree] = stageWithAux(
    flatFunction(f, treedef, where),
    leaves.map((x) => typeOf(x, where)),
    where,
  )
  return { program, outTree }
}
/** Tracing of `f` on arguments that are tensors or types (`{ shape, dtype }`): its program. Source: jax.make_jaxpr. */
export const makeJaxpr =
  <A extends readonly unknown[], S = readonly []>(
    f: ((...args: A) => unknown) & NoNumbers<A, S>,
  ): ((...args: { readonly [K in keyof A]: unknown }) => ClosedJaxpr) =>
  (...args) =>
    traceTypes(f as (...a: never[]) => unknown, args, 'makeJaxpr').program

/** The types of what `f` would return, without computing it. Source: jax.eval_shape. */
export const evalShape = <A extends readonly unknown[], const R extends Result, S = readonly []>(
  f: ((...args: A) => R) & NoNumbers<A, S>,
  ...args: { readonly [K in keyof A]: unknown }
): ShapesOf<R> => {
  const { program, outTree } = traceTypes(f as (...a: never[]) => unknown, args, 'evalShape')
  return unflatten<ShapesOf<R>>(
    outTree,
    outAvals(program.jaxpr).map(({ shape, dtype }): ShapeDtype => ({ shape, dtype })),
  )
}
/** A tree with types in place of tensors. */
export type ShapesOf<R> = R extends { readonly aval: Aval }
  ? ShapeDtype
  : R extends readonly unknown[]
    ? { -readonly [K in keyof R]: ShapesOf<R[K]> }
    : R extends object
      ? { -readonly [K in keyof R]: ShapesOf<R[K]> }
      : R
