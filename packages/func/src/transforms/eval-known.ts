/** Evaluation of what is known: some arguments are tensors, others types only; what depends on the tensors alone is computed. */
import { flatten, unflatten } from '@heddle/tree'
import { aval, type ShapeDtype } from '../aval'
import { partialEvalWithAux } from '../interpreters/partial-eval'
import { asTensor, type TensorLike } from '../numpy/promote'
import { isTensor, type Tensor } from '../tensor'
import { flatFunction, isStatic } from './flat'

const isType = (x: unknown): x is ShapeDtype =>
  typeof x === 'object' &&
  x !== null &&
  !isTensor(x) &&
  Array.isArray((x as ShapeDtype).shape) &&
  typeof (x as ShapeDtype).dtype === 'string'

/** Like a tree of tensors, but with types where the values are unknown. */
export interface Known<R> {
  /** The result, with a type (`{ shape, dtype }`) in the place of each tensor that is unknown. */
  readonly result: R
  /** The leaves of the result in order: a tensor, or null where it is unknown. */
  readonly leaves: readonly (Tensor | null)[]
}

/**
 * Runs `f` on arguments of which some leaves are types, `{ shape, dtype }`: what does not depend on these is computed.
 *
 * No error for what does; the caller looks at `leaves`. Source: jax.interpreters.partial_eval.trace_to_jaxpr_nounits.
 */
export const evalKnown = <A extends readonly unknown[], R>(
  f: (...args: A) => R,
  ...args: { readonly [K in keyof A]: unknown }
): Known<R> => {
  const { leaves, treedef } = flatten(args, isType, isStatic)
  const flat = flatFunction(f as (...a: never[]) => unknown, treedef, 'evalKnown')
  const [{ knownOuts }, { types, outTree }] = partialEvalWithAux(
    (xs) => {
      const [outs, outTree] = flat(xs)
      return [outs, { types: outs.map(({ aval: { shape, dtype } }): ShapeDtype => ({ shape, dtype })), outTree }]
    },
    leaves.map((x) => (isType(x) ? aval(x.shape, x.dtype) : asTensor(x as TensorLike, 'evalKnown'))),
    'evalKnown',
  )
  return {
    result: unflatten<R>(
      outTree,
      knownOuts.map((o, i) => o ?? types[i]),
    ),
    leaves: knownOuts,
  }
}
