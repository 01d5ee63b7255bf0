/** Linearization: the value now, and the derivative as a program of the tangents. The heart of reverse mode. */
import { unflatten } from '@heddle/tree'
import { type Aval, aval, sameType, showAval } from '../aval'
import { isFloating } from '../dtype'
import { TypeMismatchError } from '../error'
import { jvpWithAux } from '../interpreters/jvp'
import { partialEvalWithAux } from '../interpreters/partial-eval'
import { run } from '../interpreters/run'
import { backward } from '../interpreters/transpose'
import type { Jaxpr } from '../ir/jaxpr'
import { zerosLike } from '../literal'
import { readFunction } from '../options'
import type { Tangent } from '../primitive'
import type { Tensor } from '../tensor'
import type { FlatWithAux } from '../trace'
import { flatFunction, flattenPrimals } from './flat'
import type { NoNumbers, Result } from './traced'

export interface Linearized {
  readonly outs: readonly Tensor[]
  /** What the derivative keeps of the values on the way. */
  readonly residuals: readonly Tensor[]
  /** Cotangents of float inputs (null for others, and where zero) from cotangents of outputs. Closes over no tensor but `residuals`. */
  readonly pullback: (cts: readonly Tangent[], residuals?: readonly Tensor[]) => readonly Tangent[]
  /** Tangents of outputs, zeros included. */
  readonly pushforward: (ts: readonly Tensor[]) => readonly Tensor[]
}
export const linearizeWithAux = <X>(f: FlatWithAux<X>, xs: readonly Tensor[], name = 'grad'): readonly [Linearized, aux: X] => {
  const floats = xs.map((x) => isFloating(x.aval.dtype))
  const tangentTypes = xs.filter((_, i) => floats[i]).map((x): Aval => aval(x.aval.shape, x.aval.dtype))
  // tangents alone are unknown, so each primal is a value
  const [{ jaxpr, residuals, knownOuts }, { outs, nonzero, aux }] = partialEvalWithAux(
    (ts) => {
      let next = 0
      const [{ outs, tangents }, aux] = jvpWithAux(
        f,
        xs,
        floats.map((isFloat) => (isFloat ? ts[next++]! : null)),
      )
      return [tangents.filter((t): t is Tensor => t !== null), { outs, nonzero: tangents.map((t) => t !== null), aux }]
    },
    tangentTypes,
    name,
  )
  const linearized: Linearized = {
    outs,
    residuals,
    pullback: (cts, kept = residuals) => {
      const given = cts.filter((_, i) => nonzero[i])
      const back = backward(
        jaxpr,
        kept,
        given.filter((_, i) => knownOuts[i] === null),
      )
      let next = 0
      return floats.map((isFloat) => (isFloat ? back[next++]! : null))
    },
    pushforward: (ts) => pushforward(jaxpr, residuals, knownOuts, nonzero, outs, floats, ts),
  }
  return [linearized, aux]
}
const pushforward = (
  jaxpr: Jaxpr,
  residuals: readonly Tensor[],
  knownOuts: readonly (Tensor | null)[],
  nonzero: readonly boolean[],
  outs: readonly Tensor[],
  floats: readonly boolean[],
  ts: readonly Tensor[],
): readonly Tensor[] => {
  const results = run(jaxpr, [...residuals, ...ts.filter((_, i) => floats[i])])
  let fromProgram = 0
  const tangents = knownOuts.map((k) => k ?? results[fromProgram++]!)
  let next = 0
  return nonzero.map((nz, i) => (nz ? tangents[next++]! : zerosLike(outs[i]!)))
}

/** Tangents must have the types of the primals (those of integers are ignored). */
export const checkTangents = (where: string, primals: readonly Tensor[], tangents: readonly Tensor[]): void => {
  if (primals.length !== tangents.length)
    throw new TypeMismatchError(where, `${primals.length} tangents are wanted, one for each leaf of the primals; got ${tangents.length}`)
  primals.forEach((x, i) => {
    const t = tangents[i]!
    if (isFloating(x.aval.dtype) && !sameType(x.aval, t.aval))
      throw new TypeMismatchError(where, `leaf ${i}: a tangent has the type of its primal, ${showAval(x.aval)}; got ${showAval(t.aval)}`)
  })
}

/**
 * The value of `f`, and its derivative there as a function of tangents that may be called many times.
 *
 * Shapes: tangents and their images have the types of arguments and result. Source: jax.linearize.
 */
export const linearize = <A extends readonly unknown[], const R extends Result>(
  f: ((...args: A) => R) & NoNumbers<A>,
  ...primals: A
): [value: R, tangentOf: (...tangents: A) => R] => {
  readFunction('linearize', f)
  const args = flattenPrimals(primals, 'linearize')
  const flat = flatFunction(f as (...a: never[]) => unknown, args.treedef, 'linearize')
  const [lin, outTree] = linearizeWithAux(flat, args.leaves, 'linearize')
  return [
    unflatten<R>(outTree, lin.outs),
    (...tangents) => {
      const ts = flattenPrimals(tangents, 'linearize', 'tangents').leaves
      checkTangents('linearize', args.leaves, ts)
      return unflatten<R>(outTree, lin.pushforward(ts))
    },
  ]
}
